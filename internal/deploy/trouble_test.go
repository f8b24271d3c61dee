package deploy_test

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	elbtypes "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"ferry.dev/ferry/internal/deploy"
	"ferry.dev/ferry/internal/emulator"
	"ferry.dev/ferry/internal/emulator/runtime/virtual"
	"ferry.dev/ferry/internal/event"
	"ferry.dev/ferry/internal/fault"
)

// healthy counts the healthy targets of the only target group.
func (w *world) healthy(t *testing.T) int {
	t.Helper()
	client := elasticloadbalancingv2.NewFromConfig(w.Config)
	groups, err := client.DescribeTargetGroups(t.Context(), &elasticloadbalancingv2.DescribeTargetGroupsInput{})
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, g := range groups.TargetGroups {
		if g.TargetType != elbtypes.TargetTypeEnumIp {
			continue
		}
		out, err := client.DescribeTargetHealth(t.Context(), &elasticloadbalancingv2.DescribeTargetHealthInput{TargetGroupArn: g.TargetGroupArn})
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range out.TargetHealthDescriptions {
			if d.TargetHealth.State == elbtypes.TargetHealthStateEnumHealthy {
				n++
			}
		}
	}
	return n
}

func TestAServiceThatIsScaledUpIsLiveWhenItsTargetsAreHealthy(t *testing.T) {
	t.Parallel()
	w := start(t)
	r := newRepo(t)
	r.edit("ferry/web/manifest.yml", "count: 2", "count: 0")
	r.edit("ferry/web/manifest.yml", "healthcheck: /healthz", "healthcheck: {path: /healthz, grace_period: 10m}")
	mustRun(t, r.target(w.Config), only("web"))
	w.Runtime.Script(virtual.Script{Image: "web:1", ReadyAfter: virtual.Duration(time.Minute)})
	r.edit("ferry/web/manifest.yml", "count: 0", "count: 3")
	var seen recorded
	result, err := deploy.Run(t.Context(), r.target(w.Config), only("web"), seen.sink)
	if err != nil {
		t.Fatal(err)
	}
	if n := w.healthy(t); n != 3 {
		t.Errorf("it is called live with %d healthy targets of 3", n)
	}
	compare(t, []summary{{"web", deploy.OutcomeLive, "v1", fault.OK, result.Services[0].Changes, false}}, summaries(result))
	if h := all[event.TargetHealth](&seen); len(h) == 0 || h[len(h)-1].Healthy != 3 {
		t.Errorf("the targets' health was told as %+v", h)
	}
}

func TestAWSThatGoesAwayDuringAReleaseIsToldAndEndsTheWait(t *testing.T) {
	t.Parallel()
	w := start(t)
	w.Config.RetryMaxAttempts = 1
	target := newRepo(t).target(w.Config)
	target.Pace.Patience, target.Pace.Heartbeat = 300*time.Millisecond, 50*time.Millisecond
	w.Runtime.Script(virtual.Script{Image: "web:1", PullTakes: virtual.Duration(20 * time.Minute)})
	var seen recorded
	var once sync.Once
	result, err := deploy.Run(t.Context(), target, only("web"), func(e event.Event) {
		seen.sink(e)
		if _, ok := e.(event.DeploymentProgress); ok {
			once.Do(func() { w.Fault(emulator.Fault{Drop: true}) })
		}
	})
	if fault.ExitCode(err) != fault.Failed || !strings.Contains(err.Error(), "no answer from AWS for 1s") ||
		!strings.Contains(fault.Hint(err), "ferry wait web --env test") || result.Services[0].Outcome != deploy.OutcomeStarted {
		t.Errorf("got %v, hint %q, %+v", err, fault.Hint(err), result.Services)
	}
	beats := all[event.Waiting](&seen)
	if last := beats[len(beats)-1]; !strings.HasSuffix(last.For, "; no answer from AWS for 1s: the connection broke off") {
		t.Errorf("the last heartbeat says %q", last.For)
	}
}

func TestATaskThatTheLoadBalancerGivesUpIsExplainedByItsTarget(t *testing.T) {
	t.Parallel()
	w := start(t)
	r := newRepo(t)
	mustRun(t, r.target(w.Config), only("web"))
	w.Runtime.Script(virtual.Script{Image: "web:2", HTTPStatus: 404, Logs: []string{"listening"}})
	r.edit("ferry/web/manifest.yml", "web:1", "web:2")
	result, err := deploy.Run(t.Context(), r.target(w.Config), only("web"), event.Discard)
	if fault.ExitCode(err) != fault.RolledBack || len(result.Services[0].Failures) == 0 {
		t.Fatalf("got %v, %+v", err, result.Services)
	}
	f := result.Services[0].Failures[0]
	if !strings.HasPrefix(f.Reason, "Task failed ELB health checks in (target-group ") {
		t.Errorf("got reason %q", f.Reason)
	}
	if want := "web: rolled back: task stopped: " + f.Reason; err.Error() != want {
		t.Errorf("got %q, want %q", err, want)
	}
	f.Task, f.Reason = "", ""
	compare(t, deploy.Failure{
		StopCode: "ServiceSchedulerInitiated", Container: "web", LogTail: []string{"listening"}, Target: "Health checks failed with these codes: [404]",
		Suggestion: "the health check's path /healthz does not answer on port 8080 as expected: correct http.healthcheck in ferry/web/manifest.yml",
	}, f)
}

func TestNothingIsAskedOfECSWhileAnothersDeploymentIsWaitedFor(t *testing.T) {
	t.Parallel()
	w := start(t)
	r := inFlight(t, w)
	var seen recorded
	if _, err := deploy.Run(t.Context(), r.target(w.Config), only("web"), seen.sink); err != nil {
		t.Fatal(err)
	}
	var told []string
	for _, e := range all[event.Event](&seen) {
		switch e := e.(type) {
		case event.Waiting:
			if strings.HasPrefix(e.For, "the end of deployment ") {
				told = append(told, "waiting for another")
			}
		case event.ReleaseAsked:
			told = append(told, string(e.State))
		}
	}
	compare(t, []string{"waiting for another", "sending", "accepted"}, slices.Compact(told))
}
