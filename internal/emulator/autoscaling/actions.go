package autoscaling

import (
	"context"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"

	"ferry.dev/ferry/internal/emulator/ids"
	"ferry.dev/ferry/internal/emulator/paging"
	"ferry.dev/ferry/internal/emulator/scheduler"
)

// PutScheduledAction makes or changes a scheduled action of a registered target; what is not given stays as it is, as AWS has it.
func (s *Service) PutScheduledAction(_ context.Context, in *applicationautoscaling.PutScheduledActionInput) (*applicationautoscaling.PutScheduledActionOutput, error) {
	if aws.ToString(in.ScheduledActionName) == "" {
		return nil, invalid("ScheduledActionName is required.")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.target(in.ServiceNamespace, in.ResourceId, in.ScalableDimension) < 0 {
		return nil, notFound("scalable target", in.ServiceNamespace, in.ResourceId, in.ScalableDimension)
	}
	i := s.action(in.ScheduledActionName, in.ServiceNamespace, in.ResourceId, in.ScalableDimension)
	a := types.ScheduledAction{
		ScheduledActionName: in.ScheduledActionName, ResourceId: in.ResourceId, ScalableDimension: in.ScalableDimension, ServiceNamespace: in.ServiceNamespace,
		CreationTime:       aws.Time(s.clk.Now().Truncate(time.Millisecond)),
		ScheduledActionARN: aws.String(s.scope.ARN("autoscaling", "scheduledAction:"+ids.NewUUID()+":resource/"+string(in.ServiceNamespace)+"/"+aws.ToString(in.ResourceId)+":scheduledActionName/"+*in.ScheduledActionName)),
	}
	if i >= 0 {
		a = s.state.Actions[i]
	}
	if in.Schedule != nil {
		a.Schedule = in.Schedule
	}
	if in.ScalableTargetAction != nil {
		a.ScalableTargetAction = in.ScalableTargetAction
	}
	a.Timezone, a.StartTime, a.EndTime = in.Timezone, in.StartTime, in.EndTime
	if err := checkAction(a); err != nil {
		return nil, err
	}
	if i >= 0 {
		s.state.Actions[i] = a
	} else {
		s.state.Actions = append(s.state.Actions, a)
	}
	s.arm(a)
	return &applicationautoscaling.PutScheduledActionOutput{}, nil
}

func checkAction(a types.ScheduledAction) error {
	t := a.ScalableTargetAction
	switch {
	case t == nil || t.MinCapacity == nil && t.MaxCapacity == nil:
		return invalid("ScalableTargetAction with MinCapacity or MaxCapacity is required.")
	case t.MinCapacity != nil && t.MaxCapacity != nil && *t.MinCapacity > *t.MaxCapacity:
		return invalid("Maximum capacity cannot be less than minimum capacity")
	case a.StartTime != nil && a.EndTime != nil && !a.StartTime.Before(*a.EndTime):
		return invalid("StartTime must be before EndTime")
	}
	if _, err := scheduler.Next(aws.ToString(a.Schedule), aws.ToString(a.Timezone), time.Unix(0, 0), time.Unix(0, 0)); err != nil {
		return invalid("Schedule expression not valid: " + err.Error())
	}
	return nil
}

// action finds a scheduled action. The caller holds the lock.
func (s *Service) action(name *string, ns types.ServiceNamespace, id *string, dim types.ScalableDimension) int {
	return slices.IndexFunc(s.state.Actions, func(a types.ScheduledAction) bool {
		return *a.ScheduledActionName == aws.ToString(name) && a.ServiceNamespace == ns && *a.ResourceId == aws.ToString(id) && a.ScalableDimension == dim
	})
}

// DescribeScheduledActions lists scheduled actions of one namespace.
func (s *Service) DescribeScheduledActions(_ context.Context, in *applicationautoscaling.DescribeScheduledActionsInput) (*applicationautoscaling.DescribeScheduledActionsOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := []types.ScheduledAction{}
	for _, a := range s.state.Actions {
		if a.ServiceNamespace == in.ServiceNamespace && (in.ResourceId == nil || *in.ResourceId == *a.ResourceId) &&
			(in.ScalableDimension == "" || in.ScalableDimension == a.ScalableDimension) &&
			(len(in.ScheduledActionNames) == 0 || slices.Contains(in.ScheduledActionNames, *a.ScheduledActionName)) {
			all = append(all, a)
		}
	}
	page, next, err := paging.Page(all, in.NextToken, in.MaxResults, 50)
	if err != nil {
		return nil, badToken()
	}
	return &applicationautoscaling.DescribeScheduledActionsOutput{ScheduledActions: page, NextToken: next}, nil
}

// DeleteScheduledAction deletes a scheduled action.
func (s *Service) DeleteScheduledAction(_ context.Context, in *applicationautoscaling.DeleteScheduledActionInput) (*applicationautoscaling.DeleteScheduledActionOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := s.action(in.ScheduledActionName, in.ServiceNamespace, in.ResourceId, in.ScalableDimension)
	if i < 0 {
		return nil, notFound("scheduled action", in.ServiceNamespace, in.ResourceId, in.ScalableDimension)
	}
	s.rest(*in.ResourceId + "/" + *in.ScheduledActionName)
	s.state.Actions = slices.Delete(slices.Clone(s.state.Actions), i, i+1)
	return &applicationautoscaling.DeleteScheduledActionOutput{}, nil
}
