package deploy

import (
	"cmp"
	"fmt"
	"path/filepath"
	"time"

	"ferry.dev/ferry/internal/diag"
	"ferry.dev/ferry/internal/fault"
	"ferry.dev/ferry/internal/manifest"
	"ferry.dev/ferry/internal/plan"
	"ferry.dev/ferry/internal/workspace"
)

// job is one service as the workspace says it should be. Everything here is read or computed without AWS.
type job struct {
	name     string
	manifest manifest.Workload
	plan     plan.Service
}

// Invalid is the cause of an error that mistakes in manifests have made. Get it with errors.As.
type Invalid struct{ Diagnostics diag.List }

// Error counts the mistakes.
func (e *Invalid) Error() string {
	n := 0
	for _, d := range e.Diagnostics {
		if d.Severity == diag.Error {
			n++
		}
	}
	if n == 1 {
		return "1 mistake"
	}
	return fmt.Sprintf("%d mistakes", n)
}

// named returns the services that are asked for, or all of the workspace.
func (t Target) named(services []string) ([]string, error) {
	if len(services) > 0 {
		return services, nil
	}
	if t.Workspace == nil {
		return nil, errNoWorkspace
	}
	all, err := t.Workspace.Services()
	if err == nil && len(all) == 0 {
		err = &fault.Error{Code: fault.Usage, What: "the workspace has no service", Hint: "run: ferry init"}
	}
	return all, err
}

// load reads and plans services, collecting every mistake of all their manifests.
func (t Target) load(services []string) ([]job, diag.List, error) {
	names, err := t.named(services)
	if err != nil {
		return nil, nil, err
	}
	var jobs []job
	var all diag.List
	for _, name := range names {
		j, list, err := t.loadOne(name)
		all = append(all, list...)
		if err != nil {
			return nil, all, err
		}
		jobs = append(jobs, j)
	}
	if all.HasErrors() {
		return jobs, all, nil
	}
	more, err := t.together(jobs)
	return jobs, append(all, more...), err
}

// Check reports every mistake in the manifests of the environment's services, and in what those say about each other.
func Check(t Target) (diag.List, error) {
	_, list, err := t.load(nil)
	return list, err
}

// together checks what the environment and its services say about each other, with the places of the fields.
func (t Target) together(jobs []job) (diag.List, error) {
	services := make([]plan.Service, len(jobs))
	for i, j := range jobs {
		services[i] = j.plan
	}
	e, extras, err := t.environmentPlan(needs(jobs))
	if err != nil || extras.HasErrors() {
		return extras, err
	}
	list := plan.Check(e, services)
	for _, d := range plan.Missing(services) {
		d.Severity = diag.Warning // what a deploy would make can be looked at without
		list = append(list, d)
	}
	if t.Workspace != nil {
		if all, err := t.Workspace.Services(); err == nil { // an error in it has been reported by who read the services
			list = append(list, plan.CheckPublishers(services, all)...)
		}
	}
	for i := range list {
		if t.Workspace == nil {
			break
		}
		file := filepath.ToSlash(filepath.Join(filepath.Base(t.Workspace.Root), list[i].File))
		list[i].Position = manifest.Locate(file, t.Workspace.Source(file))(list[i].Path)
	}
	return append(list, extras...), nil
}

func (t Target) loadOne(name string) (job, diag.List, error) {
	o := t.Options
	o.App, o.Env = cmp.Or(o.App, t.App.Name), cmp.Or(o.Env, t.Env.Name)
	w, list, err := t.Workspace.Service(name, t.Env.Name, o)
	if err != nil || list.HasErrors() {
		return job{name: name}, list, err
	}
	vars, more, err := t.Workspace.EnvFile(w)
	list = append(list, more...)
	if err != nil {
		return job{name: name}, list, err
	}
	others, more, err := t.Workspace.EnvFiles(w)
	list = append(list, more...)
	if err != nil {
		return job{name: name}, list, err
	}
	s, more, err := t.extended(t.plan(w, vars))
	s.EnvFiles = others
	return job{name: name, manifest: w, plan: s}, append(list, more...), err
}

func (t Target) plan(w manifest.Workload, vars map[string]string) plan.Service {
	s := plan.NewService(t.App, t.environment(), w, vars)
	s.Copilot = t.Workspace != nil && t.Workspace.Copilot
	if s.Job != nil && s.Job.Schedule != nil {
		s.Job.Schedule.From(time.Now())
	}
	return s
}

// environment is the manifest's, in the region that the configuration reaches where the manifest names none.
func (t Target) environment() manifest.Environment {
	e := t.Env
	e.Region = cmp.Or(e.Region, t.AWS.Region)
	return e
}

// valid refuses manifests with mistakes, before anything is touched.
func valid(list diag.List) error {
	if !list.HasErrors() {
		return nil
	}
	return &fault.Error{Code: fault.Usage, What: "the manifests cannot be deployed", Err: &Invalid{list}, Hint: "run: ferry validate"}
}

// needs joins what the jobs want of their environment.
func needs(jobs []job) plan.Needs {
	var n plan.Needs
	for _, j := range jobs {
		n = n.Union(plan.NeedsOf(j.manifest))
	}
	return n
}

// manifestFile names a service's manifest for hints, as the user sees it from the project's directory.
func (t Target) manifestFile(name string) string {
	if t.Workspace == nil {
		return name + "/manifest.yml"
	}
	return filepath.ToSlash(filepath.Join(filepath.Base(t.Workspace.Root), name, "manifest.yml"))
}

// environmentFile names the environment's manifest; the built-in environment has none.
func (t Target) environmentFile() string {
	if t.Workspace == nil || t.Env.Name == workspace.Local {
		return ""
	}
	return filepath.ToSlash(filepath.Join(filepath.Base(t.Workspace.Root), "environments", t.Env.Name, "manifest.yml"))
}
