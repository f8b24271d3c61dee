package ecs

import (
	"testing"
	"time"

	"ferry.dev/ferry/internal/emulator/clock"
	"ferry.dev/ferry/internal/emulator/runtime/virtual"
)

// real is a runtime whose processes take the time that they take.
type real struct{ *virtual.Runtime }

func (real) Name() string { return "process" }

func TestARealProcessIsSparedInTheWallsTime(t *testing.T) {
	t.Parallel()
	clk := clock.Real(10)
	pretended := &Service{Deps: Deps{Clock: clk, Runtime: virtual.New(clk)}}
	lived := &Service{Deps: Deps{Clock: clk, Runtime: real{virtual.New(clk)}}}
	for _, c := range []struct {
		name        string
		s           *Service
		grace, want time.Duration // want: of the wall's time
	}{
		{"a virtual one is spared on the clock", pretended, time.Minute, 6 * time.Second},
		{"a short period passes at the wall's speed", lived, 10 * time.Second, 10 * time.Second},
		{"a long period is cut", lived, time.Minute, 20 * time.Second},
		{"a very long one is not made shorter than on the clock", lived, time.Hour, 6 * time.Minute},
		{"none is none", lived, 0, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := clk.Shorten(c.s.spared(c.grace)).Round(time.Millisecond); got != c.want {
				t.Errorf("spared for %s, want %s", got, c.want)
			}
		})
	}
}
