package bench

import (
	"bytes"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"text/tabwriter"
	"time"

	"ferry.dev/ferry/e2e/harness"
	"ferry.dev/ferry/internal/emulator"
	"ferry.dev/ferry/internal/emulator/clock"
	"ferry.dev/ferry/internal/emulator/runtime/virtual"
)

func TestMain(m *testing.M) {
	flag.Parse()
	code := m.Run()
	table.print()
	os.Exit(code)
}

var ferryFlag = flag.String("ferry", "", "the ferry binary to measure; built when empty")

// table collects what was measured, for the end.
var table report

type report struct {
	mu   sync.Mutex
	rows [][3]string
}

func (r *report) add(what, target, got string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.rows = append(r.rows, [3]string{what, target, got})
}

func (r *report) print() {
	if len(r.rows) == 0 {
		return
	}
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "\nMEASURED\tTARGET\tGOT")
	for _, row := range r.rows {
		fmt.Fprintf(w, "%s\t%s\t%s\n", row[0], row[1], row[2])
	}
	w.Flush()
}

func ferry(b *testing.B) string {
	b.Helper()
	if *ferryFlag != "" {
		return *ferryFlag
	}
	return harness.Ferry(b)
}

// medianOf runs a command n times and returns the median wall time and the largest peak memory in MB (0 where unknown).
func medianOf(b *testing.B, n int, command func() *exec.Cmd) (time.Duration, float64) {
	b.Helper()
	var times []time.Duration
	var peak float64
	for range n {
		cmd := command()
		began := time.Now()
		if out, err := cmd.CombinedOutput(); err != nil {
			b.Fatalf("%v: %v\n%s", cmd.Args, err, out)
		}
		times = append(times, time.Since(began))
		peak = max(peak, peakMemory(cmd.ProcessState))
	}
	slices.Sort(times)
	return times[len(times)/2], peak
}

func BenchmarkVersion(b *testing.B) {
	bin := ferry(b)
	for b.Loop() {
		d, mb := medianOf(b, 30, func() *exec.Cmd { return exec.Command(bin, "--version") })
		b.ReportMetric(float64(d.Microseconds())/1000, "ms/run")
		b.ReportMetric(mb, "MB-peak")
		table.add("ferry --version, wall (median of 30)", "≤ 10 ms", ms(d))
		table.add("ferry --version, peak memory", "≤ 25 MB", fmt.Sprintf("%.1f MB", mb))
	}
	if info, err := os.Stat(bin); err == nil {
		table.add("size of the binary", "–", fmt.Sprintf("%.1f MB", float64(info.Size())/1e6))
	}
}

// The image's tag is a digest of what it is built from, so packaging reads a Dockerfile's context, and for the built-in
// Go builder asks `go list`, whose start alone takes most of what is measured.
func BenchmarkPackageOneService(b *testing.B) {
	for b.Loop() {
		d := packaging(b, newWorkspace(b, ferry(b), 1, dockerfile), 20)
		b.ReportMetric(float64(d.Microseconds())/1000, "ms/run")
		table.add("ferry package, one service (median of 20)", "≤ 30 ms", ms(d))
		table.add("ferry package, one service, built-in Go builder", "–", ms(packaging(b, newWorkspace(b, ferry(b), 1, goBuilder), 20)))
	}
}

func BenchmarkPackage200Services(b *testing.B) {
	for b.Loop() {
		d := packaging(b, newWorkspace(b, ferry(b), 200, dockerfile), 5)
		b.ReportMetric(float64(d.Microseconds())/1000, "ms/run")
		table.add("ferry package, 200 services (median of 5)", "≤ 1 s", ms(d))
		table.add("ferry package, 200 services, built-in Go builder", "–", ms(packaging(b, newWorkspace(b, ferry(b), 200, goBuilder), 5)))
	}
}

func packaging(b *testing.B, w *workspace, runs int) time.Duration {
	b.Helper()
	out := b.TempDir() // outside the build context
	d, _ := medianOf(b, runs, func() *exec.Cmd { return w.command("package", "--env", "test", "--output-dir", out) })
	return d
}

func BenchmarkValidate200Manifests(b *testing.B) {
	w := newWorkspace(b, ferry(b), 200, dockerfile)
	for b.Loop() {
		d, _ := medianOf(b, 5, func() *exec.Cmd { return w.command("validate") })
		b.ReportMetric(float64(d.Microseconds())/1000, "ms/run")
		table.add("ferry validate, 200 manifests (median of 5)", "≤ 500 ms", ms(d))
	}
}

// BenchmarkDeploys plays the three deploys that matter against an endpoint that answers each call after a fixed time, so
// that calls made side by side overlap and those made in line do not.
func BenchmarkDeploys(b *testing.B) {
	for b.Loop() {
		e := newEndpoint(b)
		w := newWorkspace(b, ferry(b), 1, goBuilder, e.env()...)
		w.source("first")

		// The image is already built: a first deploy of the same inputs put it there, then all but the image went.
		w.must("deploy", "web000", "--env", "test", "--yes")
		w.must("delete", "environment", "test", "--keep-images", "--yes")

		e.reset()
		w.must("deploy", "web000", "--env", "test", "--yes")
		first := e.read()
		table.add("first deploy, image already built: calls", "≤ 45", fmt.Sprintf("%d (%d in a row)", first.calls, first.depth))

		e.reset()
		w.must("deploy", "web000", "--env", "test", "--yes")
		same := e.read()
		table.add("nothing changed: calls", "≤ 8", fmt.Sprint(same.calls))
		table.add("nothing changed: round trips in a row", "≤ 3", fmt.Sprint(same.depth))
		table.add("nothing changed: pushes", "0", fmt.Sprint(same.pushes))

		w.source("second")
		e.reset()
		w.must("deploy", "web000", "--env", "test", "--yes")
		image := e.read()
		table.add("new image: calls", "≤ 15", fmt.Sprint(image.calls))
		table.add("new image: round trips from pushed to started", "≤ 6", fmt.Sprint(image.pushedToStarted))

		b.ReportMetric(float64(first.calls), "first-calls")
		b.ReportMetric(float64(same.calls), "same-calls")
		b.ReportMetric(float64(same.depth), "same-depth")
		b.ReportMetric(float64(image.calls), "image-calls")
		b.ReportMetric(float64(image.pushedToStarted), "image-depth")
		if os.Getenv("FERRY_BENCH_CALLS") != "" {
			fmt.Printf("first: %s\nsame: %s\nimage: %s\n", first.names, same.names, image.names)
		}
	}
}

// latency is long against what the endpoint and ferry do in between, and short enough to wait for.
const latency = 40 * time.Millisecond

// endpoint is the emulator with virtual tasks, and the times of the pushes.
type endpoint struct {
	url     string
	account string
	server  *emulator.Server
	mu      sync.Mutex
	pushes  []time.Time
}

func newEndpoint(b *testing.B) *endpoint {
	b.Helper()
	e := &endpoint{}
	s := httptest.NewUnstartedServer(http.HandlerFunc(e.serve))
	clk := clock.Real(50)
	server, err := emulator.New(emulator.Options{Addr: s.Listener.Addr().String(), Runtime: virtual.New(clk), Clock: clk})
	if err != nil {
		b.Fatal(err)
	}
	e.server, e.account = server, server.Health().Account
	server.SetLatency(latency)
	s.Start()
	e.url = s.URL
	b.Cleanup(func() {
		s.Close()
		if err := server.Close(); err != nil {
			b.Error(err)
		}
	})
	return e
}

// serve notes when an image's manifest has been pushed: that is when the image is there.
func (e *endpoint) serve(w http.ResponseWriter, r *http.Request) {
	e.server.ServeHTTP(w, r)
	if r.Method == http.MethodPut && strings.Contains(r.URL.Path, "/manifests/") {
		e.mu.Lock()
		defer e.mu.Unlock()
		e.pushes = append(e.pushes, time.Now())
	}
}

func (e *endpoint) env() []string {
	return append(harness.AWSEnv(e.url, os.DevNull), "FERRY_TEST_ACCOUNT="+e.account)
}

func (e *endpoint) reset() {
	e.server.ResetCalls()
	e.mu.Lock()
	defer e.mu.Unlock()
	e.pushes = nil
}

type reading struct {
	calls, depth, pushes, pushedToStarted int
	names                                 string
}

// read counts the calls since the last reset, and the round trips from the first push to the call that started the release.
func (e *endpoint) read() reading {
	calls := e.server.Calls()
	e.mu.Lock()
	defer e.mu.Unlock()
	r := reading{calls: len(calls), depth: emulator.Depth(calls), pushes: len(e.pushes)}
	slices.SortFunc(calls, func(a, b emulator.Call) int { return a.Start.Compare(b.Start) })
	var names []string
	for _, c := range calls {
		names = append(names, c.Service+"."+c.Operation)
	}
	r.names = strings.Join(names, " ")
	if len(e.pushes) == 0 {
		return r
	}
	var between []emulator.Call
	for _, c := range calls {
		if !c.Start.After(e.pushes[0]) {
			continue
		}
		between = append(between, c)
		if c.Operation == "UpdateService" || c.Operation == "CreateService" {
			break
		}
	}
	r.pushedToStarted = emulator.Depth(between)
	return r
}

// How a workspace's images are built.
const (
	goBuilder  = "{builder: go}"
	dockerfile = "./Dockerfile"
)

// workspace is a user's repository with n services.
type workspace struct {
	b   *testing.B
	bin string
	dir string
	env []string
}

func newWorkspace(b *testing.B, bin string, n int, build string, env ...string) *workspace {
	b.Helper()
	w := &workspace{b: b, bin: bin, dir: b.TempDir(), env: harness.Env(env...)}
	account := "111122223333"
	for _, kv := range env {
		if v, ok := strings.CutPrefix(kv, "FERRY_TEST_ACCOUNT="); ok {
			account = v
		}
	}
	w.write("go.mod", "module bench\n\ngo 1.26\n")
	w.source("first")
	w.write("Dockerfile", "FROM scratch\nCOPY main.go /\n")
	w.write("ferry/app.yml", "name: bench\n")
	w.write("ferry/environments/test/manifest.yml", fmt.Sprintf("name: test\ntype: Environment\naccount: %q\nregion: us-east-1\n", account))
	for i := range n {
		name := fmt.Sprintf("web%03d", i)
		w.write("ferry/"+name+"/manifest.yml", fmt.Sprintf(`name: %s
type: Load Balanced Web Service
image:
  build: %s
  port: 8080
http:
  path: /%s
cpu: 256
memory: 512
count: 2
variables:
  GREETING: hello
`, name, build, name))
	}
	return w
}

func (w *workspace) source(greeting string) {
	w.write("main.go", fmt.Sprintf("package main\n\nfunc main() { println(%q) }\n", greeting))
}

func (w *workspace) command(args ...string) *exec.Cmd {
	cmd := exec.Command(w.bin, args...)
	cmd.Dir, cmd.Env = w.dir, w.env
	return cmd
}

func (w *workspace) must(args ...string) {
	w.b.Helper()
	var out bytes.Buffer
	cmd := w.command(args...)
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil {
		w.b.Fatalf("ferry %s: %v\n%s", strings.Join(args, " "), err, out.String())
	}
}

func (w *workspace) write(name, content string) {
	w.b.Helper()
	path := filepath.Join(w.dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		w.b.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		w.b.Fatal(err)
	}
}

func ms(d time.Duration) string { return fmt.Sprintf("%.1f ms", float64(d.Microseconds())/1000) }
