// Package event owns the sealed set of progress events: plain structs that say what a stage is doing.
//
// No stage prints. A stage calls its Sink, and package ui renders the stream as a live view, as plain lines or as JSON.
// What an event looks like on a terminal is not known here.
package event

import "time"

// Event is one thing that happened on the way from a manifest to a running service.
// The set is sealed: a renderer can switch over all of it.
type Event interface{ event() }

// Sink receives events. Implementations are safe for concurrent use, never block for long and never fail.
// A nil Sink is not allowed: use Discard.
type Sink func(Event)

// Discard drops every event.
func Discard(Event) {}

// Stage is a step of the straight line, by the name that the user sees.
type Stage string

// The stages in their order.
const (
	StagePreflight      Stage = "preflight"
	StageImage          Stage = "image"
	StageInfrastructure Stage = "infrastructure"
	StageRelease        Stage = "release"
	StageWatch          Stage = "watch"
	StageDelete         Stage = "delete"
)

// Outcome says how a stage ended.
type Outcome string

// The ways in which a stage ends.
const (
	OutcomeDone      Outcome = "done"
	OutcomeUnchanged Outcome = "unchanged" // nothing to do, and nothing was done
	OutcomeFailed    Outcome = "failed"
)

// StageStarted opens a stage. Subject is what it works on: a service, or an environment.
type StageStarted struct {
	Subject string
	Stage   Stage
	Detail  string // one short phrase, for example the image tag; may be empty
}

// StageEnded closes the stage that a StageStarted of the same Subject and Stage opened.
type StageEnded struct {
	Subject string
	Stage   Stage
	Outcome Outcome
	Detail  string // what came of it, for example an image reference
	Elapsed time.Duration
}

// BuildOutput is one line that an image build printed.
type BuildOutput struct {
	Subject string
	Line    string
}

// PushProgress counts the bytes of an image push. It is sent at most a few times a second.
type PushProgress struct {
	Subject     string
	Done, Total int64 // bytes; Total is 0 while it is not known
}

// StackEvent is one CloudFormation event of a resource in a stack that this run changes.
type StackEvent struct {
	Stack      string
	LogicalID  string
	Type       string // AWS::ECS::Cluster
	PhysicalID string
	Status     string // CREATE_IN_PROGRESS, …
	Reason     string
	Time       time.Time
}

// StackChanges announces what a change set will do before it is executed.
type StackChanges struct {
	Stack               string
	Add, Modify, Remove int
	Replacements        []string // logical IDs that CloudFormation will replace
}

// ReleaseAsked says how far ECS has been asked for a release: from the first one on it may go on, whatever becomes of this run.
type ReleaseAsked struct {
	Subject string
	State   Asked
}

// Asked is how far ECS has been asked for a release.
type Asked string

// What is known of the asking.
const (
	AskedSending  Asked = "sending"  // the call may be on its way; no answer was seen yet
	AskedAccepted Asked = "accepted" // ECS took it: the release goes on
	AskedRefused  Asked = "refused"  // ECS did not take it: nothing goes on
)

// DeploymentProgress is a reading of the ECS service deployment that this run started.
type DeploymentProgress struct {
	Subject                   string
	DeploymentID              string
	Status                    string // ECS's own: PENDING, IN_PROGRESS, ROLLBACK_IN_PROGRESS, …
	Stage                     string // lifecycle stage, when ECS names one
	Desired, Running, Pending int
	Failed, FailureThreshold  int // circuit breaker: failed tasks so far, and how many end the deployment; 0 = unknown
	Reason                    string
}

// TargetHealth is a reading of the service's target group.
type TargetHealth struct {
	Subject                               string
	Healthy, Initial, Unhealthy, Draining int
	Reason                                string // of the first target that is not healthy
}

// TaskStopped explains a task that ended on its own during a release.
type TaskStopped struct {
	Subject    string
	TaskID     string
	StopCode   string   // EssentialContainerExited, TaskFailedToStart, …
	Reason     string   // ECS's stoppedReason, or the container's
	Container  string   // the container that ended it; may be empty
	ExitCode   *int     // nil where the container never ran
	LogTail    []string // its last log lines, oldest first
	Target     string   // target health description; may be empty
	Suggestion string   // one thing to do next
}

// ServiceMessage is an entry of the ECS service's own event list.
type ServiceMessage struct {
	Subject    string
	Message    string
	Time       time.Time
	Suggestion string // what to do about it; "" = nothing is known
}

// Waiting says what a wait is for and what would end it. It is repeated as a heartbeat.
type Waiting struct {
	Subject string
	For     string // "2 of 2 tasks to be healthy"
	Since   time.Time
	Limit   time.Time // zero where the wait has no limit
}

// LogLine is one line of a container's log, read from CloudWatch Logs.
type LogLine struct {
	Time      time.Time
	Service   string
	Container string
	TaskID    string
	Message   string
}

// Notice is a remark to the user that belongs to no stage.
type Notice struct {
	Level   NoticeLevel
	Subject string // may be empty
	Text    string
	Hint    string // may be empty
}

// NoticeLevel grades a Notice.
type NoticeLevel string

// The levels.
const (
	Info    NoticeLevel = "info"
	Warning NoticeLevel = "warning"
)

func (StageStarted) event()       {}
func (StageEnded) event()         {}
func (BuildOutput) event()        {}
func (PushProgress) event()       {}
func (StackEvent) event()         {}
func (StackChanges) event()       {}
func (ReleaseAsked) event()       {}
func (DeploymentProgress) event() {}
func (TargetHealth) event()       {}
func (TaskStopped) event()        {}
func (ServiceMessage) event()     {}
func (Waiting) event()            {}
func (LogLine) event()            {}
func (Notice) event()             {}
