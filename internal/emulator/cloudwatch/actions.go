package cloudwatch

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"ferry.dev/ferry/internal/emulator/autoscaling"
	"ferry.dev/ferry/internal/emulator/paging"
	"ferry.dev/ferry/internal/emulator/sns"
)

// again is how often an alarm that lasts tells its scaling policies.
const again = time.Minute

// mostHistory is how many things that happened to alarms are remembered.
const mostHistory = 500

// action is one action of one alarm that is due.
type action struct {
	Alarm  types.MetricAlarm
	Old    types.StateValue
	ARN    string
	Beyond float64 // how far the metric is beyond the threshold
}

func isPolicy(arn string) bool { return strings.Contains(arn, ":scalingPolicy:") }

// policies are the scaling policies that an alarm tells, in whatever state.
func (a *alarm) policies() []string {
	return slices.DeleteFunc(slices.Concat(a.AlarmActions, a.OKActions, a.InsufficientDataActions), func(arn string) bool { return !isPolicy(arn) })
}

// actions are those of the alarm's state.
func (a *alarm) actions() []string {
	switch a.StateValue {
	case types.StateValueAlarm:
		return a.AlarmActions
	case types.StateValueOk:
		return a.OKActions
	}
	return a.InsufficientDataActions
}

// turn puts an alarm into a state and returns what is due: all actions of a new state, those that scale of one that lasts. The
// caller holds the lock.
func (s *Service) turn(a *alarm, v verdict) []action {
	old, now := a.StateValue, s.now()
	changed := old != v.State
	if changed {
		a.StateValue, a.StateReason, a.StateReasonData, a.StateUpdatedTimestamp, a.StateTransitionedTimestamp = v.State, &v.Reason, v.Data, now, now
		s.note(a, now, types.HistoryItemTypeStateUpdate, "Alarm updated from "+string(old)+" to "+string(v.State))
	}
	lasts := !changed && a.StateValue == types.StateValueAlarm && s.Clock.Since(a.Scaled) >= again
	if !aws.ToBool(a.ActionsEnabled) || !changed && !lasts {
		return nil
	}
	a.Scaled = *now
	var due []action
	for _, arn := range a.actions() {
		if changed || isPolicy(arn) {
			due = append(due, action{Alarm: a.MetricAlarm, Old: old, ARN: arn, Beyond: a.beyond(v.Latest)})
		}
	}
	return due
}

// beyond is how far a value is from the threshold; without a value, as when the state was set by hand, it is on it.
func (a *alarm) beyond(v *float64) float64 {
	if v == nil {
		return 0
	}
	return *v - *a.Threshold
}

// perform runs actions and notes how they went.
func (s *Service) perform(ctx context.Context, due []action) {
	for _, d := range due {
		summary := "Successfully executed action " + d.ARN
		if err := s.act(ctx, d); err != nil {
			summary = "Failed to execute action " + d.ARN + ". Received error: \"" + err.Error() + "\""
		}
		s.mu.Lock()
		s.note(&alarm{MetricAlarm: d.Alarm}, s.now(), types.HistoryItemTypeAction, summary)
		s.mu.Unlock()
	}
}

// act runs one action.
func (s *Service) act(ctx context.Context, d action) error {
	switch {
	case isPolicy(d.ARN):
		return s.Scaling.Step(ctx, autoscaling.Ring{Policy: d.ARN, Alarm: *d.Alarm.AlarmName, State: string(d.Alarm.StateValue), Beyond: d.Beyond})
	case strings.HasPrefix(d.ARN, s.Scope.ARN("sns", "")):
		subject := string(d.Alarm.StateValue) + ": \"" + *d.Alarm.AlarmName + "\""
		_, err := s.Topics.Publish(ctx, &sns.PublishInput{TopicArn: &d.ARN, Subject: &subject, Message: aws.String(s.message(d))})
		return err
	}
	return invalid("Environment local has nothing that this action names.")
}

// message is what a topic is told.
func (s *Service) message(d action) string {
	text, _ := json.Marshal(map[string]any{ //nolint:errcheck // strings and numbers are JSON always
		"AlarmName": d.Alarm.AlarmName, "AlarmDescription": d.Alarm.AlarmDescription, "AWSAccountId": s.Scope.Account, "AlarmArn": d.Alarm.AlarmArn,
		"NewStateValue": d.Alarm.StateValue, "OldStateValue": d.Old, "NewStateReason": d.Alarm.StateReason,
		"StateChangeTime": d.Alarm.StateUpdatedTimestamp.Format("2006-01-02T15:04:05.000+0000"),
		"Trigger": map[string]any{"MetricName": d.Alarm.MetricName, "Namespace": d.Alarm.Namespace, "Statistic": d.Alarm.Statistic, "Period": d.Alarm.Period,
			"EvaluationPeriods": d.Alarm.EvaluationPeriods, "ComparisonOperator": d.Alarm.ComparisonOperator, "Threshold": d.Alarm.Threshold},
	})
	return string(text)
}

// note remembers what happened to an alarm. The caller holds the lock.
func (s *Service) note(a *alarm, at *time.Time, kind types.HistoryItemType, summary string) {
	s.state.History = append(s.state.History, types.AlarmHistoryItem{
		AlarmName: a.AlarmName, AlarmType: types.AlarmTypeMetricAlarm, HistoryItemType: kind, HistorySummary: &summary, Timestamp: at, HistoryData: aws.String("{}"),
	})
	s.state.History = s.state.History[max(0, len(s.state.History)-mostHistory):]
}

// DescribeAlarmHistory lists what happened to alarms, newest first.
func (s *Service) DescribeAlarmHistory(_ context.Context, in *cloudwatch.DescribeAlarmHistoryInput) (*cloudwatch.DescribeAlarmHistoryOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := []types.AlarmHistoryItem{}
	for _, h := range slices.Backward(s.state.History) {
		if (in.AlarmName == nil || *in.AlarmName == *h.AlarmName) && (in.HistoryItemType == "" || in.HistoryItemType == h.HistoryItemType) &&
			(in.StartDate == nil || !h.Timestamp.Before(*in.StartDate)) && (in.EndDate == nil || h.Timestamp.Before(*in.EndDate)) {
			all = append(all, h)
		}
	}
	if in.ScanBy == types.ScanByTimestampAscending {
		slices.Reverse(all)
	}
	page, next, err := paging.Page(all, in.NextToken, in.MaxRecords, 100)
	if err != nil {
		return nil, badToken()
	}
	return &cloudwatch.DescribeAlarmHistoryOutput{AlarmHistoryItems: page, NextToken: next}, nil
}
