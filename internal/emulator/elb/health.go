package elb

import (
	"context"
	"net"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
)

const (
	// firstLooks is how often a new target is asked within one interval until it answers. AWS's load balancers consist of
	// several nodes that each ask, so a new target is seen sooner than an interval suggests.
	firstLooks = 10
	// shortestCheck bounds the timeout of one check from below: on a scaled clock a real request still takes real time.
	shortestCheck = 500 * time.Millisecond
)

// startLocked begins the health checks of one target.
func (s *Service) startLocked(g *targetGroup, t *target) {
	ctx, cancel := context.WithCancel(s.ctx)
	t.cancel, t.wakeup, t.passes, t.fails = cancel, make(chan struct{}, 1), 0, 0
	if t.Draining { // the endpoint was stopped while it drained: no request is under way any more
		s.removeLocked(g, t)
		cancel()
		return
	}
	s.settleLocked(g, t)
	s.wg.Go(func() {
		defer cancel()
		s.watch(ctx, g, t)
	})
}

// settleLocked gives a target the state that does not depend on any check and tells whether it is to be checked.
func (s *Service) settleLocked(g *targetGroup, t *target) bool {
	if len(s.balancersOfLocked(aws.ToString(g.TargetGroupArn))) == 0 {
		t.passes, t.fails = 0, 0
		t.set(types.TargetHealthStateEnumUnused, types.TargetHealthReasonEnumNotInUse, "Target group is not configured to receive traffic from the load balancer")
		return false
	}
	if !aws.ToBool(g.HealthCheckEnabled) {
		t.set(types.TargetHealthStateEnumUnavailable, types.TargetHealthReasonEnumHealthCheckDisabled, "Health checks are not enabled for this target")
		return false
	}
	if t.health.State != types.TargetHealthStateEnumHealthy && t.health.State != types.TargetHealthStateEnumUnhealthy && t.health.State != types.TargetHealthStateEnumInitial {
		t.set(types.TargetHealthStateEnumInitial, types.TargetHealthReasonEnumRegistrationInProgress, "Target registration is in progress")
	}
	return true
}

// watch checks a target until its context ends.
func (s *Service) watch(ctx context.Context, g *targetGroup, t *target) {
	for ctx.Err() == nil {
		p, active := s.nextProbe(g, t)
		if !active {
			select {
			case <-t.wakeup:
			case <-ctx.Done():
			}
			continue
		}
		v := p.run(ctx, s.deps.Clock.Shorten(p.timeout))
		if ctx.Err() != nil {
			return
		}
		s.rest(ctx, t, s.judge(g, t, p, v))
	}
}

func (s *Service) nextProbe(g *targetGroup, t *target) (probe, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.settleLocked(g, t) {
		return probe{}, false
	}
	p := probe{
		address:  s.addressLocked(aws.ToString(t.Id), checkPort(g, t)),
		protocol: g.HealthCheckProtocol,
		version:  aws.ToString(g.ProtocolVersion),
		path:     aws.ToString(g.HealthCheckPath),
		interval: time.Duration(aws.ToInt32(g.HealthCheckIntervalSeconds)) * time.Second,
		timeout:  time.Duration(aws.ToInt32(g.HealthCheckTimeoutSeconds)) * time.Second,
	}
	if g.Matcher != nil {
		p.codes = aws.ToString(g.Matcher.HttpCode) + aws.ToString(g.Matcher.GrpcCode)
	}
	return p, true
}

// judge counts a verdict and returns how long to wait for the next check.
func (s *Service) judge(g *targetGroup, t *target, p probe, v verdict) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	initial := t.health.State == types.TargetHealthStateEnumInitial
	if v.ok {
		t.passes, t.fails = t.passes+1, 0
		if initial || t.passes >= int(aws.ToInt32(g.HealthyThresholdCount)) {
			t.set(types.TargetHealthStateEnumHealthy, "", "")
		}
		return p.interval
	}
	t.passes, t.fails = 0, t.fails+1
	limit := int(aws.ToInt32(g.UnhealthyThresholdCount))
	if initial {
		limit *= firstLooks
	}
	if t.fails >= limit || t.health.State == types.TargetHealthStateEnumUnhealthy {
		t.set(types.TargetHealthStateEnumUnhealthy, v.reason, v.description)
		return p.interval
	}
	if initial {
		t.set(types.TargetHealthStateEnumInitial, types.TargetHealthReasonEnumInitialHealthChecking, "Initial health checks in progress")
		return p.interval / firstLooks
	}
	return p.interval
}

// rest waits, or less when something changed.
func (s *Service) rest(ctx context.Context, t *target, d time.Duration) {
	over := make(chan struct{})
	timer := s.deps.Clock.AfterFunc(d, func() { close(over) })
	defer timer.Stop()
	select {
	case <-over:
	case <-t.wakeup:
	case <-ctx.Done():
	}
}

func (s *Service) wake() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.wakeLocked()
}

// wakeLocked makes the targets of groups that came into use, or went out of it, notice.
func (s *Service) wakeLocked() {
	for _, g := range s.groups {
		for _, t := range g.Targets {
			before := t.health.State
			if t.Draining {
				continue
			}
			s.settleLocked(g, t)
			if t.health.State != before {
				t.look()
			}
		}
	}
}

// look asks for a check at once.
func (t *target) look() {
	select {
	case t.wakeup <- struct{}{}:
	default:
	}
}

// addressLocked returns where a target answers on loopback, or "" where it does not.
func (s *Service) addressLocked(id string, port int32) string {
	if a, ok := s.addresses[addressKey(id, port)]; ok {
		return a
	}
	if ip := net.ParseIP(id); ip != nil && ip.IsLoopback() {
		return addressKey(id, port)
	}
	return ""
}
