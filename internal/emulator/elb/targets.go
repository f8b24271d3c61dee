package elb

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	elbv2 "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
)

// target is one registered target and what its health checks said last.
type target struct {
	types.TargetDescription
	Draining bool

	health types.TargetHealth
	passes int
	fails  int
	flight int           // requests under way
	wakeup chan struct{} // something that the health check depends on has changed
	idle   chan struct{} // closed while draining once no request is under way
	cancel context.CancelFunc
}

func (t *target) end() {
	if t.cancel != nil {
		t.cancel()
	}
}

func (t *target) key() string { return addressKey(aws.ToString(t.Id), aws.ToInt32(t.Port)) }

func (t *target) set(state types.TargetHealthStateEnum, reason types.TargetHealthReasonEnum, description string) {
	t.health = types.TargetHealth{State: state, Reason: reason}
	if description != "" {
		t.health.Description = aws.String(description)
	}
}

// RegisterTargets adds targets; their health checks begin at once. One that is draining comes back.
func (s *Service) RegisterTargets(_ context.Context, in *elbv2.RegisterTargetsInput) (*elbv2.RegisterTargetsOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g, err := s.groupLocked(in.TargetGroupArn)
	if err != nil {
		return nil, err
	}
	if len(in.Targets) == 0 {
		return nil, invalid("At least one target must be specified")
	}
	for _, d := range in.Targets {
		if err := checkTarget(g, d); err != nil {
			return nil, err
		}
	}
	for _, d := range in.Targets {
		if d.Port == nil {
			d.Port = g.Port
		}
		if i := g.index(d); i >= 0 {
			if !g.Targets[i].Draining {
				continue
			}
			g.Targets[i].end()
			g.Targets = slices.Delete(g.Targets, i, i+1)
		}
		t := &target{TargetDescription: d}
		g.Targets = append(g.Targets, t)
		s.startLocked(g, t)
	}
	return &elbv2.RegisterTargetsOutput{}, nil
}

func checkTarget(g *targetGroup, d types.TargetDescription) error {
	id := aws.ToString(d.Id)
	switch {
	case id == "":
		return invalid("A target ID must be specified")
	case d.Port != nil && (*d.Port < 1 || *d.Port > 65535):
		return invalid("Target port '%d' must be between '1' and '65535' inclusive", *d.Port)
	case g.TargetType == types.TargetTypeEnumInstance && len(id) < 2:
		return &types.InvalidTargetException{Message: aws.String(fmt.Sprintf("The following targets are not valid: '%s'", id))}
	}
	return nil
}

// index finds a target by ID and port; without a port, the group's is meant.
func (g *targetGroup) index(d types.TargetDescription) int {
	port := aws.ToInt32(d.Port)
	if d.Port == nil {
		port = aws.ToInt32(g.Port)
	}
	return slices.IndexFunc(g.Targets, func(t *target) bool {
		return aws.ToString(t.Id) == aws.ToString(d.Id) && aws.ToInt32(t.Port) == port
	})
}

// DeregisterTargets takes targets out of service: no new request reaches them, and they are gone once the deregistration
// delay has passed or no request is under way any more.
func (s *Service) DeregisterTargets(_ context.Context, in *elbv2.DeregisterTargetsInput) (*elbv2.DeregisterTargetsOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g, err := s.groupLocked(in.TargetGroupArn)
	if err != nil {
		return nil, err
	}
	for _, d := range in.Targets {
		if i := g.index(d); i >= 0 && !g.Targets[i].Draining {
			s.drainLocked(g, g.Targets[i])
		}
	}
	return &elbv2.DeregisterTargetsOutput{}, nil
}

func (s *Service) drainLocked(g *targetGroup, t *target) {
	t.end()
	t.Draining = true
	t.set(types.TargetHealthStateEnumDraining, types.TargetHealthReasonEnumDeregistrationInProgress, "Target deregistration is in progress")
	if t.flight == 0 {
		s.removeLocked(g, t)
		return
	}
	seconds, err := strconv.Atoi(g.attribute("deregistration_delay.timeout_seconds"))
	if err != nil {
		seconds = 300
	}
	idle := make(chan struct{})
	t.idle = idle
	ctx, cancel := context.WithCancel(s.ctx)
	t.cancel = cancel
	s.wg.Go(func() {
		defer cancel()
		s.awaitIdle(ctx, idle, time.Duration(seconds)*time.Second)
		s.mu.Lock()
		defer s.mu.Unlock()
		if t.Draining {
			s.removeLocked(g, t)
		}
	})
}

func (s *Service) awaitIdle(ctx context.Context, idle <-chan struct{}, delay time.Duration) {
	over := make(chan struct{})
	timer := s.deps.Clock.AfterFunc(delay, func() { close(over) })
	defer timer.Stop()
	select {
	case <-idle:
	case <-over:
	case <-ctx.Done():
	}
}

func (s *Service) removeLocked(g *targetGroup, t *target) {
	g.Targets = slices.DeleteFunc(g.Targets, func(x *target) bool { return x == t })
}

// DescribeTargetHealth tells what the health checks said last, of all targets or of those named.
func (s *Service) DescribeTargetHealth(_ context.Context, in *elbv2.DescribeTargetHealthInput) (*elbv2.DescribeTargetHealthOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g, err := s.groupLocked(in.TargetGroupArn)
	if err != nil {
		return nil, err
	}
	out := &elbv2.DescribeTargetHealthOutput{TargetHealthDescriptions: []types.TargetHealthDescription{}}
	if len(in.Targets) == 0 {
		for _, t := range g.Targets {
			out.TargetHealthDescriptions = append(out.TargetHealthDescriptions, describe(g, t))
		}
		return out, nil
	}
	for _, d := range in.Targets {
		if i := g.index(d); i >= 0 {
			out.TargetHealthDescriptions = append(out.TargetHealthDescriptions, describe(g, g.Targets[i]))
			continue
		}
		out.TargetHealthDescriptions = append(out.TargetHealthDescriptions, types.TargetHealthDescription{Target: &d, TargetHealth: &types.TargetHealth{
			State: types.TargetHealthStateEnumUnused, Reason: types.TargetHealthReasonEnumNotRegistered,
			Description: aws.String("Target is not registered to the target group"),
		}})
	}
	return out, nil
}

func describe(g *targetGroup, t *target) types.TargetHealthDescription {
	health, id := t.health, t.TargetDescription
	return types.TargetHealthDescription{HealthCheckPort: aws.String(strconv.Itoa(int(checkPort(g, t)))), Target: &id, TargetHealth: &health}
}

// checkPort is the port that the health check asks.
func checkPort(g *targetGroup, t *target) int32 {
	if n, err := strconv.ParseInt(aws.ToString(g.HealthCheckPort), 10, 32); err == nil {
		return int32(n)
	}
	return aws.ToInt32(t.Port)
}
