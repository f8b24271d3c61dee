package cloudwatch_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	aas "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	aastypes "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	sqstypes "github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"ferry.dev/ferry/internal/emulator/clock"
	"ferry.dev/ferry/internal/emulator/emulatortest"
)

// world is an endpoint on the wall's clock, so that no alarm is evaluated but when data come in.
type world struct {
	t   *testing.T
	h   *emulatortest.Handle
	cw  *cloudwatch.Client
	aas *aas.Client
	ecs *ecs.Client
}

func start(t *testing.T, opts ...emulatortest.Option) world {
	t.Helper()
	h := emulatortest.Start(t, append([]emulatortest.Option{emulatortest.WithClock(clock.Real(1))}, opts...)...)
	return world{t: t, h: h, cw: cloudwatch.NewFromConfig(h.Config), aas: aas.NewFromConfig(h.Config), ecs: ecs.NewFromConfig(h.Config)}
}

func (w world) check(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// queueAlarm rings when more than ten jobs wait.
func queueAlarm(actions ...string) *cloudwatch.PutMetricAlarmInput {
	return &cloudwatch.PutMetricAlarmInput{AlarmName: aws.String("jobs"), Namespace: aws.String("Shop"), MetricName: aws.String("Jobs"), Statistic: types.StatisticMaximum,
		Dimensions: []types.Dimension{{Name: aws.String("Queue"), Value: aws.String("mail")}}, Period: aws.Int32(60), EvaluationPeriods: aws.Int32(1),
		Threshold: aws.Float64(10), ComparisonOperator: types.ComparisonOperatorGreaterThanOrEqualToThreshold, AlarmActions: actions,
		Tags: []types.Tag{{Key: aws.String("team"), Value: aws.String("mail")}}}
}

func (w world) put(in *cloudwatch.PutMetricAlarmInput) {
	w.t.Helper()
	_, err := w.cw.PutMetricAlarm(w.t.Context(), in)
	w.check(err)
}

// waiting says how many jobs wait.
func (w world) waiting(n float64) {
	w.t.Helper()
	_, err := w.cw.PutMetricData(w.t.Context(), &cloudwatch.PutMetricDataInput{Namespace: aws.String("Shop"), MetricData: []types.MetricDatum{
		{MetricName: aws.String("Jobs"), Value: &n, Dimensions: []types.Dimension{{Name: aws.String("Queue"), Value: aws.String("mail")}}},
	}})
	w.check(err)
}

func (w world) alarm() types.MetricAlarm {
	w.t.Helper()
	out, err := w.cw.DescribeAlarms(w.t.Context(), &cloudwatch.DescribeAlarmsInput{AlarmNames: []string{"jobs"}})
	w.check(err)
	if len(out.MetricAlarms) != 1 {
		w.t.Fatalf("%d alarms", len(out.MetricAlarms))
	}
	return out.MetricAlarms[0]
}

// policy makes a service of two tasks, a range of one to ten and a step policy; its ARN is returned.
func (w world) policy() string {
	w.t.Helper()
	ctx := w.t.Context()
	_, err := w.ecs.CreateCluster(ctx, &ecs.CreateClusterInput{ClusterName: aws.String("demo-test")})
	w.check(err)
	_, err = w.ecs.RegisterTaskDefinition(ctx, &ecs.RegisterTaskDefinitionInput{
		Family: aws.String("web"), Cpu: aws.String("256"), Memory: aws.String("512"), NetworkMode: ecstypes.NetworkModeAwsvpc,
		RequiresCompatibilities: []ecstypes.Compatibility{ecstypes.CompatibilityFargate},
		ContainerDefinitions:    []ecstypes.ContainerDefinition{{Name: aws.String("web"), Image: aws.String("registry.example/web:1")}},
	})
	w.check(err)
	_, err = w.ecs.CreateService(ctx, &ecs.CreateServiceInput{
		Cluster: aws.String("demo-test"), ServiceName: aws.String("web"), TaskDefinition: aws.String("web"), DesiredCount: aws.Int32(2), LaunchType: ecstypes.LaunchTypeFargate,
		NetworkConfiguration: &ecstypes.NetworkConfiguration{AwsvpcConfiguration: &ecstypes.AwsVpcConfiguration{Subnets: []string{"subnet-0a1b2c3d"}}},
	})
	w.check(err)
	id := aws.String("service/demo-test/web")
	_, err = w.aas.RegisterScalableTarget(ctx, &aas.RegisterScalableTargetInput{ResourceId: id, ScalableDimension: aastypes.ScalableDimensionECSServiceDesiredCount,
		ServiceNamespace: aastypes.ServiceNamespaceEcs, MinCapacity: aws.Int32(1), MaxCapacity: aws.Int32(10)})
	w.check(err)
	out, err := w.aas.PutScalingPolicy(ctx, &aas.PutScalingPolicyInput{PolicyName: aws.String("more"), PolicyType: aastypes.PolicyTypeStepScaling, ResourceId: id,
		ScalableDimension: aastypes.ScalableDimensionECSServiceDesiredCount, ServiceNamespace: aastypes.ServiceNamespaceEcs,
		StepScalingPolicyConfiguration: &aastypes.StepScalingPolicyConfiguration{AdjustmentType: aastypes.AdjustmentTypeChangeInCapacity, Cooldown: aws.Int32(60),
			StepAdjustments: []aastypes.StepAdjustment{
				{MetricIntervalLowerBound: aws.Float64(0), MetricIntervalUpperBound: aws.Float64(20), ScalingAdjustment: aws.Int32(1)},
				{MetricIntervalLowerBound: aws.Float64(20), ScalingAdjustment: aws.Int32(5)},
			}}})
	w.check(err)
	return *out.PolicyARN
}

func (w world) desired() int32 {
	w.t.Helper()
	out, err := w.ecs.DescribeServices(w.t.Context(), &ecs.DescribeServicesInput{Cluster: aws.String("demo-test"), Services: []string{"web"}})
	w.check(err)
	return out.Services[0].DesiredCount
}

// attached are the names of the policy's alarms.
func (w world) attached() []string {
	w.t.Helper()
	out, err := w.aas.DescribeScalingPolicies(w.t.Context(), &aas.DescribeScalingPoliciesInput{ServiceNamespace: aastypes.ServiceNamespaceEcs})
	w.check(err)
	var names []string
	for _, a := range out.ScalingPolicies[0].Alarms {
		names = append(names, *a.AlarmName)
	}
	return names
}

func TestAnAlarmScalesAServiceByTheStepOfItsMetric(t *testing.T) {
	t.Parallel()
	w := start(t)
	arn := w.policy()
	w.put(queueAlarm(arn))
	if d := cmp.Diff([]string{"jobs"}, w.attached()); d != "" {
		t.Errorf("the policy's alarms (-want +got):\n%s", d)
	}
	var got []int32
	for _, jobs := range []float64{9, 15, 40} {
		w.waiting(jobs)
		got = append(got, w.desired())
	}
	_, err := w.cw.SetAlarmState(t.Context(), &cloudwatch.SetAlarmStateInput{AlarmName: aws.String("jobs"), StateValue: types.StateValueOk, StateReason: aws.String("seen to")})
	w.check(err)
	w.waiting(40)
	got = append(got, w.desired())
	// The third value finds the alarm ringing, which tells its policy once a minute; rung again, the higher step counts the task of the first.
	if d := cmp.Diff([]int32{2, 3, 3, 7}, got); d != "" {
		t.Errorf("counts (-want +got):\n%s", d)
	}
	acts, err := w.aas.DescribeScalingActivities(t.Context(), &aas.DescribeScalingActivitiesInput{ServiceNamespace: aastypes.ServiceNamespaceEcs})
	w.check(err)
	if got := *acts.ScalingActivities[0].Cause; got != "monitor alarm jobs in state ALARM triggered policy more" {
		t.Errorf("the activity's cause is %q", got)
	}
	_, err = w.cw.DeleteAlarms(t.Context(), &cloudwatch.DeleteAlarmsInput{AlarmNames: []string{"jobs"}})
	w.check(err)
	if got := w.attached(); len(got) > 0 {
		t.Errorf("the policy still has %v", got)
	}
}

func TestAnAlarmWhoseActionsAreDisabledActsNot(t *testing.T) {
	t.Parallel()
	w := start(t)
	w.put(queueAlarm(w.policy()))
	_, err := w.cw.DisableAlarmActions(t.Context(), &cloudwatch.DisableAlarmActionsInput{AlarmNames: []string{"jobs", "unknown"}})
	w.check(err)
	w.waiting(15)
	if a := w.alarm(); a.StateValue != types.StateValueAlarm || w.desired() != 2 {
		t.Errorf("%s, %d tasks", a.StateValue, w.desired())
	}
}

func TestAnAlarmIsDescribedAsItWasPutAndKeepsItsStateAndTags(t *testing.T) {
	t.Parallel()
	w := start(t)
	w.put(queueAlarm())
	w.waiting(15)
	changed := queueAlarm()
	changed.Threshold, changed.TreatMissingData, changed.Tags = aws.Float64(5), aws.String("notBreaching"), []types.Tag{{Key: aws.String("team"), Value: aws.String("other")}}
	w.put(changed)
	want := types.MetricAlarm{AlarmName: aws.String("jobs"), AlarmArn: aws.String("arn:aws:cloudwatch:us-east-1:000000000000:alarm:jobs"), ActionsEnabled: aws.Bool(true),
		OKActions: []string{}, AlarmActions: []string{}, InsufficientDataActions: []string{}, Namespace: aws.String("Shop"), MetricName: aws.String("Jobs"),
		Statistic: types.StatisticMaximum, Dimensions: changed.Dimensions, Period: aws.Int32(60), EvaluationPeriods: aws.Int32(1), Threshold: aws.Float64(5),
		ComparisonOperator: changed.ComparisonOperator, TreatMissingData: aws.String("notBreaching"), StateValue: types.StateValueAlarm,
		StateReason: aws.String("Threshold Crossed: 1 out of the last 1 datapoints [15] was GreaterThanOrEqualToThreshold the threshold (10).")}
	got := w.alarm()
	times := cmpopts.IgnoreFields(types.MetricAlarm{}, "StateUpdatedTimestamp", "StateTransitionedTimestamp", "AlarmConfigurationUpdatedTimestamp")
	if d := cmp.Diff(want, got, times, cmpopts.IgnoreUnexported(types.MetricAlarm{}, types.Dimension{})); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	tags, err := w.cw.ListTagsForResource(t.Context(), &cloudwatch.ListTagsForResourceInput{ResourceARN: got.AlarmArn})
	w.check(err)
	if len(tags.Tags) != 1 || *tags.Tags[0].Value != "mail" {
		t.Errorf("tags: %v", tags.Tags)
	}
}

func TestATopicIsToldAndWhatNobodyKnowsIsNotedInTheHistory(t *testing.T) {
	t.Parallel()
	w := start(t)
	topics, queues := sns.NewFromConfig(w.h.Config), sqs.NewFromConfig(w.h.Config)
	topic, err := topics.CreateTopic(t.Context(), &sns.CreateTopicInput{Name: aws.String("alarms")})
	w.check(err)
	queue, err := queues.CreateQueue(t.Context(), &sqs.CreateQueueInput{QueueName: aws.String("alarms")})
	w.check(err)
	attributes, err := queues.GetQueueAttributes(t.Context(), &sqs.GetQueueAttributesInput{QueueUrl: queue.QueueUrl, AttributeNames: []sqstypes.QueueAttributeName{"QueueArn"}})
	w.check(err)
	_, err = queues.SetQueueAttributes(t.Context(), &sqs.SetQueueAttributesInput{QueueUrl: queue.QueueUrl, Attributes: map[string]string{"Policy": `{"Statement":[{"Effect":"Allow","Principal":{"Service":"sns.amazonaws.com"},"Action":"sqs:SendMessage","Resource":"` + attributes.Attributes["QueueArn"] + `"}]}`}})
	w.check(err)
	_, err = topics.Subscribe(t.Context(), &sns.SubscribeInput{TopicArn: topic.TopicArn, Protocol: aws.String("sqs"), Endpoint: aws.String(attributes.Attributes["QueueArn"]), Attributes: map[string]string{"RawMessageDelivery": "true"}})
	w.check(err)
	nobody := "arn:aws:lambda:us-east-1:000000000000:function:nobody"
	w.put(queueAlarm(*topic.TopicArn, nobody))
	w.waiting(15)
	messages, err := queues.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{QueueUrl: queue.QueueUrl, WaitTimeSeconds: 5})
	w.check(err)
	if len(messages.Messages) != 1 {
		t.Fatalf("%d messages", len(messages.Messages))
	}
	out, err := w.cw.DescribeAlarmHistory(t.Context(), &cloudwatch.DescribeAlarmHistoryInput{AlarmName: aws.String("jobs")})
	w.check(err)
	var got []string
	for _, h := range out.AlarmHistoryItems {
		got = append(got, *h.HistorySummary)
	}
	want := []string{
		`Failed to execute action ` + nobody + `. Received error: "ValidationError: Environment local has nothing that this action names."`,
		"Successfully executed action " + *topic.TopicArn, "Alarm updated from INSUFFICIENT_DATA to ALARM", `Alarm "jobs" created`,
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

func TestAnAlarmSurvivesARestartAndRingsAfterIt(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first, err := emulatortest.New(emulatortest.WithClock(clock.Real(1)), emulatortest.WithDir(dir))
	if err != nil {
		t.Fatal(err)
	}
	w := world{t: t, h: first, cw: cloudwatch.NewFromConfig(first.Config), aas: aas.NewFromConfig(first.Config), ecs: ecs.NewFromConfig(first.Config)}
	w.put(queueAlarm(w.policy()))
	w.waiting(9)
	w.check(first.Close())
	w = start(t, emulatortest.WithDir(dir))
	if a := w.alarm(); a.StateValue != types.StateValueOk {
		t.Errorf("after the restart the alarm is %s", a.StateValue)
	}
	w.waiting(15)
	if got := w.desired(); got != 3 {
		t.Errorf("%d tasks", got)
	}
}

func TestAnAlarmWithoutDataFindsOutByItself(t *testing.T) {
	t.Parallel()
	w := start(t, emulatortest.WithClock(clock.Real(1000)))
	quiet := queueAlarm()
	quiet.TreatMissingData = aws.String("notBreaching")
	w.put(quiet)
	for deadline := time.Now().Add(10 * time.Second); w.alarm().StateValue != types.StateValueOk; {
		if time.Now().After(deadline) {
			t.Fatalf("still %s", w.alarm().StateValue)
		}
	}
}

func TestStatisticsOfAMetricAreReadBack(t *testing.T) {
	t.Parallel()
	w := start(t)
	w.waiting(4)
	w.waiting(8)
	now := time.Now()
	out, err := w.cw.GetMetricStatistics(t.Context(), &cloudwatch.GetMetricStatisticsInput{Namespace: aws.String("Shop"), MetricName: aws.String("Jobs"), Period: aws.Int32(3600),
		Dimensions: []types.Dimension{{Name: aws.String("Queue"), Value: aws.String("mail")}}, StartTime: aws.Time(now.Add(-30 * time.Minute)), EndTime: aws.Time(now.Add(30 * time.Minute)),
		Statistics: []types.Statistic{types.StatisticAverage, types.StatisticSampleCount}, ExtendedStatistics: []string{"p90"}})
	w.check(err)
	want := []types.Datapoint{{Average: aws.Float64(6), SampleCount: aws.Float64(2), ExtendedStatistics: map[string]float64{"p90": 8}, Unit: types.StandardUnitNone}}
	if d := cmp.Diff(want, out.Datapoints, cmpopts.IgnoreUnexported(types.Datapoint{}), cmpopts.IgnoreFields(types.Datapoint{}, "Timestamp")); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	metrics, err := w.cw.ListMetrics(t.Context(), &cloudwatch.ListMetricsInput{Namespace: aws.String("Shop")})
	w.check(err)
	if len(metrics.Metrics) != 1 || *metrics.Metrics[0].MetricName != "Jobs" {
		t.Errorf("metrics: %v", metrics.Metrics)
	}
}

func TestWhatAWSRefusesIsRefused(t *testing.T) {
	t.Parallel()
	w := start(t)
	for name, c := range map[string]struct {
		change func(*cloudwatch.PutMetricAlarmInput)
		want   string
	}{
		"a period of 45 seconds":          {func(in *cloudwatch.PutMetricAlarmInput) { in.Period = aws.Int32(45) }, "InvalidParameterValue"},
		"more than a day":                 {func(in *cloudwatch.PutMetricAlarmInput) { in.EvaluationPeriods = aws.Int32(1441) }, "ValidationError"},
		"more points than periods":        {func(in *cloudwatch.PutMetricAlarmInput) { in.DatapointsToAlarm = aws.Int32(2) }, "ValidationError"},
		"no threshold":                    {func(in *cloudwatch.PutMetricAlarmInput) { in.Threshold = nil }, "MissingParameter"},
		"two statistics":                  {func(in *cloudwatch.PutMetricAlarmInput) { in.ExtendedStatistic = aws.String("p99") }, "InvalidParameterCombination"},
		"an action that is no ARN":        {func(in *cloudwatch.PutMetricAlarmInput) { in.AlarmActions = []string{"page me"} }, "ValidationError"},
		"a treatment that does not exist": {func(in *cloudwatch.PutMetricAlarmInput) { in.TreatMissingData = aws.String("maybe") }, "ValidationError"},
	} {
		in := queueAlarm()
		c.change(in)
		_, err := w.cw.PutMetricAlarm(t.Context(), in)
		if got := emulatortest.Code(err); got != c.want {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err := w.cw.PutMetricData(t.Context(), &cloudwatch.PutMetricDataInput{Namespace: aws.String("AWS/ECS"), MetricData: []types.MetricDatum{{MetricName: aws.String("CPUUtilization"), Value: aws.Float64(1)}}})
	var value *types.InvalidParameterValueException
	if !errors.As(err, &value) {
		t.Errorf("a metric of AWS's own: %v", err)
	}
	_, err = w.cw.DeleteAlarms(t.Context(), &cloudwatch.DeleteAlarmsInput{AlarmNames: []string{"unknown"}})
	var none *types.ResourceNotFound
	if !errors.As(err, &none) {
		t.Errorf("an alarm that is not there: %v", err)
	}
	_, err = w.cw.PutDashboard(t.Context(), &cloudwatch.PutDashboardInput{DashboardName: aws.String("x"), DashboardBody: aws.String("{}")})
	var api smithy.APIError
	if !errors.As(err, &api) || api.ErrorCode() != "UnknownOperationException" {
		t.Errorf("an operation that is not there: %v", err)
	}
}

func TestAnOlderSDKIsUnderstoodAndAnsweredInXML(t *testing.T) {
	t.Parallel()
	w := start(t)
	w.put(queueAlarm())
	ask := func(form string) string {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.h.URL, strings.NewReader(form))
		w.check(err)
		r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/monitoring/aws4_request, SignedHeaders=host, Signature=0")
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		resp, err := http.DefaultClient.Do(r)
		w.check(err)
		body, err := io.ReadAll(resp.Body)
		w.check(errors.Join(err, resp.Body.Close()))
		return fmt.Sprint(resp.StatusCode, " ", string(body))
	}
	if got := ask("Action=DescribeAlarms&Version=2010-08-01&AlarmNames.member.1=jobs"); !strings.Contains(got, "<AlarmName>jobs</AlarmName>") {
		t.Error(got)
	}
	if got := ask("Action=GetMetricStatistics&Version=2010-08-01"); !strings.HasPrefix(got, "400") || !strings.Contains(got, "<Code>MissingParameter</Code>") {
		t.Error(got)
	}
}

func TestTheCommandLinePutsDataAndSeesTheAlarm(t *testing.T) {
	t.Parallel()
	w := start(t)
	w.put(queueAlarm())
	cli := emulatortest.AWSOf(t, w.h)
	cli("cloudwatch", "put-metric-data", "--namespace", "Shop", "--metric-name", "Jobs", "--value", "15", "--dimensions", "Queue=mail")
	got := []string{
		cli("cloudwatch", "describe-alarms", "--alarm-name-prefix", "jo", "--query", "MetricAlarms[].[StateValue,Threshold]"),
		cli("cloudwatch", "list-metrics", "--query", "Metrics[].MetricName"),
		cli("cloudwatch", "set-alarm-state", "--alarm-name", "jobs", "--state-value", "OK", "--state-reason", "seen"),
		cli("cloudwatch", "describe-alarms", "--state-value", "OK", "--query", "MetricAlarms[].StateReason"),
		cli("cloudwatch", "delete-alarms", "--alarm-names", "jobs"),
		cli("cloudwatch", "describe-alarms", "--query", "length(MetricAlarms)"),
	}
	if d := cmp.Diff([]string{"ALARM\t10", "Jobs", "", "seen", "", "0"}, got); d != "" {
		t.Error(d)
	}
}
