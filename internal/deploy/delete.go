package deploy

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"ferry.dev/ferry/internal/awsconf"
	"ferry.dev/ferry/internal/event"
	"ferry.dev/ferry/internal/plan"
	"ferry.dev/ferry/internal/stack"
)

// Delete deletes services of an environment, or the whole environment, side by side: the service is drained and deleted,
// then its stack, image repository, log group and task definitions; after all services the environment's stack. What is
// absent is fine, so the same command again after an interruption comes to the same end. Afterwards it looks for what is
// left by name. A repository that another environment of the account and region uses stays.
func Delete(ctx context.Context, t Target, r DeleteRequest, sink event.Sink) (DeleteResult, error) {
	d := &deletion{line: newLine(t, Request{Timeout: r.Timeout}, sink), request: r,
		result: DeleteResult{Application: t.App.Name, Environment: t.Env.Name, Deleted: []string{}}}
	err := d.run(ctx)
	slices.Sort(d.result.Deleted)
	slices.Sort(d.result.Kept)
	slices.Sort(d.result.Left)
	return d.result, err
}

// DeleteApplication deletes every given environment with everything in it, one after another.
func DeleteApplication(ctx context.Context, targets []Target, r DeleteRequest, sink event.Sink) ([]DeleteResult, error) {
	r.Environment, r.Services = true, nil
	var all []DeleteResult
	var errs []error
	for _, t := range targets {
		one, err := Delete(ctx, t, r, sink)
		all = append(all, one)
		errs = append(errs, err)
		if ctx.Err() != nil {
			break
		}
	}
	return all, worst(errs...)
}

// deletion is one Delete.
type deletion struct {
	*line
	request DeleteRequest
	shared  map[string][]string // service → other environments of this account and region in which it stands

	mu     sync.Mutex
	result DeleteResult
}

func (d *deletion) run(ctx context.Context) error {
	done := stage(d.sink, d.target.Env.Name, event.StagePreflight, "")
	names, env, err := d.look(ctx)
	done(outcome(err, true), "")
	if err != nil {
		return refused(err)
	}
	ends := make([]error, len(names))
	var wg sync.WaitGroup
	for i, name := range names {
		wg.Go(func() { ends[i] = d.staged(name, func() error { return d.service(ctx, d.place(name)) }) })
	}
	wg.Wait()
	err = worst(ends...)
	if err == nil && d.request.Environment {
		err = d.staged(d.target.Env.Name, func() error { return d.stack(ctx, env) })
		d.keptFileSystem(env, err)
	}
	if err != nil {
		return awsconf.Explain(err)
	}
	for _, name := range names {
		if err := d.left(ctx, d.place(name)); err != nil {
			return awsconf.Explain(err)
		}
	}
	if err := d.leftEnvironment(ctx); err != nil {
		return awsconf.Explain(err)
	}
	if d.result.Left == nil {
		d.result.Left = []string{}
	}
	return nil
}

// look asks who we are and finds what there is to delete. Nothing has been written when it fails.
func (d *deletion) look(ctx context.Context) ([]string, stack.Stack, error) {
	var all []stack.Stack
	var running []string
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		_, err := awsconf.Guard(gctx, d.target.AWS, d.target.Env.Account, d.target.environmentFile())
		return err
	})
	g.Go(func() (err error) {
		all, err = d.stacks.Tagged(gctx, map[string]string{plan.TagApplication: d.target.App.Name})
		return err
	})
	if d.request.Environment {
		g.Go(func() (err error) { running, err = d.running(gctx); return err })
	}
	if err := g.Wait(); err != nil {
		return nil, stack.Stack{}, err
	}
	names, env := d.sort(all)
	if !d.request.Environment {
		return d.request.Services, env, nil
	}
	names, err := d.target.union(nil, append(names, running...))
	return names, env, err
}

// sort finds, among the application's stacks, the environment's own, its services, and where else these stand.
func (d *deletion) sort(all []stack.Stack) (services []string, env stack.Stack) {
	env = stack.Stack{Name: plan.EnvironmentStack(d.target.App.Name, d.target.Env.Name)}
	d.shared = map[string][]string{}
	for _, s := range all {
		service, here := s.Tags[plan.TagService], s.Tags[plan.TagEnvironment] == d.target.Env.Name
		switch {
		case here && service == "":
			env = s
		case here:
			services = append(services, service)
		case service != "":
			d.shared[service] = append(d.shared[service], s.Tags[plan.TagEnvironment])
		}
	}
	return services, env
}

func (d *deletion) staged(subject string, do func() error) error {
	done := stage(d.sink, subject, event.StageDelete, "")
	err := do()
	done(outcome(err, true), "")
	return err
}

// place names everything that a service has. Names are computed, so a service without a manifest is found too.
type place struct {
	name, stack, cluster, service, family, logGroup, repository string
}

func (d *deletion) place(name string) place {
	app, env := d.target.App.Name, d.target.Env.Name
	return place{name: name, stack: plan.ServiceStack(app, env, name), cluster: d.target.cluster(), service: d.target.service(name),
		family: plan.ServiceStack(app, env, name), logGroup: plan.LogGroup(app, env, name), repository: plan.Repository(app, name)}
}

// service deletes one service: first what runs, then, side by side, what it ran on.
func (d *deletion) service(ctx context.Context, p place) error {
	live, err := d.stacks.Describe(ctx, p.stack)
	if err != nil {
		return err
	}
	if err := d.keepLogs(ctx, p, live); err != nil {
		return err
	}
	gone, err := d.releases.Remove(ctx, p.cluster, p.service, plan.StepAlarms(p.stack), time.Now().Add(d.line.request.timeout()), d.sink)
	for _, name := range gone.Alarms {
		d.deleted(true, "alarm "+name)
	}
	if err != nil {
		return err
	}
	d.deleted(gone.Service, "service "+p.name)
	d.keptFiles(p, live)
	if err := d.emptySite(ctx, live); err != nil {
		return err
	}
	if err := d.stopTasks(ctx, p); err != nil {
		return err
	}
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		if err := d.stackNow(gctx, p.stack); err != nil {
			return err
		}
		if err := d.stopTasks(gctx, p); err != nil { // what a schedule has started meanwhile
			return err
		}
		return d.logGroup(gctx, p)
	})
	g.Go(func() error { return d.repository(gctx, p) })
	g.Go(func() error {
		n, err := d.releases.RemoveRevisions(gctx, p.family)
		d.deleted(n > 0, counted(n, "task definition")+" of "+p.family)
		return err
	})
	return g.Wait()
}

// stopTasks stops what runs of the family without belonging to a service: runs of a job, and what ferry run has started.
func (d *deletion) stopTasks(ctx context.Context, p place) error {
	n, err := d.releases.StopTasks(ctx, p.cluster, p.family, time.Now().Add(d.line.request.timeout()), d.sink)
	d.deleted(n > 0, counted(n, "task")+" of "+p.family)
	return err
}

func (d *deletion) stackNow(ctx context.Context, name string) error {
	live, err := d.stacks.Describe(ctx, name)
	if err != nil {
		return err
	}
	return d.stack(ctx, live)
}

func (d *deletion) stack(ctx context.Context, live stack.Stack) error {
	there, err := d.stacks.Delete(ctx, live, d.sink)
	if err == nil {
		d.deleted(there, "stack "+live.Name)
	}
	return err
}

func (d *deletion) deleted(there bool, what string) {
	if !there {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.result.Deleted = append(d.result.Deleted, what)
}

func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

func (d *deletion) kept(what string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.result.Kept = append(d.result.Kept, what)
}

func (d *deletion) remains(what string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.result.Left = append(d.result.Left, what)
}
