// Package sfn is AWS Step Functions: standard state machines whose definitions are in the part of the Amazon States Language
// that running ECS tasks needs, and their executions.
//
// It knows the states Task (ecs:runTask.sync and aws-sdk:ecs:listTasks), Choice, Wait, Pass, Succeed and Fail, with JSONPath,
// and refuses any other when a state machine is created. Executions do not outlive the endpoint: those that were running
// when it stopped have failed when it comes back.
//
// Source of shapes, defaults and errors: https://docs.aws.amazon.com/step-functions/latest/apireference/ and
// https://states-language.net/spec.html.
package sfn

import (
	"context"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"ferry.dev/ferry/internal/emulator/clock"
	"ferry.dev/ferry/internal/emulator/ids"
	"ferry.dev/ferry/internal/emulator/wire"
)

// Tasks is what state machines do with ECS.
type Tasks interface {
	RunTask(context.Context, *ecs.RunTaskInput) (*ecs.RunTaskOutput, error)
	DescribeTasks(context.Context, *ecs.DescribeTasksInput) (*ecs.DescribeTasksOutput, error)
	StopTask(context.Context, *ecs.StopTaskInput) (*ecs.StopTaskOutput, error)
	ListTasks(context.Context, *ecs.ListTasksInput) (*ecs.ListTasksOutput, error)
}

// Deps are what the service stands on.
type Deps struct {
	Scope ids.Scope
	Clock *clock.Clock
	Tasks Tasks
}

// Service is Step Functions. It is safe for concurrent use.
type Service struct {
	Deps
	ctx  context.Context // ends with the service
	stop context.CancelFunc
	wg   sync.WaitGroup

	mu         sync.Mutex
	machines   map[string]*machine   // by name
	executions map[string]*execution // by ARN
}

type machine struct {
	Name, Definition, Role, Revision string
	Created                          time.Time
	Tags                             map[string]string
}

type execution struct {
	ARN, Name, Machine string // Machine is the name
	Status             types.ExecutionStatus
	Input, Output      string
	Error, Cause       string
	Started            time.Time
	Stopped            *time.Time
	History            []types.HistoryEvent
	Role               string
	cancel             context.CancelCauseFunc
}

// New makes the service without state machines.
func New(d Deps) *Service {
	ctx, stop := context.WithCancel(context.Background())
	return &Service{Deps: d, ctx: ctx, stop: stop, machines: map[string]*machine{}, executions: map[string]*execution{}}
}

// Close ends every execution's goroutine.
func (s *Service) Close() error {
	s.stop()
	s.wg.Wait()
	return nil
}

func (s *Service) now() *time.Time { return aws.Time(s.Clock.Now().Truncate(time.Millisecond)) }

// Wire declares the service.
func (s *Service) Wire() wire.Service {
	return wire.Service{
		Name: "states", Protocol: wire.JSON11, ContentType: "application/x-amz-json-1.0", TargetPrefix: "AWSStepFunctions",
		Operations: map[string]wire.Operation{
			"CreateStateMachine":   wire.Op(s.CreateStateMachine),
			"UpdateStateMachine":   wire.Op(s.UpdateStateMachine),
			"DescribeStateMachine": wire.Op(s.DescribeStateMachine),
			"DeleteStateMachine":   wire.Op(s.DeleteStateMachine),
			"ListStateMachines":    wire.Op(s.ListStateMachines),
			"StartExecution":       wire.Op(s.StartExecution),
			"StopExecution":        wire.Op(s.StopExecution),
			"DescribeExecution":    wire.Op(s.DescribeExecution),
			"ListExecutions":       wire.Op(s.ListExecutions),
			"GetExecutionHistory":  wire.Op(s.GetExecutionHistory),
			"TagResource":          wire.Op(s.TagResource),
			"UntagResource":        wire.Op(s.UntagResource),
			"ListTagsForResource":  wire.Op(s.ListTagsForResource),
		},
	}
}

func (s *Service) machineARN(name string) string {
	return s.Scope.ARN("states", "stateMachine:"+name)
}

func (s *Service) executionARN(machine, name string) string {
	return s.Scope.ARN("states", "execution:"+machine+":"+name)
}
