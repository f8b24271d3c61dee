package deploy_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/google/go-cmp/cmp"

	"ferry.dev/ferry/internal/deploy"
	"ferry.dev/ferry/internal/emulator"
	"ferry.dev/ferry/internal/event"
)

// scale writes web's manifest with another count.
func (r *repo) scale(count string) {
	r.write("ferry/web/manifest.yml", strings.Replace(webManifest, "count: 2", "count: "+count, 1))
}

// scaling is what a status tells of web's.
func scaling(t *testing.T, target deploy.Target) *deploy.ScalingStatus {
	t.Helper()
	r, err := deploy.Status(t.Context(), target, []string{"web"})
	if err != nil {
		t.Fatal(err)
	}
	return r.Services[0].Scaling
}

const scaledCount = "{range: 2-6, cpu_percentage: 70, requests: 500, response_time: 1s, schedule: [{name: night, at: cron(0 22 * * ? *), range: {max: 3}}]}"

func TestAutoScalingIsPartOfARelease(t *testing.T) {
	t.Parallel()
	w, r := start(t), newRepo(t)
	target := r.target(w.Config)
	r.scale(scaledCount)
	mustRun(t, target, only("web"))
	want := &deploy.ScalingStatus{Min: 2, Max: 6, Policies: []string{"cpu 70", "requests 500", "response-time 1"}, Schedule: []string{"night cron(0 22 * * ? *): …-3"}}
	if diff := cmp.Diff(want, scaling(t, target)); diff != "" {
		t.Error(diff)
	}

	// auto scaling moves the count, and a deploy that changes the range and the image leaves it alone
	w.update(t, &ecs.UpdateServiceInput{DesiredCount: aws.Int32(5)})
	r.scale("{range: 1-8, cpu_percentage: 60}")
	r.edit("ferry/web/manifest.yml", "web:1", "web:2")
	s := mustRun(t, target, only("web")).Services[0]
	if got := w.service(t, "web").DesiredCount; got != 5 {
		t.Errorf("the count became %d", got)
	}
	changes := []string{"image", "count.range 2-6 → 1-8", "scaling policy cpu", "scaling policy requests removed", "scaling policy response-time removed", "count.schedule night removed"}
	if diff := cmp.Diff(changes, s.Changes); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(&deploy.ScalingStatus{Min: 1, Max: 8, Policies: []string{"cpu 60"}}, scaling(t, target)); diff != "" {
		t.Error(diff)
	}

	// without a range the manifest's number counts again
	r.scale("3")
	mustRun(t, target, only("web"))
	if got := w.service(t, "web").DesiredCount; got != 3 || scaling(t, target) != nil {
		t.Errorf("the count is %d, scaled by %+v", got, scaling(t, target))
	}
}

func TestAnUnchangedServiceWithAutoScalingCostsThreeReadsAndNoMoreRoundTrips(t *testing.T) {
	t.Parallel()
	w, r := start(t), newRepo(t)
	target := r.target(w.Config)
	r.scale(scaledCount)
	mustRun(t, target, only("web"))
	w.ResetCalls()
	w.SetLatency(latency)
	s := mustRun(t, target, only("web")).Services[0]
	calls := w.Calls()
	t.Logf("%d calls, %d deep: %s", len(calls), emulator.Depth(calls), names(calls))
	if len(calls) > 10 || emulator.Depth(calls) > 3 || s.Outcome != deploy.OutcomeUnchanged {
		t.Errorf("got %d calls, %d deep, outcome %q, changes %q; want at most 10, at most 3", len(calls), emulator.Depth(calls), s.Outcome, s.Changes)
	}
}

func TestTheRangeThatAScheduledActionHasSetIsNotWrittenBack(t *testing.T) {
	t.Parallel()
	w, r := start(t), newRepo(t)
	target := r.target(w.Config)
	r.scale(scaledCount)
	mustRun(t, target, only("web"))
	c := applicationautoscaling.NewFromConfig(w.Config)
	register := &applicationautoscaling.RegisterScalableTargetInput{ResourceId: aws.String("service/shop-test/web"), ServiceNamespace: types.ServiceNamespaceEcs,
		ScalableDimension: types.ScalableDimensionECSServiceDesiredCount, MaxCapacity: aws.Int32(3)}
	if _, err := c.RegisterScalableTarget(t.Context(), register); err != nil {
		t.Fatal(err)
	}
	if s := mustRun(t, target, only("web")).Services[0]; s.Outcome != deploy.OutcomeUnchanged || scaling(t, target).Max != 3 {
		t.Errorf("%+v, now at most %d", s.Changes, scaling(t, target).Max)
	}
	// what nothing but a hand can have changed is put right
	r.scale("{range: 2-6, cpu_percentage: 70}")
	mustRun(t, target, only("web"))
	if _, err := c.RegisterScalableTarget(t.Context(), register); err != nil {
		t.Fatal(err)
	}
	mustRun(t, target, only("web"))
	if got := scaling(t, target).Max; got != 6 {
		t.Errorf("at most %d", got)
	}
}

func TestAPolicyThatSomebodyElseMadeStays(t *testing.T) {
	t.Parallel()
	w, r := start(t), newRepo(t)
	target := r.target(w.Config)
	r.scale("{range: 2-6, cpu_percentage: 70}")
	mustRun(t, target, only("web"))
	_, err := applicationautoscaling.NewFromConfig(w.Config).PutScalingPolicy(t.Context(), &applicationautoscaling.PutScalingPolicyInput{
		PolicyName: aws.String("by-hand"), ResourceId: aws.String("service/shop-test/web"), ServiceNamespace: types.ServiceNamespaceEcs,
		ScalableDimension: types.ScalableDimensionECSServiceDesiredCount, PolicyType: types.PolicyTypeTargetTrackingScaling,
		TargetTrackingScalingPolicyConfiguration: &types.TargetTrackingScalingPolicyConfiguration{TargetValue: aws.Float64(50),
			PredefinedMetricSpecification: &types.PredefinedMetricSpecification{PredefinedMetricType: types.MetricTypeECSServiceAverageMemoryUtilization}},
	})
	if err != nil {
		t.Fatal(err)
	}
	r.scale("{range: 2-6, memory_percentage: 70}")
	mustRun(t, target, only("web"))
	if diff := cmp.Diff([]string{"by-hand 50", "memory 70"}, scaling(t, target).Policies); diff != "" {
		t.Error(diff)
	}
}

func TestADeleteEndsAutoScalingBeforeItDrains(t *testing.T) {
	t.Parallel()
	w, r := start(t), newRepo(t)
	target := r.target(w.Config)
	r.scale("{range: 2-6, cpu_percentage: 70}")
	mustRun(t, target, only("web"))
	w.ResetCalls()
	if _, err := deploy.Delete(t.Context(), target, deploy.DeleteRequest{Services: []string{"web"}}, event.Discard); err != nil {
		t.Fatal(err)
	}
	if first := w.writes()[0]; first != "application-autoscaling.DeregisterScalableTarget" {
		t.Errorf("the first write is %s", first)
	}
}
