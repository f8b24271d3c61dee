// Package internal_test holds the shape of the program: which package may import which, and why; no init function, no
// package-level state.
package internal
