package manifest

import (
	"strconv"
	"strings"
	"time"
)

// requestDriven says what becomes of a service of App Runner's: nothing here is an error, since a manifest that Copilot
// takes is taken as it is.
// https://docs.aws.amazon.com/apprunner/latest/dg/apprunner-availability-change.html
func (v validator) requestDriven(w Workload) {
	if !w.Express { // what was asked for needs no warning: a deploy says it
		v.warn(at("type"), "the same service as type: "+LoadBalancedWebService+" says it without this warning",
			"App Runner takes no new customers: ferry runs this service on Fargate behind the environment's load balancer, which is its address; "+
				"it keeps count tasks running at all times instead of scaling by requests")
	}
	if n := v.root.get("count"); n.usable() && n.kind == scalar && n.origin != FromDefault {
		if _, number := parseInt(n.str()); !number {
			v.warn(at("count"), "write a number of tasks, for example count: 2", "an App Runner auto scaling configuration has no meaning on ECS: 1 task runs")
		}
	}
	v.requestDrivenSize(w)
	v.tags(w.Tags, 30)
	if w.HTTP == nil {
		return
	}
	if p := at("http.private.endpoint"); v.fromUser(p) {
		v.warn(p, "write private: true", "the internal load balancer needs no VPC endpoint: this one is left alone")
	}
	if w.Express {
		v.express(w)
		return
	}
	v.requestDrivenCheck(w.HTTP.HealthCheck)
}

// requestDrivenSize tells a size that is not the one written.
func (v validator) requestDrivenSize(w Workload) {
	cpu, memory := v.root.get("cpu").num(), v.root.get("memory").num()
	if cpu == w.CPU && memory == w.Memory || cpu == 0 || memory == 0 {
		return
	}
	p := at("memory")
	if cpu != w.CPU || !v.fromUser(p) {
		p = at("cpu")
	}
	size := strconv.Itoa(w.CPU) + " CPU units and " + strconv.Itoa(w.Memory) + " MiB"
	v.warn(p, "write cpu: "+strconv.Itoa(w.CPU)+" and memory: "+strconv.Itoa(w.Memory),
		"Fargate has no tasks with %d CPU units and %d MiB: the next larger runs, %s", cpu, memory, size)
}

// requestDrivenCheck tells which of App Runner's bounds are not the load balancer's.
func (v validator) requestDrivenCheck(c HTTPHealthCheck) {
	n := v.root.find(at("http.healthcheck"))
	for key, used := range map[string]int{"healthy_threshold": c.HealthyThreshold, "unhealthy_threshold": c.UnhealthyThreshold} {
		if p := at("http.healthcheck", key); v.fromUser(p) && n.get(key).num() != used {
			v.warn(p, "write "+strconv.Itoa(used), "a load balancer has 2 to 10: %d it is", used)
		}
	}
	for key, used := range map[string]time.Duration{"timeout": c.Timeout, "interval": c.Interval} {
		if p := at("http.healthcheck", key); v.fromUser(p) && n.get(key).duration() != used {
			v.warn(p, "write "+short(used), "a load balancer checks every 5s to 5m, for whole seconds from 2s and for less than the interval: %s it is", short(used))
		}
	}
}

// tags checks tags that are given to AWS beside ferry's own.
func (v validator) tags(tags map[string]string, most int) {
	if len(tags) > most {
		v.bad(at("tags"), "", "a resource has at most 50 tags, ferry's own and the application's included: write at most %d, not %d", most, len(tags))
	}
	for _, key := range sortedKeys(tags) {
		p := at("tags", key)
		switch lower := strings.ToLower(key); {
		case strings.HasPrefix(lower, "aws:"), strings.HasPrefix(lower, "ferry:"):
			v.bad(p, "choose another name", "tags that begin with %s are not yours to set", lower[:strings.Index(lower, ":")+1])
		case len([]rune(key)) > 128 || len([]rune(tags[key])) > 256:
			v.bad(p, "", "a tag has at most 128 characters, and its value 256")
		}
	}
}
