package deploy

import (
	"context"
	"slices"

	"golang.org/x/sync/errgroup"

	"ferry.dev/ferry/internal/awsconf"
	"ferry.dev/ferry/internal/diag"
	"ferry.dev/ferry/internal/event"
	"ferry.dev/ferry/internal/plan"
	"ferry.dev/ferry/internal/stack"
)

// List lists the workspace's services and environments, and which of them stand, as the tags of stacks say. The targets are
// environments of one application; one whose AWS configuration is zero is not asked and is listed without a state. Without
// targets it returns an empty result.
func List(ctx context.Context, targets []Target) (ListResult, error) {
	r := ListResult{Environments: []Environment{}, Services: []Listed{}}
	if len(targets) == 0 {
		return r, nil
	}
	r.Application = targets[0].App.Name
	stacks := make([][]stack.Stack, len(targets))
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(8)
	for i, t := range targets {
		if !t.connected() {
			continue
		}
		g.Go(func() (err error) {
			stacks[i], err = newLine(t, Request{}, event.Discard).tagged(gctx)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return r, awsconf.Explain(err)
	}
	r.Environments = environments(targets, stacks)
	var err error
	r.Services, err = listed(targets, stacks)
	return r, err
}

// connected tells whether the environment can be asked: a configuration that was loaded has credentials.
func (t Target) connected() bool { return t.AWS.Credentials != nil }

// tagged returns the stacks of the target's application and environment.
func (l *line) tagged(ctx context.Context) ([]stack.Stack, error) {
	all, err := l.stacks.Tagged(ctx, map[string]string{plan.TagApplication: l.target.App.Name})
	return slices.DeleteFunc(all, func(s stack.Stack) bool { return s.Tags[plan.TagEnvironment] != l.target.Env.Name }), err
}

func environments(targets []Target, stacks [][]stack.Stack) []Environment {
	var all []Environment
	for i, t := range targets {
		e := Environment{Name: t.Env.Name, Account: t.Env.Account, Region: t.environment().Region, State: NotDeployed}
		if !t.connected() {
			e.State = ""
		}
		for _, s := range stacks[i] {
			if s.Tags[plan.TagService] == "" {
				e.State = string(s.Status)
			}
		}
		all = append(all, e)
	}
	return all
}

// listed joins the services that have a manifest with those that stand somewhere.
func listed(targets []Target, stacks [][]stack.Stack) ([]Listed, error) {
	t := targets[0]
	known := map[string]bool{}
	var names []string
	if t.Workspace != nil {
		own, err := t.Workspace.Services()
		if err != nil {
			return nil, err
		}
		for _, n := range own {
			known[n] = true
		}
		names = own
	}
	deployed := map[string][]string{}
	for i := range targets {
		for _, s := range stacks[i] {
			if name := s.Tags[plan.TagService]; name != "" {
				deployed[name] = append(deployed[name], targets[i].Env.Name)
				names = append(names, name)
			}
		}
	}
	names = slices.Compact(slices.Sorted(slices.Values(names)))
	all := make([]Listed, 0, len(names))
	for _, n := range names {
		row := Listed{Name: n, Manifest: known[n], Deployed: append([]string{}, deployed[n]...)}
		if known[n] {
			if j, _, err := t.known(n); err == nil {
				row.Type = j.manifest.Type
			}
		}
		all = append(all, row)
	}
	return all, nil
}

// known reads a service's manifest, if the workspace has it.
func (t Target) known(name string) (job, diag.List, error) {
	if t.Workspace == nil {
		return job{}, nil, errNoWorkspace
	}
	return t.loadOne(name)
}
