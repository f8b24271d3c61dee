package sfn_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
	"github.com/google/go-cmp/cmp"

	"ferry.dev/ferry/internal/emulator/emulatortest"
	"ferry.dev/ferry/internal/emulator/runtime/virtual"
)

// world is an endpoint with a cluster "demo" and a task definition "report".
type world struct {
	*emulatortest.Handle
	ecs *ecs.Client
	sfn *sfn.Client
}

func start(t *testing.T) *world {
	t.Helper()
	h := emulatortest.Start(t)
	w := &world{h, ecs.NewFromConfig(h.Config), sfn.NewFromConfig(h.Config)}
	if _, err := w.ecs.CreateCluster(t.Context(), &ecs.CreateClusterInput{ClusterName: aws.String("demo")}); err != nil {
		t.Fatal(err)
	}
	_, err := w.ecs.RegisterTaskDefinition(t.Context(), &ecs.RegisterTaskDefinitionInput{
		Family: aws.String("report"), NetworkMode: ecstypes.NetworkModeAwsvpc, Cpu: aws.String("256"), Memory: aws.String("512"),
		ContainerDefinitions: []ecstypes.ContainerDefinition{{Name: aws.String("report"), Image: aws.String("report:1")}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// runs is a machine that runs the task once; more are lines of its state.
func runs(top, more string) string {
	return `{"StartAt": "Run", ` + top + `"States": {"Run": {"Type": "Task", "Resource": "arn:aws:states:::ecs:runTask.sync", ` + more + `
		"Parameters": {"Cluster": "demo", "TaskDefinition": "report", "LaunchType": "FARGATE",
			"NetworkConfiguration": {"AwsvpcConfiguration": {"Subnets": ["subnet-1"]}}}, "End": true}}}`
}

func (w *world) create(t *testing.T, definition string) string {
	t.Helper()
	out, err := w.sfn.CreateStateMachine(t.Context(), &sfn.CreateStateMachineInput{
		Name: aws.String("report"), Definition: &definition, RoleArn: aws.String("arn:aws:iam::000000000000:role/runner")})
	if err != nil {
		t.Fatal(err)
	}
	return *out.StateMachineArn
}

// execute starts the machine and waits for its end.
func (w *world) execute(t *testing.T, definition, input string) *sfn.DescribeExecutionOutput {
	t.Helper()
	began, err := w.sfn.StartExecution(t.Context(), &sfn.StartExecutionInput{StateMachineArn: aws.String(w.create(t, definition)), Input: &input})
	if err != nil {
		t.Fatal(err)
	}
	return w.await(t, began.ExecutionArn)
}

func (w *world) await(t *testing.T, arn *string) *sfn.DescribeExecutionOutput {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	for {
		out, err := w.sfn.DescribeExecution(ctx, &sfn.DescribeExecutionInput{ExecutionArn: arn})
		if err != nil {
			t.Fatal(err)
		}
		if out.Status != types.ExecutionStatusRunning {
			return out
		}
		if err := w.Clock.Wait(ctx, 10*time.Second); err != nil {
			t.Fatal("it does not end: ", err)
		}
	}
}

func (w *world) tasks(t *testing.T, status ecstypes.DesiredStatus) int {
	t.Helper()
	out, err := w.ecs.ListTasks(t.Context(), &ecs.ListTasksInput{Cluster: aws.String("demo"), DesiredStatus: status})
	if err != nil {
		t.Fatal(err)
	}
	return len(out.TaskArns)
}

func exit(code, times int) virtual.Script { return virtual.Script{ExitCode: &code, Times: times} }

func TestAnExecutionRunsATaskAndEndsAsTheTaskDid(t *testing.T) {
	t.Parallel()
	retry := `"Retry": [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 10, "BackoffRate": 1.5, "MaxAttempts": 2}],`
	for name, c := range map[string]struct {
		definition string
		scripts    []virtual.Script // the last one holds first
		want       string
		tasks      int
	}{
		"it ends well":             {runs("", ""), []virtual.Script{exit(0, 0)}, "SUCCEEDED ", 1},
		"it fails":                 {runs("", ""), []virtual.Script{exit(3, 0)}, "FAILED States.TaskFailed", 1},
		"the second is good":       {runs("", retry), []virtual.Script{exit(0, 0), exit(3, 1)}, "SUCCEEDED ", 2},
		"all fail":                 {runs("", retry), []virtual.Script{exit(3, 0)}, "FAILED States.TaskFailed", 3},
		"it takes too long":        {runs(`"TimeoutSeconds": 30, `, retry), nil, "TIMED_OUT States.Timeout", 1},
		"the state takes too long": {runs("", `"TimeoutSeconds": 30, `), nil, "FAILED States.Timeout", 1},
		"what fails is caught": {
			`{"StartAt": "Run", "States": {"Run": {"Type": "Task", "Resource": "arn:aws:states:::ecs:runTask.sync", "Parameters": {"Cluster": "none", "TaskDefinition": "report"},
				"Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "Tell"}], "End": true}, "Tell": {"Type": "Fail", "Error": "Told", "Cause": "x"}}}`,
			nil, "FAILED Told", 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := start(t)
			for _, s := range c.scripts {
				w.Runtime.Script(s)
			}
			got := w.execute(t, c.definition, "{}")
			if diff := cmp.Diff(c.want, string(got.Status)+" "+aws.ToString(got.Error)); diff != "" {
				t.Errorf("%s\n%s", diff, aws.ToString(got.Cause))
			}
			if n := w.tasks(t, ecstypes.DesiredStatusStopped); n != c.tasks || w.tasks(t, ecstypes.DesiredStatusRunning) != 0 {
				t.Errorf("%d tasks have stopped, not %d", n, c.tasks)
			}
		})
	}
}

// skip runs the task unless one runs already.
const skip = `{"StartAt": "Look", "States": {
	"Look": {"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:ecs:listTasks", "Parameters": {"Cluster": "demo", "Family": "report", "DesiredStatus": "RUNNING"}, "ResultPath": "$.running", "Next": "Decide"},
	"Decide": {"Type": "Choice", "Choices": [{"Variable": "$.running.TaskArns[0]", "IsPresent": true, "Next": "Skip"}], "Default": "Run"},
	"Skip": {"Type": "Succeed"},
	"Run": {"Type": "Task", "Resource": "arn:aws:states:::ecs:runTask.sync", "Parameters": {"Cluster": "demo", "TaskDefinition": "report", "LaunchType": "FARGATE", "NetworkConfiguration": {"AwsvpcConfiguration": {"Subnets": ["subnet-1"]}}}, "End": true}}}`

func TestAnExecutionThatFindsATaskLeavesItAlone(t *testing.T) {
	t.Parallel()
	w := start(t)
	machine := w.create(t, skip)
	first, err := w.sfn.StartExecution(t.Context(), &sfn.StartExecutionInput{StateMachineArn: &machine})
	if err != nil {
		t.Fatal(err)
	}
	for w.tasks(t, ecstypes.DesiredStatusRunning) == 0 {
		if err := w.Clock.Wait(t.Context(), time.Second); err != nil {
			t.Fatal(err)
		}
	}
	second, err := w.sfn.StartExecution(t.Context(), &sfn.StartExecutionInput{StateMachineArn: &machine})
	if err != nil {
		t.Fatal(err)
	}
	if got := w.await(t, second.ExecutionArn); got.Status != types.ExecutionStatusSucceeded || !strings.Contains(aws.ToString(got.Output), "running") {
		t.Errorf("%v %s", got.Status, aws.ToString(got.Output))
	}
	if n := w.tasks(t, ecstypes.DesiredStatusRunning); n != 1 {
		t.Errorf("%d tasks", n)
	}
	if _, err := w.sfn.StopExecution(t.Context(), &sfn.StopExecutionInput{ExecutionArn: first.ExecutionArn}); err != nil {
		t.Fatal(err)
	}
	if got := w.await(t, first.ExecutionArn); got.Status != types.ExecutionStatusAborted || w.tasks(t, ecstypes.DesiredStatusRunning) != 0 {
		t.Errorf("%v, with %d tasks", got.Status, w.tasks(t, ecstypes.DesiredStatusRunning))
	}
}

func TestStatesHandOnTheirData(t *testing.T) {
	t.Parallel()
	w := start(t)
	got := w.execute(t, `{"StartAt": "A", "States": {
		"A": {"Type": "Pass", "Parameters": {"n.$": "$.n", "fixed": [1, true]}, "ResultPath": "$.a", "Next": "B"},
		"B": {"Type": "Wait", "Seconds": 5, "Next": "C"},
		"C": {"Type": "Choice", "Choices": [{"And": [{"Variable": "$.a.n", "NumericGreaterThan": 4}, {"Not": {"Variable": "$.x", "IsPresent": true}}], "Next": "D"}], "Default": "E"},
		"D": {"Type": "Pass", "Result": "good", "ResultPath": "$.b", "End": true},
		"E": {"Type": "Fail"}}}`, `{"n": 5}`)
	if diff := cmp.Diff(`{"a":{"fixed":[1,true],"n":5},"b":"good","n":5}`, aws.ToString(got.Output)); diff != "" {
		t.Errorf("%s %s", diff, aws.ToString(got.Error))
	}
	history, err := w.sfn.GetExecutionHistory(t.Context(), &sfn.GetExecutionHistoryInput{ExecutionArn: got.ExecutionArn})
	if err != nil {
		t.Fatal(err)
	}
	var kinds []string
	for _, e := range history.Events {
		kinds = append(kinds, string(e.Type))
	}
	want := strings.Fields(`ExecutionStarted PassStateEntered PassStateExited WaitStateEntered WaitStateExited ChoiceStateEntered ChoiceStateExited
		PassStateEntered PassStateExited ExecutionSucceeded`)
	if diff := cmp.Diff(want, kinds); diff != "" {
		t.Error(diff)
	}
}

func TestWhatIsNotUnderstoodIsRefusedAtCreation(t *testing.T) {
	t.Parallel()
	w := start(t)
	for definition, want := range map[string]string{
		`{"StartAt": "A", "States": {"A": {"Type": "Map", "End": true}}}`:                                                `the type "Map" of state A is not supported by this endpoint`,
		`{"StartAt": "A", "States": {"A": {"Type": "Pass", "OutputPath": "$.x", "End": true}}}`:                          `unknown field "OutputPath"`,
		`{"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": true}}}`: "the resource arn:aws:states:::lambda:invoke of state A",
		`{"StartAt": "B", "States": {"A": {"Type": "Succeed"}}}`:                                                         `StartAt names "B"`,
		`{"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "B"}}}`:                                               `state A leads to "B"`,
		`{"StartAt": "A", "States": {"A": {"Type": "Pass"}}}`:                                                            "needs either Next or End",
		`{"QueryLanguage": "JSONata", "StartAt": "A", "States": {"A": {"Type": "Succeed"}}}`:                             "JSONata",
		`{`: "unexpected EOF",
	} {
		_, err := w.sfn.CreateStateMachine(t.Context(), &sfn.CreateStateMachineInput{Name: aws.String("x"), Definition: &definition, RoleArn: aws.String("arn:aws:iam::000000000000:role/r")})
		if emulatortest.Code(err) != "InvalidDefinition" || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", definition, err)
		}
	}
}
