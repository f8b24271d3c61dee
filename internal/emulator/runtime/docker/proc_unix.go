//go:build unix

package docker

import (
	"os/exec"
	"syscall"
)

// ownGroup keeps the terminal's Ctrl-C away from a command.
func ownGroup(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }
