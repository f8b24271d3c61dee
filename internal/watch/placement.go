package watch

import "strings"

// placement says what to do where ECS finds no instance for a task. The deployment goes on trying: no task has failed, so
// no circuit breaker ends it.
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-event-messages-list.html
func placement(message string, h Hints) string {
	m := strings.ToLower(message)
	switch {
	case !strings.Contains(m, "unable to place a task"):
		return ""
	case strings.Contains(m, "no container instances were found"):
		return "no instance has joined the cluster: let the environment make some (cluster.capacity_providers) and name them in capacity_providers of " + manifest(h) + ", or write launch_type: fargate"
	case strings.Contains(m, "insufficient memory"), strings.Contains(m, "insufficient cpu"):
		return "no instance has room: make memory and cpu smaller in " + manifest(h) + ", or the group of instances larger"
	case strings.Contains(m, "already using a port"):
		return "each instance has the port once: write network.mode: bridge or awsvpc in " + manifest(h) + ", or make the group of instances larger"
	case strings.Contains(m, "missing an attribute"), strings.Contains(m, "placement constraint"):
		return "no instance is as placement in " + manifest(h) + " wants it, or has what the task needs"
	case strings.Contains(m, "capacity is unavailable"):
		return "AWS has no room for the task just now: wait, or choose another task size or capacity provider"
	}
	return "look at the instances of the cluster: launch type, placement and size in " + manifest(h) + " must fit one of them"
}
