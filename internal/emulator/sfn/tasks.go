package sfn

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/smithy-go"
)

// read fills an input of ECS's from a state's parameters, whose names are the API's with a capital. What the API does not
// know is refused.
func read(parameters []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(parameters))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return &failure{Name: "States.Runtime", Cause: "the Parameters cannot be serialised: " + err.Error()}
	}
	return nil
}

// failed makes a failure of an error of ECS's.
func failed(prefix string, err error) error {
	var api smithy.APIError
	if errors.As(err, &api) {
		return &failure{Name: prefix + api.ErrorCode(), Cause: api.ErrorMessage()}
	}
	return &failure{Name: prefix + "AmazonECSException", Cause: err.Error()}
}

// listTasks calls the operation and returns its answer in the integration's spelling.
func (r *run) listTasks(ctx context.Context, parameters []byte) (any, error) {
	var in ecs.ListTasksInput
	if err := read(parameters, &in); err != nil {
		return nil, err
	}
	out, err := r.Tasks.ListTasks(ctx, &in)
	if err != nil {
		return nil, failed("Ecs.", err)
	}
	arns := []any{}
	for _, a := range out.TaskArns {
		arns = append(arns, a)
	}
	return map[string]any{"TaskArns": arns}, nil
}

const (
	lookEvery = time.Second           // on the clock
	shortest  = 10 * time.Millisecond // on the wall's, however fast the clock
)

// runTask runs tasks and waits for their end. A container that ends with another code than 0 is a failure. When the context
// ends first, the tasks are stopped.
// https://docs.aws.amazon.com/step-functions/latest/dg/connect-ecs.html
func (r *run) runTask(ctx context.Context, parameters []byte) (any, error) {
	var in ecs.RunTaskInput
	if err := read(parameters, &in); err != nil {
		return nil, err
	}
	in.StartedBy = aws.String("AWS Step Functions")
	out, err := r.Tasks.RunTask(ctx, &in)
	if err != nil {
		return nil, failed("ECS.", err)
	}
	if len(out.Failures) > 0 {
		return nil, &failure{Name: "ECS.AmazonECSException", Cause: text(out.Failures)}
	}
	var arns []string
	for _, t := range out.Tasks {
		arns = append(arns, *t.TaskArn)
	}
	every := lookEvery
	for r.Clock.Shorten(every) < shortest {
		every *= 2
	}
	for {
		if err := r.Clock.Wait(ctx, every); err != nil {
			return nil, errors.Join(err, r.stopAll(in.Cluster, arns))
		}
		seen, err := r.Tasks.DescribeTasks(ctx, &ecs.DescribeTasksInput{Cluster: in.Cluster, Tasks: arns})
		if err != nil {
			return nil, failed("ECS.", err)
		}
		if result, over, err := verdict(seen.Tasks); over {
			return result, err
		}
	}
}

// stopAll stops tasks; the endpoint may be stopping, too.
func (r *run) stopAll(cluster *string, arns []string) error {
	var errs []error
	for _, arn := range arns {
		_, err := r.Tasks.StopTask(context.WithoutCancel(r.ctx), &ecs.StopTaskInput{Cluster: cluster, Task: &arn, Reason: aws.String("Stopped by AWS Step Functions")})
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// verdict is over once every task has stopped. What it returns is the first that failed, or the first.
func verdict(tasks []types.Task) (result any, over bool, err error) {
	var bad *types.Task
	for i, t := range tasks {
		if aws.ToString(t.LastStatus) != "STOPPED" {
			return nil, false, nil
		}
		if bad == nil && !succeeded(t) {
			bad = &tasks[i]
		}
	}
	if len(tasks) == 0 {
		return nil, true, &failure{Name: "States.TaskFailed", Cause: "ECS has forgotten the tasks"}
	}
	if bad != nil {
		return nil, true, &failure{Name: "States.TaskFailed", Cause: text(*bad)}
	}
	result, err = decode([]byte(text(tasks[0])))
	return result, true, err
}

func succeeded(t types.Task) bool {
	for _, c := range t.Containers {
		if c.ExitCode == nil || *c.ExitCode != 0 {
			return false
		}
	}
	return t.StopCode != types.TaskStopCodeTaskFailedToStart
}
