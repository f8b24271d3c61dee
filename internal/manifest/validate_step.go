package manifest

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// steps checks count.step.
// https://docs.aws.amazon.com/autoscaling/application/userguide/step-scaling-policy-overview.html
func (v validator) steps(kind rune, w Workload) {
	seen := map[string]bool{}
	for i, s := range w.Scaling.Steps {
		p := at("count.step").with(index(i))
		if !v.sure(p) {
			continue
		}
		if fault := nameFault(s.Name, 63); fault != "" {
			v.bad(p.with("name"), "for example busy", "%q %s", s.Name, fault)
		} else if seen[s.Name] {
			v.bad(p.with("name"), "give each its own name", "%q is written twice", s.Name)
		}
		seen[s.Name] = true
		v.measure(kind, p, s, w)
		v.alarm(p, s)
		v.within(p.with("cooldown"), s.Cooldown, 0, 24*time.Hour)
		v.stepList(p, s)
	}
}

// measure checks what is measured.
func (v validator) measure(kind rune, p path, s StepPolicy, w Workload) {
	name := p.with("metric")
	if !v.has(name) || !v.sure(name, p.with("namespace")) {
		return
	}
	if s.Measure == "" {
		v.metric(p, s.Metric)
		return
	}
	known := measuresOf(kind)
	if !slices.Contains(known, s.Measure) {
		hint := "write one of " + strings.Join(known, ", ") + ", or the metric's namespace"
		if near, ok := nearest(s.Measure, known); ok {
			hint = "did you mean " + near + "?"
		}
		v.bad(name, hint, "%q is no metric that a %s scales on", s.Measure, typeName(kind))
		return
	}
	for _, key := range []string{"dimensions", "unit"} {
		if v.has(p.with(key)) {
			v.badKey(p.with(key), "remove it, or write the namespace of a metric of your own", "stands beside %s, whose dimensions and unit are known", s.Measure)
		}
	}
	balanced := s.Measure == MeasureRequests || s.Measure == MeasureResponseTime
	switch {
	case balanced && w.HTTP == nil && w.InternalHTTP == nil && v.sure(at("http")):
		v.bad(name, "write http: {path: /}, or scale on cpu_percentage", "needs http: it is an Application Load Balancer that counts and measures requests")
	case s.Measure == MeasureRequests && v.fromUser(p.with("statistic")) && s.Metric.Statistic != "sum":
		v.bad(p.with("statistic"), "remove it", "the load balancer's requests can only be summed up")
	}
}

// alarm checks when the alarm goes off.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
func (v validator) alarm(p path, s StepPolicy) {
	threshold, period, periods := p.with("threshold"), p.with("period"), p.with("periods")
	isTime := v.root.find(threshold).duration() > 0
	switch {
	case !v.has(threshold) || !v.sure(threshold, p.with("metric")):
	case s.Measure == MeasureResponseTime && !isTime:
		v.bad(threshold, "write for example 500ms", "response_time is compared with a duration")
	case s.Measure != MeasureResponseTime && isTime:
		v.bad(threshold, "write a number", "only response_time is compared with a duration")
	}
	if !v.sure(period, periods, p.with("datapoints")) {
		return
	}
	minutes, finely := s.Period%time.Minute == 0 && s.Period > 0, s.Measure == "" || s.Measure == MeasureCPU || s.Measure == MeasureMemory
	seconds := slices.Contains([]time.Duration{10 * time.Second, 20 * time.Second, 30 * time.Second}, s.Period)
	longest := 24 * time.Hour
	if s.Period >= time.Hour {
		longest = 7 * 24 * time.Hour
	}
	switch {
	case !minutes && !seconds:
		v.bad(period, "write 10s, 20s, 30s or whole minutes", "CloudWatch has no period of %s", s.Period)
	case seconds && !finely:
		v.bad(period, "write 60s", "%s is measured every minute", s.Measure)
	case s.Period > longest || time.Duration(s.Periods) > longest/s.Period:
		v.bad(periods, "", "an alarm looks back at most %s, and these are %d periods of %s", short(longest), s.Periods, short(s.Period))
	case s.Datapoints > s.Periods:
		v.bad(p.with("datapoints"), "", "are more than the %d that are looked at", s.Periods)
	}
}

// stepList checks what the steps do, and their bounds.
func (v validator) stepList(p path, s StepPolicy) {
	list := p.with("steps")
	items := v.root.find(list)
	if !v.has(list) || !v.sure(list) || items.kind != sequence {
		return
	}
	if n := len(items.items); n < 1 || n > 20 {
		v.badKey(list, "", "a policy has from 1 to 20 steps, not %d", n)
		return
	}
	v.changes(list, items.items)
	if v.has(p.with("at_least")) && s.Adjust != AdjustPercent {
		v.badKey(p.with("at_least"), "remove it, or write percentages: add: 50%", "has a meaning beside percentages only")
	}
	for i := range items.items {
		if one := list.with(index(i)); !v.sure(one, one.with("from"), one.with("to")) {
			return
		}
	}
	if v.sure(p.with("comparison")) {
		v.bounds(list, items.items, s)
	}
}

// changes checks that each step does something, and all of them in one way.
func (v validator) changes(list path, items []*node) {
	var first Adjustment
	for i, item := range items {
		p := list.with(index(i))
		key, text := change(item)
		if !v.sure(p, p.with("add"), p.with("remove"), p.with("set")) {
			continue
		}
		if key == "" {
			v.bad(p, "write add, remove or set", "says not what is done")
			continue
		}
		if _, err := strconv.ParseUint(strings.TrimSuffix(text, "%"), 10, 15); err != nil || key == "set" && strings.HasSuffix(text, "%") {
			v.bad(p.with(key), "write a number of tasks, 2, or a percentage of them, 50%", "%q is neither", text)
			continue
		}
		_, adjust := decodeStep(item, false)
		if first == "" {
			first = adjust
		}
		if adjust != first {
			v.bad(p.with(key), "write a count.step of its own for it", "a policy's steps are all numbers to add and remove, all percentages, or all numbers to set; the first is %s", describe(first))
		}
	}
}

func describe(a Adjustment) string {
	return map[Adjustment]string{AdjustBy: "a number to add or remove", AdjustPercent: "a percentage", AdjustTo: "a number to set"}[a]
}

// reach is a step seen from the threshold: where it begins and ends, away from it.
type reach struct {
	index           int
	near, far       *float64
	nearKey, farKey string
}

// bounds checks that the steps go from the threshold without a gap or an overlap to no end.
func (v validator) bounds(list path, items []*node, s StepPolicy) {
	sign, side := 1.0, "above"
	if s.Below() {
		sign, side = -1, "below"
	}
	reaches := make([]reach, len(items))
	for i, item := range items {
		reaches[i] = reached(i, item, s.Below())
	}
	slices.SortStableFunc(reaches, func(a, b reach) int { return cmp.Compare(a.begin(), b.begin()) })
	expected := 0.0
	for i, r := range reaches {
		p := list.with(index(r.index))
		written := func(f float64) string { return fmt.Sprint(sign*f + 0) } // + 0: no negative zero
		switch begin := r.begin(); {
		case begin < 0:
			v.bad(p.with(r.nearKey), "", "with %s the steps are %s the threshold: bounds are %s", s.Comparison, side, map[bool]string{true: "0 or less", false: "0 or more"}[s.Below()])
			return
		case begin > expected:
			v.bad(p.with(r.nearKey), "write "+r.nearKey+": "+written(expected), "leaves a gap: no step is for %s to %s", written(expected), written(begin))
			return
		case begin < expected:
			v.bad(v.boundOr(p, r.nearKey), "", "overlaps the step before it, which %s", endText(expected, written))
			return
		case r.far != nil && *r.far <= begin:
			v.bad(p.with(r.farKey), "", "must be further from the threshold than %s", r.nearKey)
			return
		case r.far != nil && i == len(reaches)-1:
			v.bad(p.with(r.farKey), "remove it", "the last step has no end: beyond %s nothing would be done", written(*r.far))
			return
		}
		expected = math.Inf(1)
		if r.far != nil {
			expected = *r.far
		}
	}
}

// reached turns a step's bounds so that they grow away from the threshold.
func reached(i int, n *node, below bool) reach {
	r := reach{index: i, near: n.get("from").floatOrNil(), far: n.get("to").floatOrNil(), nearKey: "from", farKey: "to"}
	if below {
		r.near, r.far, r.nearKey, r.farKey = negated(r.far), negated(r.near), "to", "from"
	}
	return r
}

func (r reach) begin() float64 {
	if r.near == nil {
		return 0
	}
	return *r.near
}

func negated(f *float64) *float64 {
	if f == nil {
		return nil
	}
	n := -*f
	return &n
}

func endText(f float64, written func(float64) string) string {
	if math.IsInf(f, 1) {
		return "has no end"
	}
	return "ends at " + written(f)
}

// boundOr is a step's bound, or the step where it has none.
func (v validator) boundOr(p path, key string) path {
	if v.has(p.with(key)) {
		return p.with(key)
	}
	return p
}
