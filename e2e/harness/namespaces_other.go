//go:build !linux

package harness

// namespaces are Linux's.
func namespaces() bool { return false }
