package docker

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/crypto/bcrypt"

	"ferry.dev/ferry/e2e/harness"
)

func TestWithADockerEngine(t *testing.T) {
	t.Parallel()
	host := harness.Docker(t)
	bin := harness.Ferry(t)
	t.Run("an image built from a Dockerfile runs on local and answers through the load balancer", func(t *testing.T) {
		runsOnLocal(t, host, bin)
	})
	t.Run("an image built from a Dockerfile is pushed to a registry that asks for a password", func(t *testing.T) {
		pushesWithPassword(t, host, bin)
	})
	t.Run("the tests of package image that need an engine pass", func(t *testing.T) { imageTests(t, host) })
}

func runsOnLocal(t *testing.T, host, bin string) {
	p := newProject(t, bin, "DOCKER_HOST="+host, "FERRY_LOCAL_RUNTIME=docker")
	defer p.ferry(0, "local", "reset", "--yes")
	p.ferry(0, "init", "--app", "demo", "--name", "web", "--type", "Load Balanced Web Service", "--dockerfile", "./Dockerfile",
		"--port", "8080", "--env", "local", "--yes")
	var deployed struct {
		Services []struct{ URL string }
	}
	p.json(&deployed, p.ferry(0, "deploy", "web", "--env", "local", "--yes", "--output", "json"))
	if len(deployed.Services) != 1 || !strings.HasPrefix(deployed.Services[0].URL, "http://127.0.0.1:") {
		t.Fatalf("deployed: %+v", deployed)
	}
	if body := p.get(deployed.Services[0].URL); !strings.Contains(body, "Hello") {
		t.Errorf("the service answered %q", body)
	}
	if logs := p.ferry(0, "logs", "web", "--env", "local"); !strings.Contains(logs, "listening") {
		t.Errorf("logs: %s", logs)
	}
	if running := p.docker(host, "ps", "--quiet", "--filter", "label=ferry.local"); running == "" {
		t.Error("no container of the task runs on the engine")
	}
	p.ferry(0, "delete", "application", "--env", "local", "--yes")
	if left := p.docker(host, "ps", "--all", "--quiet", "--filter", "label=ferry.local"); left != "" {
		t.Errorf("containers are left: %s", left)
	}
	p.ferry(0, "local", "reset", "--yes")
	if left := p.docker(host, "images", "--quiet", "localhost/ferry-local"); left != "" {
		t.Errorf("images are left: %s", left)
	}
}

// imageTests runs those of package image that build with an engine: elsewhere they skip. Secrets of a build need a client with
// BuildKit. Debian's has it built in, and another that comes before it on PATH may lack the plug-in.
func imageTests(t *testing.T, host string) {
	first := t.TempDir()
	if exists("/usr/bin/docker") {
		if err := os.Symlink("/usr/bin/docker", filepath.Join(first, "docker")); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command("go", "test", "-count=1", "-v", "-run", "Engine|BuildThatFails|AnotherArchitecture", "./internal/image")
	cmd.Dir, cmd.Env = harness.Root(t), append(os.Environ(), "DOCKER_HOST="+host, "PATH="+first+string(os.PathListSeparator)+os.Getenv("PATH"))
	out, err := cmd.CombinedOutput()
	if err != nil || bytes.Contains(out, []byte("--- SKIP")) || !bytes.Contains(out, []byte("--- PASS: TestAnEngineBuildsADockerfile")) {
		t.Errorf("%v\n%s", err, out)
	}
}

func pushesWithPassword(t *testing.T, host, bin string) {
	hash, err := bcrypt.GenerateFromPassword([]byte(harness.MotoPassword), bcrypt.MinCost)
	if err != nil {
		t.Fatal(err)
	}
	registry := harness.Registry(t, "AWS:"+string(hash)+"\n")
	url := harness.Moto(t, registry)
	p := newProject(t, bin, append(harness.AWSEnv(url, t.TempDir()), "DOCKER_HOST="+host)...)
	p.ferry(0, "init", "--app", "demo", "--name", "web", "--type", "Load Balanced Web Service", "--dockerfile", "./Dockerfile",
		"--port", "8080", "--env", "test", "--account", harness.MotoAccount, "--region", "us-east-1", "--yes")
	var deployed struct {
		Services []struct{ Image string }
	}
	p.json(&deployed, p.ferry(0, "deploy", "web", "--env", "test", "--yes", "--output", "json"))
	if len(deployed.Services) != 1 || !strings.HasPrefix(deployed.Services[0].Image, registry+"/demo/web@sha256:") {
		t.Fatalf("deployed: %+v", deployed)
	}
	// A client that we did not write fetches it, with the password, and without it does not.
	if _, err := p.tryDocker(host, "pull", "--quiet", deployed.Services[0].Image); err == nil {
		t.Error("the registry gave the image away without a password")
	}
	p.write(filepath.Join(p.home, "password"), harness.MotoPassword)
	p.docker(host, "login", "--username", "AWS", "--password-stdin", registry)
	p.docker(host, "pull", "--quiet", deployed.Services[0].Image)
}

// project is a user's repository with a Go program in a Dockerfile FROM scratch, and a home of its own.
type project struct {
	t         *testing.T
	bin       string
	dir, home string
	env       []string
}

func newProject(t *testing.T, bin string, env ...string) *project {
	t.Helper()
	p := &project{t: t, bin: bin, dir: t.TempDir(), home: t.TempDir()}
	build := exec.Command("go", "build", "-o", filepath.Join(p.dir, "app"), ".")
	build.Dir, build.Env = filepath.Join(harness.Root(t), "e2e", "sampleapp"), append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux", "GOFLAGS=")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	p.write(filepath.Join(p.dir, "Dockerfile"), "FROM scratch\nCOPY app /app\nEXPOSE 8080\nENTRYPOINT [\"/app\"]\n")
	p.env = harness.Env(append(env, "HOME="+p.home, "FERRY_LOCAL_DIR="+filepath.Join(p.home, "local"))...)
	return p
}

// ferry runs one command, requires its exit code and returns its standard output.
func (p *project) ferry(code int, args ...string) string {
	p.t.Helper()
	var stdout, stderr bytes.Buffer
	cmd := exec.Command(p.bin, args...)
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = p.dir, p.env, &stdout, &stderr
	err := cmd.Run()
	if cmd.ProcessState == nil || cmd.ProcessState.ExitCode() != code {
		p.t.Fatalf("ferry %s: %v, want exit code %d\n%s%s", strings.Join(args, " "), err, code, stdout.String(), stderr.String())
	}
	if config := filepath.Join(p.home, ".docker", "config.json"); exists(config) && args[0] == "deploy" {
		p.t.Errorf("ferry wrote the user's Docker configuration")
	}
	return stdout.String()
}

// json decodes the final object: the last line of JSON output.
func (p *project) json(v any, out string) {
	p.t.Helper()
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), v); err != nil {
		p.t.Fatalf("%v in %s", err, out)
	}
}

func (p *project) get(url string) string {
	p.t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		p.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	return string(body)
}

func (p *project) docker(host string, args ...string) string {
	p.t.Helper()
	out, err := p.tryDocker(host, args...)
	if err != nil {
		p.t.Fatalf("docker %s: %v\n%s", args[0], err, out)
	}
	return strings.TrimSpace(out)
}

func (p *project) tryDocker(host string, args ...string) (string, error) {
	cmd := exec.Command("docker", append([]string{"-H", host}, args...)...)
	cmd.Env = harness.Env("HOME=" + p.home)
	if f, err := os.Open(filepath.Join(p.home, "password")); err == nil {
		defer f.Close()
		cmd.Stdin = f
	}
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func (p *project) write(path, content string) {
	p.t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		p.t.Fatal(err)
	}
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
