package release

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"golang.org/x/sync/errgroup"

	"ferry.dev/ferry/internal/event"
	"ferry.dev/ferry/internal/fault"
	"ferry.dev/ferry/internal/poll"
)

// Removed is what was deleted.
type Removed struct {
	Service bool
	Alarms  []string // of the service's steps
}

// Remove ends a service's auto scaling, which would start tasks again, drains the service, deletes it and waits until it and its
// tasks are gone. The names of the alarms of its steps begin with alarms.
func (c *Client) Remove(ctx context.Context, cluster, name, alarms string, limit time.Time, sink event.Sink) (Removed, error) {
	s, err := c.service(ctx, cluster, name)
	if err != nil || s == nil {
		return Removed{}, err
	}
	r := Removed{Service: true}
	if InExpressMode(*s) {
		return r, c.removeExpress(ctx, *s, limit, sink)
	}
	if scaledBefore(s) {
		if r.Alarms, err = c.removeScaling(ctx, cluster, name, alarms); err != nil {
			return r, err
		}
	}
	return r, c.removeService(ctx, s, limit, sink)
}

// removeScaling ends a service's auto scaling and returns the alarms that went with it. Where no policy acts by an alarm, none is
// asked for.
func (c *Client) removeScaling(ctx context.Context, cluster, name, prefix string) ([]string, error) {
	id := scalable(cluster, name)
	live := Scaling{ARNs: map[string]string{}}
	if err := c.policies(ctx, id, &live); err != nil {
		return nil, fmt.Errorf("reading the scaling policies of service %s: %w", name, err)
	}
	var names []string
	if live.Steps() {
		alarms, err := c.StepAlarms(ctx, prefix, cluster, name)
		if err != nil {
			return nil, err
		}
		names = sortedKeys(alarms.ARNs)
	}
	return names, c.endScaling(ctx, id, names)
}

func (c *Client) removeService(ctx context.Context, s *types.Service, limit time.Time, sink event.Sink) error {
	if aws.ToString(s.Status) == "ACTIVE" {
		if err := c.drain(ctx, *s, limit, sink); err != nil {
			return err
		}
		_, err := c.ECS.DeleteService(ctx, &ecs.DeleteServiceInput{Cluster: s.ClusterArn, Service: s.ServiceName, Force: aws.Bool(true)})
		if err != nil && !gone(err) {
			return fmt.Errorf("deleting service %s: %w", aws.ToString(s.ServiceName), err)
		}
	}
	return c.AwaitFree(ctx, *s, limit, sink)
}

// drain lets the load balancer and the containers end their work before the service goes.
func (c *Client) drain(ctx context.Context, s types.Service, limit time.Time, sink event.Sink) error {
	if s.SchedulingStrategy == types.SchedulingStrategyDaemon {
		return nil // ECS does not count its tasks, and stops them with the service
	}
	if s.DesiredCount > 0 {
		_, err := c.ECS.UpdateService(ctx, &ecs.UpdateServiceInput{Cluster: s.ClusterArn, Service: s.ServiceName, DesiredCount: aws.Int32(0)})
		if gone(err) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("draining service %s: %w", aws.ToString(s.ServiceName), err)
		}
	}
	now := &s
	w := poll.Wait{Subject: aws.ToString(s.ServiceName), Limit: limit,
		For: func() string { return tasks(now) + " to stop" }}
	err := c.Pace.Until(ctx, w, sink, func(ctx context.Context) (bool, error) {
		read, err := c.service(ctx, aws.ToString(s.ClusterArn), aws.ToString(s.ServiceName))
		if err != nil || read == nil {
			return read == nil, err
		}
		now = read
		return now.RunningCount+now.PendingCount == 0, nil
	})
	if errors.Is(err, poll.ErrLimit) {
		return &fault.Error{Code: fault.TimedOut, What: fmt.Sprintf("service %s does not stop: it has %s", aws.ToString(s.ServiceName), tasks(now)), Err: err, Hint: "run the same command again to wait longer"}
	}
	return err
}

func tasks(s *types.Service) string {
	if n := s.RunningCount + s.PendingCount; n != 1 {
		return fmt.Sprintf("%d tasks", n)
	}
	return "1 task"
}

// gone tells whether an error says that the service is not there or not active any more.
func gone(err error) bool {
	var a *types.ServiceNotFoundException
	var b *types.ServiceNotActiveException
	var c *types.ClusterNotFoundException
	return errors.As(err, &a) || errors.As(err, &b) || errors.As(err, &c)
}

// Revisions lists the ARNs of a family's task definitions in a state: ACTIVE, INACTIVE or DELETE_IN_PROGRESS.
func (c *Client) Revisions(ctx context.Context, family string, state types.TaskDefinitionStatus) ([]string, error) {
	var arns []string
	pages := ecs.NewListTaskDefinitionsPaginator(c.ECS, &ecs.ListTaskDefinitionsInput{FamilyPrefix: &family, Status: state})
	for pages.HasMorePages() {
		out, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("listing the task definitions of %s: %w", family, err)
		}
		for _, arn := range out.TaskDefinitionArns {
			if familyOf(arn) == family {
				arns = append(arns, arn)
			}
		}
	}
	return arns, nil
}

// familyOf takes the family out of arn:aws:ecs:eu-west-1:123456789012:task-definition/family:7.
func familyOf(arn string) string {
	_, name, _ := cutLast(arn, "/")
	family, _, _ := cutLast(name, ":")
	return family
}

// RemoveRevisions deregisters and deletes every task definition of a family. It returns how many there were. Only a
// delete of the service calls it: a rollback needs them.
func (c *Client) RemoveRevisions(ctx context.Context, family string) (int, error) {
	live, err := c.Revisions(ctx, family, types.TaskDefinitionStatusActive)
	if err != nil {
		return 0, err
	}
	if err := c.deregister(ctx, live); err != nil {
		return 0, err
	}
	all, err := c.Revisions(ctx, family, types.TaskDefinitionStatusInactive)
	if err != nil {
		return 0, err
	}
	const most = 10 // that DeleteTaskDefinitions takes
	for rest := all; len(rest) > 0; rest = rest[min(most, len(rest)):] {
		out, err := c.ECS.DeleteTaskDefinitions(ctx, &ecs.DeleteTaskDefinitionsInput{TaskDefinitions: rest[:min(most, len(rest))]})
		if err != nil {
			return 0, fmt.Errorf("deleting task definitions of %s: %w", family, err)
		}
		for _, f := range out.Failures {
			return 0, fmt.Errorf("deleting task definition %s: %s %s", aws.ToString(f.Arn), aws.ToString(f.Reason), aws.ToString(f.Detail))
		}
	}
	return len(all), nil
}

// deregister takes a few at a time: ECS throttles the operation.
func (c *Client) deregister(ctx context.Context, arns []string) error {
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(4)
	for _, arn := range arns {
		g.Go(func() error {
			_, err := c.ECS.DeregisterTaskDefinition(gctx, &ecs.DeregisterTaskDefinitionInput{TaskDefinition: &arn})
			if err != nil {
				return fmt.Errorf("deregistering %s: %w", arn, err)
			}
			return nil
		})
	}
	return g.Wait()
}
