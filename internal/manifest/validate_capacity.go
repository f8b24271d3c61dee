package manifest

import (
	"slices"
	"strings"
)

// where checks what a manifest says about where its tasks run, as far as one manifest can know: what the environment's
// cluster has, package plan looks up.
func (v validator) where(kind rune, w Workload) {
	v.strategy(w)
	v.fargate(w)
	v.instances(w)
	v.windowsTasks(w)
	v.daemon(kind, w)
	v.placement(w)
	v.rebalancing(w)
	v.networkMode(kind, w)
}

// maxStrategy is how many capacity providers a strategy takes.
// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateService.html
const maxStrategy = 20

// strategyPath is where the i-th item of the strategy stands: count.spot says one too.
func (v validator) strategyPath(i int) path {
	if v.has(at("capacity_providers")) {
		return at("capacity_providers", index(i))
	}
	if v.has(at("count.spot")) {
		return at("count.spot")
	}
	return at("count.range.spot_from")
}

// strategy checks a capacity provider strategy. That it stands beside no launch type, and that numbers are within their
// bounds, the table says.
func (v validator) strategy(w Workload) {
	p := at("capacity_providers")
	for _, spot := range []path{at("count.spot"), at("count.range.spot_from")} {
		switch {
		case !v.fromUser(spot):
		case v.fromUser(p):
			v.bad(spot, "keep one of the two", "is a strategy of its own, and cannot stand beside capacity_providers")
		case w.Capacity.LaunchType != "":
			v.bad(spot, "remove launch_type", "Fargate Spot is a capacity provider, and cannot stand beside launch_type")
		}
	}
	if v.has(p) {
		v.shares(p, w.Capacity.Strategy)
	}
}

// shares checks a strategy of a service, or the environment's default one.
func (v validator) shares(p path, items []StrategyItem) {
	if !v.sure(p) {
		return
	}
	switch n := v.root.find(p); {
	case n.kind == sequence && len(items) == 0:
		v.bad(p, "name at least one, or remove it", "must not be empty")
		return
	case len(items) > maxStrategy:
		v.bad(p, "", "a strategy has at most %d capacity providers, and these are %d", maxStrategy, len(items))
	}
	base, weights, fargate := -1, 0, 0
	for i, item := range items {
		at := p.with(index(i))
		v.provider(at.with("name"), item.Provider)
		if slices.ContainsFunc(items[:i], func(o StrategyItem) bool { return o.Provider == item.Provider }) && item.Provider != "" {
			v.bad(at.with("name"), "remove one of the two", "%s is written twice", item.Provider)
		}
		if item.Base > 0 && base >= 0 {
			v.bad(at.with("base"), "keep one base", "only one capacity provider may have a base, and %s has one", items[base].Provider)
		} else if item.Base > 0 {
			base = i
		}
		weights += item.Weight
		if IsFargate(item.Provider) {
			fargate++
		}
	}
	if weights == 0 && v.sureOfAll(p, len(items), "weight") {
		v.bad(p, "give one a weight of 1 or more", "no capacity provider has a weight, so no task could be placed")
	}
	if fargate > 0 && fargate < len(items) {
		v.bad(p, "keep one kind", "Fargate and instances cannot share a strategy")
	}
}

// sureOfAll tells whether a field of every item of a list was read.
func (v validator) sureOfAll(p path, n int, key string) bool {
	for i := range n {
		if !v.sure(p.with(index(i)).with(key)) {
			return false
		}
	}
	return true
}

// provider checks the name of a capacity provider.
// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateCapacityProvider.html
func (v validator) provider(p path, name string) {
	upper := strings.ToUpper(name)
	switch {
	case name == "" && v.has(p):
		v.bad(p, "remove it", "must not be empty")
	case strings.HasPrefix(upper, "FARGATE") && upper != name:
		v.bad(p, "write "+upper, "%q: AWS writes its own providers in capitals", name)
	case strings.HasPrefix(upper, "FARGATE") && !IsFargate(name), strings.HasPrefix(upper, "AWS"), strings.HasPrefix(upper, "ECS"):
		v.bad(p, "the ones of AWS are FARGATE and FARGATE_SPOT", "there is no capacity provider %q, and your own may not begin like that", name)
	case len(name) > 255 || strings.Trim(strings.ToLower(name), "abcdefghijklmnopqrstuvwxyz0123456789-_") != "":
		v.bad(p, "use letters, digits, - and _", "%q is no name of a capacity provider", name)
	}
}

// instances checks what stands in the way of tasks on instances, whosever they are.
func (v validator) instances(w Workload) {
	c := w.Capacity
	if c.Fargate() {
		return
	}
	if c.PlatformVersion != "" {
		v.badKey(at("platform_version"), "remove it", "only Fargate has platform versions")
	}
	v.instanceSize(w)
	switch c.LaunchType {
	case LaunchExternal:
		v.external(w)
	case LaunchManagedInstances:
		v.managed(w)
	}
}

// managed checks what ECS Managed Instances do not have.
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/managed-instance-networking.html
func (v validator) managed(w Workload) {
	if m := w.Mode(); m != ModeAwsvpc && m != ModeHost {
		v.bad(at("network.mode"), "write awsvpc or host", "Managed Instances have no network mode %s", m)
	}
	if w.Platform.Windows() {
		v.bad(at("platform"), "write linux/x86_64, or launch_type: ec2", "Managed Instances run Linux only")
	}
}

// external checks what ECS Anywhere does not have.
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-anywhere.html
func (v validator) external(w Workload) {
	if m := w.Mode(); m == ModeAwsvpc {
		v.bad(at("network.mode"), "write bridge, host or none", "external instances have no network mode awsvpc")
	}
	if w.HTTP != nil {
		v.badKey(at("http"), "remove it, or write http: false", "a load balancer does not reach external instances")
	}
	if w.Network.Connect != nil {
		v.bad(at("network.connect"), "remove it", "Service Connect does not reach external instances")
	}
	if c := w.Capacity.Rebalancing; c == "ENABLED" {
		v.bad(at("availability_zone_rebalancing"), "remove it", "external instances are in no availability zone")
	}
}

// windowsTasks checks what Windows tasks do not have, wherever they run.
func (v validator) windowsTasks(w Workload) {
	if !w.Platform.Windows() {
		return
	}
	if m := w.Mode(); m != ModeAwsvpc && !w.Capacity.Fargate() {
		v.bad(at("network.mode"), "write awsvpc", "Windows tasks have no network mode %s", m)
	}
	if w.Capacity.PIDMode != "" {
		v.bad(at("pid_mode"), "remove it", "Windows tasks have no pid mode")
	}
	if w.Capacity.IPCMode != "" {
		v.bad(at("ipc_mode"), "remove it", "Windows tasks have no ipc mode")
	}
	if w.Capacity.FaultInjection {
		v.bad(at("enable_fault_injection"), "remove it", "Windows tasks have no fault injection")
	}
}

// minInstanceCPU and minMemory are the least that a task or a container may ask for on an instance.
// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RegisterTaskDefinition.html
const (
	minInstanceCPU = 128
	minMemory      = 6
)

func (v validator) instanceSize(w Workload) {
	if v.fromUser(at("cpu")) && w.CPU < minInstanceCPU {
		v.bad(at("cpu"), "write 128 or more, or leave it away", "a task on an instance has at least %d CPU units, not %d", minInstanceCPU, w.CPU)
	}
	switch memory := at("memory"); {
	case !v.sure(memory):
	case !v.has(memory) && eachHasMemory(w):
	case !v.has(memory):
		v.bad(memory, "for example memory: 512", "is missing: on an instance a task has none of its own accord")
	case w.Memory < minMemory:
		v.bad(memory, "write 6 or more", "a task has at least %d MiB, not %d", minMemory, w.Memory)
	}
}

// daemon checks that nothing counts the tasks of a service that has one per instance.
func (v validator) daemon(kind rune, w Workload) {
	if !w.Capacity.Daemon() || w.Capacity.Fargate() {
		return
	}
	for _, p := range []path{at("count"), at("placement.strategies"), at("capacity_providers")} {
		if v.fromUser(p) {
			v.badKey(p, "remove it, or write scheduling: replica", "a daemon runs once on every instance")
		}
	}
	if w.Capacity.LaunchType == LaunchManagedInstances {
		v.bad(at("scheduling"), "write replica", "Managed Instances take no services of daemons")
	}
	if w.Capacity.Rebalancing == "ENABLED" {
		v.bad(at("availability_zone_rebalancing"), "remove it", "a daemon runs in every zone anyway")
	}
}

// placement checks constraints and strategies.
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-placement.html
func (v validator) placement(w Workload) {
	p := at("placement.constraints")
	if n := len(w.Capacity.Constraints); n > 10 {
		v.bad(p, "", "a task has at most 10 placement constraints, and these are %d", n)
	}
	for i, c := range w.Capacity.Constraints {
		at := p.with(index(i))
		switch {
		case c.Type != "memberOf" && c.Type != "distinctInstance" && c.Type != "":
			v.bad(at, "write distinctInstance, or {type: memberOf, expression: …}", "%q is no placement constraint", c.Type)
		case c.Type == "memberOf" && c.Expression == "":
			v.bad(at, "for example expression: \"attribute:ecs.instance-type =~ c7.*\"", "memberOf needs an expression")
		case c.Type == "distinctInstance" && c.Expression != "":
			v.bad(at.with("expression"), "remove it", "distinctInstance has no expression")
		}
	}
	p = at("placement.strategies")
	if n := len(w.Capacity.Strategies); n > 5 {
		v.bad(p, "", "a service has at most 5 placement strategies, and these are %d", n)
	}
	for i, s := range w.Capacity.Strategies {
		v.placementStrategy(p.with(index(i)), s)
	}
}

func (v validator) placementStrategy(p path, s PlacementStrategy) {
	field := p.with("field")
	switch s.Type {
	case "random":
		if s.Field != "" {
			v.bad(field, "remove it", "random has no field")
		}
	case "spread":
		if s.Field != "instanceId" && s.Field != "host" && !strings.HasPrefix(s.Field, "attribute:") {
			v.bad(field, "write instanceId, or \"attribute:ecs.availability-zone\"", "spread counts by instanceId, host or attribute:<name>, not %q", s.Field)
		}
	case "binpack":
		if f := strings.ToLower(s.Field); f != "cpu" && f != "memory" {
			v.bad(field, "write cpu or memory", "binpack fills cpu or memory, not %q", s.Field)
		}
	}
}

// zoneAttribute is what a placement names the availability zone by.
const zoneAttribute = "attribute:ecs.availability-zone"

// rebalancing checks that ECS may move tasks where the manifest wants it to.
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-rebalancing.html
func (v validator) rebalancing(w Workload) {
	c := w.Capacity
	if c.Rebalancing != "ENABLED" {
		return
	}
	if reason := c.unbalanced(); reason != "" {
		v.bad(at("availability_zone_rebalancing"), "write false, or change the placement", "%s", reason)
	}
}

// unbalanced says why ECS would refuse to move tasks between zones; "" where it would not.
func (c Capacity) unbalanced() string {
	if len(c.Strategies) > 0 && (c.Strategies[0].Type != "spread" || c.Strategies[0].Field != zoneAttribute) {
		return "needs spread over " + zoneAttribute + " as the first placement strategy"
	}
	for _, p := range c.Constraints {
		if strings.Contains(p.Expression, zoneAttribute) {
			return "cannot stand beside a placement constraint on availability zones"
		}
	}
	return ""
}

// Rebalances tells whether ECS shall move tasks between availability zones: where the manifest does not say, wherever
// ECS can.
func (c Capacity) Rebalances() bool {
	if c.Rebalancing != "" {
		return c.Rebalancing == "ENABLED"
	}
	return !c.Daemon() && c.LaunchType != LaunchExternal && c.unbalanced() == ""
}

// networkMode checks what a network mode does not have.
func (v validator) networkMode(kind rune, w Workload) {
	mode, p := w.Mode(), at("network.mode")
	if w.Capacity.FaultInjection && mode != ModeAwsvpc && mode != ModeHost {
		v.bad(at("enable_fault_injection"), "write network.mode: awsvpc or host", "there is no fault injection in network mode %s", mode)
	}
	if mode == ModeAwsvpc || w.Capacity.Fargate() {
		return
	}
	vpc := at("network.vpc")
	for _, field := range []path{vpc.with("security_groups"), vpc.with("placement")} {
		if v.fromUser(field) {
			v.badKey(field, "remove it, or write network.mode: awsvpc", "in network mode %s a task is where its instance is, with its security groups", mode)
		}
	}
	if w.Network.Connect != nil && mode != ModeBridge {
		v.bad(at("network.connect"), "write network.mode: awsvpc or bridge", "there is no Service Connect in network mode %s", mode)
	}
	if mode != ModeNone {
		return
	}
	for _, field := range []path{at("image.port"), at("http")} {
		n := v.root.find(field)
		if v.fromUser(field) && !n.isFalse() && !(kind == kindLoadBalanced && field.String() == "image.port") {
			v.bad(p, "write network.mode: bridge", "without a network nothing reaches %s", field)
			return
		}
	}
}

func joined(words []string) string { return strings.Join(words, ", ") }
