// Package version owns the version that the linker was told. It imports nothing, so that cmd/ferry/early can ask it before
// anything else is set up; package cli adds what the go command recorded.
package version

// linked is set by the linker (-X); see the Makefile and the goreleaser configuration.
var linked string

// Linked returns the version that the linker was told, "" for a build without one.
func Linked() string { return linked }
