package cloudwatch

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
)

// interval is how often alarms are evaluated without new data.
const interval = 10 * time.Second

// shortest is the least time to wait on the wall's clock: one whose waits are shorter keeps the processor busy otherwise.
const shortest = 20 * time.Millisecond

// further is how many periods beyond its own an alarm looks for data, where some of its own are missing.
const further = 2

// watch sees to it that alarms are evaluated, as long as there are any. The caller holds the lock.
func (s *Service) watch() {
	if s.watching || len(s.state.Alarms) == 0 {
		return
	}
	s.watching = true
	s.wg.Go(func() {
		for s.pause() {
			s.evaluate(s.ctx, func(*alarm) bool { return true })
		}
	})
}

// pause waits until alarms are due. It is false once there are none, or the service has closed.
func (s *Service) pause() bool {
	timer := time.NewTimer(max(s.Clock.Shorten(interval), shortest))
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-s.ctx.Done():
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.watching = len(s.state.Alarms) > 0
	return s.watching
}

// evaluate looks at alarms and runs the actions of those that change.
func (s *Service) evaluate(ctx context.Context, which func(*alarm) bool) {
	var due []action
	s.mu.Lock()
	for _, name := range slices.Sorted(maps.Keys(s.state.Alarms)) {
		a := s.state.Alarms[name]
		if _, ok := a.metric(); !ok || !which(a) {
			continue
		}
		due = append(due, s.turn(a, s.judge(a))...)
	}
	s.mu.Unlock()
	s.perform(ctx, due)
}

// metric is the one metric that an alarm is over; false for metric math.
func (a *alarm) metric() (query, bool) {
	if len(a.Metrics) > 0 {
		return query{}, false
	}
	return query{Namespace: *a.Namespace, Name: *a.MetricName, Dimensions: a.Dimensions, Unit: a.Unit}, true
}

// verdict is the state that an alarm should be in, and why.
type verdict struct {
	State  types.StateValue
	Reason string
	Data   *string  // what stands beside the reason; "" is none
	Latest *float64 // the newest value
}

// judge reads an alarm's data points, newest first, and decides. The caller holds the lock.
//
// The period that has not ended counts as soon as there are data of it; until then its absence is nothing that is missing.
func (s *Service) judge(a *alarm) verdict {
	q, _ := a.metric()
	statistic := cmp.Or(string(a.Statistic), aws.ToString(a.ExtendedStatistic))
	period := time.Duration(*a.Period) * time.Second
	from := s.Clock.Now().Truncate(period)
	if s.over(q, from, from.Add(period)).Count == 0 {
		from = from.Add(-period)
	}
	var values []*float64
	for i := range int(*a.EvaluationPeriods) + further {
		start := from.Add(-time.Duration(i) * period)
		if v, ok := s.over(q, start, start.Add(period)).statistic(statistic); ok {
			values = append(values, &v)
		} else {
			values = append(values, nil)
		}
	}
	return a.decide(values)
}

// decide finds the state by the values of the latest periods, newest first; nil is a period without data.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
func (a *alarm) decide(values []*float64) verdict {
	periods := int(*a.EvaluationPeriods)
	needed := int(aws.ToInt32(a.DatapointsToAlarm))
	if needed == 0 {
		needed = periods
	}
	var known []float64
	for _, v := range values {
		if v != nil && len(known) < periods {
			known = append(known, *v)
		}
	}
	breaching := 0
	for _, v := range known {
		if a.breached(v) {
			breaching++
		}
	}
	return a.say(known, breaching, a.settled(periods, needed, len(known), breaching))
}

// settled is the state by how many of an alarm's data points are known, and breach; "" leaves it as it is.
func (a *alarm) settled(periods, needed, known, breaching int) types.StateValue {
	absent := periods - known
	treat := cmp.Or(aws.ToString(a.TreatMissingData), "missing")
	if treat == "breaching" {
		breaching += absent
	}
	switch {
	case breaching >= needed:
		return types.StateValueAlarm
	case absent == 0 || treat == "breaching" || treat == "notBreaching":
		return types.StateValueOk
	case treat == "ignore" && (known == 0 || breaching == known):
		return ""
	case known == 0:
		return types.StateValueInsufficientData
	case breaching == known: // all there is: AWS does not wait for more
		return types.StateValueAlarm
	}
	return types.StateValueOk
}

// breached compares a value with the threshold.
func (a *alarm) breached(v float64) bool {
	switch a.ComparisonOperator {
	case types.ComparisonOperatorGreaterThanOrEqualToThreshold:
		return v >= *a.Threshold
	case types.ComparisonOperatorGreaterThanThreshold:
		return v > *a.Threshold
	case types.ComparisonOperatorLessThanThreshold:
		return v < *a.Threshold
	}
	return v <= *a.Threshold
}

// say puts a state into words.
func (a *alarm) say(known []float64, breaching int, state types.StateValue) verdict {
	if state == "" {
		state = a.StateValue
	}
	v := verdict{State: state}
	if len(known) == 0 {
		v.Reason = fmt.Sprintf("Threshold Crossed: no datapoints were received for %d periods.", *a.EvaluationPeriods)
		return v
	}
	v.Latest = &known[0]
	if state == types.StateValueOk {
		breaching = len(known) - breaching
	}
	texts := make([]string, len(known))
	for i, one := range known {
		texts[i] = fmt.Sprint(one)
	}
	word := map[bool]string{true: "was", false: "was not"}[state == types.StateValueAlarm]
	v.Reason = fmt.Sprintf("Threshold Crossed: %d out of the last %d datapoints [%s] %s %s the threshold (%v).",
		breaching, len(known), strings.Join(texts, ", "), word, a.ComparisonOperator, *a.Threshold)
	return v
}
