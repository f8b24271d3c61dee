package deploy

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"golang.org/x/sync/errgroup"

	"ferry.dev/ferry/internal/awsconf"
	"ferry.dev/ferry/internal/event"
	"ferry.dev/ferry/internal/fault"
	"ferry.dev/ferry/internal/logs"
	"ferry.dev/ferry/internal/plan"
	"ferry.dev/ferry/internal/poll"
	"ferry.dev/ferry/internal/release"
	"ferry.dev/ferry/internal/render"
	"ferry.dev/ferry/internal/stack"
)

// OnceRequest says what to run once, and how.
type OnceRequest struct {
	Service   string            // a job, or a service whose task definition is to run beside it
	Command   []string          // instead of the container's; nil = as it is
	Variables map[string]string // beside the container's
	Detach    bool              // return once the tasks are asked for
	Timeout   time.Duration     // for the wait, not for the tasks; 0 = none
}

// OnceResult is what a run came to.
type OnceResult struct {
	Service     string     `json:"service"`
	Environment string     `json:"environment"`
	Release     string     `json:"release"` // v42, the revision that was run
	Tasks       []OnceTask `json:"tasks"`
	ExitCode    int        `json:"exitCode"`
}

// OnceTask is one task of a run.
type OnceTask struct {
	Task       string `json:"task"` // its ID
	ExitCode   *int   `json:"exitCode,omitempty"`
	StopCode   string `json:"stopCode,omitempty"`
	Reason     string `json:"reason,omitempty"`
	Suggestion string `json:"suggestion,omitempty"`
}

// Once runs the live release of a job, or of a service, once and beside everything else: its log lines go to sink as they
// come, and the error tells when a container ended with another code than 0. Nothing is built and nothing released.
// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html
func Once(ctx context.Context, t Target, r OnceRequest, sink event.Sink) (OnceResult, error) {
	result := OnceResult{Service: r.Service, Environment: t.Env.Name, Tasks: []OnceTask{}}
	_, jobs, err := t.begin([]string{r.Service})
	if err == nil {
		o := &once{line: newLine(t, Request{Timeout: r.Timeout}, sink), job: jobs[0], request: r}
		err = o.run(ctx, &result)
	}
	result.ExitCode = int(fault.ExitCode(err))
	return result, err
}

// once is one run.
type once struct {
	*line
	job     job
	request OnceRequest
	task    *release.Task
}

func (o *once) run(ctx context.Context, result *OnceResult) error {
	in, err := o.input(ctx)
	if err != nil {
		return refused(err)
	}
	result.Release = releaseName(int(o.task.Revision))
	started, err := o.start(ctx, in)
	if err != nil {
		return err
	}
	var arns, ids []string
	for _, t := range started {
		arns, ids = append(arns, aws.ToString(t.TaskArn)), append(ids, path.Base(aws.ToString(t.TaskArn)))
		result.Tasks = append(result.Tasks, OnceTask{Task: path.Base(aws.ToString(t.TaskArn))})
	}
	o.sink(event.Notice{Level: event.Info, Subject: o.job.name, Text: fmt.Sprintf("%s runs as %s %s", result.Release, plural(len(ids), "task"), strings.Join(ids, ", "))})
	if o.request.Detach {
		return nil
	}
	stopped, err := o.follow(ctx, arns, ids)
	if err != nil {
		return o.leaves(err, ids)
	}
	return o.verdict(ctx, stopped, result)
}

// input reads what stands and makes the request of it.
func (o *once) input(ctx context.Context) (ecs.RunTaskInput, error) {
	var env, service stack.Stack
	identity := ""
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		who, err := awsconf.Guard(gctx, o.target.AWS, o.target.Env.Account, o.target.environmentFile())
		identity = who.Account
		return err
	})
	g.Go(func() (err error) { env, err = o.stacks.Describe(gctx, o.job.plan.EnvStack); return err })
	g.Go(func() (err error) { service, err = o.stacks.Describe(gctx, o.job.plan.Stack); return err })
	g.Go(func() (err error) { o.task, err = o.releases.Task(gctx, o.job.plan.Family); return err })
	var in ecs.RunTaskInput
	if err := g.Wait(); err != nil {
		return in, err
	}
	if o.task == nil || !env.Exists() {
		return in, notDeployed(o.job)
	}
	doc, err := render.RunTask(o.job.plan)
	if err != nil {
		return in, err
	}
	if doc, err = render.Resolve(doc, ready{env: env, stack: service}.output, identity); err != nil {
		return in, err
	}
	if err := json.Unmarshal(doc, &in); err != nil {
		return in, err
	}
	in.TaskDefinition, in.StartedBy, in.ClientToken = o.task.TaskDefinitionArn, aws.String("ferry"), aws.String(rand.Text())
	in.Overrides = o.overrides()
	return in, nil
}

// overrides change the workload's own container; the others stay as they are.
func (o *once) overrides() *types.TaskOverride {
	if o.request.Command == nil && len(o.request.Variables) == 0 {
		return nil
	}
	c := types.ContainerOverride{Name: aws.String(o.job.plan.MainContainer()), Command: o.request.Command}
	for _, name := range slices.Sorted(maps.Keys(o.request.Variables)) {
		c.Environment = append(c.Environment, types.KeyValuePair{Name: aws.String(name), Value: aws.String(o.request.Variables[name])})
	}
	return &types.TaskOverride{ContainerOverrides: []types.ContainerOverride{c}}
}

func (o *once) start(ctx context.Context, in ecs.RunTaskInput) ([]types.Task, error) {
	out, err := o.ecs.RunTask(ctx, &in)
	if err != nil {
		return nil, &fault.Error{What: o.job.name + ": ECS refused to run the task", Err: awsconf.Explain(err)}
	}
	for _, f := range out.Failures {
		return nil, &fault.Error{What: fmt.Sprintf("%s: ECS has no place for the task: %s", o.job.name, cmp.Or(aws.ToString(f.Reason), "no reason given")),
			Err: errors.New(cmp.Or(aws.ToString(f.Detail), aws.ToString(f.Arn)))}
	}
	return out.Tasks, nil
}

// follow shows the tasks' log lines until all have stopped.
func (o *once) follow(ctx context.Context, arns, ids []string) ([]types.Task, error) {
	var over atomic.Bool
	var stopped []types.Task
	began := time.Now().Add(-time.Minute) // the lines' clock is another machine's
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		defer over.Store(true)
		var err error
		stopped, err = o.await(gctx, arns)
		return err
	})
	g.Go(func() error {
		r := logs.Request{Service: o.job.name, LogGroup: o.job.plan.LogGroup, Prefix: plan.LogStreamPrefix, TaskIDs: ids, Since: began}
		how := logs.FollowOptions{Poll: time.Second, Check: 250 * time.Millisecond, Drain: 2 * time.Second,
			Alive: func(context.Context) (bool, error) { return !over.Load(), nil }}
		err := logs.Follow(gctx, logs.NewClient(o.target.AWS), r, how, o.sink)
		if err != nil && gctx.Err() == nil { // the task's end counts, whether or not its words can be read
			o.sink(event.Notice{Level: event.Warning, Subject: o.job.name, Text: "the log cannot be read: " + err.Error()})
			return nil
		}
		return err
	})
	return stopped, g.Wait()
}

// await waits until every task has stopped.
func (o *once) await(ctx context.Context, arns []string) ([]types.Task, error) {
	w := poll.Wait{Subject: o.job.name, For: func() string { return plural(len(arns), "task") + " to end" }}
	if o.request.Timeout > 0 {
		w.Limit = time.Now().Add(o.request.Timeout)
	}
	var tasks []types.Task
	err := o.releases.Pace.Until(ctx, w, o.sink, func(ctx context.Context) (bool, error) {
		var err error
		if tasks, err = o.releases.Tasks(ctx, o.job.plan.Cluster, arns); err != nil {
			return false, err
		}
		for _, t := range tasks {
			if aws.ToString(t.LastStatus) != "STOPPED" {
				return false, nil
			}
		}
		return true, nil
	})
	return tasks, err
}

// leaves tells how to come back to tasks that go on.
func (o *once) leaves(err error, ids []string) error {
	follow := fmt.Sprintf("ferry logs %s --env %s --task %s -f", o.job.name, o.job.plan.Env, strings.Join(ids, ","))
	switch {
	case errors.Is(err, poll.ErrLimit):
		return &fault.Error{Code: fault.TimedOut, What: o.job.name + ": still running", Hint: "it goes on in AWS; follow it with: " + follow}
	case errors.Is(err, context.Canceled):
		return &fault.Error{Code: fault.Interrupted, What: o.job.name + ": interrupted; the task goes on", Hint: "follow it with: " + follow}
	}
	return &fault.Error{What: o.job.name + ": the task was started, but its end is not known", Err: awsconf.Explain(err), Hint: "follow it with: " + follow}
}

// verdict is an error when a container has failed.
func (o *once) verdict(ctx context.Context, tasks []types.Task, result *OnceResult) error {
	var failed error
	request := o.watchRequest(o.job, "", release.Started{Task: *o.task})
	for i, t := range tasks {
		story := o.watches.Story(ctx, request, t)
		done := OnceTask{Task: story.TaskID, ExitCode: story.ExitCode, StopCode: story.StopCode, Reason: story.Reason}
		if story.ExitCode == nil || *story.ExitCode != 0 {
			done.Suggestion = story.Suggestion
			failed = cmp.Or(failed, error(o.failed(story)))
		}
		if i < len(result.Tasks) {
			result.Tasks[i] = done
		}
	}
	return failed
}

func (o *once) failed(s event.TaskStopped) *fault.Error {
	what := o.job.name + ": the task has failed"
	if s.ExitCode != nil {
		what = fmt.Sprintf("%s: container %s ended with exit code %d", o.job.name, s.Container, *s.ExitCode)
	}
	if s.Reason != "" {
		what += ": " + s.Reason
	}
	return &fault.Error{What: what, Hint: s.Suggestion}
}

func plural(n int, what string) string {
	if n == 1 {
		return what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
