// Package poll owns the waiting between two looks at AWS: how long, what a wait says of itself, when it gives up, and
// which errors it outlives.
//
// Every waiter of ferry is an Until over its own look; none calls time.Sleep, and none uses the SDK's waiters, whose
// pauses of 15 s and more are no good for somebody who watches.
package poll

import (
	"context"
	"errors"
	"sync"
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
	l.beat(time.Now(), w.For)
	if w.Now {
		l.pause = 0
	}
	for {
		if err := l.rest(ctx); err != nil {
			return err
		}
		done, err := l.look(ctx, look)
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
	began   time.Time // when the newest look began
	looking bool      // it is going on
	failing time.Time // when the first of the looks that failed began; zero = the last one did not fail
	cause   error     // why the last look failed
	fretted bool      // the last heartbeat told of trouble
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
			l.beat(now, l.wait.For)
		}
	}
	l.pause = min(max(l.pause*3/2, l.pace.First), l.pace.Most)
	return nil
}

// look looks once. While AWS lets it wait for an answer the heartbeat goes on, with what was awaited before: the look
// changes what For tells of.
func (l *loop) look(ctx context.Context, look func(context.Context) (bool, error)) (bool, error) {
	l.began, l.looking = time.Now(), true
	defer func() { l.looking = false }()
	if l.wait.For == nil {
		return look(ctx)
	}
	before := l.wait.For()
	over := make(chan struct{})
	var beats sync.WaitGroup
	beats.Go(func() {
		t := time.NewTicker(l.pace.Heartbeat)
		defer t.Stop()
		for {
			select {
			case <-over:
				return
			case now := <-t.C:
				l.beat(now, func() string { return before })
			}
		}
	})
	defer beats.Wait()
	defer close(over)
	return look(ctx)
}

func (l *loop) beat(now time.Time, text func() string) {
	if now.Sub(l.beaten) < l.pace.Heartbeat || text == nil {
		return
	}
	l.beaten = now
	what := text()
	trouble := l.trouble(now)
	if l.fretted = trouble != ""; l.fretted {
		what += "; " + trouble
	}
	l.sink(event.Waiting{Subject: l.wait.Subject, For: what, Since: l.wait.Since, Limit: l.wait.Limit})
}

// outlive decides whether a failed look ends the wait.
func (l *loop) outlive(ctx context.Context, err error) error {
	switch {
	case err == nil:
		l.relieve()
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	case !Passing(err):
		return err
	}
	l.cause = err
	if l.failing.IsZero() {
		l.failing = l.began
		return nil
	}
	if d := time.Since(l.failing); d > l.pace.Patience {
		return exhausted(err, d)
	}
	return nil
}
