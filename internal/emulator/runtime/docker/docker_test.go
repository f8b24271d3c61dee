package docker_test

import (
	"archive/tar"
	"bytes"
	"context"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"

	"ferry.dev/ferry/e2e/harness"
	"ferry.dev/ferry/internal/emulator/runtime"
	"ferry.dev/ferry/internal/emulator/runtime/docker"
)

// program is what runs in the containers: it answers with a variable, and ends with 7 when it is asked to.
const program = `package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	if len(os.Args) > 1 && os.Args[1] == "fail" {
		fmt.Println("about to fail")
		os.Exit(9)
	}
	if len(os.Args) > 2 && os.Args[1] == "get" {
		r, err := http.Get(os.Args[2])
		if err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		io.Copy(os.Stdout, r.Body)
		fmt.Printf("%q", os.Getenv("LINES"))
		os.Exit(0)
	}
	if len(os.Args) > 3 && os.Args[1] == "write" {
		fmt.Println(os.WriteFile(os.Args[2], []byte(os.Args[3]), 0o644))
		os.Exit(0)
	}
	if len(os.Args) > 2 && os.Args[1] == "read" {
		text, err := os.ReadFile(os.Args[2])
		fmt.Println(string(text), err)
		os.Exit(0)
	}
	fmt.Println("listening")
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM)
	go func() { <-stop; fmt.Fprintln(os.Stderr, "asked to stop"); os.Exit(7) }()
	http.ListenAndServe(":8080", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, os.Getenv("GREETING"))
	}))
}
`

func TestOnARealEngine(t *testing.T) {
	t.Parallel()
	host := harness.Docker(t)
	engine := &docker.Engine{Bin: "docker", Env: []string{"DOCKER_HOST=" + host}}
	t.Run("a container runs, answers, prints and stops", func(t *testing.T) { runs(t, engine) })
	t.Run("the containers of an endpoint that was killed are removed when it starts again", func(t *testing.T) { sweeps(t, engine, host) })
	t.Run("nothing is lost in variables", func(t *testing.T) { keepsVariables(t, engine) })
	t.Run("a container that has ended hands the task's network on", func(t *testing.T) { handsOn(t, engine) })
	t.Run("volumes are shared, kept or read-only as the mounts say", func(t *testing.T) { mountsVolumes(t, engine, host) })
	t.Run("a task finds another under its aliases, until it is gone", func(t *testing.T) { findsAliases(t, engine) })
	t.Run("an image that cannot be pulled is a pull error", func(t *testing.T) { pullFails(t, engine) })
}

func runs(t *testing.T, engine *docker.Engine) {
	t.Parallel()
	img := scratchImage(t)
	r, err := docker.New(t.Context(), engine, "test")
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	}()
	task, err := r.StartTask(t.Context(), runtime.TaskSpec{ID: "0123456789abcdef0123456789abcdef", Family: "web", Ports: []int{8080}})
	if err != nil {
		t.Fatal(err)
	}
	var out lines
	c, err := task.Start(t.Context(), runtime.ContainerSpec{Name: "web", Image: img, Env: []string{"GREETING=hello from # a 'container'"}, Output: &out})
	if err != nil {
		t.Fatal(err)
	}

	got := outcome{Body: get(t, task, 8080)}
	if got.HealthExit, err = c.Exec(t.Context(), []string{"/app", "fail"}); err != nil {
		t.Fatal(err)
	}
	if err := c.Stop(t.Context(), 10*time.Second); err != nil {
		t.Fatal(err)
	}
	got.Exit, got.Output = c.Exit(), out.String()
	want := outcome{Body: "hello from # a 'container'", HealthExit: 9, Exit: runtime.Exit{Code: 7}, Output: "listening\nasked to stop\n"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

type outcome struct {
	Body       string
	HealthExit int
	Exit       runtime.Exit
	Output     string
}

func sweeps(t *testing.T, engine *docker.Engine, host string) {
	t.Parallel()
	first, err := docker.New(t.Context(), engine, "killed")
	if err != nil {
		t.Fatal(err)
	}
	task, err := first.StartTask(t.Context(), runtime.TaskSpec{ID: "1", Family: "web"})
	if err != nil {
		t.Fatal(err)
	}
	c, err := task.Start(t.Context(), runtime.ContainerSpec{Name: "web", Image: scratchImage(t)})
	if err != nil {
		t.Fatal(err)
	}
	second, err := docker.New(t.Context(), engine, "killed")
	if err != nil {
		t.Fatal(err)
	}
	<-c.Done()
	left, err := exec.Command("docker", "-H", host, "ps", "--all", "--quiet", "--filter", "label=ferry.local=killed").Output()
	if err != nil {
		t.Fatal(err)
	}
	if len(left) > 0 {
		t.Errorf("containers are left: %s", left)
	}
	for _, r := range []*docker.Runtime{first, second} {
		if err := r.Close(); err != nil {
			t.Logf("close: %v", err) // the first one's container is gone already
		}
	}
}

// newTask starts a task on a runtime of its own.
func newTask(t *testing.T, engine *docker.Engine, name string) runtime.Task {
	t.Helper()
	r, err := docker.New(t.Context(), engine, name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	task, err := r.StartTask(t.Context(), runtime.TaskSpec{ID: name, Family: "web", Ports: []int{8080}})
	if err != nil {
		t.Fatal(err)
	}
	return task
}

func keepsVariables(t *testing.T, engine *docker.Engine) {
	t.Parallel()
	task := newTask(t, engine, "variables")
	want := "one\ntwo # 'three' \"four\" $five"
	if _, err := task.Start(t.Context(), runtime.ContainerSpec{Name: "web", Image: scratchImage(t), Env: []string{"GREETING=" + want}}); err != nil {
		t.Fatal(err)
	}
	if got := get(t, task, 8080); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func handsOn(t *testing.T, engine *docker.Engine) {
	t.Parallel()
	img, task := scratchImage(t), newTask(t, engine, "handson")
	first, err := task.Start(t.Context(), runtime.ContainerSpec{Name: "prepare", Image: img, Command: []string{"fail"}})
	if err != nil {
		t.Fatal(err)
	}
	<-first.Done()
	if _, err := task.Start(t.Context(), runtime.ContainerSpec{Name: "web", Image: img, Env: []string{"GREETING=hello"}}); err != nil {
		t.Fatal(err)
	}
	if got := get(t, task, 8080); got != "hello" {
		t.Errorf("it answers %q", got)
	}
	var out lines
	beside, err := task.Start(t.Context(), runtime.ContainerSpec{Name: "beside", Image: img, Command: []string{"get", "http://127.0.0.1:8080"}, Output: &out})
	if err != nil {
		t.Fatal(err)
	}
	<-beside.Done()
	if out.String() != `hello""` {
		t.Errorf("the container beside it got %q", out.String())
	}
}

func findsAliases(t *testing.T, engine *docker.Engine) {
	t.Parallel()
	img := scratchImage(t)
	r, err := docker.New(t.Context(), engine, "aliases")
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	}()
	start := func(spec runtime.TaskSpec, c runtime.ContainerSpec) (runtime.Task, runtime.Container) {
		task, err := r.StartTask(t.Context(), spec)
		if err != nil {
			t.Fatal(err)
		}
		c.Name, c.Image = "app", img
		container, err := task.Start(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		return task, container
	}
	api, _ := start(runtime.TaskSpec{ID: "api", Ports: []int{8080}, Aliases: []string{"api", "api.test.local"}}, runtime.ContainerSpec{Env: []string{"GREETING=from api"}})
	if got := get(t, api, 8080); got != "from api" {
		t.Fatalf("api answers %q", got)
	}
	asks := func(id, url string) int {
		_, c := start(runtime.TaskSpec{ID: id}, runtime.ContainerSpec{Command: []string{"get", url}})
		<-c.Done()
		return c.Exit().Code
	}
	got := []int{asks("one", "http://api:8080"), asks("two", "http://api.test.local:8080"), asks("three", "http://other:8080")}
	if err := api.Close(); err != nil {
		t.Error(err)
	}
	if got = append(got, asks("four", "http://api:8080")); !slices.Equal(got, []int{0, 0, 1, 1}) {
		t.Errorf("they ended with %v", got)
	}
}

func pullFails(t *testing.T, engine *docker.Engine) {
	t.Parallel()
	r, err := docker.New(t.Context(), engine, "nopull")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	task, err := r.StartTask(t.Context(), runtime.TaskSpec{ID: "2", Family: "web"})
	if err != nil {
		t.Fatal(err)
	}
	_, err = task.Start(t.Context(), runtime.ContainerSpec{Name: "web", ImageRef: "127.0.0.1:1/no/such:image"})
	if _, ok := err.(*runtime.PullError); !ok { //nolint:errorlint // the error itself, not one that it wraps, is the promise
		t.Errorf("got %T %v, want a *runtime.PullError", err, err)
	}
}

// get asks the task until it answers: a container that has started need not listen yet.
func get(t *testing.T, task runtime.Task, port int) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	addr, err := task.Address(ctx, port)
	if err != nil {
		t.Fatal(err)
	}
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		if resp, err := http.Get("http://" + addr); err == nil {
			defer resp.Body.Close()
			body, err := io.ReadAll(resp.Body)
			if err != nil {
				t.Fatal(err)
			}
			return string(body)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatal("the container did not answer")
		}
	}
}

// scratchImage is an image that holds nothing but the program.
func scratchImage(t *testing.T) v1.Image {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "main.go"), []byte(program), 0o600); err != nil {
		t.Fatal(err)
	}
	build := exec.Command("go", "build", "-o", "app", "main.go")
	build.Dir, build.Env = dir, append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux", "GOFLAGS=")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	data, err := os.ReadFile(filepath.Join(dir, "app"))
	if err != nil {
		t.Fatal(err)
	}
	var layer bytes.Buffer
	w := tar.NewWriter(&layer)
	if err := w.WriteHeader(&tar.Header{Name: "app", Mode: 0o755, Size: int64(len(data))}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	l, err := tarball.LayerFromOpener(func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(layer.Bytes())), nil })
	if err != nil {
		t.Fatal(err)
	}
	img, err := mutate.AppendLayers(empty.Image, l)
	if err != nil {
		t.Fatal(err)
	}
	img, err = mutate.ConfigFile(img, &v1.ConfigFile{OS: "linux", Architecture: "amd64", RootFS: config(t, img).RootFS, Config: v1.Config{Entrypoint: []string{"/app"}}})
	if err != nil {
		t.Fatal(err)
	}
	return img
}

func config(t *testing.T, img v1.Image) *v1.ConfigFile {
	t.Helper()
	c, err := img.ConfigFile()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// lines collects output, safe to read while it is written.
type lines struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}
