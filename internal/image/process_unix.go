//go:build unix

package image

import (
	"errors"
	"os/exec"
	"syscall"
	"time"
)

// grace is how long an engine may take to end its build before it is killed.
const grace = 5 * time.Second

// own puts cmd into a process group of its own, so that Ctrl-C reaches it through the context alone and all of its
// children end with it.
func own(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) }
	cmd.WaitDelay = grace
}

// killGroup ends what is left of cmd's group.
func killGroup(cmd *exec.Cmd) {
	if cmd.Process != nil {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // no such process: nothing is left
	}
}

// running tells whether a process exists, also one that is not ours.
func running(pid int) bool {
	err := syscall.Kill(pid, 0)
	return err == nil || errors.Is(err, syscall.EPERM)
}
