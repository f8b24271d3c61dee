package cloudwatch

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/google/go-cmp/cmp"
)

// TestMissingDataCountAsAWSsTablesSay plays the tables of AWS's page on missing data: 0 is within the threshold, X beyond it,
// - is missing; the newest data point is the last. Each row says the state for missing, ignore, breaching and notBreaching.
func TestMissingDataCountAsAWSsTablesSay(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		needed int32
		points string
		want   [4]string
	}{
		{3, "0 - X - X", [4]string{"OK", "OK", "OK", "OK"}},
		{3, "- - - - 0", [4]string{"OK", "OK", "OK", "OK"}},
		{3, "- - - - -", [4]string{"INSUFFICIENT_DATA", "as it was", "ALARM", "OK"}},
		{3, "0 X X - X", [4]string{"ALARM", "ALARM", "ALARM", "ALARM"}},
		{3, "- - X - -", [4]string{"ALARM", "as it was", "ALARM", "OK"}},
		{2, "0 - X - X", [4]string{"ALARM", "ALARM", "ALARM", "ALARM"}},
		{2, "0 0 X 0 X", [4]string{"ALARM", "ALARM", "ALARM", "ALARM"}},
		{2, "0 - X - -", [4]string{"OK", "OK", "ALARM", "OK"}},
		{2, "- - - - 0", [4]string{"OK", "OK", "ALARM", "OK"}},
		{2, "- - - - X", [4]string{"ALARM", "as it was", "ALARM", "OK"}},
	} {
		var got [4]string
		for i, treat := range []string{"missing", "ignore", "breaching", "notBreaching"} {
			a := &alarm{MetricAlarm: types.MetricAlarm{EvaluationPeriods: aws.Int32(3), DatapointsToAlarm: &c.needed, TreatMissingData: &treat,
				Threshold: aws.Float64(1), ComparisonOperator: types.ComparisonOperatorGreaterThanOrEqualToThreshold, StateValue: "as it was"}}
			got[i] = string(a.decide(newestFirst(c.points)).State)
		}
		if d := cmp.Diff(c.want, got); d != "" {
			t.Errorf("%d of 3, %s (-want +got):\n%s", c.needed, c.points, d)
		}
	}
}

func newestFirst(points string) []*float64 {
	values := map[string]*float64{"0": aws.Float64(0), "X": aws.Float64(1), "-": nil}
	var all []*float64
	for p := range strings.FieldsSeq(points) {
		all = append([]*float64{values[p]}, all...)
	}
	return all
}

func TestEveryComparisonTakesTheThresholdItselfAsItsNameSays(t *testing.T) {
	t.Parallel()
	got := map[types.ComparisonOperator][3]bool{}
	for _, op := range operators() {
		a := &alarm{MetricAlarm: types.MetricAlarm{ComparisonOperator: op, Threshold: aws.Float64(10)}}
		got[op] = [3]bool{a.breached(9), a.breached(10), a.breached(11)}
	}
	want := map[types.ComparisonOperator][3]bool{
		types.ComparisonOperatorGreaterThanOrEqualToThreshold: {false, true, true}, types.ComparisonOperatorGreaterThanThreshold: {false, false, true},
		types.ComparisonOperatorLessThanThreshold: {true, false, false}, types.ComparisonOperatorLessThanOrEqualToThreshold: {true, true, false},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestStatisticsAreOfAllValuesThatCameIn(t *testing.T) {
	t.Parallel()
	var p point
	err := p.take(types.MetricDatum{Values: []float64{1, 3, 10}, Counts: []float64{2, 1, 1}})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]float64{}
	for _, name := range []string{"Average", "Sum", "Minimum", "Maximum", "SampleCount", "p50", "p75", "p99.9"} {
		got[name], _ = p.statistic(name)
	}
	want := map[string]float64{"Average": 3.75, "Sum": 15, "Minimum": 1, "Maximum": 10, "SampleCount": 4, "p50": 1, "p75": 3, "p99.9": 10}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}
