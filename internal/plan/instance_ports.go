package plan

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"ferry.dev/ferry/internal/manifest"
)

// The ports that Docker gives to containers in bridge mode, on the images that AWS recommends for ECS.
// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PortMapping.html
const ephemeralPorts = "32768-65535"

// fromTasks is who reaches a port besides a load balancer.
const fromTasks = "Tasks"

// instancePorts says which ports of its instance a workload needs opened, and for whom: nothing where each task has an
// address of its own.
func instancePorts(w manifest.Workload) string {
	if w.Mode() == manifest.ModeAwsvpc || w.Mode() == manifest.ModeNone || w.Capacity.LaunchType == manifest.LaunchExternal {
		return ""
	}
	all := []string{fromTasks + ":"} // a task that nobody calls may call others
	for from, ports := range called(w) {
		for _, port := range ports {
			switch {
			case port == 0:
			case w.Mode() == manifest.ModeBridge:
				all = append(all, from+":"+ephemeralPorts)
			default:
				all = append(all, from+":"+strconv.Itoa(port))
			}
		}
	}
	return joinPorts(all...)
}

// called lists the ports on which the environment's load balancers and other tasks call a workload, health checks included.
func called(w manifest.Workload) map[string][]int {
	ports := map[string][]int{fromTasks: {w.Image.Port}}
	for i, h := range []*manifest.HTTP{w.HTTP, w.InternalHTTP} {
		if h == nil || h.ALB != "" {
			continue
		}
		from := Private
		if i == 0 && facesInternet(w) {
			from = Public
		}
		for _, rule := range rulesOf(*h) {
			target := cmp.Or(rule.TargetPort, w.Image.Port)
			ports[from] = append(ports[from], target, rule.HealthCheck.Port)
			ports[fromTasks] = append(ports[fromTasks], target)
		}
	}
	return ports
}

// joinPorts joins what several workloads need.
func joinPorts(needs ...string) string {
	var all []string
	for _, n := range needs {
		for item := range strings.SplitSeq(n, ",") {
			if item != "" {
				all = append(all, item)
			}
		}
	}
	slices.Sort(all)
	return strings.Join(slices.Compact(all), ",")
}

// InstanceRule opens ports of the environment's instances.
type InstanceRule struct {
	Key      string // ends logical IDs
	From     string // Public, Private or Tasks
	Low, Top int
}

// InstanceRules opens what services in network modes bridge and host need, and nothing where the environment makes no
// instances.
func (e Environment) InstanceRules() []InstanceRule {
	var rules []InstanceRule
	if !e.MakesProviders() {
		return nil
	}
	for item := range strings.SplitSeq(e.InstancePorts, ",") {
		from, ports, _ := strings.Cut(item, ":")
		low, top, isRange := strings.Cut(ports, "-")
		if !isRange {
			top = low
		}
		r := InstanceRule{From: from, Key: fmt.Sprintf("%sTo%s", from, low)}
		var err error
		if r.Low, err = strconv.Atoi(low); err != nil {
			continue
		}
		if r.Top, err = strconv.Atoi(top); err != nil {
			continue
		}
		rules = append(rules, r)
	}
	return rules
}

// Balancer tells whether a load balancer is let in, and not other tasks.
func (r InstanceRule) Balancer() bool { return r.From != fromTasks }

// TasksShareInstances tells whether tasks without addresses of their own run on the environment's instances: what they
// call sees the instance.
func (e Environment) TasksShareInstances() bool { return e.InstancePorts != "" && e.MakesProviders() }
