package cfn

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
)

func alarmTag(key, value *string) cwtypes.Tag { return cwtypes.Tag{Key: key, Value: value} }

// alarm is a CloudWatch alarm; Ref is its name.
func (d Deps) alarm() provider {
	properties := []string{"ActionsEnabled", "AlarmActions", "AlarmDescription", "DatapointsToAlarm", "Dimensions", "EvaluateLowSampleCountPercentile", "ExtendedStatistic",
		"InsufficientDataActions", "MetricName", "Metrics", "Namespace", "OKActions", "Period", "Statistic", "Threshold", "ThresholdMetricId", "TreatMissingData", "Unit"}
	return provider{
		createOnly: []string{"AlarmName"}, properties: properties, required: []string{"ComparisonOperator", "EvaluationPeriods"}, name: "AlarmName", tagged: true, attributes: []string{"Arn"},
		create: func(ctx context.Context, r request) (string, error) {
			name := r.text("AlarmName")
			if name == "" {
				name = r.physical(255)
			}
			there, err := d.CloudWatch.DescribeAlarms(ctx, &cloudwatch.DescribeAlarmsInput{AlarmNames: []string{name}})
			if err != nil {
				return "", err
			}
			if len(there.MetricAlarms) > 0 {
				return "", badProperty("Resource of type 'AWS::CloudWatch::Alarm' with identifier '%s' already exists.", name)
			}
			return name, d.putAlarm(ctx, r, name)
		},
		update: func(ctx context.Context, r request) error {
			if err := d.putAlarm(ctx, r, r.ID); err != nil {
				return err
			}
			return d.tagAlarm(ctx, r)
		},
		remove: func(ctx context.Context, r request) error {
			_, err := d.CloudWatch.DeleteAlarms(ctx, &cloudwatch.DeleteAlarmsInput{AlarmNames: []string{r.ID}})
			return err
		},
		read: func(_ context.Context, r request) (map[string]any, error) {
			return map[string]any{"Arn": d.Scope.ARN("cloudwatch", "alarm:"+r.ID)}, nil
		},
	}
}

// putAlarm makes an alarm, with its tags, or changes it.
func (d Deps) putAlarm(ctx context.Context, r request, name string) error {
	in := &cloudwatch.PutMetricAlarmInput{Tags: sortedTags(r.allTags(), alarmTag)}
	if err := fill(in, r.Props, nil, "Tags"); err != nil {
		return err
	}
	in.AlarmName = &name
	_, err := d.CloudWatch.PutMetricAlarm(ctx, in)
	return err
}

// tagAlarm brings an alarm's tags up to date, which putting it does not.
func (d Deps) tagAlarm(ctx context.Context, r request) error {
	set, gone := r.tagDiff()
	arn := aws.String(d.Scope.ARN("cloudwatch", "alarm:"+r.ID))
	if len(set) > 0 {
		if _, err := d.CloudWatch.TagResource(ctx, &cloudwatch.TagResourceInput{ResourceARN: arn, Tags: sortedTags(set, alarmTag)}); err != nil {
			return err
		}
	}
	if len(gone) == 0 {
		return nil
	}
	_, err := d.CloudWatch.UntagResource(ctx, &cloudwatch.UntagResourceInput{ResourceARN: arn, TagKeys: gone})
	return err
}
