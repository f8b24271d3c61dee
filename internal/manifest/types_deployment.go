package manifest

import "time"

// Deployment says how a new revision takes the place of the old one.
type Deployment struct {
	Strategy         string // one of the Strategy… constants
	Minimum, Maximum int    // percent of the desired count
	Breaker          CircuitBreaker
	Alarms           []string // CloudWatch alarms that exist
	AlarmOn          AlarmThresholds
	AlarmRollback    bool
	BakeTime         *time.Duration // nil: not written
	Linear           *Shift         // strategy LINEAR
	Canary           *Shift         // strategy CANARY
	TestTraffic      *TestTraffic   // nil: none
	EarlySuccess     *EarlySuccess
	Hooks            []Hook
	HealthCheckGrace *time.Duration // nil: that of the load balancer's health check
}

// CircuitBreaker gives a deployment up whose tasks do not get healthy.
type CircuitBreaker struct {
	Enable, Rollback, Reset bool
	ThresholdType           string // COUNT, BOUNDED_PERCENT or UNBOUNDED_PERCENT; "" = ECS's default
	Threshold               int
}

// AlarmThresholds are the values at which alarms go off that ferry makes; nil: no such alarm.
type AlarmThresholds struct {
	CPU, Memory     *float64 // percent
	MessagesDelayed *int
}

// Shift is how much of the traffic moves at once, and how long it stays so.
type Shift struct {
	Percent  float64
	BakeTime time.Duration
}

// TestTraffic are the requests that reach a new revision before all others do.
type TestTraffic struct{ Header, Value string }

// EarlySuccess calls a deployment successful before all of it is done.
type EarlySuccess struct {
	HealthyPercent int
	Cleanup        string // BLOCKING or DEFERRED
}

// Hook is what happens at given stages of a deployment.
type Hook struct {
	Pause          bool     // else a Lambda function is called
	Stages         []string // in ECS's words
	Function, Role string   // ARNs; Role "" = one that ferry makes
	Details        any      // what the function is given, as encoding/json reads it; nil = nothing
	Timeout        time.Duration
	TimeoutAction  string // ROLLBACK or CONTINUE
}
