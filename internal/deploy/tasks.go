package deploy

import (
	"context"
	"errors"
	"path"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"ferry.dev/ferry/internal/awsconf"
	"ferry.dev/ferry/internal/plan"
)

// TasksState says what ECS knows of some tasks.
type TasksState struct {
	Known bool // at least one exists, or has stopped within the last hour or so
	Alive bool // at least one can still write to its log
}

// Tasks looks for a service's tasks by their IDs or the first digits of them. ECS forgets a task about an hour after it
// has stopped. Running tasks cost one call; those that have stopped, or never were, one or two more.
//
// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListTasks.html
func Tasks(ctx context.Context, t Target, service string, ids []string) (TasksState, error) {
	c := newClients(t.AWS, t.Pace).ecs
	in := &ecs.ListTasksInput{
		Cluster: aws.String(t.cluster()), Family: aws.String(plan.ServiceStack(t.App.Name, t.Env.Name, service)), DesiredStatus: types.DesiredStatusRunning,
	}
	running, err := tasksLike(ctx, c, in, ids)
	if err != nil || len(running) > 0 {
		return TasksState{Known: len(running) > 0, Alive: len(running) > 0}, awsconf.Explain(err)
	}
	in.DesiredStatus = types.DesiredStatusStopped
	stopped, err := tasksLike(ctx, c, in, ids)
	if err != nil || len(stopped) == 0 {
		return TasksState{}, awsconf.Explain(err)
	}
	out, err := c.DescribeTasks(ctx, &ecs.DescribeTasksInput{Cluster: in.Cluster, Tasks: stopped[:min(100, len(stopped))]})
	if err != nil {
		return TasksState{}, awsconf.Explain(err)
	}
	stopping := func(task types.Task) bool { return !strings.EqualFold(aws.ToString(task.LastStatus), "STOPPED") }
	return TasksState{Known: true, Alive: slices.ContainsFunc(out.Tasks, stopping)}, nil
}

// tasksLike lists the tasks whose ID begins with one of ids; none where there is no cluster.
func tasksLike(ctx context.Context, c *ecs.Client, in *ecs.ListTasksInput, ids []string) ([]string, error) {
	var found []string
	pages := ecs.NewListTasksPaginator(c, in)
	for pages.HasMorePages() {
		out, err := pages.NextPage(ctx)
		var none *types.ClusterNotFoundException
		if errors.As(err, &none) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		for _, arn := range out.TaskArns {
			if slices.ContainsFunc(ids, func(id string) bool { return strings.HasPrefix(path.Base(arn), id) }) {
				found = append(found, arn)
			}
		}
	}
	return found, nil
}
