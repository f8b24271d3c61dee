package manifest

import (
	"strconv"
	"strings"
	"time"
)

// decodeDeployment reads how a service is deployed. A manifest of a type without the block has ECS's own way.
func decodeDeployment(n *node) Deployment {
	if !n.usable() || n.kind != mapping {
		return Deployment{Strategy: StrategyRolling, Minimum: 100, Maximum: 200, Breaker: CircuitBreaker{Enable: true, Rollback: true, Reset: true}, AlarmRollback: true}
	}
	alarms := n.get("rollback_alarms")
	d := Deployment{
		Strategy:         strings.ToUpper(n.get("strategy").str()),
		Minimum:          n.get("minimum_healthy_percent").num(),
		Maximum:          n.get("maximum_percent").num(),
		Breaker:          decodeBreaker(n.get("circuit_breaker")),
		AlarmRollback:    n.get("rollback_on_alarm").yes(),
		BakeTime:         n.get("bake_time").span(),
		HealthCheckGrace: n.get("health_check_grace").span(),
		Linear:           decodeShift(n.get("linear"), "step_percent", "step_bake_time"),
		Canary:           decodeShift(n.get("canary"), "percent", "bake_time"),
	}
	if alarms != nil && alarms.kind == sequence {
		d.Alarms = alarms.strs()
	}
	d.AlarmOn = AlarmThresholds{CPU: alarms.get("cpu_utilization").bound(), Memory: alarms.get("memory_utilization").bound()}
	if v := alarms.get("messages_delayed"); !v.empty() && v.usable() {
		count := v.num()
		d.AlarmOn.MessagesDelayed = &count
	}
	if test := n.get("test_traffic"); test.usable() && test.kind == mapping {
		d.TestTraffic = &TestTraffic{Header: test.get("header").str(), Value: test.get("value").str()}
	}
	if early := n.get("early_success"); early.usable() && early.kind == mapping {
		d.EarlySuccess = &EarlySuccess{HealthyPercent: early.get("healthy_percent").num(), Cleanup: strings.ToUpper(early.get("cleanup").str())}
	}
	if hooks := n.get("hooks"); hooks.usable() {
		for _, item := range hooks.items {
			d.Hooks = append(d.Hooks, decodeHook(item))
		}
	}
	return d
}

func decodeBreaker(n *node) CircuitBreaker {
	b := CircuitBreaker{Enable: n.get("enable").yes(), Rollback: n.get("rollback").yes(), Reset: n.get("reset_on_healthy_task").yes()}
	if t := n.get("threshold"); t.usable() && t.kind == mapping {
		b.ThresholdType, b.Threshold = strings.ToUpper(t.get("type").str()), t.get("value").num()
	}
	return b
}

func decodeShift(n *node, percent, bake string) *Shift {
	if !n.usable() || n.kind != mapping {
		return nil
	}
	return &Shift{Percent: n.get(percent).float(), BakeTime: n.get(bake).duration()}
}

func decodeHook(n *node) Hook {
	h := Hook{
		Pause: strings.EqualFold(n.get("type").str(), "pause"), Function: n.get("function").str(), Role: n.get("role").str(),
		Details: n.get("details").anything(),
		Timeout: n.get("timeout").duration(), TimeoutAction: strings.ToUpper(n.get("on_timeout").str()),
	}
	for _, stage := range n.get("stages").strs() {
		h.Stages = append(h.Stages, strings.ToUpper(stage))
	}
	return h
}

// span reads a duration that may not be written.
func (n *node) span() *time.Duration {
	if n.empty() || !n.usable() {
		return nil
	}
	d := n.duration()
	return &d
}

// bound reads a number that may not be written.
func (n *node) bound() *float64 {
	if n.empty() || !n.usable() {
		return nil
	}
	f := n.float()
	return &f
}

// computeDeployment fills in what follows from the strategy and from rolling.
func computeDeployment(root *node) {
	n := root.get("deployment")
	if n == nil || n.kind != mapping {
		return
	}
	low, high := rollingPercents(n.get("rolling").str())
	if strings.EqualFold(root.get("scheduling").str(), "daemon") {
		low, high = 0, 100 // there is one place per instance: the old task makes way for the new one
	}
	computed(n, "minimum_healthy_percent", strconv.Itoa(low))
	computed(n, "maximum_percent", strconv.Itoa(high))
	switch strings.ToUpper(n.get("strategy").str()) {
	case StrategyLinear:
		shift := n.part("linear")
		computed(shift, "step_percent", "10")
		computed(shift, "step_bake_time", "6m")
	case StrategyCanary:
		shift := n.part("canary")
		computed(shift, "percent", "5")
		computed(shift, "bake_time", "10m")
	}
	if hooks := n.get("hooks"); hooks != nil {
		for _, item := range hooks.items {
			computed(item, "timeout", "24h")
		}
	}
}

// rollingPercents are how many tasks Copilot's words let run during a deployment.
func rollingPercents(word string) (minimum, maximum int) {
	if strings.EqualFold(word, "recreate") {
		return 0, 100
	}
	return 100, 200
}

// part is the map under a key, made where it is not written.
func (n *node) part(key string) *node {
	if p := n.get(key); !p.empty() || p != nil && p.bad {
		return p
	}
	p := &node{kind: mapping, origin: FromDefault}
	n.set(key, p)
	return p
}
