package plan

import (
	"time"

	"ferry.dev/ferry/internal/manifest"
)

// HealthCheck is a container's health check, run by ECS inside it. Times are in seconds; zero leaves ECS's own default.
type HealthCheck struct {
	Command                                 []string // begins with CMD or CMD-SHELL
	Interval, Timeout, Retries, StartPeriod int
}

// newHealthCheck returns the check that the manifest asks for, or nil. There is no other: every command is wrong for some
// image, and one made from scratch has nothing to run it with. A task without one counts as healthy when its load balancer
// says so, and without a load balancer 40 s after it started.
func newHealthCheck(m *manifest.ContainerHealthCheck) *HealthCheck {
	if m == nil || len(m.Command) == 0 {
		return nil
	}
	return &HealthCheck{
		Command:     m.Command,
		Interval:    seconds(m.Interval),
		Timeout:     seconds(m.Timeout),
		Retries:     m.Retries,
		StartPeriod: seconds(m.StartPeriod),
	}
}

// seconds rounds up: half a second must not become none.
func seconds(d time.Duration) int { return int((d + time.Second - 1) / time.Second) }
