package manifest

import (
	"errors"
	"slices"
	"strings"
	"time"

	"ferry.dev/ferry/internal/diag"
	"ferry.dev/ferry/internal/schedule"
)

// metricsOf are the metrics of count that a kind of manifest scales on.
func metricsOf(kind rune) []string {
	switch kind {
	case kindLoadBalanced, kindBackend:
		return []string{"cpu_percentage", "memory_percentage", "requests", "response_time", "custom", "step"}
	case kindWorker:
		return []string{"cpu_percentage", "memory_percentage", "queue_delay", "custom", "step"}
	}
	return nil
}

// metricKeys are all of them.
func metricKeys() []string {
	return []string{"cpu_percentage", "memory_percentage", "requests", "response_time", "queue_delay", "custom", "step"}
}

// scaling checks the map form of count.
func (v validator) scaling(kind rune, w Workload) {
	count := at("count")
	n := v.root.find(count)
	if n.empty() || n.kind != mapping || n.bad {
		return
	}
	switch kind {
	case kindJob:
		v.jobCount(n)
		return
	case kindRequestDriven:
		v.expressCount(w, n)
		return
	}
	if !v.scalingKeys(kind, n) {
		return
	}
	v.cooldown(count.with("cooldown"))
	s := w.Scaling
	if s == nil {
		return
	}
	v.taskRange(count.with("range"), s)
	v.tracked(w)
	v.queueDelay(s.QueueDelay)
	v.customMetrics(s.Custom)
	v.steps(kind, w)
	v.scheduledRanges(s)
}

// jobCount: a job starts its tasks itself.
func (v validator) jobCount(n *node) {
	for _, e := range n.entries {
		if e.key != "spot" {
			v.badKey(at("count", e.key), "write a number of tasks", "a Scheduled Job does not scale: each run starts its tasks")
		}
	}
}

// scalingKeys checks which fields stand beside which. It tells whether what they say is worth checking.
func (v validator) scalingKeys(kind rune, n *node) bool {
	count := at("count")
	var metrics []string
	fine := true
	for _, key := range metricKeys() {
		if n.get(key).empty() {
			continue
		}
		metrics = append(metrics, key)
		if !slices.Contains(metricsOf(kind), key) {
			fine = false
			v.badKey(count.with(key), "it scales on "+strings.Join(metricsOf(kind), ", "), "a %s does not scale on %s", typeName(kind), key)
		}
	}
	scaling := metrics
	if !n.get("schedule").empty() {
		scaling = append(scaling, "schedule")
	}
	hasRange, spot := !n.get("range").empty(), !n.get("spot").empty()
	switch {
	case spot && (hasRange || len(scaling) > 0):
		other := "range"
		if !hasRange {
			other = scaling[0]
		}
		v.badKey(count.with(other), "count.range.spot_from lets auto scaling use Fargate Spot", "cannot stand beside spot")
		return false
	case hasRange && len(scaling) == 0:
		v.badKey(count.with("range"), "for example cpu_percentage: 70", "needs something to scale on: %s or schedule", strings.Join(metricsOf(kind), ", "))
		return false
	case !hasRange && len(scaling) > 0:
		v.badKey(count.with(scaling[0]), "write range: 1-10", "needs count.range: between how many tasks it may choose")
		return false
	case !n.get("cooldown").empty() && len(metrics) == 0:
		v.badKey(count.with("cooldown"), "for example cpu_percentage: 70", "needs a metric that it is about")
	case !hasRange && !spot && fine:
		v.bad(count, "write range: 1-10 and a metric, or just a number", "says no number of tasks")
		return false
	}
	return fine
}

func (v validator) taskRange(p path, s *Scaling) {
	n := v.root.find(p)
	if !v.sure(p) {
		return
	}
	low, high := decodeRange(n)
	if n.kind == mapping {
		if !v.sure(p.with("min"), p.with("max")) || low == nil || high == nil {
			return // reported as missing
		}
		p = p.with("min")
	}
	switch {
	case low == nil || high == nil || *low < 0 || *high < 0:
		v.bad(p, "write the fewest and the most tasks: 1-10", "%q is no range", n.text)
	case *low > *high:
		v.bad(p, "write the smaller number first", "the fewest tasks (%d) are more than the most (%d)", *low, *high)
	case *high < 1 || *high > 5000:
		v.bad(p, "", "a service has from 1 to 5000 tasks, not %d", *high)
	case s.SpotFrom > *high:
		v.warn(at("count.range.spot_from"), "", "no task runs on Fargate Spot: there are at most %d", *high)
	}
}

// cooldown: Application Auto Scaling counts whole seconds.
func (v validator) cooldown(p path) {
	for _, key := range []string{"in", "out"} {
		v.within(p.with(key), v.root.find(p.with(key)).duration(), 0, 24*time.Hour)
	}
}

// tracked checks the metrics that ECS and the load balancer measure.
func (v validator) tracked(w Workload) {
	for _, key := range []string{"cpu_percentage", "memory_percentage", "requests", "response_time"} {
		p := at("count", key)
		v.cooldown(p.with("cooldown"))
		if (key == "requests" || key == "response_time") && v.has(p) && w.HTTP == nil && w.InternalHTTP == nil && v.sure(at("http")) {
			v.badKey(p, "write http: {path: /}, or scale on cpu_percentage", "needs http: it is an Application Load Balancer that counts and measures requests")
		}
	}
	if t := w.Scaling.ResponseTime; t != nil && v.has(at("count.response_time.value")) && t.Value <= 0 {
		v.bad(at("count.response_time.value"), "write for example 250ms", "must be longer than nothing")
	}
}

func (v validator) queueDelay(q *QueueDelay) {
	if q == nil {
		return
	}
	p := at("count.queue_delay")
	v.cooldown(p.with("cooldown"))
	latency, processing := p.with("acceptable_latency"), p.with("msg_processing_time")
	if !v.has(latency) || !v.has(processing) || !v.sure(latency, processing) {
		return // reported as missing
	}
	switch {
	case q.ProcessingTime <= 0:
		v.bad(processing, "write for example 250ms", "must be longer than nothing")
	case q.AcceptableLatency < q.ProcessingTime:
		v.bad(latency, "", "a message cannot be done in %s when a task works on it for %s", q.AcceptableLatency, q.ProcessingTime)
	}
}

func (v validator) customMetrics(list []CustomMetric) {
	for _, m := range list {
		p := at("count.custom", m.Name)
		v.scalingName(p, m.Name)
		v.metric(p, m.Metric)
		v.cooldown(p.with("cooldown"))
		if value := p.with("value"); v.has(value) && m.Value <= 0 {
			v.bad(value, "", "must be more than 0")
		}
	}
}

// scalingName: the name becomes part of that of a policy, an alarm and a resource in the template.
func (v validator) scalingName(p path, name string) {
	if fault := nameFault(name, 63); fault != "" {
		v.badKey(p, "for example busy", "%q %s", name, fault)
	}
}

// metric holds the bounds of CloudWatch's MetricDatum and Application Auto Scaling's MetricDimension.
func (v validator) metric(p path, m Metric) {
	for key, value := range map[string]string{"namespace": m.Namespace, "metric": m.Name} {
		if field := p.with(key); v.has(field) && (value == "" || len(value) > 255) {
			v.bad(field, "", "must have from 1 to 255 characters")
		}
	}
	if n := len(m.Dimensions); n > 30 {
		v.bad(p.with("dimensions"), "", "a metric has at most 30 dimensions, and these are %d", n)
	}
	for _, name := range sortedKeys(m.Dimensions) {
		if value := m.Dimensions[name]; value == "" || len(value) > 1024 {
			v.bad(p.with("dimensions").with(name), "", "must have from 1 to 1024 characters")
		}
	}
}

func (v validator) scheduledRanges(s *Scaling) {
	list := at("count.schedule")
	seen := map[string]bool{}
	for i, r := range s.Schedule {
		p := list.with(index(i))
		if !v.sure(p) {
			continue
		}
		v.scheduledTimes(p, r)
		v.scheduleRange(p.with("range"), r)
		if fault := nameFault(r.Name, 200); fault != "" {
			v.bad(p.with("name"), "for example morning", "%q %s", r.Name, fault)
		} else if seen[r.Name] {
			v.bad(p.with("name"), "give each its own name", "%q is written twice", r.Name)
		}
		seen[r.Name] = true
	}
}

func (v validator) scheduleRange(p path, r ScheduledRange) {
	n := v.root.find(p)
	if n.empty() || !v.sure(p, p.with("min"), p.with("max")) {
		return
	}
	switch {
	case n.kind == scalar && (r.Min == nil || r.Max == nil):
		v.bad(p, "write the fewest and the most tasks: 4-20", "%q is no range", n.text)
	case r.Min == nil && r.Max == nil:
		v.bad(p, "write min, max or both", "says neither the fewest nor the most tasks")
	case r.Min != nil && r.Max != nil && *r.Min > *r.Max:
		v.bad(p, "write the smaller number first", "the fewest tasks (%d) are more than the most (%d)", *r.Min, *r.Max)
	case r.Min != nil && *r.Min < 0, r.Max != nil && (*r.Max < 0 || *r.Max > 5000):
		v.bad(p, "", "a service has from 0 to 5000 tasks")
	}
}

// scheduledTimes checks when a change of the range happens, in the words that the schedules of jobs have too.
// https://docs.aws.amazon.com/autoscaling/application/userguide/scheduled-scaling-using-cron-expressions.html
func (v validator) scheduledTimes(p path, r ScheduledRange) {
	when, zone := p.with("at"), p.with("timezone")
	if v.has(when) && v.sure(when) {
		s, err := schedule.Parse(r.At)
		var e *schedule.Error
		switch {
		case errors.As(err, &e):
			v.report(diag.Error, v.inText(when, e.Offset), when, e.Hint, "%s", e.Message)
		case s.Expression() == "":
			v.bad(when, "remove the entry", "a change of the range needs a time")
		case v.has(zone) && s.Rate() > 0:
			v.bad(zone, "remove it", "a rate knows no time zone")
		}
	}
	if _, err := schedule.Zone(r.Timezone); v.has(zone) && err != nil {
		v.bad(zone, "write a name of the IANA's, like Europe/Berlin or America/New_York", "%q is no time zone", r.Timezone)
	}
	start, okStart := v.moment(p.with("start"), r.Start)
	end, okEnd := v.moment(p.with("end"), r.End)
	if okStart && okEnd && r.Start != "" && r.End != "" && !start.Before(end) {
		v.bad(p.with("end"), "", "must be later than start")
	}
}
