package emulatortest

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// AWS returns the aws command, pointed at a new emulator. Each call runs it, ends the test if it fails and returns what it
// printed, as text unless --output says otherwise. The test is skipped where the command is not installed.
func AWS(t testing.TB) func(args ...string) string {
	t.Helper()
	return AWSOf(t, Start(t))
}

// AWSOf is AWS for an emulator that runs already.
func AWSOf(t testing.TB, h *Handle) func(args ...string) string {
	t.Helper()
	if _, err := exec.LookPath("aws"); err != nil {
		t.Skip("the aws command is not installed")
	}
	env := append(append(os.Environ(), "AWS_PAGER=", "AWS_DEFAULT_OUTPUT=text"), h.Env()...)
	return func(args ...string) string {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), "aws", args...)
		cmd.Env = env
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("aws %s: %v\n%s", strings.Join(args, " "), err, out)
		}
		return strings.TrimSpace(string(out))
	}
}
