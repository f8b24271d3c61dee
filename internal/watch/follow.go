package watch

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"golang.org/x/sync/errgroup"

	"ferry.dev/ferry/internal/event"
	"ferry.dev/ferry/internal/fault"
	"ferry.dev/ferry/internal/poll"
)

// Follow follows a deployment to its end and returns its verdict. It survives throttling and a broken network. The
// error is nil for every verdict that AWS has given, bad ones too; a limit that has passed is a verdict as well.
func (c *Client) Follow(ctx context.Context, r Request, sink event.Sink) (Verdict, error) {
	f := &following{Client: c, Request: r, sink: sink, told: map[string]bool{}, aside: time.Now(), well: true}
	w := poll.Wait{Subject: r.Subject, Limit: r.Limit, For: f.waitsFor}
	err := c.Pace.Until(ctx, w, sink, f.look)
	if errors.Is(err, poll.ErrLimit) {
		return f.verdict(fault.TimedOut), nil
	}
	if err != nil {
		return f.verdict(fault.Failed), fmt.Errorf("following deployment of %s: %w", r.Subject, err)
	}
	code, err := f.judge(ctx)
	f.complete(ctx)
	return f.verdict(code), err
}

// following is the state of one Follow.
type following struct {
	*Client
	Request
	sink event.Sink

	now      types.ServiceDeployment // last reading
	progress event.DeploymentProgress
	health   event.TargetHealth
	ailing   string          // why the load balancer last found a target unhealthy
	aside    time.Time       // last side reading
	failed   int             // failed tasks at the last reading
	well     bool            // nothing had gone wrong at the last reading
	told     map[string]bool // service messages and stopped tasks that were told
	failures []event.TaskStopped
}

func (f *following) verdict(code fault.Code) Verdict {
	return Verdict{Code: code, Status: string(f.now.Status), Reason: f.reason(), Deployment: f.Deployment, Failures: f.failures}
}

// look is one reading of the deployment, with side readings when they are due or something has failed.
func (f *following) look(ctx context.Context) (bool, error) {
	out, err := f.ECS.DescribeServiceDeployments(ctx, &ecs.DescribeServiceDeploymentsInput{ServiceDeploymentArns: []string{f.Deployment}})
	if err != nil {
		return false, err
	}
	if len(out.ServiceDeployments) == 0 {
		return false, fmt.Errorf("ECS does not know deployment %s", f.Deployment)
	}
	f.now = out.ServiceDeployments[0]
	f.tell()
	over := finished(f.now.Status)
	if f.due() || (over && !well(f.now.Status) && len(f.failures) == 0) {
		f.readAside(ctx)
	}
	return over, nil
}

// tell emits the reading when it differs from the last one.
func (f *following) tell() {
	p := event.DeploymentProgress{
		Subject: f.Subject, DeploymentID: id(f.Deployment), Status: string(f.now.Status), Stage: string(f.now.LifecycleStage), Reason: f.reason(),
	}
	if t := f.now.TargetServiceRevision; t != nil {
		p.Desired, p.Running, p.Pending = int(t.RequestedTaskCount), int(t.RunningTaskCount), int(t.PendingTaskCount)
	}
	if b := f.now.DeploymentCircuitBreaker; b != nil {
		p.Failed, p.FailureThreshold = int(b.FailureCount), int(b.Threshold)
	}
	if p != f.progress {
		f.progress = p
		f.sink(p)
	}
}

func (f *following) reason() string {
	if r := f.now.Rollback; r != nil && aws.ToString(r.Reason) != "" {
		return aws.ToString(r.Reason)
	}
	return aws.ToString(f.now.StatusReason)
}

// due tells whether side readings are to be made now: at once when a task failed or the deployment turns, else in turn.
func (f *following) due() bool {
	every := f.Aside
	if every == 0 {
		every = 5 * time.Second
	}
	turned := f.well && !well(f.now.Status)
	trouble := turned || f.progress.Failed > f.failed
	f.failed, f.well = f.progress.Failed, well(f.now.Status)
	return trouble || time.Since(f.aside) >= every
}

// readAside makes the side readings. What they cannot read is no reason to stop following.
func (f *following) readAside(ctx context.Context) {
	var g errgroup.Group
	var messages []event.ServiceMessage
	var stopped []types.Task
	var health *event.TargetHealth
	g.Go(func() error { messages = f.messages(ctx); return nil })
	g.Go(func() error { stopped = f.stopped(ctx); return nil })
	g.Go(func() error { health = f.targets(ctx); return nil })
	_ = g.Wait() // no reading returns an error
	f.aside = time.Now()
	f.ails(messages, health)
	for _, m := range messages {
		f.sink(m)
	}
	if health != nil && *health != f.health {
		f.health = *health
		f.sink(*health)
	}
	f.explain(ctx, stopped)
}

func (f *following) waitsFor() string {
	p := f.progress
	switch f.now.Status {
	case "":
		return "ECS to start the deployment"
	case types.ServiceDeploymentStatusRollbackInProgress, types.ServiceDeploymentStatusRollbackRequested:
		return "the previous release to be back"
	case types.ServiceDeploymentStatusStopRequested:
		return "the deployment to stop"
	}
	if p.Desired > 0 && p.Running >= p.Desired {
		return fmt.Sprintf("%d of %d tasks to be healthy and the old ones to end", p.Running, p.Desired)
	}
	return fmt.Sprintf("%d of %d tasks to run and be healthy", p.Desired-p.Running, p.Desired)
}
