package deploy

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"golang.org/x/sync/errgroup"

	"ferry.dev/ferry/internal/event"
	"ferry.dev/ferry/internal/fault"
	"ferry.dev/ferry/internal/plan"
	"ferry.dev/ferry/internal/release"
	"ferry.dev/ferry/internal/render"
	"ferry.dev/ferry/internal/stack"
)

// ready is a service whose image and infrastructure stand: what is left is the release.
type ready struct {
	job
	images  published
	subnets []string // found by their tags
	stack   stack.Stack
	env     stack.Stack
	account string
	live    release.Live
}

// definition renders what should be live and fills in what the stacks put out.
func (l *line) definition(r ready, live release.Live) (release.Definition, error) {
	task, err := render.TaskDefinition(r.plan, r.release(l.request.Commit, live))
	if err != nil {
		return release.Definition{}, err
	}
	define, parse := render.ServiceDefinition, release.Parse
	if r.plan.Express != nil {
		define, parse = render.ExpressDefinition, release.ParseExpress
	}
	service, err := define(r.plan)
	if err != nil {
		return release.Definition{}, err
	}
	if task, err = render.Resolve(task, r.output, r.account); err != nil {
		return release.Definition{}, err
	}
	if service, err = render.Resolve(service, r.output, r.account); err != nil {
		return release.Definition{}, err
	}
	d, err := parse(task, service)
	if err != nil {
		return release.Definition{}, err
	}
	d.Scaling, err = r.scaling()
	return d, err
}

// scaling renders what auto scaling should do.
func (r ready) scaling() (release.Scaling, error) {
	doc, err := render.ScalingDefinition(r.plan)
	if err != nil || doc == nil {
		return release.Scaling{}, err
	}
	if doc, err = render.Resolve(doc, r.scalingOutput, r.account); err != nil {
		return release.Scaling{}, err
	}
	return release.ParseScaling(doc)
}

// scalingOutput is output for what auto scaling is told: a policy's ARN, which only the release finds, is its name until then.
func (r ready) scalingOutput(name, output string) (string, bool) {
	if output == plan.PolicyARN && strings.HasPrefix(name, plan.ScalingPrefix) {
		return name, true
	}
	return r.output(name, output)
}

// inspect reads what stands in ECS, and beside it, where the service has auto scaling or is to have it, what that does.
func (l *line) inspect(ctx context.Context, s plan.Service) (release.Live, error) {
	var live release.Live
	var scaling release.Scaling
	wanted := s.Scaling() != nil
	read := func(ctx context.Context) (err error) {
		scaling, err = l.liveScaling(ctx, s)
		return err
	}
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() (err error) {
		live, err = l.releases.Inspect(gctx, s.Cluster, s.ServiceName, s.Family)
		return err
	})
	if wanted {
		g.Go(func() error { return read(gctx) })
	}
	err := g.Wait()
	if err == nil && !wanted && live.Scales() {
		err = read(ctx)
	}
	live.Scaling = scaling
	return live, err
}

// liveScaling reads what auto scaling does, and the alarms that tell it to: side by side where the manifest has steps, after it
// where only the service has, and not at all where neither has any.
func (l *line) liveScaling(ctx context.Context, s plan.Service) (release.Scaling, error) {
	var scaling release.Scaling
	var alarms release.StepAlarms
	ask := func(ctx context.Context) (err error) {
		alarms, err = l.releases.StepAlarms(ctx, plan.StepAlarms(s.Stack), s.Cluster, s.ServiceName)
		return err
	}
	wanted := s.Manifest.Scaling != nil && len(s.Manifest.Scaling.Steps) > 0
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() (err error) {
		scaling, err = l.releases.Scaling(gctx, s.Cluster, s.ServiceName)
		return err
	})
	if wanted {
		g.Go(func() error { return ask(gctx) })
	}
	err := g.Wait()
	if err == nil && !wanted && scaling.Steps() {
		err = ask(ctx)
	}
	return scaling.With(alarms), err
}

// release is what this deploy brings, given what is live.
func (r ready) release(commit string, live release.Live) plan.Release {
	return plan.Release{Image: r.images.own.Ref, Images: r.images.refs(), Commit: commit, Number: live.Expected()}
}

// output finds an output of the two stacks, or what was looked up beside them.
func (r ready) output(name, output string) (string, bool) {
	if name == plan.TaggedSubnets && len(r.subnets) > 0 {
		return strings.Join(r.subnets, ","), true
	}
	for _, s := range []stack.Stack{r.stack, r.env} {
		if v, ok := s.Outputs[output]; ok && s.Name == name {
			return v, true
		}
	}
	return "", false
}

// begun is a release that ECS works on, or the knowledge that none was needed.
type begun struct {
	plan    release.Plan
	started release.Started
	none    bool // everything was live already
	resumed bool // a run before this one had started the very same
}

// begin compares and starts the release. When another deployment is in flight it waits, deploys over it or refuses, as
// asked; when that deployment is already the wanted one, it is taken up.
func (l *line) begin(ctx context.Context, r ready) (begun, error) {
	limit := time.Now().Add(l.request.timeout())
	for {
		p, err := l.compare(r)
		if err != nil {
			return begun{}, err
		}
		if s := r.live.Service; s != nil && aws.ToString(s.Status) == "DRAINING" {
			if err := l.releases.AwaitFree(ctx, *s, limit, l.sink); err != nil {
				return begun{}, err
			}
		} else {
			other, err := l.releases.InFlight(ctx, r.live)
			if err != nil {
				return begun{}, err
			}
			again, b, err := l.meet(ctx, r, p, other, limit)
			if err != nil || !again {
				return b, err
			}
		}
		if r.live, err = l.inspect(ctx, r.plan); err != nil {
			return begun{}, err
		}
	}
}

func (l *line) compare(r ready) (release.Plan, error) {
	want, err := l.definition(r, r.live)
	if err != nil {
		return release.Plan{}, err
	}
	return release.Compare(r.live, want), nil
}

// meet decides what to do given a deployment in flight, or none. again says that it was waited for, so that everything
// has to be looked at anew.
func (l *line) meet(ctx context.Context, r ready, p release.Plan, other *release.InFlight, limit time.Time) (again bool, b begun, err error) {
	switch {
	case other == nil && p.Empty():
		return false, begun{plan: p, none: true, started: release.Started{Task: *p.Reuse, Service: *p.Live.Service}}, nil
	case other != nil && p.Same(other):
		b, err = l.resume(ctx, r, p, other)
		return false, b, err
	case other != nil && l.request.OnConflict == ConflictFail:
		return false, begun{}, &fault.Error{Code: fault.Refused, What: fmt.Sprintf("%s: another deployment is in flight: %s", r.name, other),
			Hint: "wait for it with: ferry wait " + r.name + " --env " + r.plan.Env}
	case other != nil && l.request.OnConflict != ConflictSupersede:
		l.sink(event.Notice{Level: event.Info, Subject: r.name, Text: "another deployment is in flight, waiting for its end: " + other.String()})
		return true, begun{}, l.releases.Await(ctx, r.name, other, limit, l.sink)
	case other != nil:
		l.sink(event.Notice{Level: event.Warning, Subject: r.name, Text: "deploying over " + other.String()})
	}
	b.plan = p
	b.started, err = l.releases.Start(ctx, p, l.sink)
	return false, b, err
}

// resume takes up the deployment that a run before this one has started.
func (l *line) resume(ctx context.Context, r ready, p release.Plan, other *release.InFlight) (begun, error) {
	l.sink(event.Notice{Level: event.Info, Subject: r.name, Text: "this release is already on its way, following it: " + other.String()})
	if err := l.releases.Finish(ctx, p); err != nil {
		return begun{}, err
	}
	return begun{plan: p, resumed: true, started: release.Started{
		Task: *p.Reuse, Service: *p.Live.Service, Deployment: other.Deployment, First: alone(*p.Live.Service),
	}}, nil
}

// alone tells whether the deployment in flight is the service's first: no other one is there to go back to.
func alone(s types.Service) bool { return len(s.Deployments) == 1 }
