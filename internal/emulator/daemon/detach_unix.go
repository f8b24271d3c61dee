//go:build unix

package daemon

import (
	"os/exec"
	"syscall"
)

// detach gives the process a session of its own: a Ctrl-C in the terminal that started it is not for it.
func detach(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} }
