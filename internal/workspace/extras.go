package workspace

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"ferry.dev/ferry/internal/addons"
	"ferry.dev/ferry/internal/diag"
	"ferry.dev/ferry/internal/patch"
)

// Names of what may lie beside a manifest.
const (
	addonsName     = "addons"
	overridesFile  = "overrides.yml"
	overridesName  = "overrides"
	copilotPatches = "cfn.patches.yml"
	cdkMark        = "cdk.json"
)

// maxExtra bounds what is read of one file, in bytes: nothing larger is a template or a patch.
const maxExtra = 1 << 20

// ServiceExtras reads what lies beside a workload's manifest: addons/*.yml and overrides. A value with errors in the
// diagnostics is not usable.
func (w *Workspace) ServiceExtras(name string) ([]addons.File, patch.Set, diag.List, error) {
	return w.extras(filepath.Join(w.Root, name))
}

// EnvironmentExtras is the same for what belongs to every environment: environments/addons/*.yml and overrides.
func (w *Workspace) EnvironmentExtras() ([]addons.File, patch.Set, diag.List, error) {
	return w.extras(filepath.Join(w.Root, environmentsName))
}

func (w *Workspace) extras(dir string) ([]addons.File, patch.Set, diag.List, error) {
	files, err := w.addonFiles(filepath.Join(dir, addonsName))
	if err != nil {
		return nil, patch.Set{}, nil, err
	}
	patches, list, err := w.patches(dir)
	return files, patches, list, err
}

// addonFiles reads the templates of a directory in the order of their names.
func (w *Workspace) addonFiles(dir string) ([]addons.File, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) || isNotDir(err) {
		return nil, nil
	}
	if err != nil {
		return nil, unreadable(w.display(dir), err)
	}
	var files []addons.File
	for _, e := range entries {
		if ext := filepath.Ext(e.Name()); e.IsDir() || ext != ".yml" && ext != ".yaml" {
			continue
		}
		src, err := w.readExtra(filepath.Join(dir, e.Name()))
		if err != nil {
			return nil, err
		}
		files = append(files, addons.File{Name: w.display(filepath.Join(dir, e.Name())), Data: src})
	}
	return files, nil
}

// patches reads overrides.yml and Copilot's overrides/cfn.patches.yml. Overrides that are a program of the AWS CDK's are
// refused: leaving them away would deploy something else.
func (w *Workspace) patches(dir string) (patch.Set, diag.List, error) {
	var all patch.Set
	var list diag.List
	for _, source := range []struct {
		file string
		read func(string, []byte) (patch.Set, diag.List)
	}{
		{filepath.Join(dir, overridesFile), patch.Read},
		{filepath.Join(dir, overridesName, copilotPatches), patch.ReadCopilot},
	} {
		src, err := w.readExtra(source.file)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return all, nil, err
		}
		set, found := source.read(w.display(source.file), src)
		list = append(list, found...)
		all = patch.Set{
			Stack: slices.Concat(all.Stack, set.Stack), Task: slices.Concat(all.Task, set.Task), Service: slices.Concat(all.Service, set.Service),
		}
	}
	cdk := filepath.Join(dir, overridesName, cdkMark)
	isCDK, err := isFile(cdk)
	if isCDK {
		list = append(list, diag.Diagnostic{
			Position: diag.Position{File: w.display(cdk), Line: 1, Column: 1}, Severity: diag.Error,
			Message: "ferry does not run overrides that are written with the AWS CDK",
			Hint:    "write the changes as operations in " + w.display(filepath.Join(dir, overridesName, copilotPatches)),
		})
	}
	return all, list, err
}

// readExtra reads a file. One that is not there is fs.ErrNotExist.
func (w *Workspace) readExtra(file string) ([]byte, error) {
	info, err := os.Stat(file)
	switch {
	case errors.Is(err, fs.ErrNotExist), isNotDir(err):
		return nil, fs.ErrNotExist
	case err != nil:
		return nil, unreadable(w.display(file), err)
	case info.Size() > maxExtra:
		return nil, unreadable(w.display(file), errors.New("it has more than 1 MiB"))
	}
	src, err := os.ReadFile(file)
	if err != nil {
		return nil, unreadable(w.display(file), err)
	}
	return src, nil
}
