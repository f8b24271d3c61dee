package manifest

import "time"

// decodeRequestDriven brings what App Runner allowed to what ECS and the load balancer have.
func decodeRequestDriven(w *Workload, root *node) {
	w.CPU, w.Memory = nextSize(w.CPU, w.Memory)
	w.Express = root.get("express").yes()
	decodeExpressCount(w, root.get("count"))
	w.Tags = root.get("tags").strMap()
	if w.HTTP == nil {
		return
	}
	private := root.get("http").get("private")
	w.HTTP.Private = private.yes() || private.usable() && private.kind == mapping
	if w.Express {
		return // of the rest nothing has a meaning
	}
	c := &w.HTTP.HealthCheck
	c.HealthyThreshold, c.UnhealthyThreshold = bounded(c.HealthyThreshold, 2, 10), bounded(c.UnhealthyThreshold, 2, 10)
	c.Timeout = bounded(c.Timeout.Round(time.Second), 2*time.Second, 119*time.Second)
	c.Interval = bounded(c.Interval.Round(time.Second), max(5*time.Second, c.Timeout+time.Second), 300*time.Second)
}

// decodeExpressCount reads count: a number, the range and the metric of Express Mode, or a name that means 1 task.
func decodeExpressCount(w *Workload, count *node) {
	if w.Scaling == nil {
		if _, number := parseInt(count.str()); !number && count.usable() && count.kind == scalar {
			w.Count = 1
		}
		return
	}
	for key, to := range map[string]**Tracking{"cpu_percentage": &w.Scaling.CPU, "memory_percentage": &w.Scaling.Memory, "requests": &w.Scaling.Requests} {
		if n := count.get(key); n.usable() && n.kind == scalar {
			*to = &Tracking{Value: n.float()}
		}
	}
}

// bounded is the nearest value within bounds.
func bounded[T int | time.Duration](v, low, high T) T { return min(max(v, low), high) }
