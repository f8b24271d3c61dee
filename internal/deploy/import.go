package deploy

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	scalingtypes "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	elbtypes "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
	"golang.org/x/sync/errgroup"

	"ferry.dev/ferry/internal/awsconf"
	"ferry.dev/ferry/internal/fault"
	"ferry.dev/ferry/internal/importer"
	"ferry.dev/ferry/internal/release"
)

// ReadTaskDefinition returns a task definition as JSON, by its ARN, family or family:revision.
func ReadTaskDefinition(ctx context.Context, cfg aws.Config, name string) ([]byte, error) {
	out, err := ecs.NewFromConfig(cfg).DescribeTaskDefinition(ctx, &ecs.DescribeTaskDefinitionInput{TaskDefinition: &name})
	if err != nil {
		return nil, awsconf.Explain(fmt.Errorf("reading task definition %s: %w", name, err))
	}
	return json.MarshalIndent(out.TaskDefinition, "", "  ") // notes name its lines
}

// ReadService reads a running service and all that an import wants to know of it. Only reading calls are made.
func ReadService(ctx context.Context, cfg aws.Config, cluster, name string) (importer.Live, error) {
	r := liveReader{ecs: ecs.NewFromConfig(cfg), elb: elasticloadbalancingv2.NewFromConfig(cfg), scaling: applicationautoscaling.NewFromConfig(cfg)}
	live, err := r.read(ctx, cluster, name)
	return live, awsconf.Explain(err)
}

type liveReader struct {
	ecs     *ecs.Client
	elb     *elasticloadbalancingv2.Client
	scaling *applicationautoscaling.Client
}

func (r liveReader) read(ctx context.Context, cluster, name string) (importer.Live, error) {
	out, err := r.ecs.DescribeServices(ctx, &ecs.DescribeServicesInput{Cluster: &cluster, Services: []string{name}})
	if err != nil {
		return importer.Live{}, fmt.Errorf("reading service %s of cluster %s: %w", name, cluster, err)
	}
	if len(out.Services) == 0 || aws.ToString(out.Services[0].Status) == "INACTIVE" {
		return importer.Live{}, &fault.Error{Code: fault.Refused, What: fmt.Sprintf("cluster %s has no service %s", cluster, name),
			Hint: "aws ecs list-services --cluster " + cluster + " lists them"}
	}
	s := out.Services[0]
	live, definition := importer.Live{Service: s}, release.TaskDefinition(s)
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		out, err := r.ecs.DescribeTaskDefinition(ctx, &ecs.DescribeTaskDefinitionInput{TaskDefinition: &definition})
		if err != nil {
			return fmt.Errorf("reading task definition %s: %w", definition, err)
		}
		live.TaskDefinition = out.TaskDefinition
		return nil
	})
	g.Go(func() error { return r.routes(ctx, s, &live) })
	g.Go(func() error { return r.scales(ctx, s, &live) })
	err = g.Wait()
	return live, err
}

// routes reads what leads to the service's first target group.
func (r liveReader) routes(ctx context.Context, s types.Service, live *importer.Live) error {
	var arns []string
	for _, b := range s.LoadBalancers {
		if arn := aws.ToString(b.TargetGroupArn); arn != "" {
			arns = append(arns, arn)
		}
	}
	if len(arns) == 0 {
		return nil
	}
	groups, err := r.elb.DescribeTargetGroups(ctx, &elasticloadbalancingv2.DescribeTargetGroupsInput{TargetGroupArns: arns})
	if err != nil {
		return fmt.Errorf("reading the target groups: %w", err)
	}
	live.TargetGroups = groups.TargetGroups
	balancers := groups.TargetGroups[0].LoadBalancerArns
	if len(balancers) == 0 {
		return nil
	}
	out, err := r.elb.DescribeLoadBalancers(ctx, &elasticloadbalancingv2.DescribeLoadBalancersInput{LoadBalancerArns: balancers})
	if err != nil {
		return fmt.Errorf("reading the load balancer: %w", err)
	}
	live.LoadBalancers = out.LoadBalancers
	return r.listeners(ctx, balancers[0], aws.ToString(groups.TargetGroups[0].TargetGroupArn), live)
}

// listeners reads those of a load balancer that lead to a target group, and the rules that do.
func (r liveReader) listeners(ctx context.Context, balancer, group string, live *importer.Live) error {
	out, err := r.elb.DescribeListeners(ctx, &elasticloadbalancingv2.DescribeListenersInput{LoadBalancerArn: &balancer})
	if err != nil {
		return fmt.Errorf("reading the listeners: %w", err)
	}
	var listeners []elbtypes.Listener
	var rules []elbtypes.Rule
	for _, l := range out.Listeners {
		if forwards(l.DefaultActions, group) {
			listeners = append(listeners, l)
		}
		in := &elasticloadbalancingv2.DescribeRulesInput{ListenerArn: l.ListenerArn}
		for strings.HasPrefix(string(l.Protocol), "HTTP") {
			page, err := r.elb.DescribeRules(ctx, in)
			if err != nil {
				return fmt.Errorf("reading the rules of listener %s: %w", aws.ToString(l.ListenerArn), err)
			}
			for _, rule := range page.Rules {
				if forwards(rule.Actions, group) {
					rules = append(rules, rule)
				}
			}
			if in.Marker = page.NextMarker; aws.ToString(in.Marker) == "" {
				break
			}
		}
	}
	live.Listeners, live.Rules = listeners, rules
	return nil
}

func forwards(actions []elbtypes.Action, group string) bool {
	for _, a := range actions {
		if aws.ToString(a.TargetGroupArn) == group {
			return true
		}
		if a.ForwardConfig == nil {
			continue
		}
		for _, g := range a.ForwardConfig.TargetGroups {
			if aws.ToString(g.TargetGroupArn) == group {
				return true
			}
		}
	}
	return false
}

// scales reads the service's auto scaling.
func (r liveReader) scales(ctx context.Context, s types.Service, live *importer.Live) error {
	_, resource, ok := strings.Cut(aws.ToString(s.ServiceArn), ":service/")
	if !ok {
		return errors.New("the service's ARN is none")
	}
	if !strings.Contains(resource, "/") { // the ARNs of before 2018
		_, cluster, _ := strings.Cut(aws.ToString(s.ClusterArn), ":cluster/")
		resource = cluster + "/" + resource
	}
	id := "service/" + resource
	targets, err := r.scaling.DescribeScalableTargets(ctx, &applicationautoscaling.DescribeScalableTargetsInput{
		ServiceNamespace: scalingtypes.ServiceNamespaceEcs, ResourceIds: []string{id},
	})
	if err != nil {
		return fmt.Errorf("reading the auto scaling of %s: %w", id, err)
	}
	if len(targets.ScalableTargets) == 0 {
		return nil
	}
	policies, err := r.scaling.DescribeScalingPolicies(ctx, &applicationautoscaling.DescribeScalingPoliciesInput{
		ServiceNamespace: scalingtypes.ServiceNamespaceEcs, ResourceId: &id,
	})
	if err != nil {
		return fmt.Errorf("reading the scaling policies of %s: %w", id, err)
	}
	actions, err := r.scaling.DescribeScheduledActions(ctx, &applicationautoscaling.DescribeScheduledActionsInput{
		ServiceNamespace: scalingtypes.ServiceNamespaceEcs, ResourceId: &id,
	})
	if err != nil {
		return fmt.Errorf("reading the scheduled actions of %s: %w", id, err)
	}
	live.ScalableTargets, live.ScalingPolicies, live.ScheduledActions = targets.ScalableTargets, policies.ScalingPolicies, actions.ScheduledActions
	return nil
}
