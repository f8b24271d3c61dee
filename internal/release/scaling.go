package release

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"golang.org/x/sync/errgroup"
)

// Scaling is what Application Auto Scaling does to a service's desired count, or is to do. Without a target it does nothing.
type Scaling struct {
	Target   *applicationautoscaling.RegisterScalableTargetInput
	Policies []applicationautoscaling.PutScalingPolicyInput
	Actions  []applicationautoscaling.PutScheduledActionInput
	// ARNs are those of the policies, by their names, of what is live.
	ARNs map[string]string
	// Alarms tell policies of steps to act. The action of one that is wanted is the name of its policy.
	Alarms    []cloudwatch.PutMetricAlarmInput
	AlarmARNs map[string]string // by their names, of what is live
}

// ParseScaling reads a document of parts, each as `aws application-autoscaling <command> --cli-input-json` takes it:
// RegisterScalableTarget, and the lists PutScalingPolicy and PutScheduledAction. The list PutMetricAlarm is for `aws cloudwatch`.
// No document: no scaling.
func ParseScaling(doc []byte) (Scaling, error) {
	if len(doc) == 0 {
		return Scaling{}, nil
	}
	var in struct {
		RegisterScalableTarget applicationautoscaling.RegisterScalableTargetInput
		PutScalingPolicy       []applicationautoscaling.PutScalingPolicyInput
		PutScheduledAction     []applicationautoscaling.PutScheduledActionInput
		PutMetricAlarm         []cloudwatch.PutMetricAlarmInput
	}
	if err := decode(doc, &in); err != nil {
		return Scaling{}, fmt.Errorf("reading the scaling definition: %w", err)
	}
	return Scaling{Target: &in.RegisterScalableTarget, Policies: in.PutScalingPolicy, Actions: in.PutScheduledAction, Alarms: in.PutMetricAlarm}, nil
}

// Range is the fewest and the most tasks in one word, 1-10; "" where nothing scales.
func (s Scaling) Range() string {
	if s.Target == nil {
		return ""
	}
	return number(s.Target.MinCapacity) + "-" + number(s.Target.MaxCapacity)
}

// scaledBefore tells whether the last manifest had auto scaling choose the count.
func scaledBefore(s *ecstypes.Service) bool {
	return s != nil && strings.Contains(tagMap(s.Tags)[CountTag], "-")
}

// Scales tells whether there is something to read at Application Auto Scaling, for a service whose manifest has scaling or
// not: a service that never had any costs no call.
func (l Live) Scales() bool { return scaledBefore(l.Service) }

// scalable names a service for Application Auto Scaling.
func scalable(cluster, service string) *string {
	return aws.String("service/" + cluster + "/" + service)
}

// Scaling reads what Application Auto Scaling does to a service, with three calls side by side.
func (c *Client) Scaling(ctx context.Context, cluster, service string) (Scaling, error) {
	s := Scaling{ARNs: map[string]string{}}
	id := scalable(cluster, service)
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() (err error) { s.Target, err = c.target(gctx, id); return err })
	g.Go(func() error { return c.policies(gctx, id, &s) })
	g.Go(func() error { return c.actions(gctx, id, &s) })
	if err := g.Wait(); err != nil {
		return Scaling{}, fmt.Errorf("reading the auto scaling of service %s: %w", service, err)
	}
	return s, nil
}

func (c *Client) target(ctx context.Context, id *string) (*applicationautoscaling.RegisterScalableTargetInput, error) {
	out, err := c.AutoScaling.DescribeScalableTargets(ctx, &applicationautoscaling.DescribeScalableTargetsInput{
		ServiceNamespace: types.ServiceNamespaceEcs, ResourceIds: []string{*id}, ScalableDimension: types.ScalableDimensionECSServiceDesiredCount,
	})
	if err != nil || len(out.ScalableTargets) == 0 {
		return nil, err
	}
	t := out.ScalableTargets[0]
	return &applicationautoscaling.RegisterScalableTargetInput{
		ResourceId: t.ResourceId, ScalableDimension: t.ScalableDimension, ServiceNamespace: t.ServiceNamespace, MinCapacity: t.MinCapacity, MaxCapacity: t.MaxCapacity,
	}, nil
}

func (c *Client) policies(ctx context.Context, id *string, s *Scaling) error {
	pages := applicationautoscaling.NewDescribeScalingPoliciesPaginator(c.AutoScaling, &applicationautoscaling.DescribeScalingPoliciesInput{
		ServiceNamespace: types.ServiceNamespaceEcs, ResourceId: id, ScalableDimension: types.ScalableDimensionECSServiceDesiredCount,
	})
	for pages.HasMorePages() {
		out, err := pages.NextPage(ctx)
		if err != nil {
			return err
		}
		for _, p := range out.ScalingPolicies {
			s.ARNs[aws.ToString(p.PolicyName)] = aws.ToString(p.PolicyARN)
			s.Policies = append(s.Policies, applicationautoscaling.PutScalingPolicyInput{
				PolicyName: p.PolicyName, PolicyType: p.PolicyType, ResourceId: p.ResourceId, ScalableDimension: p.ScalableDimension, ServiceNamespace: p.ServiceNamespace,
				TargetTrackingScalingPolicyConfiguration: p.TargetTrackingScalingPolicyConfiguration, StepScalingPolicyConfiguration: p.StepScalingPolicyConfiguration,
				PredictiveScalingPolicyConfiguration: p.PredictiveScalingPolicyConfiguration,
			})
		}
	}
	return nil
}

func (c *Client) actions(ctx context.Context, id *string, s *Scaling) error {
	pages := applicationautoscaling.NewDescribeScheduledActionsPaginator(c.AutoScaling, &applicationautoscaling.DescribeScheduledActionsInput{
		ServiceNamespace: types.ServiceNamespaceEcs, ResourceId: id, ScalableDimension: types.ScalableDimensionECSServiceDesiredCount,
	})
	for pages.HasMorePages() {
		out, err := pages.NextPage(ctx)
		if err != nil {
			return err
		}
		for _, a := range out.ScheduledActions {
			s.Actions = append(s.Actions, applicationautoscaling.PutScheduledActionInput{
				ScheduledActionName: a.ScheduledActionName, ResourceId: a.ResourceId, ScalableDimension: a.ScalableDimension, ServiceNamespace: a.ServiceNamespace,
				Schedule: a.Schedule, Timezone: a.Timezone, StartTime: a.StartTime, EndTime: a.EndTime, ScalableTargetAction: a.ScalableTargetAction,
			})
		}
	}
	return nil
}

// endScaling takes a service away from Application Auto Scaling, the alarms of its steps first: they are found by the policies,
// which go with it.
func (c *Client) endScaling(ctx context.Context, id *string, alarms []string) error {
	if err := c.silence(ctx, alarms); err != nil {
		return err
	}
	return c.forget(ctx, id)
}

// forget takes a service away from Application Auto Scaling, with its policies and scheduled actions.
func (c *Client) forget(ctx context.Context, id *string) error {
	_, err := c.AutoScaling.DeregisterScalableTarget(ctx, &applicationautoscaling.DeregisterScalableTargetInput{
		ResourceId: id, ServiceNamespace: types.ServiceNamespaceEcs, ScalableDimension: types.ScalableDimensionECSServiceDesiredCount,
	})
	var gone *types.ObjectNotFoundException
	if err != nil && !errors.As(err, &gone) {
		return fmt.Errorf("ending the auto scaling of %s: %w", *id, err)
	}
	return nil
}
