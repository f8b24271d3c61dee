package deploy

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"ferry.dev/ferry/internal/fault"
	"ferry.dev/ferry/internal/plan"
	"ferry.dev/ferry/internal/stack"
)

// adopt looks up the load balancer that a service's manifest names (http.alb), and its listeners: ferry puts rules on them
// and leaves the rest as it is.
func (l *line) adopt(ctx context.Context, s *plan.Service) error {
	found, err := l.loadBalancer(ctx, s.Import.Name)
	if err != nil {
		return fmt.Errorf("%s: %w", s.Name, err)
	}
	if err := l.listenersOf(ctx, aws.ToString(found.LoadBalancerArn), s.Import.Name, &found); err != nil {
		return fmt.Errorf("%s: %w", s.Name, err)
	}
	s.Adopt(found.Import)
	return nil
}

// balancer is a load balancer as it was found.
type balancer struct {
	types.LoadBalancer
	plan.Import
}

func (l *line) loadBalancer(ctx context.Context, name string) (balancer, error) {
	in := &elasticloadbalancingv2.DescribeLoadBalancersInput{Names: []string{name}}
	if strings.HasPrefix(name, "arn:") {
		in = &elasticloadbalancingv2.DescribeLoadBalancersInput{LoadBalancerArns: []string{name}}
	}
	out, err := l.elb.DescribeLoadBalancers(ctx, in)
	var none *types.LoadBalancerNotFoundException
	if err != nil && !errors.As(err, &none) {
		return balancer{}, fmt.Errorf("looking for load balancer %s: %w", name, err)
	}
	if none != nil || len(out.LoadBalancers) != 1 {
		return balancer{}, refuse("there is no load balancer "+name, "http.alb takes the name or the ARN of one in the environment's region")
	}
	lb := out.LoadBalancers[0]
	if lb.Type != types.LoadBalancerTypeEnumApplication {
		return balancer{}, refuse(fmt.Sprintf("load balancer %s is of type %s", name, lb.Type), "http.alb takes an Application Load Balancer")
	}
	_, full, _ := strings.Cut(aws.ToString(lb.LoadBalancerArn), ":loadbalancer/")
	return balancer{lb, plan.Import{
		Name: name, DNSName: aws.ToString(lb.DNSName), Zone: aws.ToString(lb.CanonicalHostedZoneId), VPC: aws.ToString(lb.VpcId),
		FullName: full, SecurityGroups: lb.SecurityGroups,
	}}, nil
}

// listenersOf finds the listeners that the rules go on: of each protocol the one on the usual port, else the only one.
func (l *line) listenersOf(ctx context.Context, arn, name string, b *balancer) error {
	byProtocol := map[types.ProtocolEnum][]types.Listener{}
	pages := elasticloadbalancingv2.NewDescribeListenersPaginator(l.elb, &elasticloadbalancingv2.DescribeListenersInput{LoadBalancerArn: &arn})
	for pages.HasMorePages() {
		out, err := pages.NextPage(ctx)
		if err != nil {
			return fmt.Errorf("reading the listeners of load balancer %s: %w", name, err)
		}
		for _, one := range out.Listeners {
			byProtocol[one.Protocol] = append(byProtocol[one.Protocol], one)
		}
	}
	var err error
	if b.HTTPListener, err = choose(name, byProtocol[types.ProtocolEnumHttp], 80); err != nil {
		return err
	}
	if b.HTTPSListener, err = choose(name, byProtocol[types.ProtocolEnumHttps], 443); err != nil {
		return err
	}
	if b.HTTPListener+b.HTTPSListener == "" {
		return refuse("load balancer "+name+" has no listener for HTTP or HTTPS", "add one: ferry puts rules on listeners that exist already")
	}
	return nil
}

func choose(name string, listeners []types.Listener, usual int32) (string, error) {
	for _, one := range listeners {
		if len(listeners) == 1 || aws.ToInt32(one.Port) == usual {
			return aws.ToString(one.ListenerArn), nil
		}
	}
	if len(listeners) == 0 {
		return "", nil
	}
	return "", refuse(fmt.Sprintf("load balancer %s has %d listeners for %s and none on port %d", name, len(listeners), listeners[0].Protocol, usual),
		"ferry takes the listener on the usual port, or the only one")
}

// neighbours refuses a load balancer in another VPC than the environment's: it would never reach a task.
func neighbours(env stack.Stack, jobs []job) error {
	vpc := env.Outputs[plan.OutputVPC]
	for _, j := range jobs {
		if i := j.plan.Import; i != nil && vpc != "" && i.VPC != "" && i.VPC != vpc {
			return refuse(fmt.Sprintf("%s: load balancer %s is in %s, the environment in %s", j.name, i.Name, i.VPC, vpc),
				"import that VPC in the environment's manifest: network.vpc.id")
		}
	}
	return nil
}

// lacking refuses services for which something is missing that only the user can say.
func lacking(jobs []job) error {
	var errs []error
	for _, j := range jobs {
		for _, d := range plan.Missing([]plan.Service{j.plan}) {
			errs = append(errs, refuse(j.name+": "+d.Path+": "+d.Message, d.Hint))
		}
	}
	return worst(errs...)
}

func refuse(what, hint string) error {
	return &fault.Error{Code: fault.Refused, What: what, Hint: hint}
}
