package e2e

import (
	"flag"
	"fmt"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"ferry.dev/ferry/e2e/harness"
)

var _ = flag.Bool("update", false, "write what ferry printed into the scripts")

func TestStoriesEndAsWritten(t *testing.T) {
	t.Parallel()
	harness.Stories(t, filepath.Join("testdata", "script"), localEndpoint, reset)
}

func TestTheAWSCommandLineReadsWhatFerryDeployed(t *testing.T) {
	t.Parallel()
	harness.Need(t, "aws")
	harness.Stories(t, filepath.Join("testdata", "awscli"), localEndpoint, reset)
}

// localEndpoint gives each script an endpoint of its own, which ferry starts when it needs it.
func localEndpoint(env *testscript.Env) []string {
	return []string{"FERRY_LOCAL_DIR=" + filepath.Join(env.WorkDir, ".local"), "FERRY_LOCAL_RUNTIME=process", "AWS_EC2_METADATA_DISABLED=true"}
}

// reset stops the script's endpoint, whatever state the script left it in.
func reset(env *testscript.Env) error {
	cmd := exec.Command(env.Getenv("FERRY"), "local", "reset", "--yes")
	cmd.Env, cmd.Dir = env.Vars, env.WorkDir
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("ferry local reset: %w\n%s", err, out)
	}
	return nil
}
