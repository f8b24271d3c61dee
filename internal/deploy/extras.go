package deploy

import (
	"errors"

	"ferry.dev/ferry/internal/addons"
	"ferry.dev/ferry/internal/diag"
	"ferry.dev/ferry/internal/patch"
	"ferry.dev/ferry/internal/plan"
	"ferry.dev/ferry/internal/render"
)

// extended adds to a service's plan what lies beside its manifest: addons and patches.
func (t Target) extended(s plan.Service) (plan.Service, diag.List, error) {
	files, patches, list, err := t.Workspace.ServiceExtras(s.Name)
	if err != nil {
		return s, list, err
	}
	a, found := addons.Read(files, addons.Place{App: s.App, Env: s.Env, Name: s.Name, Own: s.Resources()})
	s = s.With(plan.Extras{Addons: a, Patches: patches})
	list = append(list, found...)
	if list.HasErrors() {
		return s, list, nil
	}
	if !patches.Empty() {
		list = append(list, hit(
			func() ([]byte, error) { return render.ServiceStack(s) },
			func() ([]byte, error) { return render.TaskDefinition(s, plan.Release{Image: s.Repository}) },
			func() ([]byte, error) { return render.ServiceDefinition(s) },
		)...)
	}
	return s, list, nil
}

// environmentPlan decides what the environment should hold, given what services want of it, with what lies in
// environments/ for all of them.
func (t Target) environmentPlan(needs plan.Needs) (plan.Environment, diag.List, error) {
	e := plan.NewEnvironment(t.App, t.environment(), needs)
	if t.Workspace == nil {
		return e, nil, nil
	}
	files, patches, list, err := t.Workspace.EnvironmentExtras()
	if err != nil {
		return e, list, err
	}
	a, found := addons.Read(files, addons.Place{App: e.App, Env: e.Name, Own: e.Resources()})
	x := plan.Extras{Addons: a, Patches: patches}
	list = append(list, found...)
	if !list.HasErrors() && !patches.Empty() {
		// Held against all that an environment can have: what no service needs yet, a patch may be about already.
		full := plan.NewEnvironment(t.App, t.environment(), plan.AllNeeds()).With(x)
		list = append(list, hit(func() ([]byte, error) { return render.FullEnvironmentStack(full) })...)
	}
	return e.With(x), list, nil
}

// hit tries patches out: one that hits nothing is a mistake of the user's, with its place.
func hit(renders ...func() ([]byte, error)) diag.List {
	var list diag.List
	for _, render := range renders {
		var wrong *patch.Error
		if _, err := render(); errors.As(err, &wrong) {
			list = append(list, wrong.Diagnostic)
		}
	}
	return list
}
