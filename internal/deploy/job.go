package deploy

import (
	"context"
	"fmt"
	"time"

	"ferry.dev/ferry/internal/event"
	"ferry.dev/ferry/internal/fault"
	"ferry.dev/ferry/internal/release"
	"ferry.dev/ferry/internal/render"
)

// register releases a job: a revision of its task definition, which every run from now on takes. There is no service, and so
// nothing to follow.
func (l *line) register(ctx context.Context, r ready) (begun, error) {
	if r.live.Service != nil {
		return begun{}, &fault.Error{
			Code: fault.Refused, What: fmt.Sprintf("%s runs in %s as a service, and its manifest says that it is a job", r.name, r.plan.Env),
			Hint: fmt.Sprintf("delete the service first: ferry delete service %s --env %s", r.name, r.plan.Env),
		}
	}
	p, err := l.compareTask(r)
	if err != nil {
		return begun{}, err
	}
	if p.Reuse != nil {
		return begun{plan: p, none: true, started: release.Started{Task: *p.Reuse}}, nil
	}
	b := begun{plan: p}
	if b.started, err = l.releases.Register(ctx, p, l.sink); err == nil {
		l.announce(r.job, b.started.Number())
	}
	return b, err
}

func (l *line) compareTask(r ready) (release.Plan, error) {
	task, err := render.TaskDefinition(r.plan, r.release(l.request.Commit, r.live))
	if err != nil {
		return release.Plan{}, err
	}
	if task, err = render.Resolve(task, r.output, r.account); err != nil {
		return release.Plan{}, err
	}
	want, err := release.ParseTask(task)
	if err != nil {
		return release.Plan{}, err
	}
	return release.CompareTask(r.live, want), nil
}

// announce says when the release runs first.
func (l *line) announce(j job, number int) {
	text := fmt.Sprintf("the next run takes v%d", number)
	switch s := j.plan.Job.Schedule; {
	case s == nil:
		text += fmt.Sprintf("; it runs on demand only: ferry run %s --env %s", j.name, j.plan.Env)
	case !s.Enabled:
		text += "; the schedule rests"
	case s.Rate() > 0:
		text += ": " + s.Expression
	default:
		if next := s.Next(time.Now()); !next.IsZero() {
			text += ": " + next.Format("2006-01-02 15:04 MST")
		}
	}
	l.sink(event.Notice{Level: event.Info, Subject: j.name, Text: text})
}

// awaitJob says what waiting for a job comes to: its release is live as soon as it is registered.
func awaitJob(j job, live release.Live, result *ServiceResult) error {
	if live.Latest == nil {
		return notDeployed(j)
	}
	result.note(begun{started: release.Started{Task: *live.Latest}})
	result.Outcome = OutcomeUnchanged
	return nil
}

func notDeployed(j job) error {
	return &fault.Error{Code: fault.Refused, What: fmt.Sprintf("%s is not deployed in %s", j.name, j.plan.Env),
		Hint: fmt.Sprintf("run: ferry deploy %s --env %s", j.name, j.plan.Env)}
}
