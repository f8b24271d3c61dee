package deploy

import (
	"cmp"
	"context"
	"time"

	"golang.org/x/sync/errgroup"

	"ferry.dev/ferry/internal/awsconf"
	"ferry.dev/ferry/internal/event"
	"ferry.dev/ferry/internal/fault"
	"ferry.dev/ferry/internal/release"
	"ferry.dev/ferry/internal/stack"
)

// Wait follows each service's newest deployment to its end, as the deploy that started it would have, and returns how it
// ended. One that has ended already gives its verdict at once. Nothing is written.
func Wait(ctx context.Context, t Target, r Request, sink event.Sink) (Result, error) {
	result, jobs, err := t.begin(r.Services)
	if err != nil {
		return result.failed(err)
	}
	l := newLine(t, r, sink)
	ends := side(jobs, func(_ int, j job) end {
		began := time.Now()
		e := end{result: ServiceResult{Service: j.name, Outcome: OutcomeFailed}}
		e.err = l.await(ctx, j, &e.result)
		e.close(began)
		return e
	})
	return result.conclude(ends)
}

func (l *line) await(ctx context.Context, j job, result *ServiceResult) error {
	if j.plan.IsSite() {
		return l.awaitSite(ctx, j, result)
	}
	var live release.Live
	var service, env stack.Stack
	var g errgroup.Group
	g.Go(func() (err error) {
		live, err = l.releases.Inspect(ctx, j.plan.Cluster, j.plan.ServiceName, j.plan.Family)
		return err
	})
	g.Go(func() (err error) { service, err = l.stacks.Describe(ctx, j.plan.Stack); return err })
	g.Go(func() (err error) { env, err = l.stacks.Describe(ctx, j.plan.EnvStack); return err })
	if err := g.Wait(); err != nil {
		return refused(err)
	}
	if j.plan.IsJob() {
		return awaitJob(j, live, result)
	}
	if live.Service == nil {
		return notDeployed(j)
	}
	newest, err := l.releases.Newest(ctx, live)
	if err != nil {
		return err
	}
	result.URL = cmp.Or(release.Endpoint(live.Express), j.plan.URL(env.Outputs, service.Outputs))
	result.note(begun{started: newest})
	if newest.Deployment == "" {
		result.Outcome = OutcomeUnchanged
		return nil
	}
	v, err := l.follow(ctx, j, j.targetGroup(service.Outputs), newest)
	result.judge(v, err)
	if err != nil {
		return err
	}
	return l.judged(j, newest, v)
}

// close writes the end of a service into its result.
func (e *end) close(began time.Time) {
	if e.err != nil {
		if e.err = awsconf.Explain(e.err); fault.ExitCode(e.err) == fault.Interrupted {
			e.err = &fault.Error{Code: fault.Interrupted, What: e.result.Service + ": interrupted", Err: e.err}
		}
		e.result.Error, e.result.Hint = e.err.Error(), fault.Hint(e.err)
	}
	code := fault.ExitCode(e.err)
	e.result.ExitCode = int(code)
	if code == fault.Interrupted {
		e.result.Outcome = OutcomeInterrupted
	}
	e.result.Seconds = time.Since(began).Seconds()
}
