package ecs

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	elbv2 "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	elbtypes "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"ferry.dev/ferry/internal/emulator/ids"
)

// Balancers is what Express Mode does with load balancers of its own.
type Balancers interface {
	CreateLoadBalancer(context.Context, *elbv2.CreateLoadBalancerInput) (*elbv2.CreateLoadBalancerOutput, error)
	CreateTargetGroup(context.Context, *elbv2.CreateTargetGroupInput) (*elbv2.CreateTargetGroupOutput, error)
	CreateListener(context.Context, *elbv2.CreateListenerInput) (*elbv2.CreateListenerOutput, error)
	DescribeLoadBalancers(context.Context, *elbv2.DescribeLoadBalancersInput) (*elbv2.DescribeLoadBalancersOutput, error)
	ModifyTargetGroup(context.Context, *elbv2.ModifyTargetGroupInput) (*elbv2.ModifyTargetGroupOutput, error)
	ModifyTargetGroupAttributes(context.Context, *elbv2.ModifyTargetGroupAttributesInput) (*elbv2.ModifyTargetGroupAttributesOutput, error)
	DeleteLoadBalancer(context.Context, *elbv2.DeleteLoadBalancerInput) (*elbv2.DeleteLoadBalancerOutput, error)
	DeleteTargetGroup(context.Context, *elbv2.DeleteTargetGroupInput) (*elbv2.DeleteTargetGroupOutput, error)
}

// front is the load balancer that ECS keeps for a service in Express Mode, by ARNs.
type front struct {
	LoadBalancer, Listener, Group string
	Endpoint                      string
	Public                        bool
}

func (f front) access() types.AccessType {
	if f.Public {
		return types.AccessTypePublic
	}
	return types.AccessTypePrivate
}

// balancers leads the load balancer to the main container.
func (f front) balancers(port int32) []types.LoadBalancer {
	return []types.LoadBalancer{{TargetGroupArn: aws.String(f.Group), ContainerName: aws.String(mainContainer), ContainerPort: aws.Int32(port)}}
}

// network is where the tasks are: in the subnets of the load balancer, with addresses of their own where those are public.
func (f front) network(c types.ExpressGatewayServiceConfiguration) *types.NetworkConfiguration {
	vpc := &types.AwsVpcConfiguration{Subnets: c.NetworkConfiguration.Subnets, SecurityGroups: c.NetworkConfiguration.SecurityGroups}
	if f.Public {
		vpc.AssignPublicIp = types.AssignPublicIpEnabled
	}
	return &types.NetworkConfiguration{AwsvpcConfiguration: vpc}
}

// openFront makes the load balancer, its target group and the listener between them. In public subnets it faces the internet.
// It must not be called with the lock held. What fails is told as ECS tells it, by the member that it comes from.
func (s *Service) openFront(ctx context.Context, c types.ExpressGatewayServiceConfiguration) (front, error) {
	lbs, ok := s.ELB.(Balancers)
	if !ok {
		return front{}, client("This endpoint has no load balancers.")
	}
	f := front{Public: s.Public == nil || !slices.ContainsFunc(c.NetworkConfiguration.Subnets, func(id string) bool { return !s.Public(id) })}
	scheme := elbtypes.LoadBalancerSchemeEnumInternal
	if f.Public {
		scheme = elbtypes.LoadBalancerSchemeEnumInternetFacing
	}
	name := "ecs-express-gateway-" + ids.NewHex(8)
	lb, err := lbs.CreateLoadBalancer(ctx, &elbv2.CreateLoadBalancerInput{Name: &name, Scheme: scheme, Subnets: c.NetworkConfiguration.Subnets})
	if err != nil {
		return f, invalid("networkConfiguration: %s", err)
	}
	f.LoadBalancer, f.Endpoint = *lb.LoadBalancers[0].LoadBalancerArn, "http://"+*lb.LoadBalancers[0].DNSName
	if err := s.fillFront(ctx, lbs, &f, name, lb.LoadBalancers[0].VpcId, c.HealthCheckPath); err != nil {
		s.closeFront(ctx, f)
		return f, invalid("healthCheckPath: %s", err)
	}
	return f, nil
}

func (s *Service) fillFront(ctx context.Context, lbs Balancers, f *front, name string, vpc, path *string) error {
	tg, err := lbs.CreateTargetGroup(ctx, &elbv2.CreateTargetGroupInput{
		Name: &name, Protocol: elbtypes.ProtocolEnumHttp, Port: aws.Int32(80), VpcId: vpc, TargetType: elbtypes.TargetTypeEnumIp, HealthCheckPath: path,
		HealthCheckIntervalSeconds: aws.Int32(10), HealthCheckTimeoutSeconds: aws.Int32(5), HealthyThresholdCount: aws.Int32(2), UnhealthyThresholdCount: aws.Int32(2),
	})
	if err != nil {
		return err
	}
	f.Group = *tg.TargetGroups[0].TargetGroupArn
	_, err = lbs.ModifyTargetGroupAttributes(ctx, &elbv2.ModifyTargetGroupAttributesInput{TargetGroupArn: &f.Group, Attributes: []elbtypes.TargetGroupAttribute{
		{Key: aws.String("deregistration_delay.timeout_seconds"), Value: aws.String("60")},
	}})
	if err != nil {
		return err
	}
	l, err := lbs.CreateListener(ctx, &elbv2.CreateListenerInput{
		LoadBalancerArn: &f.LoadBalancer, Port: aws.Int32(80), Protocol: elbtypes.ProtocolEnumHttp,
		DefaultActions: []elbtypes.Action{{Type: elbtypes.ActionTypeEnumForward, TargetGroupArn: &f.Group}},
	})
	if err != nil {
		return err
	}
	f.Listener = *l.Listeners[0].ListenerArn
	return nil
}

// closeFront takes the load balancer away. Deleting what is gone is no error.
func (s *Service) closeFront(ctx context.Context, f front) {
	lbs, ok := s.ELB.(Balancers)
	if !ok {
		return
	}
	lbs.DeleteLoadBalancer(ctx, &elbv2.DeleteLoadBalancerInput{LoadBalancerArn: &f.LoadBalancer}) //nolint:errcheck // see above
	if f.Group != "" {
		lbs.DeleteTargetGroup(ctx, &elbv2.DeleteTargetGroupInput{TargetGroupArn: &f.Group}) //nolint:errcheck // see above
	}
}

// checkAt lets the load balancer ask another path whether tasks are well.
func (s *Service) checkAt(ctx context.Context, f front, path *string) error {
	lbs, ok := s.ELB.(Balancers)
	if !ok {
		return nil
	}
	_, err := lbs.ModifyTargetGroup(ctx, &elbv2.ModifyTargetGroupInput{TargetGroupArn: &f.Group, HealthCheckPath: path})
	if err != nil {
		return invalid("healthCheckPath: %s", err)
	}
	return nil
}

// dismantle ends a service that is being deleted and has no tasks any more: it takes its load balancer away. It must not be
// called with the lock held.
func (s *Service) dismantle(svc *service) {
	s.mu.Lock()
	over := svc.Express != nil && svc.Express.Drained && svc.status() == "DRAINING"
	s.mu.Unlock()
	if !over {
		return
	}
	s.closeFront(s.ctx, svc.Express.Front)
	s.mu.Lock()
	defer s.mu.Unlock()
	svc.Service.Status = aws.String("INACTIVE")
}

// refront learns where the load balancer of a service that was loaded answers now: its port may have been taken meanwhile.
func (s *Service) refront(svc *service) {
	lbs, ok := s.ELB.(Balancers)
	if !ok || svc.Express == nil {
		return
	}
	out, err := lbs.DescribeLoadBalancers(s.ctx, &elbv2.DescribeLoadBalancersInput{LoadBalancerArns: []string{svc.Express.Front.LoadBalancer}})
	if err == nil && len(out.LoadBalancers) == 1 {
		svc.Express.Front.Endpoint = "http://" + *out.LoadBalancers[0].DNSName
	}
}
