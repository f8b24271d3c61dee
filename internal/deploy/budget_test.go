package deploy_test

import (
	"strings"
	"testing"
	"time"

	"ferry.dev/ferry/internal/deploy"
	"ferry.dev/ferry/internal/emulator"
)

// latency makes calls that run side by side overlap, so that the depth counts round trips one after another.
const latency = 20 * time.Millisecond

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
