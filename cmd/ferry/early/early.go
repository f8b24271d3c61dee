// Package early answers `ferry --version` before the rest of the program is set up.
//
// The AWS SDK's service modules build their tables of schemas and endpoints in package initialisation: about 8 ms and 5 MB
// in each run, whatever it does. Installers and shell prompts ask only for the version. The linker initialises the packages
// whose imports are ready in the order of their paths; this one needs nothing but os, so it comes before github.com/…, most
// of which need fmt and more. Should that order ever change, cobra gives the same answer, only later.
package early

import (
	"os"

	"ferry.dev/ferry/internal/version"
)

func init() { //nolint:gochecknoinits // the point of the package
	if len(os.Args) != 2 || os.Args[1] != "--version" || version.Linked() == "" {
		return
	}
	if _, err := os.Stdout.WriteString("ferry " + version.Linked() + "\n"); err != nil {
		os.Exit(1)
	}
	os.Exit(0)
}
