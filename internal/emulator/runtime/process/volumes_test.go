package process_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/mutate"

	"ferry.dev/ferry/internal/emulator/runtime"
)

// volumesTask starts a task with an empty volume "empty" and one that is a directory, "kept".
func volumesTask(t *testing.T, r runtime.Runtime, id, kept string) runtime.Task {
	t.Helper()
	task, err := r.StartTask(t.Context(), runtime.TaskSpec{ID: id, Family: "test", Volumes: []runtime.Volume{{Name: "empty"}, {Name: "kept", Dir: kept}}})
	if err != nil {
		t.Fatal(err)
	}
	return task
}

// does runs the test program to its end and returns what it said.
func does(t *testing.T, task runtime.Task, img v1.Image, mounts []runtime.Mount, command ...string) string {
	t.Helper()
	out := newOutput()
	ends(t, start(t, task, runtime.ContainerSpec{Image: img, Command: command, Mounts: mounts, ReadOnly: true, Output: out}))
	return strings.TrimSpace(out.String())
}

func TestVolumesAreSharedKeptOrReadOnlyAsTheMountsSay(t *testing.T) {
	t.Parallel()
	r, img, kept := isolated(t), app(t), t.TempDir()
	one := volumesTask(t, r, "one", kept)
	mount := func(volume, path string, readOnly bool) []runtime.Mount {
		return []runtime.Mount{{Volume: volume, Path: path, ReadOnly: readOnly}}
	}
	rw := mount("empty", "/var/shared", false)
	got := []string{
		does(t, one, img, rw, "write", "/var/shared/note", "from one container"),
		does(t, one, img, mount("empty", "/elsewhere", true), "read", "/elsewhere/note"),
		does(t, one, img, mount("empty", "/elsewhere", true), "write", "/elsewhere/note", "no"),
		does(t, one, img, mount("kept", "/data", false), "write", "/data/note", "for later"),
		does(t, one, img, mount("kept", "/data", false), "write", "/note", "no"),
	}
	if err := one.Close(); err != nil {
		t.Error(err)
	}
	two := volumesTask(t, r, "two", kept)
	got = append(got, does(t, two, img, rw, "read", "/var/shared/note"), does(t, two, img, mount("kept", "/other", true), "read", "/other/note"))
	want := []string{
		"written", "from one container", "open /elsewhere/note: read-only file system", "written", "open /note: read-only file system",
		"open /var/shared/note: no such file or directory", "for later",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if text, err := os.ReadFile(filepath.Join(kept, "note")); err != nil || string(text) != "for later" {
		t.Errorf("on the host: %q, %v", text, err)
	}
}

func TestAMountPointThatIsALinkInTheImageStaysInTheContainer(t *testing.T) {
	t.Parallel()
	outside, kept := t.TempDir(), t.TempDir()
	link := entry{}
	link.Name, link.Linkname, link.Typeflag, link.Mode = "data", outside, '2', 0o777
	task := volumesTask(t, isolated(t), "one", kept)
	does(t, task, app(t, link), []runtime.Mount{{Volume: "kept", Path: "/data"}}, "write", "/data/note", "inside")
	if list, err := os.ReadDir(outside); err != nil || len(list) > 0 {
		t.Errorf("something was written where the link leads to on the host: %v, %v", list, err)
	}
}

func TestAnEmptyVolumeBeginsAsTheImagesOwnWhereItDeclaresOne(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("only root can run a container as another user")
	}
	dir := entry{}
	dir.Name, dir.Typeflag, dir.Mode, dir.Uid, dir.Gid = "data/", '5', 0o750, 1000, 1000
	img := app(t, dir, file("data/first", "from the image"))
	cfg := get(img.ConfigFile()).DeepCopy()
	cfg.Config.Volumes = map[string]struct{}{"/data": {}}
	task := volumesTask(t, isolated(t), "one", t.TempDir())
	does := func(user string, command ...string) string {
		out := newOutput()
		ends(t, start(t, task, runtime.ContainerSpec{Image: get(mutate.ConfigFile(img, cfg)), User: user, Command: command, Output: out,
			Mounts: []runtime.Mount{{Volume: "empty", Path: "/data"}}}))
		return strings.TrimSpace(out.String())
	}
	got := []string{does("1000:1000", "read", "/data/first"), does("1000:1000", "write", "/data/note", "mine"), does("1001:1001", "read", "/data/note")}
	want := []string{"from the image", "written", "open /data/note: permission denied"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestAnEmptyVolumeIsTheWritersWhicheverContainerStartsFirst(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("only root can run a container as another user")
	}
	dir := entry{}
	dir.Name, dir.Typeflag, dir.Mode, dir.Uid, dir.Gid = "out/", '5', 0o755, 1000, 1000
	writer := app(t, dir)
	cfg := get(writer.ConfigFile()).DeepCopy()
	cfg.Config.Volumes = map[string]struct{}{"/out": {}}
	task := volumesTask(t, isolated(t), "one", t.TempDir())
	does := func(img v1.Image, path string, command ...string) string {
		out := newOutput()
		ends(t, start(t, task, runtime.ContainerSpec{Image: img, User: "1000:1000", Command: command, Output: out,
			Mounts: []runtime.Mount{{Volume: "empty", Path: path}}}))
		return strings.TrimSpace(out.String())
	}
	got := []string{
		does(app(t), "/in", "read", "/in/note"),
		does(get(mutate.ConfigFile(writer, cfg)), "/out", "write", "/out/note", "hello"),
		does(app(t), "/in", "read", "/in/note"),
	}
	want := []string{"open /in/note: no such file or directory", "written", "hello"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestAPlainProcessWithAVolumeOrAReadOnlyRootIsRefused(t *testing.T) {
	t.Parallel()
	task := volumesTask(t, newRuntime(t, true), "one", t.TempDir())
	for what, c := range map[string]runtime.ContainerSpec{
		"the volume at /data needs namespaces": {Mounts: []runtime.Mount{{Volume: "kept", Path: "/data"}}},
		"a read-only root file system needs":   {ReadOnly: true},
	} {
		c.Name, c.Image, c.Command = "web", app(t), []string{"exit", "0"}
		if _, err := task.Start(t.Context(), c); err == nil || !strings.Contains(err.Error(), what) {
			t.Errorf("%s: %v", what, err)
		}
	}
}
