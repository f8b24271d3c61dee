package deploy_test

import (
	"strings"
	"testing"
	"time"

	"ferry.dev/ferry/internal/deploy"
	"ferry.dev/ferry/internal/emulator"
)

// latency makes calls that run side by side overlap, so that the depth counts round trips one after another. It is longer than a
// busy machine lets a goroutine wait.
const latency = 150 * time.Millisecond

func names(calls []emulator.Call) string {
	var all []string
	for _, c := range calls {
		all = append(all, c.Service+":"+c.Operation)
	}
	return strings.Join(all, " ")
}

func TestAFirstDeployNeedsFewCalls(t *testing.T) {
	t.Parallel()
	w := start(t)
	mustRun(t, newRepo(t).target(w.Config), only("web"))
	calls := w.Calls()
	t.Logf("%d calls, %d deep: %s", len(calls), emulator.Depth(calls), names(calls))
	if len(calls) > 45 {
		t.Errorf("got %d calls, want at most 45", len(calls))
	}
}

func TestADeployOfANewImageNeedsFewCalls(t *testing.T) {
	t.Parallel()
	w := start(t)
	r := newRepo(t)
	mustRun(t, r.target(w.Config), only("web"))
	r.write("ferry/web/manifest.yml", strings.Replace(webManifest, "web:1", "web:2", 1))
	w.ResetCalls()
	w.SetLatency(latency)
	mustRun(t, r.target(w.Config), only("web"))
	calls := w.Calls()
	t.Logf("%d calls, %d deep: %s", len(calls), emulator.Depth(calls), names(calls))
	if len(calls) > 15 {
		t.Errorf("got %d calls, want at most 15", len(calls))
	}
	var begin []emulator.Call
	for _, c := range calls {
		begin = append(begin, c)
		if c.Operation == "UpdateService" {
			break
		}
	}
	if d := emulator.Depth(begin); d > 6 {
		t.Errorf("the release started after %d round trips, want at most 6", d)
	}
}

func TestADeployWithNothingChangedNeedsFewCalls(t *testing.T) {
	t.Parallel()
	w := start(t)
	target := newRepo(t).target(w.Config)
	mustRun(t, target, only("web"))
	w.ResetCalls()
	w.SetLatency(latency)
	result := mustRun(t, target, only("web"))
	calls := w.Calls()
	t.Logf("%d calls, %d deep: %s", len(calls), emulator.Depth(calls), names(calls))
	if len(calls) > 8 || emulator.Depth(calls) > 3 || result.Services[0].Outcome != deploy.OutcomeUnchanged {
		t.Errorf("got %d calls, %d deep, outcome %q; want at most 8, at most 3", len(calls), emulator.Depth(calls), result.Services[0].Outcome)
	}
}

// goRepo is a repository whose service web is a Go program that the built-in builder builds.
func goRepo(t *testing.T) *repo {
	t.Helper()
	r := newRepo(t)
	r.write("go.mod", "module shop.example\n\ngo 1.26\n")
	r.write("main.go", "package main\n\nfunc main() { println(\"one\") }\n")
	r.write("ferry/web/manifest.yml", strings.Replace(webManifest, "  location: registry.example/web:1\n", "  build:\n    builder: go\n", 1))
	return r
}

func TestABuiltImageStaysWithinTheSameBudgets(t *testing.T) {
	t.Parallel()
	w := start(t)
	r := goRepo(t)
	w.SetLatency(latency)
	if s := mustRun(t, r.target(w.Config), only("web")).Services[0]; !s.Built || !s.Pushed {
		t.Errorf("got %+v", s)
	}
	w.ResetCalls()
	if s := mustRun(t, r.target(w.Config), only("web")).Services[0]; s.Built || s.Pushed || s.Outcome != deploy.OutcomeUnchanged {
		t.Errorf("got %+v", s)
	}
	calls := w.Calls()
	t.Logf("nothing changed: %d calls, %d deep: %s", len(calls), emulator.Depth(calls), names(calls))
	if len(calls) > 8 || emulator.Depth(calls) > 3 {
		t.Errorf("nothing changed: got %d calls, %d deep; want at most 8, at most 3", len(calls), emulator.Depth(calls))
	}
	r.write("main.go", "package main\n\nfunc main() { println(\"two\") }\n")
	w.ResetCalls()
	if s := mustRun(t, r.target(w.Config), only("web")).Services[0]; !s.Built || s.Release != "v2" {
		t.Errorf("got %+v", s)
	}
	calls = w.Calls()
	t.Logf("new image: %d calls, %d deep: %s", len(calls), emulator.Depth(calls), names(calls))
	if n := countAPI(calls); n > 15 {
		t.Errorf("new image: got %d calls, want at most 15", n)
	}
	if d := emulator.Depth(between(calls, "UpdateService")); d > 6 {
		t.Errorf("new image: %d round trips from the push to the start of the deployment, want at most 6", d)
	}
}

// countAPI counts calls of AWS's API; the transfer of layers to the registry is none.
func countAPI(calls []emulator.Call) int {
	n := 0
	for _, c := range calls {
		if c.Operation != "" {
			n++
		}
	}
	return n
}

// between returns the calls after the last one to ECR, up to the operation.
func between(calls []emulator.Call, operation string) []emulator.Call {
	from := 0
	for i, c := range calls {
		if c.Service == "ecr" {
			from = i + 1
		}
		if c.Operation == operation {
			return calls[min(from, i) : i+1]
		}
	}
	return calls[from:]
}
