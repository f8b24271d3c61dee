package daemon

import (
	"os/exec"
	"syscall"
)

// detachedProcess is Windows' DETACHED_PROCESS: no console (Process Creation Flags, Win32).
const detachedProcess = 0x00000008

// detach gives the process a group of its own and no console: a Ctrl-C where it was started is not for it.
func detach(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{CreationFlags: syscall.CREATE_NEW_PROCESS_GROUP | detachedProcess}
}
