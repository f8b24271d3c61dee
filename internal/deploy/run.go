package deploy

import (
	"context"
	"fmt"
	"sync"
	"time"

	"ferry.dev/ferry/internal/awsconf"
	"ferry.dev/ferry/internal/event"
	"ferry.dev/ferry/internal/fault"
	"ferry.dev/ferry/internal/image"
	"ferry.dev/ferry/internal/manifest"
	"ferry.dev/ferry/internal/stack"
)

// line is one run along the straight line. Its methods are the stages; what they find they return.
type line struct {
	clients
	target  Target
	request Request
	sink    event.Sink
	rules   *listenerRules
	images  image.Planner
	turns   turns
}

func newLine(t Target, r Request, sink event.Sink) *line {
	c := newClients(t.AWS, t.Pace)
	return &line{clients: c, target: t, request: r, sink: sink,
		rules: &listenerRules{elb: c.elb, taken: map[string]map[int]string{}}}
}

func (r Request) timeout() time.Duration {
	if r.Timeout > 0 {
		return r.Timeout
	}
	return 30 * time.Minute
}

// Run brings services live in an environment, side by side: manifests, preflight, image beside infrastructure, release,
// watch, verdict. The result is complete even when the error is not nil; each service has its own outcome in it, and the
// error's exit code is the worst of them. Run again after an interruption anywhere, it comes to the same end.
func Run(ctx context.Context, t Target, r Request, sink event.Sink) (Result, error) {
	result, jobs, err := t.begin(r.Services)
	if err != nil {
		return result.failed(err)
	}
	l := newLine(t, r, sink)
	f, err := l.preflight(ctx, jobs)
	if err != nil {
		return result.failed(err)
	}
	l.turns = newTurns(jobs, f.services)
	env := sync.OnceValues(func() (stack.Stack, error) { return l.environment(ctx, f, jobs) })
	ends := side(jobs, func(i int, j job) end { return l.service(ctx, j, f.services[i], f.identity.Account, env) })
	return result.conclude(ends)
}

// begin reads the manifests of the services that a result is to be about, and refuses mistakes in them.
func (t Target) begin(services []string) (Result, []job, error) {
	result := Result{Application: t.App.Name, Environment: t.Env.Name, Services: []ServiceResult{}}
	jobs, list, err := t.load(services)
	if err == nil {
		err = valid(list)
	}
	return result, jobs, err
}

// side runs something for every job, side by side. One that fails stops none of the others.
func side[T any](jobs []job, do func(int, job) T) []T {
	results := make([]T, len(jobs))
	var wg sync.WaitGroup
	for i, j := range jobs {
		wg.Go(func() { results[i] = do(i, j) })
	}
	wg.Wait()
	return results
}

// end is what came of one service.
type end struct {
	result ServiceResult
	err    error
}

// service takes one service along the line.
func (l *line) service(ctx context.Context, j job, s standing, account string, env func() (stack.Stack, error)) end {
	began := time.Now()
	e := end{result: ServiceResult{Service: j.name, Outcome: OutcomeFailed}}
	e.err = l.bring(ctx, j, s, account, env, &e.result)
	e.close(began)
	return e
}

func (l *line) bring(ctx context.Context, j job, s standing, account string, env func() (stack.Stack, error), result *ServiceResult) error {
	if j.plan.IsSite() {
		return l.bringSite(ctx, j, s, env, result)
	}
	r, in, err := l.prepare(ctx, j, s, env)
	r.account = account
	result.Image, result.Images, result.Built, result.Pushed = r.images.own.Ref, r.images.refs(), r.images.built(), r.images.pushed()
	result.Infrastructure = in.change != nil
	result.URL = j.plan.URL(r.env.Outputs, in.stack.Outputs)
	if err != nil {
		return err
	}
	l.sayExpress(j)
	done := stage(l.sink, j.name, event.StageRelease, "")
	begin := l.begin
	if j.plan.IsJob() {
		begin = l.register
	}
	b, err := begin(ctx, r)
	done(outcome(err, !b.none), releaseName(b.started.Number()))
	result.note(b)
	if err != nil && b.started.Accepted {
		result.Outcome = OutcomeStarted
		return l.goesOn(j, err)
	}
	if err != nil {
		return l.undo(ctx, j, in, err)
	}
	switch {
	case b.none && in.change != nil:
		result.Outcome = OutcomeLive // what it leans on has changed, and no task had to
		return nil
	case b.none:
		result.Outcome = OutcomeUnchanged
		return nil
	case j.plan.IsJob():
		result.Outcome = OutcomeLive // who starts the family takes the newest revision
		return nil
	case l.request.Detach:
		result.Outcome = OutcomeStarted
		l.located(ctx, j, b, result)
		return nil
	}
	v, err := l.follow(ctx, j, j.targetGroup(in.stack.Outputs), b.started)
	l.located(ctx, j, b, result)
	result.judge(v, err)
	if err != nil {
		result.Outcome = OutcomeStarted
		return l.goesOn(j, err)
	}
	if err := l.judged(j, b.started, v); err != nil {
		return l.undo(ctx, j, in, err)
	}
	return nil
}

// prepare has the image and the infrastructure made side by side and waits for both.
func (l *line) prepare(ctx context.Context, j job, s standing, env func() (stack.Stack, error)) (ready, infrastructure, error) {
	r := ready{job: j, live: s.live, subnets: s.subnets}
	var in infrastructure
	var images published
	var errImage, errStack error
	pushed := make(chan bool, 1)
	var wg sync.WaitGroup
	wg.Go(func() {
		images, errImage = l.publish(ctx, j, s.images)
		pushed <- errImage == nil
	})
	wg.Go(func() {
		if r.env, errStack = env(); errStack == nil {
			in, errStack = l.serviceStack(ctx, j, s, r.env, pushed)
		}
		l.turns.over(j.name, in.stack)
	})
	wg.Wait()
	r.images, r.stack = images, in.stack
	return r, in, worst(errImage, errStack)
}

// goesOn tells of a failure beside a release that ECS works on: its end is not known yet, so that nothing that it leans on
// may go back.
func (l *line) goesOn(j job, err error) error {
	err = awsconf.Explain(err)
	if fault.ExitCode(err) == fault.Interrupted {
		return err
	}
	hint := fmt.Sprintf("it goes on in AWS; come back to it with: ferry wait %s --env %s", j.name, j.plan.Env)
	if first := fault.Hint(err); first != "" {
		hint = first + "; " + hint
	}
	return &fault.Error{Code: fault.Failed, What: j.name + ": the release was started, but its end is not known", Err: err, Hint: hint}
}

// undo brings the infrastructure back after a release that failed for good.
func (l *line) undo(ctx context.Context, j job, in infrastructure, cause error) error {
	switch fault.ExitCode(cause) {
	case fault.TimedOut, fault.Superseded, fault.Interrupted, fault.Paused:
		return cause
	}
	if err := l.goBack(ctx, j, in); err != nil {
		return worst(cause, err)
	}
	return cause
}

func platform(p manifest.Platform) string {
	arch := map[string]string{"X86_64": "amd64", "ARM64": "arm64"}[p.Arch]
	if arch == "" || (p.OS != "" && p.OS != "LINUX") {
		return ""
	}
	return "linux/" + arch
}
