package image

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-containerregistry/pkg/v1/validate"

	"ferry.dev/ferry/internal/fault"
	"ferry.dev/ferry/internal/manifest"
)

func TestBuildArgumentsStayOffTheCommandLine(t *testing.T) {
	t.Setenv("FERRY_TEST_SAME", "same")
	d := newDockerfileBuild(filepath.FromSlash("/src"), Spec{App: "demo", Service: "web"}, manifest.Build{
		Dockerfile: "api/Dockerfile", Target: "prod", CacheFrom: []string{"demo/web:cache"},
		Args: map[string]string{"TOKEN": "secret", "PATH": "/opt", "http_proxy": "http://proxy", "DOCKER_HOST": "x", "FERRY_TEST_SAME": "same"},
	})
	tests := map[string]struct {
		engine    engine
		args, env []string
	}{
		"BuildKit": {
			engine{kind: "docker", builder: "buildx build"},
			[]string{"buildx", "build", "--load", "--progress", "plain", "--platform", "linux/amd64", "--file", filepath.FromSlash("/src/api/Dockerfile"),
				"--tag", "a", "--tag", "b", "--build-arg", "DOCKER_HOST=x", "--build-arg", "FERRY_TEST_SAME", "--build-arg", "PATH=/opt",
				"--build-arg", "TOKEN", "--build-arg", "http_proxy=http://proxy", "--target", "prod", "--cache-from", "demo/web:cache", filepath.FromSlash("/src/api")},
			[]string{"FERRY_TEST_SAME=same", "TOKEN=secret"},
		},
		"an engine in a virtual machine": {
			engine{kind: "finch", builder: "build"},
			[]string{"build", "--platform", "linux/amd64", "--file", filepath.FromSlash("/src/api/Dockerfile"), "--tag", "a", "--tag", "b",
				"--build-arg", "DOCKER_HOST=x", "--build-arg", "FERRY_TEST_SAME=same", "--build-arg", "PATH=/opt", "--build-arg", "TOKEN=secret",
				"--build-arg", "http_proxy=http://proxy", "--target", "prod", "--cache-from", "demo/web:cache", filepath.FromSlash("/src/api")},
			nil,
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			args, env := tt.engine.buildArgs(d, []string{"a", "b"})
			if diff := cmp.Diff([][]string{tt.args, tt.env}, [][]string{args, env}); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestWithoutAnEngineTheErrorSaysWhatElseWorks(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	t.Setenv("FERRY_ENGINE", "")
	files := project()
	files["go.mod"], files["main.go"] = "module m\n", "package main\n"
	spec, err := Plan(tree(t, files), "demo", "web", workload())
	check(t, err)
	err = spec.builder.check(t.Context())
	want := "web: no container engine answers, and ./Dockerfile needs one: " +
		"docker: not installed; finch: not installed; podman: not installed; nerdctl: not installed"
	wantHint := "start Docker, or install one of docker, finch, podman, nerdctl; FERRY_ENGINE names another command; " +
		"this directory holds a Go module, which `builder: go` builds without an engine"
	var f *fault.Error
	if !errors.As(err, &f) || f.Code != fault.Refused {
		t.Fatalf("not refused: %v", err)
	}
	if diff := cmp.Diff([]string{want, wantHint}, []string{f.Error(), f.Hint}); diff != "" {
		t.Error(diff)
	}
}

func TestACancelledCommandLeavesNoProcessBehind(t *testing.T) {
	t.Parallel()
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("no sh: this test needs a command that starts another one")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cmd := exec.CommandContext(ctx, sh, "-c", "sleep 600 & echo $!; wait")
	own(cmd)
	pid := ""
	started := &tail{out: func(line string) { pid = line; cancel() }}
	cmd.Stdout = started
	if err := run(ctx, cmd); !errors.Is(err, context.Canceled) {
		t.Errorf("not cancelled: %v", err)
	}
	if pid == "" {
		t.Fatal("the command said nothing")
	}
	if alive(pid) {
		t.Errorf("process %s is still there", pid)
	}
}

// alive asks the system, by way of ps, so that the test says the same on every Unix. A zombie is not alive.
func alive(pid string) bool {
	out, err := exec.Command("ps", "-o", "stat=", "-p", pid).Output()
	return err == nil && !strings.HasPrefix(strings.TrimSpace(string(out)), "Z")
}

func TestTheTailKeepsWhatAProgressBarShowedLast(t *testing.T) {
	t.Parallel()
	var lines []string
	w := &tail{out: func(l string) { lines = append(lines, l) }}
	for _, part := range []string{"one\r\ntw", "o\n10%\r50%\r100%\n\n", "end"} {
		_, err := w.Write([]byte(part))
		check(t, err)
	}
	w.flush()
	if diff := cmp.Diff([]string{"one", "two", "100%", "", "end"}, lines); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff("one\ntwo\n100%\nend", w.text()); diff != "" {
		t.Error(diff)
	}
}

// liveEngine returns the engine of this machine, or ends the test where none answers.
func liveEngine(t *testing.T) engine {
	t.Helper()
	e, err := findEngine(t.Context())
	if err != nil {
		t.Skipf("no container engine: %v", err)
	}
	return e
}

func TestAnEngineBuildsADockerfile(t *testing.T) {
	t.Parallel()
	e := liveEngine(t)
	t.Logf("%s, %s, %v", e.command, e.builder, e.env)
	dir := tree(t, map[string]string{
		"Dockerfile": "FROM scratch AS base\nARG VERSION\nLABEL version=$VERSION\nCOPY hello /hello\nENTRYPOINT [\"/hello\"]\n" +
			"FROM base AS other\nCOPY big /big\nFROM base\nEXPOSE 8080\n",
		"hello*": "hello from " + t.Name(), "big": strings.Repeat("x", 1<<20),
	})
	w := workload()
	w.Image.Build.Args = map[string]string{"VERSION": "1 \"quoted\""}
	spec, err := Plan(dir, "demo", "web", w)
	check(t, err)
	var lines []string
	scratch := t.TempDir()
	img, err := spec.builder.build(t.Context(), scratch, func(l string) { lines = append(lines, l) })
	check(t, err)
	check(t, validate.Image(img))
	check(t, checkPlatform("web", img, platformOf(w.Platform)))
	cfg, err := img.ConfigFile()
	check(t, err)
	if cfg.Config.Labels["version"] != "1 \"quoted\"" || len(cfg.RootFS.DiffIDs) != 1 || cfg.Config.Entrypoint[0] != "/hello" {
		t.Errorf("%+v", cfg)
	}
	if len(lines) == 0 {
		t.Error("the build printed nothing")
	}
	left, err := exec.Command(e.command, "images", "--quiet", "ferry/demo/web:"+spec.Tag).Output()
	check(t, err)
	if len(left) > 0 {
		t.Errorf("the build's own name is left behind: %s", left)
	}
}

func TestABuildThatFailsShowsItsLastLines(t *testing.T) {
	t.Parallel()
	liveEngine(t)
	spec, err := Plan(tree(t, map[string]string{"Dockerfile": "FROM scratch\nCOPY missing /\n"}), "demo", "fails", workload())
	check(t, err)
	_, err = spec.builder.build(t.Context(), t.TempDir(), func(string) {})
	if err == nil || !strings.HasPrefix(err.Error(), "fails: building Dockerfile with ") || !strings.Contains(err.Error(), "missing") {
		t.Errorf("got %v", err)
	}
}

func TestAnImageForAnotherArchitectureIsRefused(t *testing.T) {
	t.Parallel()
	liveEngine(t)
	dir := tree(t, map[string]string{"Dockerfile": "FROM scratch\nCOPY Dockerfile /\n"})
	spec, err := Plan(dir, "demo", "arm", workload())
	check(t, err)
	img, err := spec.builder.build(t.Context(), t.TempDir(), func(string) {})
	check(t, err)
	err = checkPlatform("arm", img, platformOf(manifest.Platform{OS: "LINUX", Arch: "ARM64"}))
	if fault.ExitCode(err) != fault.Refused || err.Error() != "arm: the image is built for linux/amd64, the task runs on linux/arm64" {
		t.Error(err)
	}
	if _, err := os.Stat(dir); err != nil {
		t.Error(err)
	}
}
