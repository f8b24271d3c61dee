package clock

import (
	"context"
	"errors"
	"testing"
	"time"
)

func TestAScaledClockRunsAheadOfTheWall(t *testing.T) {
	t.Parallel()
	epoch := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	c := Scaled(epoch, 3600)
	before := time.Now()
	if err := c.Wait(t.Context(), time.Minute); err != nil {
		t.Fatal(err)
	}
	if passed := c.Now().Sub(epoch); passed < time.Minute {
		t.Errorf("a minute's wait took %s on the clock", passed)
	}
	if wall := time.Since(before); wall > 30*time.Second {
		t.Errorf("it took %s on the wall", wall)
	}
}

func TestARealClockTellsTheWallsTimeAndStillWaitsLess(t *testing.T) {
	t.Parallel()
	c := Real(1000)
	if d := time.Until(c.Now()).Abs(); d > time.Minute {
		t.Errorf("it is off by %s", d)
	}
	if got := c.Shorten(10 * time.Second); got != 10*time.Millisecond {
		t.Errorf("ten seconds take %s", got)
	}
	called := make(chan struct{})
	c.AfterFunc(time.Second, func() { close(called) })
	select {
	case <-called:
	case <-time.After(30 * time.Second):
		t.Error("the function was not called")
	}
}

func TestAWaitEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := Real(1).Wait(ctx, time.Hour); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
