// Package workspace owns the files of the user's repository: it finds ferry/ (or copilot/), lists and loads what is in
// it, and writes what the wizard made. What the files mean, package manifest knows.
//
// Diagnostics name files relative to the project, with forward slashes: ferry/web/manifest.yml.
package workspace

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// ErrNotFound says that no workspace is in a directory or above it. Test with errors.Is.
var ErrNotFound = errors.New("no ferry/ directory here or above")

// Local is the name of the built-in environment.
const Local = "local"

// Names in the layout.
const (
	rootName         = "ferry"
	copilotName      = "copilot"
	copilotMark      = ".workspace"
	appFile          = "app.yml"
	manifestFile     = "manifest.yml"
	environmentsName = "environments"
	pipelinesName    = "pipelines"
)

// Workspace is the directory that holds an application's manifests.
type Workspace struct {
	Root    string // …/ferry or …/copilot
	Project string // its parent: what paths in manifests are relative to
	Copilot bool   // Root is a copilot/ directory
}

// Find looks for a workspace in dir and its parents, up to the user's home directory or the root of the file system. The
// nearest wins; beside each other, ferry/ does. A copilot/ counts only when it holds .workspace, a ferry/ only when it
// holds app.yml or a manifest: any other directory may have that name. The error is ErrNotFound when there is none.
func Find(dir string) (*Workspace, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	home, _ := os.UserHomeDir() // without one the search goes on to the root
	for {
		w, err := in(dir)
		if w != nil || err != nil {
			return w, err
		}
		parent := filepath.Dir(dir)
		if parent == dir || dir == home {
			return nil, ErrNotFound
		}
		dir = parent
	}
}

// in returns the workspace of one project directory, or nil.
func in(project string) (*Workspace, error) {
	ferry := filepath.Join(project, rootName)
	isOurs, err := isRoot(ferry)
	if err != nil {
		return nil, err
	}
	if isOurs {
		return &Workspace{Root: ferry, Project: project}, nil
	}
	copilot := filepath.Join(project, copilotName)
	isTheirs, err := isFile(filepath.Join(copilot, copilotMark))
	if err != nil || !isTheirs {
		return nil, err
	}
	return &Workspace{Root: copilot, Project: project, Copilot: true}, nil
}

// isRoot tells whether a directory called ferry is a workspace.
func isRoot(dir string) (bool, error) {
	ok, err := isFile(filepath.Join(dir, appFile))
	if ok || err != nil {
		return ok, err
	}
	for _, pattern := range []string{"*", filepath.Join(environmentsName, "*")} {
		found, err := filepath.Glob(filepath.Join(escapeGlob(dir), pattern, manifestFile))
		if err != nil {
			return false, err
		}
		if len(found) > 0 {
			return true, nil
		}
	}
	return false, nil
}

// escapeGlob keeps a directory's own brackets and stars from meaning anything.
func escapeGlob(dir string) string {
	var b []rune
	for _, r := range dir {
		if slices.Contains([]rune("*?["), r) {
			b = append(b, '[', r, ']')
			continue
		}
		b = append(b, r)
	}
	return string(b)
}

// isFile tells whether a file is there. Only "does not exist" means no: anything else is an error.
func isFile(path string) (bool, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist), isNotDir(err):
		return false, nil
	case err != nil:
		return false, err
	}
	return info.Mode().IsRegular(), nil
}

// Services lists the names of the workloads, of whatever type, sorted.
func (w *Workspace) Services() ([]string, error) {
	names, err := withManifest(w.Root)
	return slices.DeleteFunc(names, func(n string) bool { return n == environmentsName || n == pipelinesName }), err
}

// Environments lists the names of the environments, sorted, without the built-in one.
func (w *Workspace) Environments() ([]string, error) {
	names, err := withManifest(filepath.Join(w.Root, environmentsName))
	return slices.DeleteFunc(names, func(n string) bool { return n == Local }), err
}

// withManifest lists the directories that hold a manifest.
func withManifest(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		ok, err := isFile(filepath.Join(dir, e.Name(), manifestFile))
		if err != nil {
			return nil, err
		}
		if ok {
			names = append(names, e.Name())
		}
	}
	return names, nil
}

// display is a file's name in diagnostics.
func (w *Workspace) display(file string) string {
	rel, err := filepath.Rel(w.Project, file)
	if err != nil {
		return filepath.ToSlash(file)
	}
	return filepath.ToSlash(rel)
}
