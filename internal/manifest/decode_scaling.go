package manifest

import (
	"strconv"
	"strings"
	"time"
)

// The cooldowns where the manifest says nothing, which are Copilot's.
const (
	cooldownIn  = 120 * time.Second
	cooldownOut = 60 * time.Second
)

// decodeScaling reads the map form of count; nil where no range is written.
func decodeScaling(n *node) *Scaling {
	if !n.usable() || n.kind != mapping || n.get("range").empty() {
		return nil
	}
	general := decodeCooldown(n.get("cooldown"), Cooldown{cooldownIn, cooldownOut})
	s := &Scaling{
		CPU:          decodeTracking(n.get("cpu_percentage"), general),
		Memory:       decodeTracking(n.get("memory_percentage"), general),
		Requests:     decodeTracking(n.get("requests"), general),
		ResponseTime: decodeTracking(n.get("response_time"), general),
		QueueDelay:   decodeQueueDelay(n.get("queue_delay"), general),
		Steps:        decodeSteps(n.get("step"), general),
		SpotFrom:     n.get("range").get("spot_from").num(),
	}
	if low, high := decodeRange(n.get("range")); low != nil && high != nil {
		s.Min, s.Max = *low, *high
	}
	for _, e := range named(n.get("custom")) {
		s.Custom = append(s.Custom, decodeCustomMetric(e.key, e.value, general))
	}
	if list := n.get("schedule"); list.usable() {
		for i, item := range list.items {
			s.Schedule = append(s.Schedule, decodeScheduledRange(i, item))
		}
	}
	return s
}

// named are the entries of a map whose values can be used.
func named(n *node) []entry {
	if !n.usable() || n.kind != mapping {
		return nil
	}
	var out []entry
	for _, e := range n.entries {
		if e.value.usable() && e.value.kind == mapping {
			out = append(out, e)
		}
	}
	return out
}

// decodeRange reads "1-10" or {min: 1, max: 10}. What is not written or not a number is nil.
func decodeRange(n *node) (low, high *int) {
	if !n.usable() {
		return nil, nil
	}
	if n.kind == scalar {
		from, to, _ := strings.Cut(n.text, "-")
		return wholeNumber(from), wholeNumber(to)
	}
	return wholeNumber(n.get("min").str()), wholeNumber(n.get("max").str())
}

func wholeNumber(s string) *int {
	v, err := strconv.Atoi(strings.TrimSpace(s))
	if err != nil {
		return nil
	}
	return &v
}

func decodeCooldown(n *node, general Cooldown) Cooldown {
	if in := n.get("in"); !in.empty() {
		general.In = in.duration()
	}
	if out := n.get("out"); !out.empty() {
		general.Out = out.duration()
	}
	return general
}

func decodeTracking(n *node, general Cooldown) *Tracking {
	if !n.usable() || n.kind != mapping {
		return nil
	}
	t := decodeTarget(n, general)
	return &t
}

// decodeTarget reads value, in seconds where it is a duration.
func decodeTarget(n *node, general Cooldown) Tracking {
	t := Tracking{Cooldown: decodeCooldown(n.get("cooldown"), general), HighResolution: n.get("high_resolution").yes()}
	value := n.get("value")
	if t.Value = value.float(); t.Value == 0 {
		t.Value = value.duration().Seconds()
	}
	return t
}

func decodeQueueDelay(n *node, general Cooldown) *QueueDelay {
	if !n.usable() || n.kind != mapping {
		return nil
	}
	return &QueueDelay{
		AcceptableLatency: n.get("acceptable_latency").duration(),
		ProcessingTime:    n.get("msg_processing_time").duration(),
		Cooldown:          decodeCooldown(n.get("cooldown"), general),
	}
}

func decodeMetric(n *node) Metric {
	return Metric{
		Namespace: n.get("namespace").str(), Name: n.get("metric").str(), Dimensions: n.get("dimensions").strMap(),
		Statistic: strings.ToLower(n.get("statistic").str()), Unit: n.get("unit").str(),
	}
}

func decodeCustomMetric(name string, n *node, general Cooldown) CustomMetric {
	return CustomMetric{Name: name, Metric: decodeMetric(n), Tracking: decodeTarget(n, general), KeepTasks: n.get("scale_in").isFalse()}
}

func decodeScheduledRange(i int, n *node) ScheduledRange {
	s := ScheduledRange{Name: n.get("name").str(), At: n.get("at").str(), Timezone: n.get("timezone").str(),
		Start: n.get("start").str(), End: n.get("end").str()}
	if s.Name == "" {
		s.Name = "schedule-" + strconv.Itoa(i+1)
	}
	s.Min, s.Max = decodeRange(n.get("range"))
	return s
}

// float reads a number; 0 where there is none.
func (n *node) float() float64 {
	f, err := strconv.ParseFloat(n.str(), 64)
	if err != nil {
		return 0
	}
	return f
}
