// Package scheduler is Amazon EventBridge Scheduler: schedules and their groups, and a goroutine for each schedule that
// waits on the clock and starts its target, an ECS task or an execution of a state machine.
//
// It leaves what a target does to the target's own service. Runs whose time passed while nothing ran are not made up for,
// and there are no universal targets and no customer's keys: they are refused.
//
// Source of shapes, defaults and rules: https://docs.aws.amazon.com/scheduler/latest/APIReference/.
package scheduler

import (
	"context"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/scheduler/types"
	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"ferry.dev/ferry/internal/emulator/clock"
	"ferry.dev/ferry/internal/emulator/ids"
	"ferry.dev/ferry/internal/emulator/sqs"
	"ferry.dev/ferry/internal/emulator/wire"
)

// Tasks starts ECS tasks.
type Tasks interface {
	RunTask(context.Context, *ecs.RunTaskInput) (*ecs.RunTaskOutput, error)
}

// Executions starts state machines.
type Executions interface {
	StartExecution(context.Context, *sfn.StartExecutionInput) (*sfn.StartExecutionOutput, error)
}

// Queues takes what could not be started.
type Queues interface {
	Deliver(arn string, in *sqs.SendMessageInput) error
}

// Deps are what the service stands on.
type Deps struct {
	Scope      ids.Scope
	Clock      *clock.Clock
	Tasks      Tasks
	Executions Executions
	Queues     Queues
}

// Service is EventBridge Scheduler. It is safe for concurrent use.
type Service struct {
	Deps
	ctx  context.Context // ends with the service
	stop context.CancelFunc
	wg   sync.WaitGroup

	mu        sync.Mutex
	groups    map[string]*group
	schedules map[string]*schedule // by group/name
}

type group struct {
	Name              string
	Created, Modified time.Time
	Tags              map[string]string
}

// schedule is what was asked for, and what it comes to.
type schedule struct {
	Name, Group       string
	Created, Modified time.Time
	Spec              spec

	timer context.CancelFunc // ends its goroutine; nil where it rests
}

// spec is what create and update share.
type spec struct {
	Expression, Zone string
	Start, End       *time.Time
	State            types.ScheduleState
	Window           types.FlexibleTimeWindow
	Description      *string
	Target           types.Target
	After            types.ActionAfterCompletion
}

// defaultGroup is the one that every account has.
const defaultGroup = "default"

// New makes the service with the default group.
func New(d Deps) *Service {
	ctx, stop := context.WithCancel(context.Background())
	s := &Service{Deps: d, ctx: ctx, stop: stop, groups: map[string]*group{}, schedules: map[string]*schedule{}}
	s.groups[defaultGroup] = &group{Name: defaultGroup, Created: s.now(), Modified: s.now()}
	return s
}

// Close ends every schedule's goroutine.
func (s *Service) Close() error {
	s.stop()
	s.wg.Wait()
	return nil
}

func (s *Service) now() time.Time { return s.Clock.Now().Truncate(time.Millisecond) }

func (s *Service) groupARN(name string) *string {
	return aws.String(s.Scope.ARN("scheduler", "schedule-group/"+name))
}

func (s *Service) scheduleARN(group, name string) *string {
	return aws.String(s.Scope.ARN("scheduler", "schedule/"+group+"/"+name))
}

// Wire declares the service.
func (s *Service) Wire() wire.Service {
	return wire.Service{
		Name: "scheduler", Protocol: wire.RestJSON, PascalNames: true, Statuses: statuses(), Names: names(), Routes: routes(),
		Operations: map[string]wire.Operation{
			"CreateSchedule":      wire.Op(s.CreateSchedule),
			"UpdateSchedule":      wire.Op(s.UpdateSchedule),
			"GetSchedule":         wire.Op(s.GetSchedule),
			"DeleteSchedule":      wire.Op(s.DeleteSchedule),
			"ListSchedules":       wire.Op(s.ListSchedules),
			"CreateScheduleGroup": wire.Op(s.CreateScheduleGroup),
			"GetScheduleGroup":    wire.Op(s.GetScheduleGroup),
			"DeleteScheduleGroup": wire.Op(s.DeleteScheduleGroup),
			"ListScheduleGroups":  wire.Op(s.ListScheduleGroups),
			"TagResource":         wire.Op(s.TagResource),
			"UntagResource":       wire.Op(s.UntagResource),
			"ListTagsForResource": wire.Op(s.ListTagsForResource),
		},
	}
}

func statuses() map[string]int {
	return map[string]int{"ConflictException": 409, "ResourceNotFoundException": 404, "ServiceQuotaExceededException": 402, "ThrottlingException": 429}
}

// names are the members that the API writes with a small first letter.
func names() map[string]string {
	return map[string]string{
		"NetworkConfiguration.AwsvpcConfiguration":      "awsvpcConfiguration",
		"CapacityProviderStrategyItem.Base":             "base",
		"CapacityProviderStrategyItem.CapacityProvider": "capacityProvider",
		"CapacityProviderStrategyItem.Weight":           "weight",
		"PlacementConstraint.Expression":                "expression",
		"PlacementConstraint.Type":                      "type",
		"PlacementStrategy.Field":                       "field",
		"PlacementStrategy.Type":                        "type",
	}
}

func routes() map[string]wire.Route {
	one, group, tags := "/schedules/{Name}", "/schedule-groups/{Name}", "/tags/{ResourceArn}"
	pages := map[string]string{"MaxResults": "MaxResults", "NamePrefix": "NamePrefix", "NextToken": "NextToken"}
	return map[string]wire.Route{
		"CreateSchedule": {Method: "POST", Path: one},
		"UpdateSchedule": {Method: "PUT", Path: one},
		"GetSchedule":    {Method: "GET", Path: one, Query: map[string]string{"groupName": "GroupName"}},
		"DeleteSchedule": {Method: "DELETE", Path: one, Query: map[string]string{"groupName": "GroupName", "clientToken": "ClientToken"}},
		"ListSchedules": {Method: "GET", Path: "/schedules", Query: map[string]string{"ScheduleGroup": "GroupName", "State": "State",
			"MaxResults": "MaxResults", "NamePrefix": "NamePrefix", "NextToken": "NextToken"}},
		"CreateScheduleGroup": {Method: "POST", Path: group},
		"GetScheduleGroup":    {Method: "GET", Path: group},
		"DeleteScheduleGroup": {Method: "DELETE", Path: group, Query: map[string]string{"clientToken": "ClientToken"}},
		"ListScheduleGroups":  {Method: "GET", Path: "/schedule-groups", Query: pages},
		"TagResource":         {Method: "POST", Path: tags},
		"UntagResource":       {Method: "DELETE", Path: tags, Query: map[string]string{"TagKeys": "TagKeys"}},
		"ListTagsForResource": {Method: "GET", Path: tags},
	}
}

func invalid(message string) error { return &types.ValidationException{Message: &message} }

func notFound(what, name string) error {
	return &types.ResourceNotFoundException{Message: aws.String(what + " " + name + " does not exist.")}
}

func exists(what, name string) error {
	return &types.ConflictException{Message: aws.String(what + " " + name + " already exists.")}
}
