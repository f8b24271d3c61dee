package moto

import (
	"bytes"
	"errors"
	"flag"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/registry"
	"github.com/rogpeppe/go-internal/testscript"

	"ferry.dev/ferry/e2e/harness"
)

var _ = flag.Bool("update", false, "write what was printed into the scripts")

func TestStoriesInAnAccountEndAsWritten(t *testing.T) {
	t.Parallel()
	harness.Slow(t, "e2e-moto")
	harness.Need(t, "moto_server", "aws")
	done := func(*testscript.Env) error { return nil }
	harness.Stories(t, filepath.Join("testdata", "script"), account, done, harness.Commands{
		"standing": standing,
		"left":     left,
		"also":     also,
		"follow":   follow,
		"enforce":  enforce,
	})
}

// account gives each script a moto of its own, with a registry behind its ECR, which keeps no images itself. A file moto.env of the script holds NAME=value lines for moto.
func account(env *testscript.Env) []string {
	t, ok := env.T().(testing.TB)
	if !ok {
		panic("testscript.Run promises a testing.TB")
	}
	var more []string
	if data, err := os.ReadFile(filepath.Join(env.WorkDir, "moto.env")); err == nil {
		more = strings.Fields(string(data))
	}
	images := httptest.NewServer(registry.New(registry.Logger(log.New(io.Discard, "", 0))))
	t.Cleanup(images.Close)
	return harness.AWSEnv(harness.Moto(t, strings.TrimPrefix(images.URL, "http://"), more...), env.WorkDir)
}

// follow runs "follow TEXT CODE ARG…": ferry with the arguments, until its standard output holds TEXT. Then it gets Ctrl-C,
// and has to end with the exit code.
func follow(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 {
		ts.Fatalf("usage: follow TEXT CODE ARG…")
	}
	want, err := strconv.Atoi(args[1])
	ts.Check(err)
	var stderr bytes.Buffer
	cmd := exec.Command(ts.Getenv("FERRY"), args[2:]...)
	cmd.Dir, cmd.Stderr = ts.MkAbs("."), &stderr
	cmd.Env = harness.Env(append(harness.AWSEnv(ts.Getenv("AWS_ENDPOINT_URL"), ts.Getenv("WORK")), "HOME="+ts.Getenv("HOME"), "NO_COLOR=1")...)
	stdout, err := cmd.StdoutPipe()
	ts.Check(err)
	ts.Check(cmd.Start())
	limit := time.AfterFunc(time.Minute, func() { _ = cmd.Process.Kill() })
	defer limit.Stop()
	var seen bytes.Buffer
	buf := make([]byte, 4096)
	for !strings.Contains(seen.String(), args[0]) {
		n, err := stdout.Read(buf)
		seen.Write(buf[:n])
		if err != nil {
			_ = cmd.Wait()
			ts.Fatalf("ferry ended before it printed %q; it printed:\n%s%s", args[0], seen.String(), stderr.String())
		}
	}
	ts.Check(cmd.Process.Signal(os.Interrupt))
	err = cmd.Wait()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		ts.Fatalf("ferry did not end: %v", err)
	}
	if got := cmd.ProcessState.ExitCode(); got != want {
		ts.Fatalf("ferry ended with exit code %d, not %d; it printed:\n%s%s", got, want, seen.String(), stderr.String())
	}
}

// enforce has moto check signatures and IAM policies from now on.
func enforce(ts *testscript.TestScript, _ bool, _ []string) {
	resp, err := http.Post(ts.Getenv("AWS_ENDPOINT_URL")+"/moto-api/reset-auth", "text/plain", strings.NewReader("0"))
	ts.Check(err)
	ts.Check(resp.Body.Close())
	if resp.StatusCode != http.StatusOK {
		ts.Fatalf("moto answered %s", resp.Status)
	}
}
