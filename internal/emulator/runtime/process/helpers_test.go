package process_test

import (
	"archive/tar"
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	goruntime "runtime"
	"strings"
	"sync"
	"testing"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"go.uber.org/goleak"

	"ferry.dev/ferry/internal/emulator/runtime"
	"ferry.dev/ferry/internal/emulator/runtime/process"
)

func TestMain(m *testing.M) {
	process.MaybeInit()
	os.Exit(run(m))
}

// run builds the program that the tests run in containers.
func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "app")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	build := exec.Command("go", "build", "-o", filepath.Join(dir, "app"), "./testdata/app")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		panic(string(out))
	}
	os.Setenv("FERRY_TEST_APP", filepath.Join(dir, "app"))
	code := m.Run()
	if err := goleak.Find(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return code
}

// entry is a file of a layer.
type entry struct {
	tar.Header
	body []byte
}

func file(name, body string) entry {
	return entry{tar.Header{Name: name, Typeflag: tar.TypeReg, Mode: 0o644}, []byte(body)}
}

func layer(t testing.TB, entries ...entry) v1.Layer {
	t.Helper()
	var buf bytes.Buffer
	w := tar.NewWriter(&buf)
	for _, e := range entries {
		e.Size = int64(len(e.body))
		if err := w.WriteHeader(&e.Header); err != nil {
			t.Fatal(err)
		}
		w.Write(e.body)
	}
	w.Close()
	l, err := tarball.LayerFromOpener(func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(buf.Bytes())), nil })
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func image(t testing.TB, cfg v1.Config, layers ...v1.Layer) v1.Image {
	t.Helper()
	img, err := mutate.AppendLayers(empty.Image, layers...)
	if err != nil {
		t.Fatal(err)
	}
	file, err := img.ConfigFile()
	if err != nil {
		t.Fatal(err)
	}
	file = file.DeepCopy()
	file.OS, file.Architecture, file.Config = goruntime.GOOS, goruntime.GOARCH, cfg
	if img, err = mutate.ConfigFile(img, file); err != nil {
		t.Fatal(err)
	}
	return img
}

// app is an image with the test program as its entry point.
func app(t testing.TB, more ...entry) v1.Image {
	t.Helper()
	data, err := os.ReadFile(os.Getenv("FERRY_TEST_APP"))
	if err != nil {
		t.Fatal(err)
	}
	program := entry{tar.Header{Name: "app", Typeflag: tar.TypeReg, Mode: 0o755}, data}
	return image(t, v1.Config{Entrypoint: []string{"/app"}, WorkingDir: "/srv"}, layer(t, append([]entry{program}, more...)...))
}

func newRuntime(t testing.TB, plain bool) *process.Runtime {
	t.Helper()
	r, err := process.New(process.Options{Dir: t.TempDir(), Plain: plain})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	return r
}

// isolated is a runtime with namespaces, or skips where this machine has none. Where FERRY_NAMESPACES is set it has to have them.
func isolated(t testing.TB) *process.Runtime {
	t.Helper()
	r := newRuntime(t, false)
	if strings.HasPrefix(r.Isolation(), "plain") {
		if os.Getenv("FERRY_NAMESPACES") != "" {
			t.Fatal(r.Isolation())
		}
		t.Skip(r.Isolation())
	}
	return r
}

func task(t testing.TB, r runtime.Runtime, id string, hosts ...string) runtime.Task {
	t.Helper()
	task, err := r.StartTask(t.Context(), runtime.TaskSpec{ID: id, Family: "test", Hosts: hosts})
	if err != nil {
		t.Fatal(err)
	}
	return task
}

// output collects what a container writes.
type output struct {
	mu  sync.Mutex
	buf bytes.Buffer
	got chan struct{} // written to on every line, as long as there is room
}

func newOutput() *output { return &output{got: make(chan struct{}, 100)} }

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.buf.Write(p)
	select {
	case o.got <- struct{}{}:
	default:
	}
	return len(p), nil
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.String()
}

// says waits until the output holds a text.
func (o *output) says(t testing.TB, text string) {
	t.Helper()
	for end := time.After(20 * time.Second); !strings.Contains(o.String(), text); {
		select {
		case <-o.got:
		case <-end:
			t.Fatalf("the container wrote %q, without %q", o.String(), text)
		}
	}
}

func start(t testing.TB, task runtime.Task, c runtime.ContainerSpec) runtime.Container {
	t.Helper()
	if c.Name == "" {
		c.Name = "web"
	}
	run, err := task.Start(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	return run
}

func ends(t testing.TB, c runtime.Container) runtime.Exit {
	t.Helper()
	select {
	case <-c.Done():
		return c.Exit()
	case <-time.After(30 * time.Second):
		t.Fatal("the container does not end")
		return runtime.Exit{}
	}
}

// fetch gets a page from a port of a task; ok is false as long as nothing answers.
func fetch(t testing.TB, task runtime.Task, port int) (string, bool) {
	t.Helper()
	address, err := task.Address(t.Context(), port)
	if err != nil {
		t.Fatal(err)
	}
	client := http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	r, err := client.Get("http://" + address)
	if err != nil {
		return err.Error(), false
	}
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	return strings.TrimSpace(string(body)), err == nil
}

// answers waits until a task answers.
func answers(t testing.TB, task runtime.Task, port int, want string) {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	got := ""
	for range 500 {
		ok := false
		if got, ok = fetch(t, task, port); ok && got == want {
			return
		}
		<-tick.C
	}
	t.Fatalf("port %d answers %q, not %q", port, got, want)
}
