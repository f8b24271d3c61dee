package watch

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"ferry.dev/ferry/internal/event"
	"ferry.dev/ferry/internal/fault"
	"ferry.dev/ferry/internal/poll"
)

// Settle waits until a service runs as many tasks as it should, and until as many targets are healthy where it is behind
// a load balancer: before that, requests are answered with 503. It is for changes for which ECS starts no deployment, of
// the desired count most of all.
func (c *Client) Settle(ctx context.Context, r Request, sink event.Sink) (Verdict, error) {
	s := &settling{Client: c, Request: r, sink: sink}
	w := poll.Wait{Subject: r.Subject, Limit: r.Limit, For: s.waitsFor}
	err := c.Pace.Until(ctx, w, sink, s.look)
	v := Verdict{Code: fault.OK, Status: aws.ToString(s.now.Status)}
	if errors.Is(err, poll.ErrLimit) {
		v.Code, err = fault.TimedOut, nil
	}
	return v, err
}

// settling is the state of one Settle.
type settling struct {
	*Client
	Request
	sink event.Sink

	now    types.Service // last reading
	health event.TargetHealth
}

func (s *settling) look(ctx context.Context) (bool, error) {
	out, err := s.ECS.DescribeServices(ctx, &ecs.DescribeServicesInput{Cluster: &s.Cluster, Services: []string{s.Service}})
	if err != nil {
		return false, err
	}
	if len(out.Services) == 0 {
		return false, fmt.Errorf("service %s is gone", s.Service)
	}
	if s.now = out.Services[0]; s.now.RunningCount < s.now.DesiredCount {
		return false, nil
	}
	if s.TargetGroup == "" || s.now.DesiredCount == 0 {
		return true, nil
	}
	health, err := s.targetHealth(ctx, s.Request)
	if err != nil {
		return false, err
	}
	if health != s.health {
		s.health = health
		s.sink(health)
	}
	return health.Healthy >= int(s.now.DesiredCount), nil
}

func (s *settling) waitsFor() string {
	switch {
	case s.now.ServiceName == nil: // nobody has looked yet
		return "ECS to take the change"
	case s.now.RunningCount < s.now.DesiredCount:
		return fmt.Sprintf("%d tasks to run, now %d", s.now.DesiredCount, s.now.RunningCount)
	}
	return fmt.Sprintf("%d targets to be healthy, now %d", s.now.DesiredCount, s.health.Healthy)
}
