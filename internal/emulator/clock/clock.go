// Package clock owns the emulator's sense of time: a clock whose waits can be made shorter than they say.
//
// State machines of the emulator take a *Clock and never call time.Sleep, time.After or time.Now themselves.
package clock

import (
	"context"
	"time"
)

// Clock is a clock that runs faster than the wall's. It is safe for concurrent use.
type Clock struct {
	epoch time.Time // what Now said when the clock was made
	made  time.Time // the wall's time at that moment
	speed float64
	wall  bool
}

// Real returns a clock whose Now is the wall's time but whose waits are speed times shorter.
// Environment local uses it, so that log timestamps are true and a health check interval of 10 s passes in 10 s/speed.
func Real(speed float64) *Clock {
	now := time.Now()
	return &Clock{epoch: now, made: now, speed: speed, wall: true}
}

// Scaled returns a clock that starts at epoch and on which everything, Now included, runs speed times faster.
func Scaled(epoch time.Time, speed float64) *Clock {
	return &Clock{epoch: epoch, made: time.Now(), speed: speed}
}

// Now returns the clock's time, in UTC.
func (c *Clock) Now() time.Time {
	if c.wall {
		return time.Now().UTC()
	}
	return c.epoch.Add(time.Duration(float64(time.Since(c.made)) * c.speed)).UTC()
}

// Since returns how much time has passed on this clock since Now said t. On a clock that Real made, where Now is the wall's
// time, that is more than the difference to Now: state machines compare durations with Since, never with Now.
func (c *Clock) Since(t time.Time) time.Duration {
	if c.wall {
		return time.Duration(float64(time.Since(t)) * c.speed)
	}
	return c.Now().Sub(t)
}

// Shorten returns the wall time in which d passes on this clock.
func (c *Clock) Shorten(d time.Duration) time.Duration {
	return time.Duration(float64(d) / c.speed)
}

// AfterFunc calls f in its own goroutine once d has passed on this clock. Stop the timer to cancel it.
func (c *Clock) AfterFunc(d time.Duration, f func()) *time.Timer {
	return time.AfterFunc(c.Shorten(d), f)
}

// Wait returns nil once d has passed on this clock, or the context's error when that ends first.
func (c *Clock) Wait(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(c.Shorten(d))
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
