// Package manifest reads ferry/app.yml, environments/<env>/manifest.yml and <service>/manifest.yml.
//
// It turns text into values in one line: parse with positions, interpolate, override for the environment, fill in the
// defaults, check against the one table of fields, decode, validate. Every mistake is reported at once, with its place.
// It touches no file, no terminal and no AWS client: package workspace finds the files, package plan decides what the
// values mean in AWS.
package manifest

import "ferry.dev/ferry/internal/diag"

// Options say for which application and environment a manifest is read.
type Options struct {
	// App and Env are the names behind ${COPILOT_APPLICATION_NAME}, ${COPILOT_ENVIRONMENT_NAME} and their FERRY_ twins.
	// With an empty Env no override is applied.
	App, Env string
	// LookupEnv finds every other ${NAME}, as os.LookupEnv does. Nil means that none is defined.
	LookupEnv func(string) (string, bool)
	// Copilot says that the manifest is in a copilot/ directory.
	Copilot bool
}

// ParseApp reads ferry/app.yml. The value is usable only if the diagnostics hold no error.
func ParseApp(file string, src []byte) (App, diag.List) { return App{}, nil }

// ParseEnvironment reads environments/<env>/manifest.yml. The value is usable only if the diagnostics hold no error.
func ParseEnvironment(file string, src []byte, o Options) (Environment, diag.List) {
	return Environment{}, nil
}

// ParseWorkload reads <service>/manifest.yml for the environment o.Env. The value is usable only if the diagnostics
// hold no error.
func ParseWorkload(file string, src []byte, o Options) (Workload, diag.List) { return Workload{}, nil }

// TypeOf returns what a manifest's `type` says, or "" where it cannot be read.
func TypeOf(src []byte) string { return "" }
