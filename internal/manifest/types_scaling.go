package manifest

import "time"

// Scaling says how auto scaling chooses the number of tasks. It is nil where count is a number.
type Scaling struct {
	Min, Max     int
	SpotFrom     int         // the first task that runs on Fargate Spot; 0 = none
	CPU, Memory  *Tracking   // percent of what the tasks have
	Requests     *Tracking   // of a minute and a task
	ResponseTime *Tracking   // seconds
	QueueDelay   *QueueDelay // workers
	Custom       []CustomMetric
	Steps        []StepPolicy
	Schedule     []ScheduledRange
}

// Cooldown is the time between two changes: before tasks are taken away (In) and before some are added (Out).
type Cooldown struct{ In, Out time.Duration }

// Tracking keeps a metric at a value.
type Tracking struct {
	Value          float64
	Cooldown       Cooldown
	HighResolution bool // measured every 20 seconds
}

// QueueDelay keeps the messages that wait for each task at what it works off in time.
type QueueDelay struct {
	AcceptableLatency, ProcessingTime time.Duration
	Cooldown                          Cooldown
}

// Metric names a CloudWatch metric.
type Metric struct {
	Namespace, Name string
	Dimensions      map[string]string
	Statistic       string // average, minimum, maximum, sum or sample_count
	Unit            string // "" = whatever it is published with
}

// CustomMetric keeps a metric of the user's own at a value.
type CustomMetric struct {
	Name string
	Metric
	Tracking
	KeepTasks bool // it never takes tasks away
}

// ScheduledRange changes the range at given times.
type ScheduledRange struct {
	Name     string
	At       string // cron(…), rate(…) or at(…)
	Timezone string // "" = UTC
	Min, Max *int   // nil: as it is
	// Start and End bound a repeated change: 2026-12-01T00:00:00Z; "" = no bound.
	Start, End string
}
