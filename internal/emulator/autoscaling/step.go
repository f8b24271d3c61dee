package autoscaling

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"
	ecssdk "github.com/aws/aws-sdk-go-v2/service/ecs"
)

// Ring is an alarm that tells a policy to act.
type Ring struct {
	Policy, Alarm string // the ARN of the one, the name of the other
	State         string
	Beyond        float64 // the metric's value less the threshold
}

// stepped is what a step policy did last, for its cooldown.
type stepped struct {
	At   time.Time
	From int32 // the count that it found
	Out  bool  // it added tasks
}

// Attach makes an alarm one of those that its policies list, and of no other policy. No policies: the alarm is gone.
func (s *Service) Attach(name, arn string, policies []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, p := range s.state.Policies {
		if p.PolicyType != types.PolicyTypeStepScaling {
			continue // those of target tracking are made by AWS
		}
		others := slices.DeleteFunc(slices.Clone(p.Alarms), func(a types.Alarm) bool { return *a.AlarmName == name })
		if slices.Contains(policies, *p.PolicyARN) {
			others = append(others, types.Alarm{AlarmName: &name, AlarmARN: &arn})
		}
		s.state.Policies[i].Alarms = others
	}
}

// Step changes the count of a step policy's service as the policy says.
// https://docs.aws.amazon.com/autoscaling/application/userguide/step-scaling-policy-overview.html
func (s *Service) Step(ctx context.Context, r Ring) error {
	s.mu.Lock()
	i := slices.IndexFunc(s.state.Policies, func(p types.ScalingPolicy) bool { return *p.PolicyARN == r.Policy })
	if i < 0 {
		s.mu.Unlock()
		return invalid("No scaling policy exists for ARN: " + r.Policy)
	}
	p := s.state.Policies[i]
	t := s.state.Targets[s.target(p.ServiceNamespace, p.ResourceId, p.ScalableDimension)]
	last := s.state.Steps[r.Policy]
	s.mu.Unlock()
	if p.StepScalingPolicyConfiguration == nil {
		return invalid("Only policies of type StepScaling are executed here.")
	}
	svc, err := s.service(ctx, *t.ResourceId)
	if err != nil {
		return err
	}
	want, ok := s.next(*p.StepScalingPolicyConfiguration, last, svc.DesiredCount, r.Beyond)
	want = min(max(want, *t.MinCapacity), *t.MaxCapacity)
	if !ok || want == svc.DesiredCount || suspended(t, want > svc.DesiredCount) {
		return nil
	}
	_, err = s.ecs.UpdateService(ctx, &ecssdk.UpdateServiceInput{Cluster: svc.ClusterArn, Service: svc.ServiceArn, DesiredCount: &want})
	s.note(t, want, fmt.Sprintf("monitor alarm %s in state %s triggered policy %s", r.Alarm, r.State, *p.PolicyName), err)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state.Steps == nil { // a state that was kept before there were any
		s.state.Steps = map[string]stepped{}
	}
	s.state.Steps[r.Policy] = stepped{At: s.clk.Now(), From: svc.DesiredCount, Out: want > svc.DesiredCount}
	return nil
}

func suspended(t types.ScalableTarget, out bool) bool {
	switch {
	case t.SuspendedState == nil:
		return false
	case out:
		return aws.ToBool(t.SuspendedState.DynamicScalingOutSuspended)
	}
	return aws.ToBool(t.SuspendedState.DynamicScalingInSuspended)
}

// next is the count that a policy asks for; false for none. Within the cooldown tasks are taken away no further, and those that
// were just added count towards a higher step.
func (s *Service) next(c types.StepScalingPolicyConfiguration, last stepped, count int32, beyond float64) (int32, bool) {
	step, ok := stepFor(c.StepAdjustments, beyond)
	if !ok {
		return count, false
	}
	want := adjusted(c, step, count)
	cooling := !last.At.IsZero() && s.clk.Since(last.At) < time.Duration(aws.ToInt32(c.Cooldown))*time.Second
	switch {
	case !cooling || want > count && !last.Out:
		return want, true
	case want < count:
		return count, false
	}
	return max(adjusted(c, step, last.From), count), true
}

// stepFor finds the step that a value beyond the threshold falls into. What is on the bound between two belongs to the one that
// is nearer to the threshold's other side: the higher one of those that begin at or above it, the lower one of those below.
func stepFor(steps []types.StepAdjustment, beyond float64) (types.StepAdjustment, bool) {
	for _, step := range steps {
		low, high := step.MetricIntervalLowerBound, step.MetricIntervalUpperBound
		negative := high != nil && *high <= 0
		switch {
		case negative && beyond <= *high && (low == nil || beyond > *low):
			return step, true
		case !negative && (low == nil || beyond >= *low) && (high == nil || beyond < *high):
			return step, true
		}
	}
	return types.StepAdjustment{}, false
}

// adjusted is the count after a step. Of a percentage a part of a task is a whole one, and more than one is rounded to zero.
func adjusted(c types.StepScalingPolicyConfiguration, step types.StepAdjustment, count int32) int32 {
	by := aws.ToInt32(step.ScalingAdjustment)
	switch c.AdjustmentType {
	case types.AdjustmentTypeExactCapacity:
		return by
	case types.AdjustmentTypeChangeInCapacity:
		return count + by
	}
	least := max(1, aws.ToInt32(c.MinAdjustmentMagnitude))
	share := int64(count) * int64(by) / 100
	switch {
	case by > 0:
		return count + int32(min(max(share, int64(least)), 1<<20))
	case by < 0:
		return count + int32(max(min(share, -int64(least)), -1<<20))
	}
	return count
}
