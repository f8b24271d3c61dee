package release

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"ferry.dev/ferry/internal/event"
	"ferry.dev/ferry/internal/fault"
	"ferry.dev/ferry/internal/poll"
)

// ParseTask reads a task definition alone; see Parse.
func ParseTask(task []byte) (Definition, error) {
	var d Definition
	if err := decode(task, &d.Task); err != nil {
		return Definition{}, fmt.Errorf("reading the task definition: %w", err)
	}
	return d, nil
}

// CompareTask decides, purely, whether a family needs a new revision. Where the latest is as wanted, Reuse is set.
func CompareTask(live Live, want Definition) Plan {
	p := Plan{Definition: want, Live: live}
	if live.Latest == nil {
		p.Changes = []string{"new job"}
		return p
	}
	if p.Changes = taskChanges(live.Latest.TaskDefinition, want.Task); len(p.Changes) == 0 {
		p.Reuse = live.Latest
	}
	return p
}

// Register makes the new revision of a task definition that no service runs. It is live at once: whoever starts the family
// from now on starts it.
func (c *Client) Register(ctx context.Context, p Plan, sink event.Sink) (Started, error) {
	task, err := c.register(ctx, p, sink)
	if err != nil {
		return Started{}, err
	}
	return Started{Task: *task, Registered: p.Reuse == nil, First: p.Live.Latest == nil, Accepted: true}, nil
}

// RunningOf lists the ARNs of a family's tasks in a cluster that have not been asked to stop; none where there is no cluster.
func (c *Client) RunningOf(ctx context.Context, cluster, family string) ([]string, error) {
	return c.tasksOf(ctx, cluster, family, types.DesiredStatusRunning)
}

func (c *Client) tasksOf(ctx context.Context, cluster, family string, state types.DesiredStatus) ([]string, error) {
	var all []string
	pages := ecs.NewListTasksPaginator(c.ECS, &ecs.ListTasksInput{Cluster: &cluster, Family: &family, DesiredStatus: state})
	for pages.HasMorePages() {
		out, err := pages.NextPage(ctx)
		var none *types.ClusterNotFoundException
		if errors.As(err, &none) {
			return nil, nil
		}
		if err != nil {
			return nil, fmt.Errorf("listing the tasks of %s: %w", family, err)
		}
		all = append(all, out.TaskArns...)
	}
	return all, nil
}

// Recent returns a family's tasks that ECS still knows, those that have stopped within about the last hour among them.
func (c *Client) Recent(ctx context.Context, cluster, family string) ([]types.Task, error) {
	var arns []string
	for _, state := range []types.DesiredStatus{types.DesiredStatusRunning, types.DesiredStatusStopped} {
		some, err := c.tasksOf(ctx, cluster, family, state)
		if err != nil {
			return nil, err
		}
		arns = append(arns, some...)
	}
	return c.Tasks(ctx, cluster, arns)
}

// Tasks describes tasks, a hundred with a call. Those that ECS has forgotten are left out.
func (c *Client) Tasks(ctx context.Context, cluster string, arns []string) ([]types.Task, error) {
	const most = 100
	var all []types.Task
	for rest := arns; len(rest) > 0; rest = rest[min(most, len(rest)):] {
		out, err := c.ECS.DescribeTasks(ctx, &ecs.DescribeTasksInput{Cluster: &cluster, Tasks: rest[:min(most, len(rest))]})
		if err != nil {
			return nil, fmt.Errorf("reading tasks of %s: %w", cluster, err)
		}
		all = append(all, out.Tasks...)
	}
	return all, nil
}

// StopTasks stops a family's tasks that belong to no service and waits until they are gone. It returns how many there were.
func (c *Client) StopTasks(ctx context.Context, cluster, family string, limit time.Time, sink event.Sink) (int, error) {
	arns, err := c.RunningOf(ctx, cluster, family)
	if err != nil || len(arns) == 0 {
		return 0, err
	}
	for _, arn := range arns {
		_, err := c.ECS.StopTask(ctx, &ecs.StopTaskInput{Cluster: &cluster, Task: &arn, Reason: aws.String("the workload is being deleted")})
		var gone *types.InvalidParameterException
		if err != nil && !errors.As(err, &gone) {
			return 0, fmt.Errorf("stopping task %s: %w", arn, err)
		}
	}
	left := len(arns)
	w := poll.Wait{Subject: family, Limit: limit, For: func() string { return fmt.Sprintf("%d of its tasks to stop", left) }}
	err = c.Pace.Until(ctx, w, sink, func(ctx context.Context) (bool, error) {
		tasks, err := c.Tasks(ctx, cluster, arns)
		left = 0
		for _, t := range tasks {
			if aws.ToString(t.LastStatus) != "STOPPED" {
				left++
			}
		}
		return left == 0, err
	})
	if errors.Is(err, poll.ErrLimit) {
		return 0, &fault.Error{Code: fault.TimedOut, What: fmt.Sprintf("%d tasks of %s do not stop", left, family), Err: err, Hint: "run the same command again to wait longer"}
	}
	return len(arns), err
}
