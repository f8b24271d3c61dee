package cloudwatch

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"ferry.dev/ferry/internal/emulator/paging"
)

// PutMetricAlarm makes an alarm, or gives it another configuration in whole; its state stays, and so do its tags.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
func (s *Service) PutMetricAlarm(_ context.Context, in *cloudwatch.PutMetricAlarmInput) (*cloudwatch.PutMetricAlarmOutput, error) {
	if err := checkAlarm(in); err != nil {
		return nil, err
	}
	s.mu.Lock()
	a, now := s.newAlarm(in), s.now()
	old := s.state.Alarms[*in.AlarmName]
	what := "created"
	if old != nil {
		what = "updated"
		a.Tags, a.Scaled, a.StateValue, a.StateReason, a.StateReasonData = old.Tags, old.Scaled, old.StateValue, old.StateReason, old.StateReasonData
		a.StateUpdatedTimestamp, a.StateTransitionedTimestamp = old.StateUpdatedTimestamp, old.StateTransitionedTimestamp
	}
	s.state.Alarms[*in.AlarmName] = a
	s.note(a, now, types.HistoryItemTypeConfigurationUpdate, "Alarm \""+*in.AlarmName+"\" "+what)
	s.watch()
	arn, actions := *a.AlarmArn, a.policies()
	s.mu.Unlock()
	s.Scaling.Attach(*in.AlarmName, arn, actions)
	return &cloudwatch.PutMetricAlarmOutput{}, nil
}

// newAlarm is the alarm of a request. The caller holds the lock.
func (s *Service) newAlarm(in *cloudwatch.PutMetricAlarmInput) *alarm {
	now := s.now()
	a := &alarm{Tags: map[string]string{}, MetricAlarm: types.MetricAlarm{
		AlarmName: in.AlarmName, AlarmArn: aws.String(s.arn(*in.AlarmName)), AlarmDescription: in.AlarmDescription, ActionsEnabled: aws.Bool(in.ActionsEnabled == nil || *in.ActionsEnabled),
		OKActions: listed(in.OKActions), AlarmActions: listed(in.AlarmActions), InsufficientDataActions: listed(in.InsufficientDataActions),
		AlarmConfigurationUpdatedTimestamp: now, StateUpdatedTimestamp: now, StateTransitionedTimestamp: now,
		StateValue: types.StateValueInsufficientData, StateReason: aws.String("Unchecked: Initial alarm creation"),
		Namespace: in.Namespace, MetricName: in.MetricName, Statistic: in.Statistic, ExtendedStatistic: in.ExtendedStatistic, Dimensions: in.Dimensions,
		Period: in.Period, Unit: in.Unit, EvaluationPeriods: in.EvaluationPeriods, DatapointsToAlarm: in.DatapointsToAlarm, Threshold: in.Threshold,
		ComparisonOperator: in.ComparisonOperator, TreatMissingData: in.TreatMissingData, EvaluateLowSampleCountPercentile: in.EvaluateLowSampleCountPercentile,
		Metrics: in.Metrics,
	}}
	if len(in.Metrics) == 0 && a.Dimensions == nil {
		a.Dimensions = []types.Dimension{}
	}
	for _, t := range in.Tags {
		a.Tags[aws.ToString(t.Key)] = aws.ToString(t.Value)
	}
	return a
}

// listed is a list that is there, as AWS answers it, when it is empty.
func listed(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

func (s *Service) arn(name string) string { return s.Scope.ARN("cloudwatch", "alarm:"+name) }

// DescribeAlarms lists alarms by name.
func (s *Service) DescribeAlarms(_ context.Context, in *cloudwatch.DescribeAlarmsInput) (*cloudwatch.DescribeAlarmsOutput, error) {
	switch {
	case in.ChildrenOfAlarmName != nil || in.ParentsOfAlarmName != nil:
		return nil, invalid("Composite alarms are not part of environment local.")
	case len(in.AlarmNames) > 0 && in.AlarmNamePrefix != nil:
		return nil, badCombination("AlarmNames and AlarmNamePrefix cannot be used together.")
	case len(in.AlarmNames) > 100:
		return nil, badValue("The collection AlarmNames must not have a size greater than 100.")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	all := []types.MetricAlarm{}
	for _, name := range slices.Sorted(maps.Keys(s.state.Alarms)) {
		if a := s.state.Alarms[name]; a.described(in) {
			all = append(all, a.MetricAlarm)
		}
	}
	page, next, err := paging.Page(all, in.NextToken, orDefault(in.MaxRecords), 100)
	if err != nil {
		return nil, badToken()
	}
	return &cloudwatch.DescribeAlarmsOutput{MetricAlarms: page, CompositeAlarms: []types.CompositeAlarm{}, NextToken: next}, nil
}

// orDefault is how many alarms are answered without a word.
func orDefault(n *int32) *int32 {
	if n == nil {
		return aws.Int32(50)
	}
	return n
}

func (a *alarm) described(in *cloudwatch.DescribeAlarmsInput) bool {
	actions := slices.Concat(a.OKActions, a.AlarmActions, a.InsufficientDataActions)
	return (len(in.AlarmTypes) == 0 || slices.Contains(in.AlarmTypes, types.AlarmTypeMetricAlarm)) &&
		(len(in.AlarmNames) == 0 || slices.Contains(in.AlarmNames, *a.AlarmName)) &&
		strings.HasPrefix(*a.AlarmName, aws.ToString(in.AlarmNamePrefix)) &&
		(in.StateValue == "" || in.StateValue == a.StateValue) &&
		(in.ActionPrefix == nil || slices.ContainsFunc(actions, func(arn string) bool { return strings.HasPrefix(arn, *in.ActionPrefix) }))
}

// DeleteAlarms deletes alarms: all of them, or none if one is not there.
func (s *Service) DeleteAlarms(_ context.Context, in *cloudwatch.DeleteAlarmsInput) (*cloudwatch.DeleteAlarmsOutput, error) {
	if len(in.AlarmNames) == 0 || len(in.AlarmNames) > 100 {
		return nil, badValue("AlarmNames must hold from 1 to 100 names.")
	}
	s.mu.Lock()
	for _, name := range in.AlarmNames {
		if s.state.Alarms[name] == nil {
			s.mu.Unlock()
			return nil, &types.ResourceNotFound{Message: aws.String("Alarm " + name + " does not exist")}
		}
	}
	for _, name := range in.AlarmNames {
		delete(s.state.Alarms, name)
	}
	s.mu.Unlock()
	for _, name := range in.AlarmNames {
		s.Scaling.Attach(name, s.arn(name), nil)
	}
	return &cloudwatch.DeleteAlarmsOutput{}, nil
}

// EnableAlarmActions lets alarms act again.
func (s *Service) EnableAlarmActions(_ context.Context, in *cloudwatch.EnableAlarmActionsInput) (*cloudwatch.EnableAlarmActionsOutput, error) {
	s.enable(in.AlarmNames, true)
	return &cloudwatch.EnableAlarmActionsOutput{}, nil
}

// DisableAlarmActions keeps alarms from acting.
func (s *Service) DisableAlarmActions(_ context.Context, in *cloudwatch.DisableAlarmActionsInput) (*cloudwatch.DisableAlarmActionsOutput, error) {
	s.enable(in.AlarmNames, false)
	return &cloudwatch.DisableAlarmActionsOutput{}, nil
}

// enable passes over names that no alarm has, as AWS does.
func (s *Service) enable(names []string, on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, name := range names {
		if a := s.state.Alarms[name]; a != nil {
			a.ActionsEnabled = aws.Bool(on)
		}
	}
}

// SetAlarmState gives an alarm a state until it is evaluated next, and runs the state's actions.
func (s *Service) SetAlarmState(ctx context.Context, in *cloudwatch.SetAlarmStateInput) (*cloudwatch.SetAlarmStateOutput, error) {
	switch {
	case !slices.Contains(types.StateValue("").Values(), in.StateValue):
		return nil, invalid("Value '" + string(in.StateValue) + "' at 'stateValue' failed to satisfy constraint: Member must satisfy enum value set: [INSUFFICIENT_DATA, ALARM, OK]")
	case in.StateReason == nil:
		return nil, missing("StateReason")
	}
	s.mu.Lock()
	a := s.state.Alarms[aws.ToString(in.AlarmName)]
	if a == nil {
		s.mu.Unlock()
		return nil, &types.ResourceNotFound{}
	}
	due := s.turn(a, verdict{State: in.StateValue, Reason: *in.StateReason, Data: in.StateReasonData})
	s.mu.Unlock()
	s.perform(ctx, due)
	return &cloudwatch.SetAlarmStateOutput{}, nil
}
