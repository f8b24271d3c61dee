package manifest

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Limits of ECS's deployment configuration.
// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentConfiguration.html
const (
	mostBakeTime   = 24 * time.Hour
	mostDeployment = 33 * time.Hour // that CloudFormation and ECS let a shift of traffic take
)

// deployment checks how a new revision takes the place of the old one.
func (v validator) deployment(w Workload) {
	p := at("deployment")
	n := v.root.find(p)
	if n.empty() || n.kind != mapping || n.bad {
		return
	}
	d := w.Deployment
	v.rolling(p, d)
	v.percentages(p, w)
	v.breaker(p.with("circuit_breaker"), d.Breaker)
	v.rollbackAlarms(p, d)
	v.bakeTime(p, d)
	v.shift(p, "linear", StrategyLinear, d, 3)
	v.shift(p, "canary", StrategyCanary, d, 0.1)
	v.length(p, d)
	v.earlySuccess(p.with("early_success"), d)
	v.hooks(p.with("hooks"), d)
	v.testTraffic(p.with("test_traffic"), w)
	v.traffic(p.with("strategy"), w)
	v.grace(p.with("health_check_grace"), w)
}

// rolling is Copilot's word for two pairs of percentages.
func (v validator) rolling(p path, d Deployment) {
	rolling := p.with("rolling")
	if !v.fromUser(rolling) {
		return
	}
	if d.Strategy != StrategyRolling && v.sure(p.with("strategy")) {
		v.badKey(rolling, "remove it", "has no meaning with strategy %s", strings.ToLower(d.Strategy))
	}
	low, high := rollingPercents(v.root.find(rolling).str())
	for key, stands := range map[string]bool{"minimum_healthy_percent": d.Minimum == low, "maximum_percent": d.Maximum == high} {
		if !stands && v.fromUser(p.with(key)) {
			v.badKey(p.with(key), "keep one of the two", "cannot stand beside rolling, which means %d to %d percent", low, high)
		}
	}
}

// percentages refuses those with which no task can be replaced: ECS rounds the least up and the most down, so that with few
// tasks even different percentages can come to the same number.
func (v validator) percentages(p path, w Workload) {
	low, high := p.with("minimum_healthy_percent"), p.with("maximum_percent")
	d := w.Deployment
	if !v.sure(low, high, at("count")) || d.Strategy != StrategyRolling {
		return
	}
	for n := max(w.Count, 1); n <= w.most(); n++ {
		least, most := (n*d.Minimum+99)/100, n*d.Maximum/100
		if most > n || least < n {
			continue
		}
		place := high
		if !v.fromUser(high) {
			place = low
		}
		v.bad(place, "write maximum_percent: 200, or minimum_healthy_percent: 0 where no task may run twice",
			"with %s no deployment can begin: %d to %d percent is exactly that many", tasksText(n), d.Minimum, d.Maximum)
		return
	}
}

// most is the largest number of tasks that is known to run. Beyond a hundred tasks a percent is a task.
func (w Workload) most() int {
	if w.Scaling != nil {
		return min(w.Scaling.Max, 100)
	}
	return w.Count
}

func tasksText(n int) string {
	if n == 1 {
		return "1 task"
	}
	return strconv.Itoa(n) + " tasks"
}

func (v validator) breaker(p path, b CircuitBreaker) {
	if !b.Enable && v.fromUser(p.with("threshold")) {
		v.badKey(p.with("threshold"), "remove it, or write enable: true", "has no meaning without the circuit breaker")
	}
	if value := p.with("threshold").with("value"); b.ThresholdType == "BOUNDED_PERCENT" && b.Threshold > 100 {
		v.bad(value, "write unbounded_percent where more tasks may fail than there are", "must be at most 100 percent, not %d", b.Threshold)
	}
}

func (v validator) rollbackAlarms(p path, d Deployment) {
	alarms := p.with("rollback_alarms")
	n := v.root.find(alarms)
	if n.empty() || n.bad {
		return
	}
	if n.kind == sequence && len(n.items) == 0 || n.kind == mapping && len(n.entries) == 0 {
		v.bad(alarms, "name an alarm, or write for example cpu_utilization: 70", "names no alarm")
	}
	for i, name := range d.Alarms {
		place := alarms.with(index(i))
		switch {
		case name == "" || len(name) > 255:
			v.bad(place, "", "an alarm's name has from 1 to 255 characters")
		case slices.Contains(d.Alarms[:i], name):
			v.bad(place, "remove one of the two", "%s is written twice", name)
		}
	}
	for key, value := range map[string]*float64{"cpu_utilization": d.AlarmOn.CPU, "memory_utilization": d.AlarmOn.Memory} {
		if value != nil && (*value <= 0 || *value > 100) {
			v.bad(alarms.with(key), "", "must be more than 0 and at most 100 percent, not %v", *value)
		}
	}
}

// minutes checks a duration that ECS counts in minutes.
func (v validator) minutes(p path, d, most time.Duration) {
	switch {
	case !v.has(p) || !v.sure(p):
	case d < 0 || d > most:
		v.bad(p, "", "must be from 0m to %s, not %s", short(most), short(d))
	case d%time.Minute != 0:
		v.bad(p, "write "+short(d.Round(time.Minute)), "must be whole minutes, not %s", d)
	}
}

func (v validator) bakeTime(p path, d Deployment) {
	bake := p.with("bake_time")
	switch {
	case !v.sure(p.with("strategy")):
	case d.BakeTime == nil && d.Strategy == StrategyBlueGreen:
		v.bad(bake, "write for example bake_time: 15m", "is missing: strategy blue_green needs it")
	case d.BakeTime != nil && d.Strategy == StrategyRolling:
		v.badKey(bake, "remove it, or write strategy: blue_green", "has no meaning with strategy rolling")
	case d.BakeTime != nil:
		v.minutes(bake, *d.BakeTime, mostBakeTime)
	}
}

// shift checks the steps of a strategy: percents come in tenths.
func (v validator) shift(p path, key, strategy string, d Deployment, least float64) {
	part := p.with(key)
	if !v.has(part) || !v.sure(part, p.with("strategy")) {
		return
	}
	if d.Strategy != strategy {
		v.badKey(part, "remove it, or write strategy: "+key, "has no meaning with strategy %s", strings.ToLower(d.Strategy))
		return
	}
	percent, bake, s := part.with("step_percent"), part.with("step_bake_time"), d.Linear
	if strategy == StrategyCanary {
		percent, bake, s = part.with("percent"), part.with("bake_time"), d.Canary
	}
	switch {
	case s.Percent < least || s.Percent > 100:
		v.bad(percent, "", "must be from %v to 100 percent, not %v", least, s.Percent)
	case math.Abs(s.Percent*10-math.Round(s.Percent*10)) > 1e-9:
		v.bad(percent, "", "must be whole tenths of a percent, not %v", s.Percent)
	}
	v.minutes(bake, s.BakeTime, mostBakeTime)
}

// length adds up how long the traffic takes to move.
func (v validator) length(p path, d Deployment) {
	bake := time.Duration(0)
	if d.BakeTime != nil {
		bake = *d.BakeTime
	}
	total, place := bake, p.with("bake_time")
	switch {
	case d.Strategy == StrategyLinear && d.Linear != nil && d.Linear.Percent >= 3:
		steps := math.Ceil(100/d.Linear.Percent - 1e-9)
		total += time.Duration(steps-1) * d.Linear.BakeTime
		place = p.with("linear").with("step_bake_time")
	case d.Strategy == StrategyCanary && d.Canary != nil:
		total += d.Canary.BakeTime
		place = p.with("canary").with("bake_time")
	}
	if total > mostDeployment && bake <= mostBakeTime {
		if !v.fromUser(place) {
			place = p.with("strategy")
		}
		v.bad(place, "take larger steps or shorter times", "the traffic would take %s to move, and may take %s", short(total), short(mostDeployment))
	}
}

func (v validator) earlySuccess(p path, d Deployment) {
	e := d.EarlySuccess
	if e == nil {
		return
	}
	percent := p.with("healthy_percent")
	switch {
	case !v.sure(at("deployment.strategy")):
	case d.Strategy != StrategyRolling:
		v.badKey(p, "remove it, or write strategy: rolling", "has no meaning with strategy %s", strings.ToLower(d.Strategy))
	case v.has(percent) && e.HealthyPercent < d.Minimum:
		v.bad(percent, "write at least "+strconv.Itoa(d.Minimum), "must not be less than minimum_healthy_percent (%d)", d.Minimum)
	}
}

func (v validator) hooks(p path, d Deployment) {
	if v.has(p) && d.Strategy == StrategyRolling && v.sure(p, at("deployment.strategy")) {
		v.badKey(p, "remove them, or write strategy: blue_green", "strategy rolling has none of the stages that hooks are for")
		return
	}
	for i, h := range d.Hooks {
		item := p.with(index(i))
		v.stages(item.with("stages"), h)
		v.minutes(item.with("timeout"), h.Timeout, 14*24*time.Hour)
		if !h.Pause {
			v.lambdaHook(item, h)
			continue
		}
		for _, key := range []string{"function", "role", "details"} {
			if v.has(item.with(key)) {
				v.badKey(item.with(key), "remove it, or write type: lambda", "has no meaning with type pause")
			}
		}
	}
}

func (v validator) stages(p path, h Hook) {
	if n := v.root.find(p); !n.empty() && v.sure(p) && len(n.items) == 0 {
		v.bad(p, "for example [POST_TEST_TRAFFIC_SHIFT]", "must not be empty")
	}
	for i, stage := range h.Stages {
		place := p.with(index(i))
		switch {
		case slices.Contains(h.Stages[:i], stage):
			v.bad(place, "remove one of the two", "%s is written twice", stage)
		case h.Pause && (stage == "TEST_TRAFFIC_SHIFT" || stage == "PRODUCTION_TRAFFIC_SHIFT"):
			v.bad(place, "write PRE_PRODUCTION_TRAFFIC_SHIFT or POST_"+stage, "a deployment cannot pause at %s", stage)
		}
	}
}

func (v validator) lambdaHook(item path, h Hook) {
	function := item.with("function")
	switch {
	case h.Function == "" && v.sure(function, item.with("type")):
		v.bad(function, "write the ARN of a Lambda function, or type: pause", "is missing")
	case h.Function != "" && !isARN(h.Function, "lambda"):
		v.bad(function, "it looks like arn:aws:lambda:<region>:<account>:function:…", "%q is no ARN of a Lambda function", h.Function)
	}
	if h.Role != "" && !isARN(h.Role, "iam") {
		v.bad(item.with("role"), "it looks like arn:aws:iam::<account>:role/…", "%q is no ARN of a role", h.Role)
	}
}

// traffic: a strategy that moves traffic in parts needs some to move, and one place where it moves.
func (v validator) traffic(p path, w Workload) {
	strategy := w.Deployment.Strategy
	balanced := w.HTTP != nil || w.InternalHTTP != nil
	if strategy == StrategyRolling || !v.sure(p) {
		return
	}
	if (strategy == StrategyLinear || strategy == StrategyCanary) && !balanced && w.Network.Connect == nil {
		v.bad(p, "write http or network.connect, or strategy: blue_green", "has no traffic to move: the service has neither a load balancer nor Service Connect")
	}
	if n := v.root.get("nlb"); n != nil && n.kind == mapping {
		v.badKey(at("nlb"), "write strategy: rolling", "ferry moves the traffic of Application Load Balancers only: strategy %s cannot stand beside it", strings.ToLower(strategy))
	}
}

func (v validator) grace(p path, w Workload) {
	if w.Deployment.HealthCheckGrace == nil {
		return
	}
	v.within(p, *w.Deployment.HealthCheckGrace, 0, (1<<31-1)*time.Second)
}
