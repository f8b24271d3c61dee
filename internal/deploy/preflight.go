package deploy

import (
	"cmp"
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"golang.org/x/sync/errgroup"

	"ferry.dev/ferry/internal/awsconf"
	"ferry.dev/ferry/internal/event"
	"ferry.dev/ferry/internal/image"
	"ferry.dev/ferry/internal/manifest"
	"ferry.dev/ferry/internal/plan"
	"ferry.dev/ferry/internal/release"
	"ferry.dev/ferry/internal/site"
	"ferry.dev/ferry/internal/stack"
)

// found is what stands in AWS before a deploy.
type found struct {
	identity awsconf.Identity
	env      stack.Stack
	services []standing // in the order of the jobs
}

// standing is what stands of one service.
type standing struct {
	stack  stack.Stack
	live   release.Live
	images []image.Spec // planned, not looked for; the service's own first
	// subnets are those that the manifest describes by their tags.
	subnets []string
	files   []site.File // of a site, instead of images
}

// preflight asks who we are and reads all that stands, everything side by side. Nothing is written before it has
// returned without an error: a look-up that fails stops the run, it is never taken for "absent".
func (l *line) preflight(ctx context.Context, jobs []job) (found, error) {
	done := stage(l.sink, l.target.Env.Name, event.StagePreflight, "")
	f := found{services: make([]standing, len(jobs))}
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() (err error) {
		f.identity, err = awsconf.Guard(gctx, l.target.AWS, l.target.Env.Account, l.target.environmentFile())
		return err
	})
	g.Go(func() (err error) {
		f.env, err = l.stacks.Describe(gctx, plan.EnvironmentStack(l.target.App.Name, l.target.Env.Name))
		return err
	})
	var publishers map[string]stack.Stack
	g.Go(func() (err error) { publishers, err = l.publishers(gctx, jobs); return err })
	for i, j := range jobs {
		g.Go(func() (err error) {
			f.services[i].stack, err = l.stacks.Describe(gctx, j.plan.Stack)
			return err
		})
		if j.plan.IsSite() {
			g.Go(func() (err error) { f.services[i].files, err = j.siteFiles(l.target); return err })
			continue
		}
		g.Go(func() (err error) { f.services[i].subnets, err = l.taggedSubnets(gctx, j.plan); return err })
		g.Go(func() (err error) { f.services[i].images, err = l.imagesOf(j); return err })
		g.Go(func() (err error) {
			f.services[i].live, err = l.inspect(gctx, j.plan)
			return err
		})
		if j.plan.Import != nil {
			g.Go(func() error { return l.adopt(gctx, &jobs[i].plan) })
		}
	}
	err := refused(g.Wait())
	for i, j := range jobs {
		if err == nil && j.plan.Job == nil {
			err = release.Unchangeable(f.services[i].live, placeOf(j.plan))
		}
	}
	if err == nil {
		err = refused(l.stranded(ctx, f, jobs))
	}
	if err == nil {
		err = cmp.Or(neighbours(f.env, jobs), lacking(jobs), l.unpublished(jobs, publishers))
	}
	done(outcome(err, true), "account "+f.identity.Account)
	return f, err
}

// stage opens a stage and returns what closes it.
func stage(sink event.Sink, subject string, s event.Stage, detail string) func(event.Outcome, string) {
	began := time.Now()
	sink(event.StageStarted{Subject: subject, Stage: s, Detail: detail})
	return func(o event.Outcome, detail string) {
		if o == event.OutcomeFailed {
			detail = ""
		}
		sink(event.StageEnded{Subject: subject, Stage: s, Outcome: o, Detail: detail, Elapsed: time.Since(began)})
	}
}

func outcome(err error, changed bool) event.Outcome {
	switch {
	case err != nil:
		return event.OutcomeFailed
	case changed:
		return event.OutcomeDone
	}
	return event.OutcomeUnchanged
}

// placeOf is where a service's tasks are to run.
func placeOf(s plan.Service) release.Place {
	return release.Place{
		LaunchType: types.LaunchType(s.Capacity.LaunchType), Daemon: s.Manifest.Capacity.Daemon(), Express: s.Express != nil, Interfaces: s.Capacity.Mode == manifest.ModeAwsvpc,
	}
}
