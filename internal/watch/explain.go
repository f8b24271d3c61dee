package watch

import (
	"context"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"ferry.dev/ferry/internal/event"
)

// mostFailures is how many tasks are explained; more of them only repeat the first ones' story.
const mostFailures = 3

// tailLines is how many log lines a stopped task's explanation carries.
const tailLines = 10

// explain tells of stopped tasks what is known, and keeps it for the verdict: the rollback removes the evidence.
func (f *following) explain(ctx context.Context, tasks []types.Task) {
	for _, t := range tasks {
		key := aws.ToString(t.TaskArn)
		if f.told[key] || len(f.failures) >= mostFailures {
			continue
		}
		f.told[key] = true
		e := f.story(ctx, t)
		f.failures = append(f.failures, e)
		f.sink(e)
	}
}

// story is everything about one stopped task.
func (f *following) story(ctx context.Context, t types.Task) event.TaskStopped {
	c := culprit(t)
	e := event.TaskStopped{
		Subject: f.Subject, TaskID: id(aws.ToString(t.TaskArn)), StopCode: string(t.StopCode), Reason: reasonOf(t, c),
	}
	if c != nil {
		e.Container = aws.ToString(c.Name)
		if c.ExitCode != nil && !unhealthy(e.Reason) { // else it is only the answer to ECS's SIGTERM
			code := int(*c.ExitCode)
			e.ExitCode = &code
		}
		e.LogTail = f.tail(ctx, e.Container, e.TaskID)
	}
	if failedTarget(e.Reason) {
		e.Target = f.ailing
	}
	e.Suggestion = suggest(e, f.Hints)
	return e
}

// complete adds what had not arrived when a task was explained: log lines, why its target was given up.
func (f *following) complete(ctx context.Context) {
	for i := range f.failures {
		e := &f.failures[i]
		if len(e.LogTail) == 0 && (e.ExitCode != nil || unhealthy(e.Reason)) {
			e.LogTail = f.tail(ctx, e.Container, e.TaskID)
		}
		if e.Target == "" && failedTarget(e.Reason) {
			e.Target = f.ailing
			e.Suggestion = suggest(*e, f.Hints)
		}
	}
}

// culprit is the container that ended the task: the first that failed, else the first with a reason, else the only one.
func culprit(t types.Task) *types.Container {
	for i := range t.Containers {
		if aws.ToInt32(t.Containers[i].ExitCode) != 0 {
			return &t.Containers[i]
		}
	}
	for i := range t.Containers {
		if aws.ToString(t.Containers[i].Reason) != "" {
			return &t.Containers[i]
		}
	}
	if len(t.Containers) == 1 {
		return &t.Containers[0]
	}
	return nil
}

// reasonOf joins the task's reason and the container's where the latter says more.
func reasonOf(t types.Task, c *types.Container) string {
	reason := aws.ToString(t.StoppedReason)
	if c == nil || aws.ToString(c.Reason) == "" || strings.Contains(reason, aws.ToString(c.Reason)) {
		return reason
	}
	if reason == "" || strings.HasPrefix(reason, "Essential container in task exited") {
		return aws.ToString(c.Reason)
	}
	return reason + ": " + aws.ToString(c.Reason)
}

// tail reads the container's last log lines with one call. A container that never ran has none.
func (f *following) tail(ctx context.Context, container, task string) []string {
	s, ok := f.Request.Logs[container]
	if !ok {
		return nil
	}
	out, err := f.Client.Logs.GetLogEvents(ctx, &cloudwatchlogs.GetLogEventsInput{
		LogGroupName: &s.Group, LogStreamName: aws.String(fmt.Sprintf("%s/%s/%s", s.Prefix, container, task)), Limit: aws.Int32(tailLines),
	})
	if err != nil {
		return nil
	}
	var lines []string
	for _, e := range out.Events {
		lines = append(lines, strings.TrimRight(aws.ToString(e.Message), "\r\n"))
	}
	return lines
}

// failedTarget tells whether ECS stopped a task because its load balancer found it unhealthy.
func failedTarget(reason string) bool {
	return strings.Contains(strings.ToLower(reason), "elb health check")
}

// unhealthy tells whether ECS stopped a task because of its health.
func unhealthy(reason string) bool {
	r := strings.ToLower(reason)
	return strings.Contains(r, "health check") || strings.Contains(r, "is unhealthy")
}
