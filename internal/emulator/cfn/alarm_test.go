package cfn_test

import (
	"fmt"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/google/go-cmp/cmp"
)

func alarmStack(threshold, team string) string {
	return `Resources:
  Busy:
    Type: AWS::CloudWatch::Alarm
    Properties:
      AlarmName: busy
      Namespace: AWS/ECS
      MetricName: CPUUtilization
      Statistic: Average
      Dimensions: [{Name: ClusterName, Value: demo}]
      Period: 60
      EvaluationPeriods: "3"
      Threshold: ` + threshold + `
      ComparisonOperator: GreaterThanOrEqualToThreshold
      Tags: [{Key: team, Value: ` + team + `}]
`
}

func TestAnAlarmOfAStackIsCloudWatchsOwn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	seen := func() string {
		out, err := w.deps.CloudWatch.DescribeAlarms(t.Context(), &cloudwatch.DescribeAlarmsInput{})
		w.must(err)
		text := ""
		for _, a := range out.MetricAlarms {
			tags, err := w.deps.CloudWatch.ListTagsForResource(t.Context(), &cloudwatch.ListTagsForResourceInput{ResourceARN: a.AlarmArn})
			w.must(err)
			text += fmt.Sprintln(*a.AlarmName, *a.EvaluationPeriods, *a.Threshold, *tags.Tags[0].Value)
		}
		return text
	}
	st := w.create("app", alarmStack("70", "one"))
	got := []string{seen()}
	w.update("app", alarmStack("70.5", "two"))
	got = append(got, seen())
	w.remove(st)
	got = append(got, seen())
	if d := cmp.Diff([]string{"busy 3 70 one\n", "busy 3 70.5 two\n", ""}, got); d != "" {
		t.Error(d)
	}
}

func TestAnAlarmThatIsThereAlreadyIsNotTakenOver(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, err := w.deps.CloudWatch.PutMetricAlarm(t.Context(), &cloudwatch.PutMetricAlarmInput{AlarmName: aws.String("busy"), Namespace: aws.String("Shop"), MetricName: aws.String("Jobs"),
		Statistic: cwtypes.StatisticSum, Period: aws.Int32(60), EvaluationPeriods: aws.Int32(1), Threshold: aws.Float64(1), ComparisonOperator: cwtypes.ComparisonOperatorGreaterThanThreshold})
	w.must(err)
	st := w.create("app", alarmStack("70", "one"))
	if st.StackStatus != "ROLLBACK_COMPLETE" {
		t.Errorf("the stack is %s", st.StackStatus)
	}
	left, err := w.deps.CloudWatch.DescribeAlarms(t.Context(), &cloudwatch.DescribeAlarmsInput{AlarmNames: []string{"busy"}})
	w.must(err)
	if len(left.MetricAlarms) != 1 || *left.MetricAlarms[0].Namespace != "Shop" {
		t.Errorf("left: %v", left.MetricAlarms)
	}
}
