package process_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-containerregistry/pkg/v1/mutate"

	"ferry.dev/ferry/internal/emulator/runtime"
)

// both runs a test in namespaces and as plain processes.
func both(t *testing.T, test func(t *testing.T, r runtime.Runtime)) {
	t.Parallel()
	t.Run("isolated", func(t *testing.T) {
		t.Parallel()
		test(t, isolated(t))
	})
	t.Run("plain", func(t *testing.T) {
		t.Parallel()
		test(t, newRuntime(t, true))
	})
}

func TestTwoTasksListenOnTheSamePort(t *testing.T) {
	both(t, func(t *testing.T, r runtime.Runtime) {
		img := app(t)
		var tasks []runtime.Task
		for _, name := range []string{"one", "two"} {
			task := task(t, r, name)
			start(t, task, runtime.ContainerSpec{Image: img, Command: []string{"serve", "8080"}, Env: []string{"GREETING=" + name}, Ports: []int{8080}})
			tasks = append(tasks, task)
		}
		for i, name := range []string{"one", "two"} {
			answers(t, tasks[i], 8080, name)
		}
		if err := tasks[0].Close(); err != nil {
			t.Error(err)
		}
		answers(t, tasks[1], 8080, "two")
	})
}

func TestAnExitCodeComesThroughWithTheOutput(t *testing.T) {
	both(t, func(t *testing.T, r runtime.Runtime) {
		out := newOutput()
		c := start(t, task(t, r, "one"), runtime.ContainerSpec{Image: app(t), Command: []string{"exit", "3"}, Output: out})
		if diff := cmp.Diff(runtime.Exit{Code: 3}, ends(t, c)); diff != "" {
			t.Error(diff)
		}
		if out.String() != "leaving\n" {
			t.Errorf("the output is %q", out)
		}
	})
}

func TestStopAsksFirstAndKillsAfterTheGrace(t *testing.T) {
	both(t, func(t *testing.T, r runtime.Runtime) {
		for _, c := range []struct {
			mode, word string
			want       int
		}{{"sleep", "asleep", 143}, {"deaf", "deaf", 137}} {
			out := newOutput()
			run := start(t, task(t, r, c.mode), runtime.ContainerSpec{Image: app(t), Command: []string{c.mode}, Output: out})
			out.says(t, c.word)
			if err := run.Stop(t.Context(), 500*time.Millisecond); err != nil {
				t.Error(err)
			}
			if got := ends(t, run).Code; got != c.want {
				t.Errorf("%s ended with %d, not %d", c.mode, got, c.want)
			}
		}
	})
}

func TestAHealthCheckCommandRunsInTheContainer(t *testing.T) {
	both(t, func(t *testing.T, r runtime.Runtime) {
		out := newOutput()
		run := start(t, task(t, r, "one"), runtime.ContainerSpec{Image: app(t), Command: []string{"sleep"}, Output: out})
		for _, want := range []int{0, 7} {
			got, err := run.Exec(t.Context(), []string{"/app", "exit", fmt.Sprint(want)})
			if err != nil || got != want {
				t.Errorf("it ended with %d, %v, not %d", got, err, want)
			}
		}
		if _, err := run.Exec(t.Context(), []string{"no-such-command"}); err == nil {
			t.Error("a command that is not there gave no error")
		}
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		defer cancel()
		if _, err := run.Exec(ctx, []string{"/app", "sleep"}); err == nil {
			t.Error("a command that does not end gave no error")
		}
	})
}

func TestAnImageForAnotherPlatformIsRefused(t *testing.T) {
	both(t, func(t *testing.T, r runtime.Runtime) {
		cfg := get(app(t).ConfigFile()).DeepCopy()
		cfg.Architecture = "s390x"
		_, err := task(t, r, "one").Start(t.Context(), runtime.ContainerSpec{Name: "web", Image: get(mutate.ConfigFile(app(t), cfg))})
		if err == nil || !strings.Contains(err.Error(), "s390x") {
			t.Errorf("the error is %v", err)
		}
	})
}

func TestAProgramThatIsNotThereIsNamed(t *testing.T) {
	both(t, func(t *testing.T, r runtime.Runtime) {
		_, err := task(t, r, "one").Start(t.Context(), runtime.ContainerSpec{Name: "web", Image: app(t), Entrypoint: []string{"/nothing"}})
		if err == nil || !strings.Contains(err.Error(), "/nothing") {
			t.Errorf("the error is %v", err)
		}
	})
}

func TestAContainerSeesOnlyItsOwnRoot(t *testing.T) {
	t.Parallel()
	r := isolated(t)
	out := newOutput()
	c := start(t, task(t, r, "abcdef0123456789"), runtime.ContainerSpec{
		Image: app(t, file("etc/passwd", "web:x:1000:1000::/home/web:/bin/sh\n"), file("etc/group", "web:x:1000:\n")), Command: []string{"look"}, Output: out,
	})
	if code := ends(t, c).Code; code != 0 {
		t.Errorf("it ended with %d: %s", code, out)
	}
	want := "ppid 1 uid 0 gid 0\nhost ip- wd /srv home /\nroot app dev etc proc srv sys\nnull <nil> write false\n"
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Error(diff)
	}
}

func TestAReadOnlyRootRefusesWritesAndAUserIsLookedUpInTheImage(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("only root can run a container as another user")
	}
	out := newOutput()
	c := start(t, task(t, isolated(t), "one"), runtime.ContainerSpec{
		Image: app(t, file("etc/passwd", "web:x:1000:1001::/home/web:/bin/sh\n")), Command: []string{"look"}, User: "web", ReadOnly: true, Output: out,
	})
	ends(t, c)
	want := "ppid 1 uid 1000 gid 1001\nhost ip- wd /srv home /home/web\nroot app dev etc proc srv sys\nnull <nil> write true\n"
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Error(diff)
	}
}

func TestContainersDoNotSeeEachOthersFiles(t *testing.T) {
	t.Parallel()
	r, img := isolated(t), app(t)
	for _, id := range []string{"one", "two"} {
		out := newOutput()
		ends(t, start(t, task(t, r, id), runtime.ContainerSpec{Image: img, Command: []string{"look"}, Output: out}))
		if strings.Contains(out.String(), "written") {
			t.Errorf("%s sees what another has written: %s", id, out)
		}
	}
}

func TestATaskReachesTheHostsThatItIsGiven(t *testing.T) {
	both(t, func(t *testing.T, r runtime.Runtime) {
		outside := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "from outside") }))
		defer outside.Close()
		host := strings.TrimPrefix(outside.URL, "http://")
		out := newOutput()
		task := task(t, r, "one", host)
		c := start(t, task, runtime.ContainerSpec{Image: app(t), Command: []string{"get", "http://" + task.HostAddress(host)}, Output: out})
		if code := ends(t, c).Code; code != 0 || out.String() != "from outside" {
			t.Errorf("it ended with %d: %s", code, out)
		}
	})
}

func TestOtherHostsAreNotReachable(t *testing.T) {
	t.Parallel()
	outside := httptest.NewServer(http.NotFoundHandler())
	defer outside.Close()
	c := start(t, task(t, isolated(t), "one"), runtime.ContainerSpec{Image: app(t), Command: []string{"get", outside.URL}})
	if code := ends(t, c).Code; code == 0 {
		t.Error("a host that was not given is reachable")
	}
}

func TestContainersOfATaskShareTheirNetwork(t *testing.T) {
	t.Parallel()
	img, task := app(t), task(t, isolated(t), "one")
	start(t, task, runtime.ContainerSpec{Name: "web", Image: img, Command: []string{"serve", "8080"}, Env: []string{"GREETING=hello"}, Ports: []int{8080}})
	answers(t, task, 8080, "hello")
	out := newOutput()
	ends(t, start(t, task, runtime.ContainerSpec{Name: "sidecar", Image: img, Command: []string{"get", "http://127.0.0.1:8080"}, Output: out}))
	if out.String() != "hello\n" {
		t.Errorf("the sidecar got %q", out)
	}
}

func TestAContainerThatEatsTooMuchIsKilled(t *testing.T) {
	t.Parallel()
	r := isolated(t)
	if os.Geteuid() != 0 || !memoryCgroup() {
		t.Skip("no memory cgroup can be made here")
	}
	c := start(t, task(t, r, "oom"), runtime.ContainerSpec{Image: app(t), Command: []string{"eat"}, MemoryMiB: 64})
	if diff := cmp.Diff(runtime.Exit{Code: 137, OutOfMem: true}, ends(t, c)); diff != "" {
		t.Error(diff)
	}
}

// memoryCgroup tells whether the memory controller is there to be used.
func memoryCgroup() bool {
	for _, file := range []string{"/sys/fs/cgroup/memory/memory.limit_in_bytes", "/sys/fs/cgroup/memory.max"} {
		if _, err := os.Stat(file); err == nil {
			return true
		}
	}
	data, err := os.ReadFile("/sys/fs/cgroup/cgroup.subtree_control")
	return err == nil && strings.Contains(string(data), "memory")
}

func TestCloseEndsEverythingAndLeavesNoTask(t *testing.T) {
	both(t, func(t *testing.T, r runtime.Runtime) {
		task := task(t, r, "one")
		c := start(t, task, runtime.ContainerSpec{Image: app(t), Command: []string{"deaf"}})
		if err := r.Close(); err != nil {
			t.Error(err)
		}
		ends(t, c)
		if _, err := r.StartTask(t.Context(), runtime.TaskSpec{ID: "two"}); err == nil {
			t.Error("a closed runtime started a task")
		}
	})
}

func get[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
