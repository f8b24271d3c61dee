package plan

import (
	"fmt"
	"strings"

	"ferry.dev/ferry/internal/manifest"
)

// The kinds of targets of a target group.
const (
	TargetIP       = "ip"
	TargetInstance = "instance"
)

// Capacity is where a service's tasks run: a launch type, or a capacity provider strategy.
type Capacity struct {
	LaunchType string // FARGATE, EC2 or EXTERNAL; "" with a strategy
	Strategy   []manifest.StrategyItem
	// Compatibility is what ECS holds the task definition against: FARGATE, EC2, EXTERNAL or MANAGED_INSTANCES.
	Compatibility string
	Mode          string // network mode: one of manifest's Mode… constants
}

// newCapacity decides where tasks run. Where the manifest says nothing, that is the cluster's default strategy, and where it
// has none Fargate.
func newCapacity(app string, env manifest.Environment, w manifest.Workload) Capacity {
	m := w.Capacity
	if !m.Written() {
		m.Strategy = env.Cluster.DefaultStrategy
	}
	if managed := managedProviders(env); m.LaunchType == manifest.LaunchManagedInstances && len(managed) == 1 {
		// ECS knows the word as a launch type, and takes it as a capacity provider only.
		m.LaunchType, m.Strategy = "", []manifest.StrategyItem{{Provider: managed[0].Name, Weight: 1}}
	}
	c := Capacity{LaunchType: m.LaunchType, Strategy: named(app, env, m.Strategy), Mode: w.Mode()}
	switch {
	case m.LaunchType != "":
		c.Compatibility = m.LaunchType
	case len(m.Strategy) == 0:
		c.LaunchType, c.Compatibility = manifest.LaunchFargate, manifest.LaunchFargate
	default:
		c.Compatibility = compatibility(env, m.Strategy)
	}
	return c
}

// compatibility is the kind of a strategy's capacity providers, which share one. What a provider is that exists already, only
// AWS knows: it is taken for a group of instances.
func compatibility(env manifest.Environment, strategy []manifest.StrategyItem) string {
	first := strategy[0].Provider
	switch p := findProvider(env, first); {
	case manifest.IsFargate(first):
		return manifest.LaunchFargate
	case p != nil && p.Managed != nil:
		return manifest.LaunchManagedInstances
	}
	return manifest.LaunchEC2
}

// Fargate tells whether the tasks run on Fargate.
func (c Capacity) Fargate() bool { return c.Compatibility == manifest.LaunchFargate }

// TargetType is how a load balancer finds the tasks: by their own addresses, or by instance and port.
func (c Capacity) TargetType() string {
	if c.Mode == manifest.ModeAwsvpc {
		return TargetIP
	}
	return TargetInstance
}

// HostPort is the instance's port for a container's: in bridge mode 0, whichever is free.
func (c Capacity) HostPort(container int) int {
	if c.Mode == manifest.ModeBridge {
		return 0
	}
	return container
}

// DesiredCount is how many tasks a release asks for; nil where ECS does not count them.
func (s Service) DesiredCount() *int {
	if s.Manifest.Capacity.Daemon() {
		return nil
	}
	return &s.Manifest.Count
}

// String says where the tasks run: "FARGATE", "FARGATE (base 1), FARGATE_SPOT (weight 3)", and the network mode where that
// is not awsvpc.
func (c Capacity) String() string {
	parts := []string{c.LaunchType}
	if len(c.Strategy) > 0 {
		parts = nil
	}
	for _, item := range c.Strategy {
		var shares []string
		if item.Base > 0 {
			shares = append(shares, fmt.Sprintf("base %d", item.Base))
		}
		if item.Weight != 1 || len(c.Strategy) > 1 {
			shares = append(shares, fmt.Sprintf("weight %d", item.Weight))
		}
		if len(shares) > 0 {
			parts = append(parts, fmt.Sprintf("%s (%s)", item.Provider, strings.Join(shares, ", ")))
		} else {
			parts = append(parts, item.Provider)
		}
	}
	text := strings.Join(parts, ", ")
	if c.Mode != manifest.ModeAwsvpc {
		text += ", network mode " + c.Mode
	}
	return text
}
