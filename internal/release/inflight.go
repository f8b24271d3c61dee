package release

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"ferry.dev/ferry/internal/event"
	"ferry.dev/ferry/internal/fault"
	"ferry.dev/ferry/internal/poll"
)

// InFlight is a service deployment that ECS is working on.
type InFlight struct {
	Deployment     string // ARN
	Status         string
	Since          time.Time
	TaskDefinition string // of the revision that it brings live
	Release        string // v42
	Commit         string
	By             string // ARN of who registered the task definition; "" when not known
}

// ID is the deployment's own ID.
func (f InFlight) ID() string { return path.Base(f.Deployment) }

// String names the deployment and whose it is.
func (f InFlight) String() string {
	s := fmt.Sprintf("deployment %s (%s", f.ID(), f.Status)
	if f.Release != "" {
		s += ", release " + f.Release
	}
	if f.Commit != "" {
		s += ", commit " + f.Commit
	}
	if f.By != "" {
		s += ", by " + f.By
	}
	return s + ", since " + f.Since.UTC().Format(time.RFC3339) + ")"
}

// active are the states in which a service deployment has not come to its end.
func active() []types.ServiceDeploymentStatus {
	return []types.ServiceDeploymentStatus{
		types.ServiceDeploymentStatusPending, types.ServiceDeploymentStatusInProgress, types.ServiceDeploymentStatusStopRequested,
		types.ServiceDeploymentStatusRollbackRequested, types.ServiceDeploymentStatusRollbackInProgress,
	}
}

// InFlight returns the deployment that is going on, or nil. It asks only where the service itself says that one may be.
func (c *Client) InFlight(ctx context.Context, l Live) (*InFlight, error) {
	if l.Service == nil || !unsettled(*l.Service) {
		return nil, nil
	}
	list, err := c.list(ctx, *l.Service, active())
	if err != nil || len(list) == 0 {
		return nil, err
	}
	d := list[0]
	f := &InFlight{Deployment: aws.ToString(d.ServiceDeploymentArn), Status: string(d.Status), Since: aws.ToTime(d.CreatedAt)}
	if target := aws.ToString(d.TargetServiceRevisionArn); target != "" {
		tasks, err := c.revisions(ctx, []string{target})
		if err != nil {
			return nil, err
		}
		f.TaskDefinition = tasks[target]
	}
	return f, c.whose(ctx, l, f)
}

// Newest returns the service's newest deployment, ended or not, with the task definition that it brings live. Deployment
// is "" where the service never had one.
func (c *Client) Newest(ctx context.Context, l Live) (Started, error) {
	s := Started{Service: *l.Service}
	list, err := c.list(ctx, *l.Service, nil)
	if err != nil {
		return s, err
	}
	if len(list) == 0 {
		s.Task = *l.Task
		return s, nil
	}
	s.Deployment, s.First = aws.ToString(list[0].ServiceDeploymentArn), len(list) == 1
	target := aws.ToString(list[0].TargetServiceRevisionArn)
	tasks, err := c.revisions(ctx, []string{target})
	if err != nil {
		return s, err
	}
	for _, t := range []*Task{l.Task, l.Latest} {
		if t.ARN() == tasks[target] {
			s.Task = *t
			return s, nil
		}
	}
	t, err := c.Task(ctx, tasks[target])
	if t != nil {
		s.Task = *t
	}
	return s, err
}

// whose fills in what the task definition tells about who deploys it.
func (c *Client) whose(ctx context.Context, l Live, f *InFlight) error {
	t := l.Task
	if t.ARN() != f.TaskDefinition {
		t = l.Latest
	}
	if t.ARN() != f.TaskDefinition && f.TaskDefinition != "" {
		var err error
		if t, err = c.Task(ctx, f.TaskDefinition); err != nil {
			return err
		}
	}
	if t != nil && t.ARN() == f.TaskDefinition {
		f.Release, f.Commit, f.By = fmt.Sprintf("v%d", t.Revision), t.Tags[CommitTag], aws.ToString(t.RegisteredBy)
	}
	return nil
}

// unsettled tells whether a service's own description leaves room for a deployment that goes on.
func unsettled(s types.Service) bool {
	for _, d := range s.Deployments {
		if d.RolloutState == types.DeploymentRolloutStateInProgress {
			return true
		}
	}
	return len(s.Deployments) > 1
}

// Same tells whether the deployment brings live just what the plan wants, so that it can be followed instead of starting
// another one.
func (p Plan) Same(f *InFlight) bool {
	rolling := f.Status == string(types.ServiceDeploymentStatusPending) || f.Status == string(types.ServiceDeploymentStatusInProgress)
	return !p.First() && p.Update == nil && p.Express == nil && rolling && p.Reuse != nil && f.TaskDefinition == p.Reuse.ARN()
}

// Await waits for the end, whichever, of somebody else's deployment.
func (c *Client) Await(ctx context.Context, subject string, f *InFlight, limit time.Time, sink event.Sink) error {
	w := poll.Wait{Subject: subject, Limit: limit, For: func() string { return "the end of " + f.String() }}
	err := c.Pace.Until(ctx, w, sink, func(ctx context.Context) (bool, error) {
		out, err := c.ECS.DescribeServiceDeployments(ctx, &ecs.DescribeServiceDeploymentsInput{
			ServiceDeploymentArns: []string{f.Deployment},
		})
		if err != nil {
			return false, err
		}
		for _, d := range out.ServiceDeployments {
			f.Status = string(d.Status)
		}
		return len(out.ServiceDeployments) == 0 || !slices.Contains(active(), types.ServiceDeploymentStatus(f.Status)), nil
	})
	if errors.Is(err, poll.ErrLimit) {
		return &fault.Error{Code: fault.TimedOut, What: fmt.Sprintf("%s: %s is still going on", subject, f), Err: err,
			Hint: "run the same command again to wait longer, or deploy over it with --on-conflict supersede"}
	}
	return err
}

// AwaitFree waits until a service that is being deleted is gone, so that its name is free.
func (c *Client) AwaitFree(ctx context.Context, s types.Service, limit time.Time, sink event.Sink) error {
	if InExpressMode(s) {
		return c.awaitExpressGone(ctx, s, limit, sink)
	}
	name := aws.ToString(s.ServiceName)
	w := poll.Wait{Subject: name, Limit: limit, For: func() string { return "the service of the same name to be gone" }}
	err := c.Pace.Until(ctx, w, sink, func(ctx context.Context) (bool, error) {
		now, err := c.service(ctx, aws.ToString(s.ClusterArn), name)
		return now == nil || aws.ToString(now.Status) != "DRAINING", err
	})
	if errors.Is(err, poll.ErrLimit) {
		return &fault.Error{Code: fault.TimedOut, What: fmt.Sprintf("service %s is still draining", name), Err: err,
			Hint: "run the same command again to wait longer"}
	}
	return err
}
