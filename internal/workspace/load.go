package workspace

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"ferry.dev/ferry/internal/diag"
	"ferry.dev/ferry/internal/fault"
	"ferry.dev/ferry/internal/manifest"
	"ferry.dev/ferry/manifests"
)

// builtIn is the name in diagnostics of the built-in environment's manifest, which is no file of the user's.
const builtIn = "(built in) environments/local/manifest.yml"

// isNotDir tells whether a path leads through a file: then nothing is there.
func isNotDir(err error) bool { return errors.Is(err, syscall.ENOTDIR) }

// App reads the application's manifest: ferry/app.yml, or copilot/.workspace.
func (w *Workspace) App() (manifest.App, diag.List, error) {
	file, parse := filepath.Join(w.Root, appFile), manifest.ParseApp
	if w.Copilot {
		file, parse = filepath.Join(w.Root, copilotMark), manifest.ParseCopilotWorkspace
	}
	src, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return manifest.App{}, nil, &fault.Error{
			Code: fault.Usage, What: w.display(file) + " is missing", Hint: "write it, with one line: name: <application>",
		}
	}
	if err != nil {
		return manifest.App{}, nil, unreadable(w.display(file), err)
	}
	app, list := parse(w.display(file), src)
	return app, list, nil
}

func unreadable(file string, err error) error {
	return &fault.Error{Code: fault.Usage, What: file + " cannot be read", Err: err}
}

// options completes what the caller said with what the workspace knows.
func (w *Workspace) options(o manifest.Options, env string) manifest.Options {
	o.Env, o.Copilot = env, w.Copilot
	if o.App == "" {
		if app, _, err := w.App(); err == nil { // its mistakes are reported where it is asked for
			o.App = app.Name
		}
	}
	return o
}

// Environment reads one environment's manifest. The built-in one needs no file; where the user writes it, account and
// region are those of the endpoint on this machine.
func (w *Workspace) Environment(name string, o manifest.Options) (manifest.Environment, diag.List, error) {
	shown, src, err := w.environmentSource(name)
	if err != nil {
		return manifest.Environment{}, nil, err
	}
	e, list := manifest.ParseEnvironment(shown, src, w.options(o, name))
	if name == Local {
		list = append(list, localise(&e, shown, src)...)
	}
	list = append(list, w.named(shown, src, name, &e.Name)...)
	return e, list, nil
}

// environmentSource reads the text of an environment's manifest, and names its file.
func (w *Workspace) environmentSource(name string) (shown string, src []byte, err error) {
	file := filepath.Join(w.Root, environmentsName, name, manifestFile)
	src, err = w.read("environment", name, file, w.environmentNames)
	if name == Local && errors.Is(err, fs.ErrNotExist) {
		return builtIn, manifests.Sample(manifests.LocalEnvironment), nil
	}
	if bare, ok := w.bareEnvironment(name); ok && errors.Is(err, fs.ErrNotExist) {
		return w.display(file), bare, nil
	}
	return w.display(file), src, err
}

// bareEnvironment is the manifest of an environment that a copilot/ workspace of before Copilot 1.20 names nowhere: it had no
// manifests of environments at all, and each was what the defaults say.
func (w *Workspace) bareEnvironment(name string) ([]byte, bool) {
	names, err := w.Environments()
	if !w.Copilot || err != nil || len(names) > 0 {
		return nil, false
	}
	return []byte("name: " + quote(name) + "\ntype: Environment\n"), true
}

// ResolvedEnvironment is one environment's manifest with its defaults and where each value came from. It is usable only
// if the diagnostics, Environment's own, hold no error.
func (w *Workspace) ResolvedEnvironment(name string, o manifest.Options) (manifest.Resolved, diag.List, error) {
	_, list, err := w.Environment(name, o)
	if err != nil || list.HasErrors() {
		return manifest.Resolved{}, list, err
	}
	shown, src, err := w.environmentSource(name)
	if err != nil {
		return manifest.Resolved{}, nil, err
	}
	r, _ := manifest.ResolveEnvironment(shown, src, w.options(o, name))
	if name == Local {
		r.Fill("account", localAccount)
		r.Fill("region", localRegion)
	}
	return r, list, nil
}

// What the endpoint on this machine is.
const (
	localAccount = "000000000000"
	localRegion  = "us-east-1"
)

// localise gives the built-in environment its account and region.
func localise(e *manifest.Environment, file string, src []byte) diag.List {
	var list diag.List
	if e.Account != "" && e.Account != localAccount {
		list = append(list, diag.Diagnostic{
			Position: manifest.Locate(file, src)("account"), Severity: diag.Error, Path: "account",
			Message: "the environment local is on this machine: it has no account in AWS", Hint: "remove it",
		})
	}
	e.Account = localAccount
	e.Region = cmp.Or(e.Region, localRegion)
	return list
}

func (w *Workspace) environmentNames() ([]string, error) {
	names, err := w.Environments()
	return append(names, Local), err
}

// Service reads one workload's manifest for an environment.
func (w *Workspace) Service(name, env string, o manifest.Options) (manifest.Workload, diag.List, error) {
	file := filepath.Join(w.Root, name, manifestFile)
	src, err := w.read("service", name, file, w.Services)
	if err != nil {
		return manifest.Workload{}, nil, err
	}
	wl, list := manifest.ParseWorkload(w.display(file), src, w.options(o, env))
	list = append(list, w.named(w.display(file), src, name, &wl.Name)...)
	return wl, list, nil
}

// Named are the environments that a service's manifest has values for.
func (w *Workspace) Named(service string) ([]string, error) {
	src, err := w.read("service", service, filepath.Join(w.Root, service, manifestFile), w.Services)
	if err != nil {
		return nil, err
	}
	return manifest.Overridden(src), nil
}

// ResolvedService is one workload's manifest as an environment has it, with where each value came from. It is usable only
// if the diagnostics, Service's own, hold no error.
func (w *Workspace) ResolvedService(name, env string, o manifest.Options) (manifest.Resolved, diag.List, error) {
	_, list, err := w.Service(name, env, o)
	if err != nil || list.HasErrors() {
		return manifest.Resolved{}, list, err
	}
	file := filepath.Join(w.Root, name, manifestFile)
	src, err := w.read("service", name, file, w.Services)
	if err != nil {
		return manifest.Resolved{}, nil, err
	}
	r, _ := manifest.ResolveWorkload(w.display(file), src, w.options(o, env))
	return r, list, nil
}

// read reads a manifest. A name that is not there is an error that lists those that are; it wraps fs.ErrNotExist.
func (w *Workspace) read(what, name, file string, names func() ([]string, error)) ([]byte, error) {
	if name == "" || name == "." || name == ".." || strings.ContainsAny(name, `/\`) {
		return nil, &fault.Error{Code: fault.Usage, What: fmt.Sprintf("%q is no name of a %s", name, what)}
	}
	src, err := os.ReadFile(file)
	if err == nil {
		return src, nil
	}
	if !errors.Is(err, fs.ErrNotExist) && !isNotDir(err) {
		return nil, unreadable(w.display(file), err)
	}
	known, listErr := names()
	if listErr != nil {
		return nil, listErr
	}
	hint := "run: ferry init"
	if known = slices.DeleteFunc(known, func(n string) bool { return n == name }); len(known) > 0 {
		hint = "there is " + strings.Join(known, ", ")
	}
	return nil, &fault.Error{
		Code: fault.Usage, What: fmt.Sprintf("there is no %s %s", what, name),
		Err: fmt.Errorf("%s: %w", w.display(file), fs.ErrNotExist), Hint: hint,
	}
}

// named compares the name in a manifest with that of its directory, by which commands name it. In a copilot/ workspace
// the directory's name stands, as with Copilot; in a ferry/ one two names are a mistake.
func (w *Workspace) named(file string, src []byte, name string, written *string) diag.List {
	if *written == name || *written == "" {
		return nil
	}
	d := diag.Diagnostic{
		Position: manifest.Locate(file, src)("name"), Severity: diag.Error, Path: "name",
		Message: fmt.Sprintf("%q is not the name of the directory, %q", *written, name), Hint: "write name: " + name,
	}
	if w.Copilot {
		d.Severity = diag.Warning
		*written = name
	}
	return diag.List{d}
}

// Source returns the bytes of a file that a diagnostic names, or nil. It fits diag.WriteText. Of an env file it shows
// nothing: such files hold secrets.
func (w *Workspace) Source(file string) []byte {
	if strings.HasSuffix(file, ".env") {
		return nil
	}
	if file == builtIn {
		return manifests.Sample(manifests.LocalEnvironment)
	}
	if !filepath.IsAbs(file) {
		file = filepath.Join(w.Project, filepath.FromSlash(file))
	}
	src, err := os.ReadFile(file)
	if err != nil {
		return nil
	}
	return src
}
