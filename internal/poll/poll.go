// Package poll owns the waiting between two looks at AWS: how long, what a wait says of itself, when it gives up, and
// which errors it outlives.
//
// Every waiter of ferry is an Until over its own look; none calls time.Sleep, and none uses the SDK's waiters, whose
// pauses of 15 s and more are no good for somebody who watches.
package poll

import (
	"context"
	"errors"
	"time"

	"ferry.dev/ferry/internal/event"
)

// Pace says how often AWS is asked while something is waited for. The zero value is fit for AWS and for local.
type Pace struct {
	First     time.Duration // pause before the first look; each next one is half as long again, up to Most. Default 250 ms
	Most      time.Duration // longest pause between two looks. Default 3 s
	Heartbeat time.Duration // between two event.Waiting. Default 15 s
	Patience  time.Duration // how long looks may fail for passing reasons before the wait fails. Default 2 minutes
}

// WithDefaults fills in what is zero.
func (p Pace) WithDefaults() Pace {
	if p.First <= 0 {
		p.First = 250 * time.Millisecond
	}
	if p.Most <= 0 {
		p.Most = 3 * time.Second
	}
	if p.Heartbeat <= 0 {
		p.Heartbeat = 15 * time.Second
	}
	if p.Patience <= 0 {
		p.Patience = 2 * time.Minute
	}
	return p
}

// ErrLimit is what Until returns when the wait's limit has passed.
var ErrLimit = errors.New("the time limit has passed")

// Wait describes one wait.
type Wait struct {
	Subject string
	For     func() string // asked for each heartbeat, so that it can tell how far things are
	Since   time.Time     // zero = now
	Limit   time.Time     // zero = none
	Now     bool          // look at once, without the first pause
}

// Until calls look again and again until it says done, fails for good, the limit has passed (ErrLimit) or ctx ends.
// Errors that pass by themselves (throttling, network, 5xx) are outlived for as long as the pace's Patience.
func (p Pace) Until(ctx context.Context, w Wait, sink event.Sink, look func(context.Context) (done bool, err error)) error {
	p = p.WithDefaults()
	l := loop{pace: p, wait: w, sink: sink, pause: p.First}
	if l.wait.Since.IsZero() {
		l.wait.Since = time.Now()
	}
	l.beat(time.Now())
	if w.Now {
		l.pause = 0
	}
	for {
		if err := l.rest(ctx); err != nil {
			return err
		}
		done, err := look(ctx)
		if done && err == nil {
			return nil
		}
		if err := l.outlive(ctx, err); err != nil {
			return err
		}
	}
}

// loop is the state of one Until.
type loop struct {
	pace    Pace
	wait    Wait
	sink    event.Sink
	pause   time.Duration
	beaten  time.Time // last heartbeat
	failing time.Time // since when looks fail; zero = the last one did not
}

// rest waits until the next look is due, with heartbeats in between.
func (l *loop) rest(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if !l.wait.Limit.IsZero() && !time.Now().Before(l.wait.Limit) {
		return ErrLimit
	}
	due := time.Now().Add(l.pause)
	for left := l.pause; left > 0; left = time.Until(due) {
		t := time.NewTimer(min(left, l.pace.Heartbeat))
		select {
		case <-ctx.Done():
			t.Stop()
			return ctx.Err()
		case now := <-t.C:
			l.beat(now)
		}
	}
	l.pause = min(max(l.pause*3/2, l.pace.First), l.pace.Most)
	return nil
}

func (l *loop) beat(now time.Time) {
	if now.Sub(l.beaten) < l.pace.Heartbeat || l.wait.For == nil {
		return
	}
	l.beaten = now
	l.sink(event.Waiting{Subject: l.wait.Subject, For: l.wait.For(), Since: l.wait.Since, Limit: l.wait.Limit})
}

// outlive decides whether a failed look ends the wait.
func (l *loop) outlive(ctx context.Context, err error) error {
	switch {
	case err == nil:
		l.failing = time.Time{}
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	case !Passing(err):
		return err
	case l.failing.IsZero():
		l.failing = time.Now()
		return nil
	case time.Since(l.failing) > l.pace.Patience:
		return err
	}
	return nil
}
