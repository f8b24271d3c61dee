package harness

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/lockedfile"
)

// Docker returns the DOCKER_HOST of an engine: the one that answers already, else a dockerd of the test's own, with its
// data in a temporary directory. Call it once a package, in a test whose subtests share the engine. Without either the test skips, or fails where FERRY_E2E_REQUIRE is set.
func Docker(t testing.TB) string {
	t.Helper()
	Slow(t, "e2e-docker")
	Need(t, "docker")
	if host := os.Getenv("DOCKER_HOST"); host != "" && engineAnswers(host) {
		return host
	}
	if host := "unix:///var/run/docker.sock"; engineAnswers(host) {
		return host
	}
	if os.Getuid() != 0 {
		if os.Getenv("FERRY_E2E_REQUIRE") != "" {
			t.Fatal("no Docker engine answers, and only root can start one")
		}
		t.Skip("no Docker engine answers, and only root can start one")
	}
	Need(t, "dockerd")
	// Two engines at once would fight over the machine's one docker0 bridge: other packages' tests wait their turn.
	unlock, err := lockedfile.MutexAt(filepath.Join(os.TempDir(), "ferry-dockerd.lock")).Lock()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(unlock)
	dir, err := os.MkdirTemp("", "ferry-dockerd-") //nolint:usetesting // a socket's path must be short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	host := "unix://" + filepath.Join(dir, "docker.sock")
	out := start(t, Env(), "dockerd", "-H", host, "--data-root", filepath.Join(dir, "data"), "--exec-root", filepath.Join(dir, "exec"),
		"--pidfile", filepath.Join(dir, "pid"))
	until(t, time.Minute, "dockerd", out, func() bool { return engineAnswers(host) })
	return host
}

func engineAnswers(host string) bool {
	cmd := exec.Command("docker", "-H", host, "version", "--format", "{{.Server.Version}}")
	return cmd.Run() == nil
}

// Registry starts Debian's docker-registry on loopback with basic authentication and returns its host:port.
// htpasswd is the content of its password file: "AWS:" and a bcrypt hash.
func Registry(t testing.TB, htpasswd string) string {
	t.Helper()
	Need(t, "docker-registry")
	dir, port := t.TempDir(), FreePort(t)
	write(t, filepath.Join(dir, "htpasswd"), htpasswd)
	config := fmt.Sprintf(`version: 0.1
log: {level: warn}
storage: {filesystem: {rootdirectory: %q}, delete: {enabled: true}}
http: {addr: "127.0.0.1:%d"}
auth: {htpasswd: {realm: test, path: %q}}
`, filepath.Join(dir, "data"), port, filepath.Join(dir, "htpasswd"))
	write(t, filepath.Join(dir, "config.yml"), config)
	out := start(t, Env(), "docker-registry", "serve", filepath.Join(dir, "config.yml"))
	host := fmt.Sprintf("127.0.0.1:%d", port)
	until(t, 30*time.Second, "docker-registry", out, answers("http://"+host+"/v2/"))
	return host
}

func write(t testing.TB, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}
