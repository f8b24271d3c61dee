package deploy_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/google/go-cmp/cmp"

	"ferry.dev/ferry/internal/deploy"
	"ferry.dev/ferry/internal/emulator"
	"ferry.dev/ferry/internal/event"
)

const steppedCount = "{range: 2-6, step: [{name: busy, metric: cpu_percentage, threshold: 70, steps: [{to: 15, add: 1}, {from: 15, add: 3}]}]}"

// rings are the alarms that stand, each with its threshold, the policy that it tells, and who it belongs to.
func (w *world) rings(t *testing.T) []string {
	t.Helper()
	c := cloudwatch.NewFromConfig(w.Config)
	out, err := c.DescribeAlarms(t.Context(), &cloudwatch.DescribeAlarmsInput{})
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, a := range out.MetricAlarms {
		tags, err := c.ListTagsForResource(t.Context(), &cloudwatch.ListTagsForResourceInput{ResourceARN: a.AlarmArn})
		if err != nil {
			t.Fatal(err)
		}
		_, policy, _ := strings.Cut(strings.Join(a.AlarmActions, ""), ":resource/")
		text := fmt.Sprintf("%s %v %s", *a.AlarmName, *a.Threshold, policy)
		for _, tag := range tags.Tags {
			text += " " + *tag.Key + "=" + *tag.Value
		}
		all = append(all, text)
	}
	return all
}

// attached are the alarms of policies, by the policies' names.
func (w *world) attached(t *testing.T) map[string][]string {
	t.Helper()
	out, err := applicationautoscaling.NewFromConfig(w.Config).DescribeScalingPolicies(t.Context(), &applicationautoscaling.DescribeScalingPoliciesInput{ServiceNamespace: types.ServiceNamespaceEcs})
	if err != nil {
		t.Fatal(err)
	}
	all := map[string][]string{}
	for _, p := range out.ScalingPolicies {
		all[*p.PolicyName] = []string{}
		for _, a := range p.Alarms {
			all[*p.PolicyName] = append(all[*p.PolicyName], *a.AlarmName)
		}
	}
	return all
}

// sent are the writes since the last look, without the tagging of the service.
func (w *world) sent() []string {
	all := slices.DeleteFunc(w.writes(), func(op string) bool { return op == "ecs.TagResource" })
	w.ResetCalls()
	return all
}

const (
	tagsOfWeb = " ferry:application=shop ferry:environment=test ferry:service=web"
	busyAlarm = "shop-test-web-step-busy"
	ofWeb     = " ecs/service/shop-test/web:policyName/ferry-step-"
)

func TestAStepIsAPolicyAndTheAlarmThatTellsItToAct(t *testing.T) {
	t.Parallel()
	w, r := start(t), newRepo(t)
	target := r.target(w.Config)
	r.scale(steppedCount)
	mustRun(t, target, only("web"))
	if diff := cmp.Diff([]string{busyAlarm + " 70" + ofWeb + "busy" + tagsOfWeb}, w.rings(t)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(map[string][]string{"ferry-step-busy": {busyAlarm}}, w.attached(t)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(&deploy.ScalingStatus{Min: 2, Max: 6, Policies: []string{"step busy +1 +3"}}, scaling(t, target)); diff != "" {
		t.Error(diff)
	}
	_, err := cloudwatch.NewFromConfig(w.Config).SetAlarmState(t.Context(), &cloudwatch.SetAlarmStateInput{AlarmName: aws.String(busyAlarm), StateValue: cwtypes.StateValueAlarm, StateReason: aws.String("a test")})
	if err != nil {
		t.Fatal(err)
	}
	if got := w.service(t, "web").DesiredCount; got != 3 {
		t.Errorf("the alarm makes it %d tasks, not 3", got)
	}
}

func TestOnlyWhatDiffersOfAStepIsTold(t *testing.T) {
	t.Parallel()
	w, r := start(t), newRepo(t)
	target := r.target(w.Config)
	r.scale(steppedCount)
	mustRun(t, target, only("web"))
	type told struct {
		Changes []string
		Writes  []string
	}
	w.ResetCalls()
	deployed := func(count string) told {
		r.scale(count)
		s := mustRun(t, target, only("web")).Services[0]
		return told{s.Changes, w.sent()}
	}
	changed := []told{
		deployed(steppedCount),
		deployed(strings.Replace(steppedCount, "threshold: 70", "threshold: 80", 1)),
		deployed(strings.NewReplacer("threshold: 70", "threshold: 80", "add: 3", "add: 4").Replace(steppedCount)),
		deployed("{range: 2-6, step: [{name: calm, metric: cpu_percentage, comparison: <, threshold: 20, steps: [{remove: 1}]}]}"),
		deployed("{range: 2-6, cpu_percentage: 70}"),
	}
	want := []told{
		{nil, nil},
		{[]string{"count.step busy"}, []string{"monitoring.PutMetricAlarm"}},
		{[]string{"count.step busy"}, []string{"application-autoscaling.PutScalingPolicy"}},
		{[]string{"count.step calm", "count.step busy removed"}, []string{"application-autoscaling.PutScalingPolicy", "monitoring.PutMetricAlarm",
			"monitoring.DeleteAlarms", "application-autoscaling.DeleteScalingPolicy"}},
		{[]string{"scaling policy cpu", "count.step calm removed"}, []string{"application-autoscaling.PutScalingPolicy", "monitoring.DeleteAlarms",
			"application-autoscaling.DeleteScalingPolicy"}},
	}
	if diff := cmp.Diff(want, changed); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := w.rings(t); len(got) > 0 {
		t.Errorf("left: %v", got)
	}
}

func TestAnUnchangedServiceWithStepsCostsOneMoreReadAndNoRoundTrip(t *testing.T) {
	t.Parallel()
	w, r := start(t), newRepo(t)
	target := r.target(w.Config)
	r.scale(steppedCount)
	mustRun(t, target, only("web"))
	w.ResetCalls()
	w.SetLatency(latency)
	s := mustRun(t, target, only("web")).Services[0]
	calls := w.Calls()
	if len(calls) > 11 || emulator.Depth(calls) > 3 || s.Outcome != deploy.OutcomeUnchanged {
		t.Errorf("%d calls, %d deep, outcome %q: %s", len(calls), emulator.Depth(calls), s.Outcome, names(calls))
	}
}

func TestTheAlarmsGoWithTheScalingAndWithTheService(t *testing.T) {
	t.Parallel()
	w, r := start(t), newRepo(t)
	target := r.target(w.Config)
	r.scale(steppedCount)
	mustRun(t, target, only("web"))
	r.scale("2")
	w.ResetCalls()
	mustRun(t, target, only("web"))
	if diff := cmp.Diff([]string{"monitoring.DeleteAlarms", "application-autoscaling.DeregisterScalableTarget"}, w.sent()); diff != "" {
		t.Errorf("writes that end the scaling (-want +got):\n%s", diff)
	}
	r.scale(steppedCount)
	mustRun(t, target, only("web"))
	result, err := deploy.Delete(t.Context(), target, deploy.DeleteRequest{Services: []string{"web"}}, event.Discard)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Contains(result.Deleted, "alarm "+busyAlarm) || len(result.Left) > 0 || len(w.rings(t)) > 0 {
		t.Errorf("deleted %v, left %v, alarms %v", result.Deleted, result.Left, w.rings(t))
	}
}

func TestTheSameCommandAgainFinishesWhatAnInterruptedOneHasBegun(t *testing.T) {
	t.Parallel()
	for _, operation := range []string{"PutScalingPolicy", "PutMetricAlarm", "DeleteAlarms", "DeleteScalingPolicy"} {
		for _, lost := range []bool{false, true} {
			t.Run(fmt.Sprint(operation, ", done: ", lost), func(t *testing.T) {
				t.Parallel()
				w, r := start(t), newRepo(t)
				w.Config.RetryMaxAttempts = 1
				target := r.target(w.Config)
				r.scale(steppedCount)
				mustRun(t, target, only("web"))
				r.scale("{range: 2-6, step: [{name: calm, metric: cpu_percentage, comparison: <, threshold: 20, steps: [{remove: 1}]}]}")
				w.Fault(emulator.Fault{Operation: operation, Drop: !lost, Lose: lost, Times: 1})
				if _, err := deploy.Run(t.Context(), target, only("web"), event.Discard); err == nil {
					t.Fatal("the fault is not noticed")
				}
				mustRun(t, target, only("web"))
				if diff := cmp.Diff([]string{"shop-test-web-step-calm 20" + ofWeb + "calm" + tagsOfWeb}, w.rings(t)); diff != "" {
					t.Error(diff)
				}
				if diff := cmp.Diff(map[string][]string{"ferry-step-calm": {"shop-test-web-step-calm"}}, w.attached(t)); diff != "" {
					t.Error(diff)
				}
			})
		}
	}
}

func TestADeleteThatWasInterruptedLeavesNoAlarm(t *testing.T) {
	t.Parallel()
	for _, operation := range []string{"DeleteAlarms", "DeregisterScalableTarget", "DeleteService"} {
		t.Run(operation, func(t *testing.T) {
			t.Parallel()
			w, r := start(t), newRepo(t)
			w.Config.RetryMaxAttempts = 1
			target := r.target(w.Config)
			r.scale(steppedCount)
			mustRun(t, target, only("web"))
			w.Fault(emulator.Fault{Operation: operation, Lose: true, Times: 1})
			request := deploy.DeleteRequest{Services: []string{"web"}}
			if _, err := deploy.Delete(t.Context(), target, request, event.Discard); err == nil {
				t.Fatal("the fault is not noticed")
			}
			if _, err := deploy.Delete(t.Context(), target, request, event.Discard); err != nil {
				t.Fatal(err)
			}
			if got := w.rings(t); len(got) > 0 {
				t.Errorf("left: %v", got)
			}
		})
	}
}

func TestNewTagsOfAServiceAreItsAlarmsToo(t *testing.T) {
	t.Parallel()
	w, r := start(t), newRepo(t)
	target := r.target(w.Config)
	r.scale(steppedCount)
	mustRun(t, target, only("web"))
	r.write("ferry/app.yml", "name: shop\ntags: {team: shop}\n")
	mustRun(t, r.target(w.Config), only("web"))
	if diff := cmp.Diff([]string{busyAlarm + " 70" + ofWeb + "busy" + tagsOfWeb + " team=shop"}, w.rings(t)); diff != "" {
		t.Error(diff)
	}
}

func TestTheAlarmOfAServiceWhoseNameGoesOnStays(t *testing.T) {
	t.Parallel()
	w, r := start(t), newRepo(t)
	target := r.target(w.Config)
	r.scale(steppedCount)
	mustRun(t, target, only("web"))
	other := &cloudwatch.PutMetricAlarmInput{AlarmName: aws.String("shop-test-web-step-two-step-busy"), Namespace: aws.String("AWS/ECS"), MetricName: aws.String("CPUUtilization"),
		Statistic: cwtypes.StatisticAverage, Period: aws.Int32(60), EvaluationPeriods: aws.Int32(1), Threshold: aws.Float64(1), ComparisonOperator: cwtypes.ComparisonOperatorGreaterThanThreshold,
		AlarmActions: []string{"arn:aws:autoscaling:us-east-1:000000000000:scalingPolicy:1:resource/ecs/service/shop-test/web-step-two:policyName/ferry-step-busy"}}
	if _, err := cloudwatch.NewFromConfig(w.Config).PutMetricAlarm(t.Context(), other); err != nil {
		t.Fatal(err)
	}
	if _, err := deploy.Delete(t.Context(), target, deploy.DeleteRequest{Services: []string{"web"}}, event.Discard); err != nil {
		t.Fatal(err)
	}
	if got := w.rings(t); len(got) != 1 || !strings.HasPrefix(got[0], *other.AlarmName) {
		t.Errorf("alarms: %v", got)
	}
}
