package ecs

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"ferry.dev/ferry/internal/emulator/ids"
)

// How often the scheduler looks at a service by itself, on the clock.
const (
	lookBusy   = time.Second
	lookSteady = 5 * time.Second
)

// schedule starts a service's scheduler. It ends when the service is INACTIVE. The caller holds the lock.
func (s *Service) schedule(svc *service) {
	s.run(func() {
		for s.ctx.Err() == nil {
			s.askBalancers(svc)
			s.dismantle(svc)
			s.mu.Lock()
			wait := s.reconcile(svc)
			over := svc.status() == "INACTIVE"
			s.mu.Unlock()
			if over {
				return
			}
			s.pause(svc, wait)
		}
	})
}

// pause waits until the service is kicked or the time has passed.
func (s *Service) pause(svc *service, d time.Duration) {
	ctx, cancel := context.WithCancel(s.ctx)
	defer cancel()
	timer := s.Clock.AfterFunc(d, cancel)
	defer timer.Stop()
	select {
	case <-svc.kick:
	case <-ctx.Done():
	}
}

// reconcile moves a service one step towards what it shall be, and says when to look again. The caller holds the lock.
func (s *Service) reconcile(svc *service) time.Duration {
	busy := s.atLeast(lookBusy, 10*time.Millisecond)
	if svc.status() != "ACTIVE" {
		s.drain(svc)
		return busy
	}
	s.judge(svc)
	if r := svc.current(); r.inProgress() {
		if r.Deployment.Status == types.ServiceDeploymentStatusPending {
			r.Deployment.Status, r.Deployment.StartedAt, r.Deployment.UpdatedAt = types.ServiceDeploymentStatusInProgress, s.now(), s.now()
			r.Deployment.LifecycleStage = types.ServiceDeploymentLifecycleStageScaleUp
		}
		s.trip(svc, r)
	}
	s.scale(svc)
	s.complete(svc)
	if !svc.Steady {
		return busy
	}
	return s.atLeast(lookSteady, 50*time.Millisecond)
}

// drain stops the tasks of a service that is being deleted.
func (s *Service) drain(svc *service) {
	tasks := svc.tasks()
	s.end(svc, tasks, "Scaling activity initiated by (deployment ecs-svc/"+svc.primary().ID+")")
	switch {
	case len(tasks) > 0:
	case svc.Express != nil:
		svc.Express.Drained = true // its load balancer goes next
	default:
		svc.Service.Status = aws.String("INACTIVE")
	}
}

// judge stops tasks that their health checks have given up, and counts the tasks that failed by themselves.
func (s *Service) judge(svc *service) {
	grace := s.spared(time.Duration(aws.ToInt32(svc.Service.HealthCheckGracePeriodSeconds)) * time.Second)
	for _, t := range svc.cluster.Tasks {
		if t.Service != svc.name() {
			continue
		}
		if t.wanted() && t.running() && s.Clock.Since(*t.Task.StartedAt) >= grace {
			s.condemn(svc, t)
		}
		if t.healthy(s.Clock) && !t.WasHealthy {
			t.WasHealthy = true
			s.recovered(svc, t)
		}
		if t.Failed && !t.Counted {
			t.Counted = true
			s.failed(svc, t)
		}
	}
}

// longestStart bounds how long, in the wall's time, a real process is spared: a person at the keyboard waits.
const longestStart = 20 * time.Second

// spared is how long on the clock a grace period is. A real process starts as fast as it starts, however short the waits
// are made: for it the period is the wall's, up to longestStart.
func (s *Service) spared(grace time.Duration) time.Duration {
	if s.Runtime.Name() == "virtual" {
		return grace
	}
	perSecond := s.Clock.Shorten(time.Second)
	return max(grace, time.Duration(float64(min(grace, longestStart))*float64(time.Second)/float64(perSecond)))
}

func (s *Service) condemn(svc *service, t *task) {
	switch {
	case t.Task.HealthStatus == types.HealthStatusUnhealthy:
		s.event(svc, "(service %s) (task %s) failed container health checks.", svc.name(), t.id())
		t.Failed = true
		s.ask(t, types.TaskStopCodeServiceSchedulerInitiated, "Task failed container health checks")
	case t.balance == types.HealthStatusUnhealthy:
		s.event(svc, "(service %s) (instance %s) (port %d) is unhealthy in (target-group %s) due to (reason %s)", svc.name(), t.Targets[0].ID, t.Targets[0].Port, t.badGroup, t.badWhy)
		t.Failed = true
		s.ask(t, types.TaskStopCodeServiceSchedulerInitiated, fmt.Sprintf("Task failed ELB health checks in (target-group %s)", t.badGroup))
	}
}

// recovered takes note of a task that became healthy.
func (s *Service) recovered(svc *service, t *task) {
	if t.Deployment == svc.primary().ID {
		svc.Failures = 0
	}
	r := svc.current()
	if r.inProgress() && r.Target == t.Deployment && aws.ToBool(svc.Service.DeploymentConfiguration.DeploymentCircuitBreaker.ResetOnHealthyTask) {
		r.Failures = 0
	}
}

// failed takes note of a task that failed by itself: it makes the next start wait, and brings the circuit breaker nearer.
func (s *Service) failed(svc *service, t *task) {
	for _, d := range svc.Deployments {
		if d.ID == t.Deployment {
			d.Failed++
			d.Updated = *s.now()
		}
	}
	if t.Deployment == svc.primary().ID {
		svc.Failures++
		svc.FailedAt = *s.now()
		if svc.Failures == 3 {
			s.event(svc, "(service %s) is unable to consistently start tasks successfully. For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.", svc.name())
		}
	}
	r := svc.current()
	switch {
	case !r.inProgress():
	case r.RollbackTo == t.Deployment && r.RollbackTo != "":
		r.BackFails++
	case r.Target == t.Deployment && r.RollbackTo == "":
		r.Failures++
	}
}

// mayStart tells whether the wait after the last failure is over.
func (s *Service) mayStart(svc *service) bool {
	return svc.Failures == 0 || s.Clock.Since(svc.FailedAt) >= backOff(svc.Failures)
}

// backOff is the wait after so many failures one after another: 1, 2, 4 … 64 seconds on the clock.
func backOff(failures int) time.Duration {
	return time.Second << min(failures-1, 6)
}

// event adds a service event; the newest 100 are kept, newest first.
func (s *Service) event(svc *service, format string, args ...any) {
	e := types.ServiceEvent{Id: aws.String(ids.NewUUID()), CreatedAt: s.now(), Message: aws.String(fmt.Sprintf(format, args...))}
	svc.Events = slices.Insert(svc.Events, 0, e)
	if len(svc.Events) > 100 {
		svc.Events = svc.Events[:100]
	}
}
