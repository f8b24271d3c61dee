package daemon_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"sync"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ferry.dev/ferry/internal/emulator/clock"
	"ferry.dev/ferry/internal/emulator/daemon"
	"ferry.dev/ferry/internal/emulator/runtime"
	"ferry.dev/ferry/internal/emulator/runtime/virtual"
)

// TestMain is also the endpoint's process: the tests start this binary with the argument "serve".
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "serve" {
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
		defer stop()
		if err := serve(ctx); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1) //nolint:forbidigo // this is the process that the tests start
		}
		return
	}
	os.Exit(m.Run()) //nolint:forbidigo // TestMain ends the test process
}

func serve(ctx context.Context) error {
	clk := clock.Real(10)
	return daemon.Serve(ctx, daemon.ServeOptions{
		Dir: os.Getenv("FERRY_LOCAL_DIR"), Version: "test", Log: slog.Default(), Clock: clk,
		Runtime: func(context.Context, string) (runtime.Runtime, error) { return virtual.New(clk), nil },
	})
}

// start starts an endpoint in a directory of its own and removes it when the test ends.
func start(t *testing.T, dir string) daemon.Endpoint {
	t.Helper()
	e, err := daemon.Start(t.Context(), dir, []string{os.Args[0], "serve"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := daemon.Reset(context.Background(), dir); err != nil {
			t.Error(err)
		}
	})
	return e
}

func TestAnEndpointIsStartedOnceHoweverManyAskForIt(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "local")
	got := make([]daemon.Endpoint, 8)
	var all sync.WaitGroup
	for i := range got {
		all.Go(func() { got[i] = start(t, dir) })
	}
	all.Wait()
	want := make([]daemon.Endpoint, len(got))
	for i := range want {
		want[i] = got[0]
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("not everybody got the same endpoint (-first +each):\n%s", diff)
	}
}

func TestAStoppedEndpointComesBackOnItsPort(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "local")
	first := start(t, dir)
	if err := daemon.Stop(t.Context(), dir); err != nil {
		t.Fatal(err)
	}
	if _, err := daemon.Find(t.Context(), dir); !errors.Is(err, daemon.ErrNotRunning) {
		t.Fatalf("after Stop: %v", err)
	}
	second := start(t, dir)
	if second.URL != first.URL || second.PID == first.PID {
		t.Errorf("first %+v, then %+v", first, second)
	}
}

func TestAnEndpointThatWasKilledIsNotTakenForARunningOne(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "local")
	first := start(t, dir)
	p, err := os.FindProcess(first.PID)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Kill(); err != nil {
		t.Fatal(err)
	}
	second := start(t, dir)
	if second.PID == first.PID || second.Token == first.Token {
		t.Errorf("first %+v, then %+v", first, second)
	}
}

func TestResetLeavesNothingButWhatIsNotFerrys(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "local")
	start(t, dir)
	mine := filepath.Join(dir, "notes.txt")
	if err := os.WriteFile(mine, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := daemon.Reset(t.Context(), dir); err != nil {
		t.Fatal(err)
	}
	entries, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{mine}, entries); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestControlRequestsNeedTheTokenAndAreNotForBrowsers(t *testing.T) {
	t.Parallel()
	e := start(t, filepath.Join(t.TempDir(), "local"))
	got := map[string]int{}
	for name, header := range map[string]http.Header{
		"no token":    {},
		"wrong token": {"X-Ferry-Token": {"guess"}},
		"a page":      {"X-Ferry-Token": {e.Token}, "Origin": {"https://example.com"}},
	} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, e.URL+"/_ferry/stop", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header = header
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		got[name] = resp.StatusCode
	}
	if diff := cmp.Diff(map[string]int{"no token": 403, "wrong token": 403, "a page": 403}, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestAnEndpointThatCannotStartSaysWhy(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "local")
	_, err := daemon.Start(t.Context(), dir, []string{os.Args[0], "-no-such-flag"})
	if err == nil {
		t.Fatal("it started")
	}
	if _, err := daemon.Find(t.Context(), dir); !errors.Is(err, daemon.ErrNotRunning) {
		t.Errorf("Find: %v", err)
	}
}

func TestTheStateDirectoryIsTheUsersUnlessItIsNamed(t *testing.T) {
	t.Parallel()
	named := t.TempDir()
	got, err := daemon.Dir(func(name string) string { return map[string]string{"FERRY_LOCAL_DIR": named}[name] })
	if err != nil || got != named {
		t.Errorf("got %q, %v; want %q", got, err, named)
	}
	state := t.TempDir()
	got, err = daemon.Dir(func(name string) string { return map[string]string{"XDG_STATE_HOME": state}[name] })
	if want := filepath.Join(state, "ferry", "local"); err != nil || got != want {
		t.Errorf("got %q, %v; want %q", got, err, want)
	}
}
