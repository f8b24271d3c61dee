package deploy_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/google/go-cmp/cmp"

	"ferry.dev/ferry/internal/deploy"
	"ferry.dev/ferry/internal/emulator"
	"ferry.dev/ferry/internal/emulator/runtime/virtual"
	"ferry.dev/ferry/internal/event"
	"ferry.dev/ferry/internal/fault"
)

func only(services ...string) deploy.Request {
	return deploy.Request{Services: services, Timeout: time.Minute}
}

// mustRun deploys and stops the test unless everything is live or unchanged.
func mustRun(t *testing.T, target deploy.Target, r deploy.Request) deploy.Result {
	t.Helper()
	result, err := deploy.Run(t.Context(), target, r, event.Discard)
	if err != nil {
		t.Fatalf("the deploy failed: %v", err)
	}
	return result
}

// summary is what most tests compare of a service's result.
type summary struct {
	Service, Outcome, Release string
	Code                      fault.Code
	Changes                   []string
	Infrastructure            bool
}

func summaries(r deploy.Result) []summary {
	var out []summary
	for _, s := range r.Services {
		out = append(out, summary{s.Service, s.Outcome, s.Release, fault.Code(s.ExitCode), s.Changes, s.Infrastructure})
	}
	return out
}

func compare(t *testing.T, want, got any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("not as wanted (-want +got):\n%s", diff)
	}
}

func TestAFirstDeployBringsEverythingLive(t *testing.T) {
	t.Parallel()
	w := start(t)
	var seen recorded
	result, err := deploy.Run(t.Context(), newRepo(t).target(w.Config), only("web"), seen.sink)
	if err != nil {
		t.Fatal(err)
	}
	compare(t, []summary{{"web", deploy.OutcomeLive, "v1", fault.OK, []string{"new service"}, true}}, summaries(result))
	if !strings.HasPrefix(result.Services[0].URL, "http://127.0.0.1:") {
		t.Errorf("got address %q", result.Services[0].URL)
	}
	var stages []string
	for _, e := range all[event.StageEnded](&seen) {
		stages = append(stages, e.Subject+" "+string(e.Stage)+" "+string(e.Outcome))
	}
	want := []string{"test preflight done", "web image unchanged", "test infrastructure done", "web infrastructure done", "web release done", "web watch done"}
	compare(t, want, stages)
}

func TestDeployingAgainWithNothingChangedDoesNothing(t *testing.T) {
	t.Parallel()
	w := start(t)
	target := newRepo(t).target(w.Config)
	mustRun(t, target, only("web"))
	w.ResetCalls()
	result := mustRun(t, target, only("web"))
	compare(t, []summary{{"web", deploy.OutcomeUnchanged, "v1", fault.OK, nil, false}}, summaries(result))
	for _, c := range w.Calls() {
		if !strings.HasPrefix(c.Operation, "Describe") && !strings.HasPrefix(c.Operation, "Get") {
			t.Errorf("something was written: %s %s", c.Service, c.Operation)
		}
	}
}

func TestAChangeIsReleasedAndItsReasonsAreTold(t *testing.T) {
	t.Parallel()
	w := start(t)
	r := newRepo(t)
	mustRun(t, r.target(w.Config), only("web"))
	text := strings.Replace(webManifest, "web:1", "web:2", 1)
	text = strings.Replace(text, "GREETING: hello", "GREETING: hi", 1)
	text = strings.Replace(text, "cpu: 256", "cpu: 512", 1)
	r.write("ferry/web/manifest.yml", strings.Replace(text, "memory: 512", "memory: 1024", 1))
	result := mustRun(t, r.target(w.Config), only("web"))
	want := []string{"variables.GREETING", "image", "cpu 256 → 512", "memory 512 → 1024"}
	compare(t, []summary{{"web", deploy.OutcomeLive, "v2", fault.OK, want, false}}, summaries(result))
}

func TestANewCountIsWrittenWithoutADeployment(t *testing.T) {
	t.Parallel()
	w := start(t)
	r := newRepo(t)
	mustRun(t, r.target(w.Config), only("web"))
	r.write("ferry/web/manifest.yml", strings.Replace(webManifest, "count: 2", "count: 3", 1))
	result := mustRun(t, r.target(w.Config), only("web"))
	compare(t, []summary{{"web", deploy.OutcomeLive, "v1", fault.OK, []string{"count 2 → 3"}, false}}, summaries(result))
	if got := w.service(t, "web"); got.DesiredCount != 3 || got.RunningCount != 3 {
		t.Errorf("got %d of %d tasks, want 3 of 3", got.RunningCount, got.DesiredCount)
	}
}

func TestACountThatAutoScalingSetIsNotWrittenBack(t *testing.T) {
	t.Parallel()
	w := start(t)
	r := newRepo(t)
	mustRun(t, r.target(w.Config), only("web"))
	w.update(t, &ecs.UpdateServiceInput{DesiredCount: ptr(int32(4))})
	r.write("ferry/web/manifest.yml", strings.Replace(webManifest, "hello", "hi", 1))
	mustRun(t, r.target(w.Config), only("web"))
	if got := w.service(t, "web"); got.DesiredCount != 4 {
		t.Errorf("got desired count %d, want the 4 that was set beside us", got.DesiredCount)
	}
}

func TestTwoServicesDeploySideBySideAndOneFailureStopsNoOther(t *testing.T) {
	t.Parallel()
	w := start(t)
	w.Runtime.Script(virtual.Script{Image: "api:1", ExitCode: ptr(1), Logs: []string{"no database"}})
	result, err := deploy.Run(t.Context(), newRepo(t).target(w.Config), only("web", "api"), event.Discard)
	if fault.ExitCode(err) != fault.Broken || result.ExitCode != int(fault.Broken) {
		t.Errorf("got %v, want the worst of the two: %d", err, fault.Broken)
	}
	compare(t, []summary{
		{"web", deploy.OutcomeLive, "v1", fault.OK, []string{"new service"}, true},
		{"api", deploy.OutcomeFailed, "v1", fault.Broken, []string{"new service"}, true},
	}, summaries(result))
}

func TestACrashIsExplainedAndRolledBack(t *testing.T) {
	t.Parallel()
	w := start(t)
	r := newRepo(t)
	mustRun(t, r.target(w.Config), only("web"))
	w.Runtime.Script(virtual.Script{Image: "web:2", OutOfMemory: true, Logs: []string{"reading everything into memory"}})
	r.write("ferry/web/manifest.yml", strings.Replace(webManifest, "web:1", "web:2", 1))
	var seen recorded
	result, err := deploy.Run(t.Context(), r.target(w.Config), only("web"), seen.sink)
	if fault.ExitCode(err) != fault.RolledBack {
		t.Fatalf("got %v", err)
	}
	compare(t, []summary{{"web", deploy.OutcomeRolledBack, "v2", fault.RolledBack, []string{"image"}, false}}, summaries(result))
	for _, want := range []string{"web: rolled back", "exit code 137", "OutOfMemoryError"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the error does not say %q: %v", want, err)
		}
	}
	if hint := fault.Hint(err); !strings.Contains(hint, "raise memory (now 512 MiB) in ferry/web/manifest.yml") {
		t.Errorf("got hint %q", hint)
	}
	stopped := all[event.TaskStopped](&seen)
	if len(stopped) == 0 || len(result.Services[0].Failures) == 0 {
		t.Fatal("no task was explained")
	}
	compare(t, []string{"reading everything into memory"}, stopped[0].LogTail)
	if got := w.service(t, "web"); !strings.HasSuffix(*got.TaskDefinition, ":1") {
		t.Errorf("%s is live, want the first release", *got.TaskDefinition)
	}
}

func TestTheRetryOfARolledBackReleaseReusesItsRevision(t *testing.T) {
	t.Parallel()
	w := start(t)
	r := newRepo(t)
	mustRun(t, r.target(w.Config), only("web"))
	w.Runtime.Script(virtual.Script{Image: "web:2", ExitCode: ptr(1)})
	r.write("ferry/web/manifest.yml", strings.Replace(webManifest, "web:1", "web:2", 1))
	if _, err := deploy.Run(t.Context(), r.target(w.Config), only("web"), event.Discard); fault.ExitCode(err) != fault.RolledBack {
		t.Fatalf("got %v", err)
	}
	w.Runtime.Reset()
	result := mustRun(t, r.target(w.Config), only("web"))
	compare(t, []summary{{"web", deploy.OutcomeLive, "v2", fault.OK, []string{"image"}, false}}, summaries(result))
}

func TestAFirstReleaseThatFailsCanBeTriedAgain(t *testing.T) {
	t.Parallel()
	w := start(t)
	target := newRepo(t).target(w.Config)
	w.Runtime.Script(virtual.Script{Image: "web:1", ExitCode: ptr(1), Logs: []string{"panic"}})
	_, err := deploy.Run(t.Context(), target, only("web"), event.Discard)
	if fault.ExitCode(err) != fault.Broken || !strings.Contains(err.Error(), "the first release failed") {
		t.Fatalf("got %v", err)
	}
	w.Runtime.Reset()
	result := mustRun(t, target, only("web"))
	compare(t, []summary{{"web", deploy.OutcomeLive, "v1", fault.OK, []string{"the last deployment failed"}, false}}, summaries(result))
}

func TestAFailedReleaseTakesItsInfrastructureBack(t *testing.T) {
	t.Parallel()
	w := start(t)
	r := newRepo(t)
	mustRun(t, r.target(w.Config), only("web"))
	before := w.template(t, "shop-test-web")
	w.Runtime.Script(virtual.Script{Image: "web:2", ExitCode: ptr(1)})
	text := strings.Replace(webManifest, "web:1", "web:2", 1)
	r.write("ferry/web/manifest.yml", strings.Replace(text, "/healthz", "/ready", 1))
	result, err := deploy.Run(t.Context(), r.target(w.Config), only("web"), event.Discard)
	if fault.ExitCode(err) != fault.RolledBack || !result.Services[0].Infrastructure {
		t.Fatalf("got %v, %+v", err, result.Services)
	}
	compare(t, before, w.template(t, "shop-test-web"))
}

func TestATimeoutLeavesTheReleaseGoingOnAndWaitTakesItUp(t *testing.T) {
	t.Parallel()
	w := start(t)
	target := newRepo(t).target(w.Config)
	w.Runtime.Script(virtual.Script{Image: "web:1", PullTakes: virtual.Duration(20 * time.Minute)})
	request := only("web")
	request.Timeout = 300 * time.Millisecond
	_, err := deploy.Run(t.Context(), target, request, event.Discard)
	if fault.ExitCode(err) != fault.TimedOut || !strings.Contains(fault.Hint(err), "ferry wait web --env test") {
		t.Fatalf("got %v, hint %q", err, fault.Hint(err))
	}
	result, err := deploy.Wait(t.Context(), target, only("web"), event.Discard)
	if err != nil || result.Services[0].Outcome != deploy.OutcomeLive {
		t.Errorf("got %+v and %v", result.Services, err)
	}
}

func TestDetachReturnsOnceTheReleaseHasStarted(t *testing.T) {
	t.Parallel()
	w := start(t)
	target := newRepo(t).target(w.Config)
	request := only("web")
	request.Detach = true
	result := mustRun(t, target, request)
	if s := result.Services[0]; s.Outcome != deploy.OutcomeStarted || !strings.Contains(s.Deployment, ":service-deployment/shop-test/web/") {
		t.Errorf("got %+v", s)
	}
	if _, err := deploy.Wait(t.Context(), target, only("web"), event.Discard); err != nil {
		t.Errorf("the wait for it: %v", err)
	}
}

// inFlight starts a release of web:2 that takes long, and returns a repository that wants web:3.
func inFlight(t *testing.T, w *world) *repo {
	t.Helper()
	r := newRepo(t)
	mustRun(t, r.target(w.Config), only("web"))
	w.Runtime.Script(virtual.Script{Image: "web:2", PullTakes: virtual.Duration(30 * time.Minute)})
	r.write("ferry/web/manifest.yml", strings.Replace(webManifest, "web:1", "web:2", 1))
	request := only("web")
	request.Detach, request.Commit = true, "c0ffee"
	mustRun(t, r.target(w.Config), request)
	r.write("ferry/web/manifest.yml", strings.Replace(webManifest, "web:1", "web:3", 1))
	return r
}

func TestADeployThatMeetsAnotherFailsWhenAskedAndSaysWhoseItIs(t *testing.T) {
	t.Parallel()
	w := start(t)
	r := inFlight(t, w)
	request := only("web")
	request.OnConflict = deploy.ConflictFail
	_, err := deploy.Run(t.Context(), r.target(w.Config), request, event.Discard)
	if fault.ExitCode(err) != fault.Refused || !strings.Contains(err.Error(), "release v2") || !strings.Contains(err.Error(), "commit c0ffee") {
		t.Errorf("got %v", err)
	}
}

func TestADeployThatMeetsAnotherWaitsForItsEnd(t *testing.T) {
	t.Parallel()
	w := start(t)
	r := inFlight(t, w)
	var seen recorded
	result, err := deploy.Run(t.Context(), r.target(w.Config), only("web"), seen.sink)
	if err != nil {
		t.Fatal(err)
	}
	compare(t, []summary{{"web", deploy.OutcomeLive, "v3", fault.OK, []string{"image"}, false}}, summaries(result))
	if n := all[event.Notice](&seen); len(n) == 0 || !strings.Contains(n[0].Text, "waiting for its end") {
		t.Errorf("got notices %+v", n)
	}
}

func TestADeployThatSupersedesAnotherIsToldApartFromIt(t *testing.T) {
	t.Parallel()
	w := start(t)
	r := inFlight(t, w)
	waited := make(chan error, 1)
	go func() {
		_, err := deploy.Wait(context.WithoutCancel(t.Context()), r.target(w.Config), only("web"), event.Discard)
		waited <- err
	}()
	request := only("web")
	request.OnConflict = deploy.ConflictSupersede
	result := mustRun(t, r.target(w.Config), request)
	compare(t, []summary{{"web", deploy.OutcomeLive, "v3", fault.OK, []string{"image"}, false}}, summaries(result))
	// The wait may have begun before or after the other deployment; it must not take the one for the other.
	if err := <-waited; err != nil && fault.ExitCode(err) != fault.Superseded {
		t.Errorf("the wait for the superseded deployment: %v", err)
	}
}

func TestALookUpThatFailsStopsTheRunBeforeAnyWrite(t *testing.T) {
	t.Parallel()
	for _, f := range []emulator.Fault{
		{Service: "cloudformation", Operation: "DescribeStacks", Code: "AccessDenied", Message: "no", Status: 403},
		{Service: "ecs", Operation: "DescribeServices", Code: "AccessDeniedException", Message: "no", Status: 400},
		{Service: "ecs", Operation: "DescribeTaskDefinition", Code: "ServerException", Message: "no", Status: 500},
		{Service: "sts", Operation: "GetCallerIdentity", Code: "ExpiredToken", Message: "no", Status: 403},
	} {
		t.Run(f.Operation, func(t *testing.T) {
			t.Parallel()
			w := start(t)
			w.Fault(f)
			_, err := deploy.Run(t.Context(), newRepo(t).target(w.Config), only("web"), event.Discard)
			if fault.ExitCode(err) != fault.Refused {
				t.Errorf("got %v", err)
			}
			if calls := w.writes(); len(calls) > 0 {
				t.Errorf("there were writes: %v", calls)
			}
		})
	}
}

func TestAnotherAccountIsRefusedBeforeAnyWrite(t *testing.T) {
	t.Parallel()
	w := start(t)
	target := newRepo(t).target(w.Config)
	target.Env.Account = "999988887777"
	_, err := deploy.Run(t.Context(), target, only("web"), event.Discard)
	if fault.ExitCode(err) != fault.Refused || len(w.writes()) > 0 {
		t.Errorf("got %v and writes %v", err, w.writes())
	}
}

func TestMistakesInManifestsAreAllReturnedBeforeAWSIsCalled(t *testing.T) {
	t.Parallel()
	w := start(t)
	r := newRepo(t)
	r.write("ferry/web/manifest.yml", webManifest+"colour: red\n")
	r.write("ferry/api/manifest.yml", apiManifest+"size: big\n")
	_, err := deploy.Run(t.Context(), r.target(w.Config), deploy.Request{}, event.Discard)
	var invalid *deploy.Invalid
	if fault.ExitCode(err) != fault.Usage || !errors.As(err, &invalid) || len(invalid.Diagnostics) != 2 {
		t.Errorf("got %v", err)
	}
	if calls := w.Calls(); len(calls) > 0 {
		t.Errorf("AWS was called: %v", calls)
	}
}
