package image

import (
	"os"
	"os/exec"
	"strconv"
	"time"
)

// grace is how long an engine's pipes may stay open after it was killed.
const grace = 5 * time.Second

// own makes the end of the context end cmd with all of its children: Windows has no process groups to signal.
func own(cmd *exec.Cmd) {
	cmd.Cancel = func() error {
		killGroup(cmd)
		return cmd.Process.Kill()
	}
	cmd.WaitDelay = grace
}

// killGroup ends cmd and its children.
func killGroup(cmd *exec.Cmd) {
	if cmd.Process != nil {
		_ = exec.Command("taskkill", "/T", "/F", "/PID", strconv.Itoa(cmd.Process.Pid)).Run() // already ended: nothing is left
	}
}

// running tells whether a process exists: on Windows only such a one can be opened.
func running(pid int) bool {
	p, err := os.FindProcess(pid)
	if err != nil {
		return false
	}
	_ = p.Release()
	return true
}
