package harness

import (
	"os/exec"
	"strings"
	"testing"
)

// Lint holds CloudFormation templates against cfn-lint: no error, and no warning either, since some of its warnings (W1030,
// W2001, W3037, W3687) are mistakes. ignore names rules that are left out. Where cfn-lint is not installed the test is skipped.
func Lint(t testing.TB, ignore []string, files ...string) {
	t.Helper()
	if len(files) == 0 {
		t.Fatal("there is no template to lint")
	}
	Need(t, "cfn-lint")
	args := []string{"--non-zero-exit-code", "warning"}
	if len(ignore) > 0 {
		args = append(args, "--ignore-checks", strings.Join(ignore, ","))
	}
	args = append(append(args, "--template"), files...)
	if out, err := exec.CommandContext(t.Context(), "cfn-lint", args...).CombinedOutput(); err != nil {
		t.Errorf("cfn-lint: %v\n%s", err, out)
	}
}
