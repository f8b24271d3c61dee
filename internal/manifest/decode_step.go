package manifest

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

func decodeSteps(n *node, general Cooldown) []StepPolicy {
	if !n.usable() || n.kind != sequence {
		return nil
	}
	var out []StepPolicy
	for i, item := range n.items {
		out = append(out, decodeStepPolicy(i, item, general))
	}
	return out
}

func decodeStepPolicy(i int, n *node, general Cooldown) StepPolicy {
	s := StepPolicy{
		Name: cmp.Or(n.get("name").str(), "step-"+strconv.Itoa(i+1)), Metric: decodeMetric(n), Comparison: n.get("comparison").str(),
		Threshold: n.get("threshold").float(), Period: n.get("period").duration(), Periods: n.get("periods").num(),
		Missing: strings.ToLower(n.get("missing_data").str()), AtLeast: n.get("at_least").num(),
	}
	if s.Metric.Namespace == "" {
		s.Measure, s.Metric.Name = s.Metric.Name, ""
	}
	if d := n.get("threshold").duration(); d > 0 {
		s.Threshold = d.Seconds()
	}
	s.Metric.Statistic = cmp.Or(s.Metric.Statistic, statisticOf(s.Measure))
	s.Datapoints = cmp.Or(n.get("datapoints").num(), s.Periods)
	removes := true
	for _, item := range n.get("steps").elements() {
		step, adjust := decodeStep(item, s.Below())
		s.Steps = append(s.Steps, step)
		s.Adjust = cmp.Or(s.Adjust, adjust)
		removes = removes && !item.get("remove").empty()
	}
	slices.SortStableFunc(s.Steps, func(a, b Step) int { return cmp.Compare(a.begin(), b.begin()) })
	s.Cooldown = decodeStepCooldown(n.get("cooldown"), general, removes)
	return s
}

// statisticOf is what is made of a measure's values where the manifest says nothing.
func statisticOf(measure string) string {
	switch measure {
	case MeasureRequests:
		return "sum"
	case MeasureMessages:
		return "maximum"
	}
	return "average"
}

func decodeStepCooldown(n *node, general Cooldown, removes bool) time.Duration {
	switch {
	case !n.empty():
		return n.duration()
	case removes:
		return general.In
	}
	return general.Out
}

// begin is where a step begins on the way up.
func (s Step) begin() float64 {
	if s.From == nil {
		return math.Inf(-1)
	}
	return *s.From
}

// decodeStep reads a step. The bound that nobody writes at the threshold is 0: AWS takes none for a step without an end.
func decodeStep(n *node, below bool) (Step, Adjustment) {
	s := Step{From: n.get("from").floatOrNil(), To: n.get("to").floatOrNil()}
	switch zero := 0.0; {
	case below && s.To == nil:
		s.To = &zero
	case !below && s.From == nil:
		s.From = &zero
	}
	key, text := change(n)
	if key == "set" {
		s.By, _ = strconv.Atoi(text)
		return s, AdjustTo
	}
	digits, percent := strings.CutSuffix(text, "%")
	s.By, _ = strconv.Atoi(digits)
	if key == "remove" {
		s.By = -s.By
	}
	switch {
	case percent:
		return s, AdjustPercent
	case key != "":
		return s, AdjustBy
	}
	return s, ""
}

// change is which of the fields that say what a step does is written, and what it says.
func change(n *node) (key, text string) {
	for _, key := range []string{"add", "remove", "set"} {
		if text := n.get(key).str(); text != "" {
			return key, text
		}
	}
	return "", ""
}

// floatOrNil tells zero from nothing.
func (n *node) floatOrNil() *float64 {
	if n.str() == "" {
		return nil
	}
	f := n.float()
	return &f
}
