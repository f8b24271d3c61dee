// Package harness starts the programs that the end-to-end runs are proven with and that we did not write: moto, a Docker
// engine, a registry; and builds ferry as a user gets it. Each is started on loopback, in a directory of its own, and is
// stopped by its process when the test ends. It asserts nothing about ferry.
package harness

import (
	"bytes"
	"context"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// Need skips the test, with one clear line, unless each of the programs is installed. Where FERRY_E2E_REQUIRE is set
// (our own machines and CI) a missing program fails the test instead.
func Need(t testing.TB, programs ...string) {
	t.Helper()
	for _, p := range programs {
		if _, err := exec.LookPath(p); err == nil {
			continue
		}
		if os.Getenv("FERRY_E2E_REQUIRE") != "" {
			t.Fatalf("%s is not installed, and FERRY_E2E_REQUIRE is set", p)
		}
		t.Skipf("needs %s, which is not on PATH", p)
	}
}

// Slow skips the test unless the run asked for it: make sets FERRY_E2E for its e2e targets, so that the tests that need
// only Go stay quick where the programs happen to be installed.
func Slow(t testing.TB, target string) {
	t.Helper()
	if os.Getenv("FERRY_E2E") == "" && os.Getenv("FERRY_E2E_REQUIRE") == "" {
		t.Skipf("runs with make %s", target)
	}
}

// Root returns the module's top directory.
func Root(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for ; ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			if data, err := os.ReadFile(filepath.Join(dir, "go.mod")); err == nil && bytes.HasPrefix(data, []byte("module ferry.dev/ferry\n")) {
				return dir
			}
		}
		if dir == filepath.Dir(dir) {
			t.Fatal("not inside the module")
		}
	}
}

// Ferry builds the ferry binary and returns its path.
func Ferry(t testing.TB) string {
	t.Helper()
	name := "ferry"
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	bin := filepath.Join(t.TempDir(), name)
	cmd := exec.Command("go", "build", "-o", bin, "./cmd/ferry")
	cmd.Dir = Root(t)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("build ferry: %v\n%s", err, out)
	}
	return bin
}

// FreePort returns a TCP port that was free on 127.0.0.1 a moment ago.
func FreePort(t testing.TB) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// Env returns the user's environment without anything of AWS, Docker or ferry, plus the given NAME=value pairs.
func Env(extra ...string) []string {
	var env []string
	for _, kv := range os.Environ() {
		if strings.HasPrefix(kv, "AWS_") || strings.HasPrefix(kv, "DOCKER_") || strings.HasPrefix(kv, "FERRY_") {
			continue
		}
		env = append(env, kv)
	}
	return append(env, extra...)
}

// output is what a started program printed, safe to read while it runs.
type output struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.String()
}

// start runs a program until the test ends: it is asked to stop, given ten seconds, then killed.
func start(t testing.TB, env []string, name string, args ...string) *output {
	t.Helper()
	cmd := exec.Command(name, args...)
	var out output
	cmd.Stdout, cmd.Stderr, cmd.Env = &out, &out, env
	if err := cmd.Start(); err != nil {
		t.Fatalf("start %s: %v", name, err)
	}
	done := make(chan struct{})
	go func() { _ = cmd.Wait(); close(done) }() // it is stopped: how it ends says nothing
	t.Cleanup(func() {
		if err := cmd.Process.Signal(os.Interrupt); err != nil {
			return // it has ended
		}
		select {
		case <-done:
		case <-time.After(10 * time.Second):
			_ = cmd.Process.Kill()
			<-done
		}
		if t.Failed() {
			t.Logf("%s printed:\n%s", name, tail(out.String(), 60))
		}
	})
	return &out
}

// until polls check every 50 ms until it holds; after the limit the test fails with what the program printed.
func until(t testing.TB, limit time.Duration, what string, out *output, check func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for !check() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatalf("%s did not get ready within %s; it printed:\n%s", what, limit, tail(out.String(), 60))
		}
	}
}

func answers(url string) func() bool {
	return func() bool {
		resp, err := http.Get(url)
		if err != nil {
			return false
		}
		resp.Body.Close()
		return true
	}
}

func tail(s string, lines int) string {
	all := strings.Split(strings.TrimRight(s, "\n"), "\n")
	return strings.Join(all[max(0, len(all)-lines):], "\n")
}

func itoa(n int) string { return strconv.Itoa(n) }
