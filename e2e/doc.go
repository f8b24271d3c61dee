// Package e2e owns the stories: scripts that use ferry as a user does, on environment local with real processes, and
// compare its standard output, its standard error and its exit code as a whole.
package e2e
