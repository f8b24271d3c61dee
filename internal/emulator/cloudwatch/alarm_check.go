package cloudwatch

import (
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
)

// operators are the comparisons with a threshold that is a number; those with a band are of anomaly detection.
func operators() []types.ComparisonOperator {
	return []types.ComparisonOperator{types.ComparisonOperatorGreaterThanOrEqualToThreshold, types.ComparisonOperatorGreaterThanThreshold,
		types.ComparisonOperatorLessThanThreshold, types.ComparisonOperatorLessThanOrEqualToThreshold}
}

// The longest that an alarm may look back, in seconds: a day, or a week with periods of an hour and more.
const (
	day  = 24 * 60 * 60
	week = 7 * day
)

func checkAlarm(in *cloudwatch.PutMetricAlarmInput) error {
	name := aws.ToString(in.AlarmName)
	switch {
	case name == "" || len(name) > 255:
		return invalid("Value at 'alarmName' failed to satisfy constraint: Member must have length between 1 and 255")
	case in.EvaluationCriteria != nil || in.ThresholdMetricId != nil:
		return invalid("Alarms over queries and anomaly detection are not part of environment local.")
	case !slices.Contains(operators(), in.ComparisonOperator):
		return invalid("Value '" + string(in.ComparisonOperator) + "' at 'comparisonOperator' failed to satisfy constraint")
	case in.Threshold == nil:
		return missing("Threshold")
	case aws.ToInt32(in.EvaluationPeriods) < 1:
		return invalid("Value at 'evaluationPeriods' failed to satisfy constraint: Member must have value greater than or equal to 1")
	case in.DatapointsToAlarm != nil && (*in.DatapointsToAlarm < 1 || *in.DatapointsToAlarm > *in.EvaluationPeriods):
		return invalid("DatapointsToAlarm must be at least 1 and no more than EvaluationPeriods")
	case !slices.Contains([]string{"", "missing", "ignore", "breaching", "notBreaching"}, aws.ToString(in.TreatMissingData)):
		return invalid("Option " + *in.TreatMissingData + " is not supported for TreatMissingData")
	case len(in.Metrics) > 0:
		return checkMath(in)
	}
	if err := checkMetric(in); err != nil {
		return err
	}
	return checkActions(in)
}

func checkMetric(in *cloudwatch.PutMetricAlarmInput) error {
	period := aws.ToInt32(in.Period)
	_, isPercentile := percentile(aws.ToString(in.ExtendedStatistic))
	span := int64(period) * int64(*in.EvaluationPeriods)
	switch {
	case aws.ToString(in.MetricName) == "":
		return missing("MetricName")
	case aws.ToString(in.Namespace) == "":
		return missing("Namespace")
	case in.Period == nil:
		return missing("Period")
	case !slices.Contains([]int32{10, 20, 30}, period) && (period < 60 || period%60 != 0):
		return badValue("Period must be 10, 20, 30 or a multiple of 60")
	case span > week || period < 3600 && span > day:
		return invalid("Metrics cannot be checked across more than a day (EvaluationPeriods * Period must be <= 86400), or a week with periods of at least an hour.")
	case (in.Statistic == "") == (in.ExtendedStatistic == nil):
		return badCombination("Exactly one of Statistic and ExtendedStatistic must be given.")
	case in.Statistic != "" && !slices.Contains(types.Statistic("").Values(), in.Statistic):
		return invalid("Value '" + string(in.Statistic) + "' at 'statistic' failed to satisfy constraint")
	case in.ExtendedStatistic != nil && !isPercentile:
		return badValue("Of extended statistics environment local has percentiles alone, p0 to p100.")
	}
	return checkDimensions(in.Dimensions)
}

func checkMath(in *cloudwatch.PutMetricAlarmInput) error {
	results := 0
	for _, q := range in.Metrics {
		if q.ReturnData == nil || *q.ReturnData {
			results++
		}
	}
	switch {
	case in.MetricName != nil || in.Namespace != nil || in.Statistic != "" || in.ExtendedStatistic != nil || in.Period != nil || len(in.Dimensions) > 0 || in.Unit != "":
		return badCombination("Metrics cannot be used together with the parameters of one metric.")
	case results != 1:
		return invalid("Exactly one element of the metrics list should return data.")
	}
	return checkActions(in)
}

func checkActions(in *cloudwatch.PutMetricAlarmInput) error {
	for _, list := range [][]string{in.OKActions, in.AlarmActions, in.InsufficientDataActions} {
		if len(list) > 5 {
			return invalid("An alarm has at most 5 actions for a state.")
		}
		for _, arn := range list {
			if parts := strings.SplitN(arn, ":", 6); len(parts) != 6 || parts[0] != "arn" || parts[5] == "" {
				return invalid("Invalid arn syntax: " + arn)
			}
		}
	}
	return nil
}
