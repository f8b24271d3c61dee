package manifest

import "time"

// StepPolicy changes the number of tasks by how far a metric is beyond a threshold.
type StepPolicy struct {
	Name       string
	Measure    string        // one of ferry's own measures; "" = Metric is of the user's own
	Metric     Metric        // with a Measure the statistic alone
	Comparison string        // >=, >, <= or <
	Threshold  float64       // of response_time in seconds
	Period     time.Duration // of one data point
	Periods    int           // data points that are looked at
	Datapoints int           // of them beyond the threshold
	Missing    string        // missing, ignore, breaching or not_breaching
	Adjust     Adjustment
	AtLeast    int // tasks that a percentage changes; 0 = as they come
	Cooldown   time.Duration
	Steps      []Step // by where they begin
}

// Below tells whether the steps are taken when the metric is under the threshold.
func (s StepPolicy) Below() bool { return s.Comparison == "<" || s.Comparison == "<=" }

// Adjustment is what the numbers of steps mean.
type Adjustment string

// The adjustments, by what is written.
const (
	AdjustBy      Adjustment = "change"  // add: 2, remove: 2
	AdjustPercent Adjustment = "percent" // add: 50%
	AdjustTo      Adjustment = "exact"   // set: 10
)

// Step is what is done while the metric less the threshold is between two bounds. A nil bound is none.
type Step struct {
	From, To *float64
	By       int
}
