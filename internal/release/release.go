// Package release owns ECS's side of a deploy: it reads what is live, compares it with what should be, registers a task
// definition revision only when one differs, creates or updates the service with only what differs, and finds the
// service deployment that came of it. What Application Auto Scaling does to the service's count is part of the release,
// with the alarms that tell it to.
//
// It renders no definition (package render does) and follows no deployment (package watch does). Nothing that a
// rollback needs is ever deregistered or overwritten here.
package release

import (
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"ferry.dev/ferry/internal/poll"
)

// Client releases services in one account and region.
type Client struct {
	ECS         *ecs.Client
	AutoScaling *applicationautoscaling.Client
	Alarms      *cloudwatch.Client // of NewAlarms
	Pace        poll.Pace
	// RolePatience is how long ECS may refuse a role that was made moments ago, because IAM has not told it yet.
	// Default 1 minute.
	RolePatience time.Duration
}

// Definition is what should be live.
type Definition struct {
	Task    ecs.RegisterTaskDefinitionInput
	Service ecs.CreateServiceInput
	Scaling Scaling // without a target: the service's own desired count stands
	// Express is the service in Express Mode; of Service only cluster, name and tags are set then. Nil: it is not in it.
	Express *ecs.CreateExpressGatewayServiceInput
}

// Parse reads a task definition and a service definition in the form that `aws ecs register-task-definition
// --cli-input-json` and `aws ecs create-service --cli-input-json` take, all placeholders resolved.
// An unknown key is an error: it would be left out in silence.
func Parse(task, service []byte) (Definition, error) {
	var d Definition
	if err := decode(task, &d.Task); err != nil {
		return Definition{}, fmt.Errorf("reading the task definition: %w", err)
	}
	if err := decode(service, &d.Service); err != nil {
		return Definition{}, fmt.Errorf("reading the service definition: %w", err)
	}
	return d, nil
}

// tagMap turns ECS's tags into a map, without AWS's own.
func tagMap(tags []types.Tag) map[string]string {
	m := make(map[string]string, len(tags))
	for _, t := range tags {
		m[aws.ToString(t.Key)] = aws.ToString(t.Value)
	}
	return m
}
