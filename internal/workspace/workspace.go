// Package workspace owns the files of the user's repository: it finds ferry/ (or copilot/), lists and loads what is in
// it, and writes what the wizard made. What the files mean, package manifest knows.
package workspace

import (
	"errors"

	"ferry.dev/ferry/internal/diag"
	"ferry.dev/ferry/internal/manifest"
)

// ErrNotFound says that no workspace is in a directory or above it. Test with errors.Is.
var ErrNotFound = errors.New("no ferry/ directory here or above")

// Local is the name of the built-in environment.
const Local = "local"

// Workspace is the directory that holds an application's manifests.
type Workspace struct {
	Root    string // …/ferry or …/copilot
	Project string // its parent: what paths in manifests are relative to
	Copilot bool   // Root is a copilot/ directory
}

// Find looks for a workspace in dir and its parents.
func Find(dir string) (*Workspace, error) { return nil, ErrNotFound }

// App reads the application's manifest.
func (w *Workspace) App() (manifest.App, diag.List, error) { return manifest.App{}, nil, nil }

// Services lists the names of the workloads, sorted.
func (w *Workspace) Services() ([]string, error) { return nil, nil }

// Environments lists the names of the environments, sorted, without the built-in one.
func (w *Workspace) Environments() ([]string, error) { return nil, nil }

// Environment reads one environment's manifest.
func (w *Workspace) Environment(name string, o manifest.Options) (manifest.Environment, diag.List, error) {
	return manifest.Environment{}, nil, nil
}

// Service reads one workload's manifest for an environment.
func (w *Workspace) Service(name, env string, o manifest.Options) (manifest.Workload, diag.List, error) {
	return manifest.Workload{}, nil, nil
}

// EnvFile reads the workload's env_file. It is nil when the workload has none.
func (w *Workspace) EnvFile(wl manifest.Workload) (map[string]string, diag.List, error) {
	return nil, nil, nil
}

// Source returns the bytes of a file that a diagnostic names, or nil. It fits diag.WriteText.
func (w *Workspace) Source(file string) []byte { return nil }
