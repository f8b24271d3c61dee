package deploy

import (
	"context"
	"fmt"
	"maps"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"ferry.dev/ferry/internal/event"
	"ferry.dev/ferry/internal/fault"
	"ferry.dev/ferry/internal/release"
	"ferry.dev/ferry/internal/watch"
)

// follow follows a release to its verdict.
func (l *line) follow(ctx context.Context, j job, targetGroup string, s release.Started) (watch.Verdict, error) {
	done := stage(l.sink, j.name, event.StageWatch, fmt.Sprintf("v%d", s.Number()))
	r := l.watchRequest(j, targetGroup, s)
	var v watch.Verdict
	var err error
	if s.Deployment == "" { // ECS changes the service without a deployment
		v, err = l.watches.Settle(ctx, r, l.sink)
	} else {
		v, err = l.watches.Follow(ctx, r, l.sink)
	}
	o := event.OutcomeDone
	if err != nil || v.Code != fault.OK {
		o = event.OutcomeFailed
	}
	done(o, v.Status)
	return v, err
}

func (l *line) watchRequest(j job, targetGroup string, s release.Started) watch.Request {
	r := watch.Request{
		Subject: j.name, Cluster: j.plan.Cluster, Service: j.plan.ServiceName, Deployment: s.Deployment,
		TaskDefinition: s.Task.ARN(), TargetGroup: targetGroup, First: s.First, Logs: map[string]watch.Stream{},
		Limit: time.Now().Add(l.request.timeout()),
		Hints: watch.Hints{
			Manifest: l.target.manifestFile(j.name), Port: j.plan.HTTPPort(), MemoryMiB: j.manifest.Memory,
			Platform: platform(j.manifest.Platform),
		},
	}
	if j.plan.Routing != nil {
		r.Hints.HealthPath = j.plan.Routing.Target().Check.Path
	}
	if j.plan.Express != nil {
		r.Hints.HealthPath = j.plan.Express.HealthPath
	}
	for _, c := range s.Task.ContainerDefinitions {
		if lc := c.LogConfiguration; lc != nil && lc.Options["awslogs-group"] != "" {
			r.Logs[aws.ToString(c.Name)] = watch.Stream{Group: lc.Options["awslogs-group"], Prefix: lc.Options["awslogs-stream-prefix"]}
		}
	}
	return r
}

// judged turns a verdict that is not good into the error that the user reads.
func (l *line) judged(j job, s release.Started, v watch.Verdict) error {
	if v.Code == fault.OK {
		return nil
	}
	e := &fault.Error{Code: v.Code, What: j.name + ": " + verdictText(s, v)}
	if reason := why(v); reason != "" {
		e.What += ": " + reason
	}
	switch v.Code {
	case fault.TimedOut:
		e.Hint = fmt.Sprintf("it goes on in AWS; come back to it with: ferry wait %s --env %s", j.name, j.plan.Env)
	case fault.Superseded:
		e.Hint = fmt.Sprintf("see what is live now with: ferry status %s --env %s", j.name, j.plan.Env)
	default:
		e.Hint = l.advice(j, s, v)
	}
	return e
}

func verdictText(s release.Started, v watch.Verdict) string {
	switch {
	case v.Code == fault.RolledBack:
		return "rolled back"
	case v.Code == fault.TimedOut:
		return "timed out, the release is still in progress"
	case v.Code == fault.Superseded:
		return "superseded by another deployment"
	case s.First:
		return "the first release failed, and there is no previous one to go back to"
	}
	return "the release failed and was not rolled back (" + v.Status + ")"
}

// why is the story of the first task that stopped, which tells more than ECS's own reason.
func why(v watch.Verdict) string {
	if len(v.Failures) == 0 {
		return v.Reason
	}
	f := v.Failures[0]
	s := "task stopped"
	if f.ExitCode != nil {
		s += fmt.Sprintf(": exit code %d", *f.ExitCode)
	}
	if f.Reason != "" {
		s += ": " + f.Reason
	}
	return s
}

func (l *line) advice(j job, s release.Started, v watch.Verdict) string {
	if len(v.Failures) > 0 && v.Failures[0].Suggestion != "" {
		return v.Failures[0].Suggestion
	}
	if s.First {
		return fmt.Sprintf("what was made stays for the next try: repair the cause and run the same command again, or remove it with: ferry delete service %s --env %s",
			j.name, j.plan.Env)
	}
	return fmt.Sprintf("read the log with: ferry logs %s --env %s", j.name, j.plan.Env)
}

// goBack gives the service's stack the template it had, where this deploy changed it and the release then failed.
func (l *line) goBack(ctx context.Context, j job, in infrastructure) error {
	if in.change.Empty() || in.change.New() {
		return nil
	}
	l.sink(event.Notice{Level: event.Info, Subject: j.name, Text: "the release failed, so the infrastructure goes back to what it was"})
	done := stage(l.sink, j.name, event.StageInfrastructure, j.plan.Stack)
	traffic, err := l.traffic(ctx, in.stack)
	if err == nil {
		weights := map[string]string{}
		maps.Copy(weights, in.weights)
		maps.Copy(weights, traffic.Parameters())
		_, err = l.stacks.Revert(ctx, in.change, weights, l.sink)
	}
	done(outcome(err, true), j.plan.Stack)
	if err != nil {
		return fmt.Errorf("bringing back the infrastructure of %s: %w", j.name, err)
	}
	return nil
}

// targetGroup finds the ARN of the target group whose health stands for the service's; "" where it has none,
// and in Express Mode, where a release goes from one to another that ECS chooses.
func (j job) targetGroup(outputs map[string]string) string {
	if j.plan.Routing == nil {
		return ""
	}
	return outputs[j.plan.Routing.Target().Key+"Arn"]
}

func releaseName(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("v%d", n)
}
