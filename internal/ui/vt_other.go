//go:build !windows

package ui

import "os"

// enableVT has nothing to do: other systems' terminals understand escape sequences from the start.
func enableVT(*os.File) bool { return true }
