// Package watch owns following a service deployment to its end: its progress, the service's own messages, the health of
// its targets, and the tasks that stop on their own, each explained while its evidence is still there.
//
// It decides nothing about a deployment; it says how it ended. Its verdict is SUCCESSFUL only for the service revision
// that this run created: "stable" or "the stream ended" mean nothing.
package watch

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"

	"ferry.dev/ferry/internal/event"
	"ferry.dev/ferry/internal/fault"
	"ferry.dev/ferry/internal/poll"
)

// Client follows deployments in one account and region.
type Client struct {
	ECS  *ecs.Client
	ELB  *elasticloadbalancingv2.Client
	Logs *cloudwatchlogs.Client
	Pace poll.Pace
	// Aside is how often, while all seems well, the side readings are made: service messages, target health, stopped
	// tasks. When something fails they are made at once. Default 5 s.
	Aside time.Duration
}

// Request says what to follow.
type Request struct {
	Subject        string // the service's name, for events
	Cluster        string // name or ARN
	Service        string // name
	Deployment     string // ARN of the service deployment
	TaskDefinition string // ARN that the deployment must bring live for the verdict to be good; "" = any
	TargetGroup    string // ARN; "" = not behind a load balancer
	Logs           map[string]Stream
	First          bool // no release came before: there is nothing to roll back to
	Hints          Hints
	Limit          time.Time // zero = none
}

// Stream is where a container's log lines go: <Prefix>/<container>/<task ID> in Group.
type Stream struct {
	Group, Prefix string
}

// Hints is what suggestions refer to.
type Hints struct {
	Manifest   string // web/manifest.yml
	HealthPath string // of the target group's health check
	Port       int    // that the container should listen on
	MemoryMiB  int    // of the task
	Platform   string // linux/amd64
}

// Verdict is how a deployment ended.
type Verdict struct {
	Code       fault.Code
	Status     string // ECS's own status of the deployment
	Reason     string // ECS's own reason; may be empty
	Deployment string // ARN
	Failures   []event.TaskStopped
}
