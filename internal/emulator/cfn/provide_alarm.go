package cfn

import (
	"context"
	"errors"
	"slices"
)

// alarm is a CloudWatch alarm; Ref is its name. Environment local has no metrics, so it stays in INSUFFICIENT_DATA for ever and
// nobody but its stack knows it: CloudWatch's own API is not served.
func (d Deps) alarm() provider {
	properties := []string{"ActionsEnabled", "AlarmActions", "AlarmDescription", "DatapointsToAlarm", "Dimensions", "EvaluateLowSampleCountPercentile", "ExtendedStatistic",
		"InsufficientDataActions", "MetricName", "Metrics", "Namespace", "OKActions", "Period", "Statistic", "Threshold", "ThresholdMetricId", "TreatMissingData", "Unit"}
	return provider{
		createOnly: []string{"AlarmName"}, properties: properties, required: []string{"ComparisonOperator", "EvaluationPeriods"}, name: "AlarmName", tagged: true, attributes: []string{"Arn"},
		create: func(_ context.Context, r request) (string, error) {
			name := r.text("AlarmName")
			if name == "" {
				name = r.physical(255)
			}
			return name, checkAlarm(r)
		},
		update: func(_ context.Context, r request) error { return checkAlarm(r) },
		remove: func(context.Context, request) error { return nil },
		read: func(_ context.Context, r request) (map[string]any, error) {
			return map[string]any{"Arn": d.Scope.ARN("cloudwatch", "alarm:"+r.ID)}, nil
		},
	}
}

// checkAlarm: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
func checkAlarm(r request) error {
	operators := []string{"GreaterThanOrEqualToThreshold", "GreaterThanThreshold", "LessThanThreshold", "LessThanOrEqualToThreshold"}
	switch {
	case !slices.Contains(operators, r.text("ComparisonOperator")):
		return errors.New("Value '" + r.text("ComparisonOperator") + "' at 'comparisonOperator' failed to satisfy constraint")
	case r.Props["Metrics"] == nil && (r.text("MetricName") == "" || r.text("Namespace") == "" || r.text("Period") == ""):
		return errors.New("MetricName, Namespace and Period are required unless Metrics is given")
	case len(r.text("AlarmName")) > 255:
		return errors.New("value at 'alarmName' failed to satisfy constraint: Member must have length less than or equal to 255")
	}
	return nil
}
