package process

import (
	"os"
	"os/exec"
)

// ownGroup does nothing: Windows has no process groups of that kind.
func ownGroup(*exec.Cmd) {}

// terminate kills at once: Windows has no SIGTERM.
func terminate(cmd *exec.Cmd) {
	cmd.Process.Kill() //nolint:errcheck // it may have ended already
}

func killGroup(cmd *exec.Cmd) {
	cmd.Process.Kill() //nolint:errcheck // as above
}

func exitCode(state *os.ProcessState) int {
	if state == nil {
		return -1
	}
	return state.ExitCode()
}

// isBusy recognises a program that is still open for writing: that stops nothing here.
func isBusy(error) bool { return false }
