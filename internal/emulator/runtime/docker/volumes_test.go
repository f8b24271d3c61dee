package docker_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ferry.dev/ferry/internal/emulator/runtime"
	"ferry.dev/ferry/internal/emulator/runtime/docker"
)

func mountsVolumes(t *testing.T, engine *docker.Engine, host string) {
	t.Parallel()
	img, kept := scratchImage(t), t.TempDir()
	r, err := docker.New(t.Context(), engine, "volumes")
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	}()
	task := func(id string) runtime.Task {
		task, err := r.StartTask(t.Context(), runtime.TaskSpec{ID: strings.Repeat(id, 32), Volumes: []runtime.Volume{{Name: "empty"}, {Name: "kept", Dir: kept}}})
		if err != nil {
			t.Fatal(err)
		}
		return task
	}
	does := func(task runtime.Task, volume string, readOnly bool, command ...string) string {
		var out lines
		c, err := task.Start(t.Context(), runtime.ContainerSpec{Name: "web", Image: img, Command: command, ReadOnly: true, Output: &out,
			Mounts: []runtime.Mount{{Volume: volume, Path: "/data", ReadOnly: readOnly}}})
		if err != nil {
			t.Fatal(err)
		}
		select {
		case <-c.Done():
		case <-time.After(time.Minute):
			t.Fatal("the container does not end")
		}
		return strings.TrimSpace(out.String())
	}
	one := task("1")
	got := []string{
		does(one, "empty", false, "write", "/data/note", "shared"),
		does(one, "empty", true, "read", "/data/note"),
		does(one, "empty", true, "write", "/data/note", "no"),
		does(one, "kept", false, "write", "/data/note", "kept"),
	}
	if err := one.Close(); err != nil {
		t.Error(err)
	}
	two := task("2")
	got = append(got, does(two, "empty", false, "read", "/data/note"), does(two, "kept", true, "read", "/data/note"))
	want := []string{"<nil>", "shared <nil>", "open /data/note: read-only file system", "<nil>", "open /data/note: no such file or directory", "kept <nil>"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if err := two.Close(); err != nil {
		t.Error(err)
	}
	list := exec.CommandContext(t.Context(), "docker", "volume", "ls", "--quiet", "--filter", "label=ferry.local=volumes")
	list.Env = append(os.Environ(), "DOCKER_HOST="+host)
	if left, err := list.Output(); err != nil || len(left) > 0 {
		t.Errorf("volumes are left: %s, %v", left, err)
	}
}
