package autoscaling

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"

	"ferry.dev/ferry/internal/emulator/scheduler"
)

// arm sets a scheduled action going, from now on. The caller holds the lock.
func (s *Service) arm(a types.ScheduledAction) {
	key := *a.ResourceId + "/" + *a.ScheduledActionName
	s.rest(key)
	ctx, cancel := context.WithCancel(s.ctx)
	s.timers[key] = cancel
	s.wg.Go(func() { s.keep(ctx, a) })
}

// rest ends a scheduled action's goroutine. The caller holds the lock.
func (s *Service) rest(key string) {
	if cancel := s.timers[key]; cancel != nil {
		cancel()
		delete(s.timers, key)
	}
}

// keep sets the range at each of an action's times until there are no more.
func (s *Service) keep(ctx context.Context, a types.ScheduledAction) {
	anchor, after := aws.ToTime(a.CreationTime), s.clk.Now()
	if a.StartTime != nil {
		anchor = *a.StartTime
		after = later(after, a.StartTime.Add(-time.Second))
	}
	for {
		next, err := scheduler.Next(aws.ToString(a.Schedule), aws.ToString(a.Timezone), after, anchor)
		if err != nil || next.IsZero() || a.EndTime != nil && next.After(*a.EndTime) || s.until(ctx, next) != nil {
			return
		}
		s.fire(ctx, a)
		after = later(next, s.clk.Now()) // times that a clock jumped over are gone
	}
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// shortest is the least time to wait on the wall's clock: one whose waits are shorter than its time goes by keeps the
// processor busy otherwise.
const shortest = 5 * time.Millisecond

// until waits for a moment on the clock.
func (s *Service) until(ctx context.Context, t time.Time) error {
	for left := t.Sub(s.clk.Now()); left > 0; left = t.Sub(s.clk.Now()) {
		timer := time.NewTimer(max(s.clk.Shorten(left), shortest))
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		}
	}
	return ctx.Err()
}

// fire sets a target's range and brings the count into it. A service that has gone in between is AWS's business to forget.
func (s *Service) fire(ctx context.Context, a types.ScheduledAction) {
	s.mu.Lock()
	i := s.target(a.ServiceNamespace, a.ResourceId, a.ScalableDimension)
	if i < 0 {
		s.mu.Unlock()
		return
	}
	t := s.state.Targets[i]
	if n := a.ScalableTargetAction.MinCapacity; n != nil {
		t.MinCapacity = n
		t.MaxCapacity = aws.Int32(max(*t.MaxCapacity, *n))
	}
	if n := a.ScalableTargetAction.MaxCapacity; n != nil {
		t.MaxCapacity = n
		t.MinCapacity = aws.Int32(min(*t.MinCapacity, *n))
	}
	suspended := t.SuspendedState != nil && aws.ToBool(t.SuspendedState.ScheduledScalingSuspended)
	if !suspended {
		s.state.Targets[i] = t
	}
	s.mu.Unlock()
	if !suspended {
		_ = s.bound(ctx, t, *a.ScheduledActionName) // what failed stands among the activities
	}
}

// Close ends all scheduled actions' goroutines.
func (s *Service) Close() error {
	s.stop()
	s.wg.Wait()
	return nil
}
