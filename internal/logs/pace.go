package logs

import (
	"context"
	"time"
)

// FollowOptions says how to wait, and for how long. The zero value is right outside of tests.
type FollowOptions struct {
	// Alive tells whether what is followed can still write. Once it says no, the last lines are drained and Follow
	// returns nil. An error is no answer: Follow asks again. Nil means that it lives until the context ends.
	Alive func(context.Context) (bool, error)
	Poll  time.Duration // between two readings where live tail does not work; default 2 s
	Check time.Duration // between two questions to Alive; default 5 s
	// Deep is the time between two readings that go back by Lateness instead of Overlap, for lines that came late.
	// Default 30 s.
	Deep     time.Duration
	Overlap  time.Duration // how far each reading goes back behind the last line; default 10 s
	Lateness time.Duration // how late a line may come and still be shown; default 2 minutes
	Drain    time.Duration // how long no line must have come before the end is the end; default 5 s
	Silence  time.Duration // after which a live tail session that says nothing is taken for dead; default 15 s
	Now      func() time.Time
}

func (o FollowOptions) withDefaults() FollowOptions {
	fill := func(d *time.Duration, v time.Duration) {
		if *d <= 0 {
			*d = v
		}
	}
	fill(&o.Poll, 2*time.Second)
	fill(&o.Check, 5*time.Second)
	fill(&o.Deep, 30*time.Second)
	fill(&o.Overlap, 10*time.Second)
	fill(&o.Lateness, 2*time.Minute)
	fill(&o.Drain, 5*time.Second)
	fill(&o.Silence, 15*time.Second)
	if o.Now == nil {
		o.Now = time.Now
	}
	return o
}

// maxBackoff bounds the pause between attempts while CloudWatch Logs throttles or cannot be reached.
const maxBackoff = 30 * time.Second

// backoff is the pause before attempt n, counted from 1.
func (o FollowOptions) backoff(n int) time.Duration {
	d := o.Poll
	for range n - 1 {
		if d *= 2; d >= maxBackoff {
			return maxBackoff
		}
	}
	return d
}

// wait returns nil after d, or the context's error before.
func wait(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
