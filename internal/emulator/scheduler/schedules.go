package scheduler

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/scheduler"
	"github.com/aws/aws-sdk-go-v2/service/scheduler/types"

	"ferry.dev/ferry/internal/emulator/paging"
)

// CreateSchedule makes a schedule and sets it going.
func (s *Service) CreateSchedule(_ context.Context, in *scheduler.CreateScheduleInput) (*scheduler.CreateScheduleOutput, error) {
	spec, err := s.spec(in.Name, in.ScheduleExpression, in.FlexibleTimeWindow, in.Target, spec{
		Zone: aws.ToString(in.ScheduleExpressionTimezone), Start: in.StartDate, End: in.EndDate, State: in.State,
		Description: in.Description, After: in.ActionAfterCompletion,
	}, in.KmsKeyArn)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	in.GroupName = aws.String(cmp.Or(aws.ToString(in.GroupName), defaultGroup))
	if s.groups[*in.GroupName] == nil {
		return nil, notFound("Schedule group", *in.GroupName)
	}
	key := *in.GroupName + "/" + *in.Name
	if s.schedules[key] != nil {
		return nil, exists("Schedule", *in.Name)
	}
	x := &schedule{Name: *in.Name, Group: *in.GroupName, Created: s.now(), Modified: s.now(), Spec: spec}
	s.schedules[key] = x
	s.arm(x)
	return &scheduler.CreateScheduleOutput{ScheduleArn: s.scheduleARN(x.Group, x.Name)}, nil
}

// UpdateSchedule replaces everything that was said of a schedule: what is not said again takes its default.
func (s *Service) UpdateSchedule(_ context.Context, in *scheduler.UpdateScheduleInput) (*scheduler.UpdateScheduleOutput, error) {
	spec, err := s.spec(in.Name, in.ScheduleExpression, in.FlexibleTimeWindow, in.Target, spec{
		Zone: aws.ToString(in.ScheduleExpressionTimezone), Start: in.StartDate, End: in.EndDate, State: in.State,
		Description: in.Description, After: in.ActionAfterCompletion,
	}, in.KmsKeyArn)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	x, err := s.find(in.GroupName, in.Name)
	if err != nil {
		return nil, err
	}
	x.Spec, x.Modified = spec, s.now()
	s.arm(x)
	return &scheduler.UpdateScheduleOutput{ScheduleArn: s.scheduleARN(x.Group, x.Name)}, nil
}

// find finds a schedule. The caller holds the lock.
func (s *Service) find(group, name *string) (*schedule, error) {
	x := s.schedules[cmp.Or(aws.ToString(group), defaultGroup)+"/"+aws.ToString(name)]
	if x == nil {
		return nil, notFound("Schedule", aws.ToString(name))
	}
	return x, nil
}

// GetSchedule returns one schedule.
func (s *Service) GetSchedule(_ context.Context, in *scheduler.GetScheduleInput) (*scheduler.GetScheduleOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	x, err := s.find(in.GroupName, in.Name)
	if err != nil {
		return nil, err
	}
	return &scheduler.GetScheduleOutput{
		Arn: s.scheduleARN(x.Group, x.Name), Name: &x.Name, GroupName: &x.Group, CreationDate: &x.Created, LastModificationDate: &x.Modified,
		ScheduleExpression: &x.Spec.Expression, ScheduleExpressionTimezone: &x.Spec.Zone, StartDate: x.Spec.Start, EndDate: x.Spec.End,
		State: x.Spec.State, FlexibleTimeWindow: &x.Spec.Window, Description: x.Spec.Description, Target: &x.Spec.Target,
		ActionAfterCompletion: x.Spec.After,
	}, nil
}

// DeleteSchedule deletes a schedule; what it has started goes on.
func (s *Service) DeleteSchedule(_ context.Context, in *scheduler.DeleteScheduleInput) (*scheduler.DeleteScheduleOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	x, err := s.find(in.GroupName, in.Name)
	if err != nil {
		return nil, err
	}
	s.drop(x)
	return &scheduler.DeleteScheduleOutput{}, nil
}

// drop forgets a schedule. The caller holds the lock.
func (s *Service) drop(x *schedule) {
	s.rest(x)
	delete(s.schedules, x.Group+"/"+x.Name)
}

// ListSchedules lists schedules by group and name.
func (s *Service) ListSchedules(_ context.Context, in *scheduler.ListSchedulesInput) (*scheduler.ListSchedulesOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := []types.ScheduleSummary{}
	for _, key := range slices.Sorted(maps.Keys(s.schedules)) {
		x := s.schedules[key]
		if g := aws.ToString(in.GroupName); g != "" && g != x.Group || !strings.HasPrefix(x.Name, aws.ToString(in.NamePrefix)) ||
			in.State != "" && in.State != x.Spec.State {
			continue
		}
		all = append(all, types.ScheduleSummary{
			Arn: s.scheduleARN(x.Group, x.Name), Name: &x.Name, GroupName: &x.Group, CreationDate: &x.Created, LastModificationDate: &x.Modified,
			State: x.Spec.State, Target: &types.TargetSummary{Arn: x.Spec.Target.Arn},
		})
	}
	page, next, err := paging.Page(all, in.NextToken, in.MaxResults, 100)
	if err != nil {
		return nil, invalid("The NextToken is not valid.")
	}
	return &scheduler.ListSchedulesOutput{Schedules: page, NextToken: next}, nil
}
