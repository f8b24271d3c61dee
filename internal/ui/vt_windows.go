package ui

import (
	"os"

	"golang.org/x/sys/windows"
)

// enableVT makes a Windows console understand escape sequences. A console that cannot is treated as no terminal.
func enableVT(f *os.File) bool {
	h := windows.Handle(f.Fd())
	var mode uint32
	if err := windows.GetConsoleMode(h, &mode); err != nil {
		return false
	}
	return windows.SetConsoleMode(h, mode|windows.ENABLE_VIRTUAL_TERMINAL_PROCESSING) == nil
}
