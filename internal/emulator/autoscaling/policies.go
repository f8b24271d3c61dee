package autoscaling

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"

	"ferry.dev/ferry/internal/emulator/ids"
	"ferry.dev/ferry/internal/emulator/paging"
)

// PutScalingPolicy makes or replaces a policy of a registered target.
func (s *Service) PutScalingPolicy(_ context.Context, in *applicationautoscaling.PutScalingPolicyInput) (*applicationautoscaling.PutScalingPolicyOutput, error) {
	if aws.ToString(in.PolicyName) == "" {
		return nil, invalid("PolicyName is required.")
	}
	kind := cmp.Or(in.PolicyType, types.PolicyTypeStepScaling)
	if err := checkPolicy(kind, in); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.target(in.ServiceNamespace, in.ResourceId, in.ScalableDimension) < 0 {
		return nil, notFound("scalable target", in.ServiceNamespace, in.ResourceId, in.ScalableDimension)
	}
	p := types.ScalingPolicy{PolicyName: in.PolicyName, PolicyType: kind, ResourceId: in.ResourceId, ScalableDimension: in.ScalableDimension,
		ServiceNamespace: in.ServiceNamespace, StepScalingPolicyConfiguration: in.StepScalingPolicyConfiguration,
		TargetTrackingScalingPolicyConfiguration: in.TargetTrackingScalingPolicyConfiguration,
		PredictiveScalingPolicyConfiguration:     in.PredictiveScalingPolicyConfiguration, Alarms: []types.Alarm{}}
	i := s.policy(in.PolicyName, in.ServiceNamespace, in.ResourceId, in.ScalableDimension)
	if i >= 0 && s.state.Policies[i].PolicyType != kind {
		return nil, invalid("Policy type cannot be changed: delete the policy first.")
	}
	if i >= 0 {
		p.PolicyARN, p.CreationTime, p.Alarms = s.state.Policies[i].PolicyARN, s.state.Policies[i].CreationTime, s.state.Policies[i].Alarms
		s.state.Policies[i] = p
	} else {
		p.PolicyARN = aws.String(s.scope.ARN("autoscaling", "scalingPolicy:"+ids.NewUUID()+":resource/"+string(in.ServiceNamespace)+"/"+aws.ToString(in.ResourceId)+":policyName/"+aws.ToString(in.PolicyName)))
		p.CreationTime = aws.Time(s.clk.Now().Truncate(time.Millisecond))
		p.Alarms = s.alarms(p)
		s.state.Policies = append(s.state.Policies, p)
	}
	return &applicationautoscaling.PutScalingPolicyOutput{PolicyARN: p.PolicyARN, Alarms: p.Alarms}, nil
}

// alarms names the two alarms that AWS makes for a target tracking policy. Here nothing rings.
func (s *Service) alarms(p types.ScalingPolicy) []types.Alarm {
	all := []types.Alarm{}
	if p.PolicyType != types.PolicyTypeTargetTrackingScaling {
		return all
	}
	for _, side := range []string{"High", "Low"} {
		name := "TargetTracking-" + aws.ToString(p.ResourceId) + "-Alarm" + side + "-" + ids.NewUUID()
		all = append(all, types.Alarm{AlarmName: &name, AlarmARN: aws.String(s.scope.ARN("cloudwatch", "alarm:"+name))})
	}
	return all
}

// policy finds a policy. The caller holds the lock.
func (s *Service) policy(name *string, ns types.ServiceNamespace, id *string, dim types.ScalableDimension) int {
	return slices.IndexFunc(s.state.Policies, func(p types.ScalingPolicy) bool {
		return *p.PolicyName == aws.ToString(name) && p.ServiceNamespace == ns && *p.ResourceId == aws.ToString(id) && p.ScalableDimension == dim
	})
}

// DescribeScalingPolicies lists policies of one namespace.
func (s *Service) DescribeScalingPolicies(_ context.Context, in *applicationautoscaling.DescribeScalingPoliciesInput) (*applicationautoscaling.DescribeScalingPoliciesOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := []types.ScalingPolicy{}
	for _, p := range s.state.Policies {
		if p.ServiceNamespace == in.ServiceNamespace && (in.ResourceId == nil || *in.ResourceId == *p.ResourceId) &&
			(in.ScalableDimension == "" || in.ScalableDimension == p.ScalableDimension) &&
			(len(in.PolicyNames) == 0 || slices.Contains(in.PolicyNames, *p.PolicyName)) {
			all = append(all, p)
		}
	}
	page, next, err := paging.Page(all, in.NextToken, in.MaxResults, 50)
	if err != nil {
		return nil, badToken()
	}
	return &applicationautoscaling.DescribeScalingPoliciesOutput{ScalingPolicies: page, NextToken: next}, nil
}

// DeleteScalingPolicy deletes a policy.
func (s *Service) DeleteScalingPolicy(_ context.Context, in *applicationautoscaling.DeleteScalingPolicyInput) (*applicationautoscaling.DeleteScalingPolicyOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := s.policy(in.PolicyName, in.ServiceNamespace, in.ResourceId, in.ScalableDimension)
	if i < 0 {
		return nil, notFound("scaling policy", in.ServiceNamespace, in.ResourceId, in.ScalableDimension)
	}
	delete(s.state.Steps, *s.state.Policies[i].PolicyARN)
	s.state.Policies = slices.Delete(slices.Clone(s.state.Policies), i, i+1)
	return &applicationautoscaling.DeleteScalingPolicyOutput{}, nil
}
