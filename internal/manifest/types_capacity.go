package manifest

import "strings"

// Launch types, in ECS's words.
const (
	LaunchFargate          = "FARGATE"
	LaunchEC2              = "EC2"
	LaunchExternal         = "EXTERNAL"
	LaunchManagedInstances = "MANAGED_INSTANCES"
)

// The capacity providers that AWS has itself.
const (
	ProviderFargate     = "FARGATE"
	ProviderFargateSpot = "FARGATE_SPOT"
)

// Network modes of a task.
const (
	ModeAwsvpc = "awsvpc"
	ModeBridge = "bridge"
	ModeHost   = "host"
	ModeNone   = "none"
)

// Capacity says where the tasks run and how they are spread.
type Capacity struct {
	// LaunchType is one of the Launch… constants; "" where a strategy is written, or nothing: then the environment's default
	// strategy holds, and without one Fargate.
	LaunchType string
	Strategy   []StrategyItem
	Spot       bool // count says the strategy, not capacity_providers

	PlatformVersion string // of Fargate: "LATEST", "1.4.0", …; "" = LATEST
	Scheduling      string // "replica" or "daemon"; "" = replica
	Rebalancing     string // over availability zones: "ENABLED" or "DISABLED"; "" = enabled where ECS can
	Constraints     []PlacementConstraint
	Strategies      []PlacementStrategy

	PIDMode        string // "task", "host" or ""
	IPCMode        string // "host", "task", "none" or ""
	FaultInjection bool
}

// StrategyItem is one capacity provider's part of the tasks.
// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CapacityProviderStrategyItem.html
type StrategyItem struct {
	Provider string
	Base     int // as many tasks go to it first
	Weight   int // its share of the others
}

// PlacementConstraint keeps tasks away from instances.
type PlacementConstraint struct {
	Type       string // "distinctInstance" or "memberOf"
	Expression string // of memberOf, in the cluster query language
}

// PlacementStrategy chooses among instances.
type PlacementStrategy struct {
	Type  string // "random", "spread" or "binpack"
	Field string // "instanceId", "attribute:…"; "cpu" or "memory"
}

// Fargate tells whether the manifest asks for Fargate, which it does when it says nothing.
func (c Capacity) Fargate() bool {
	for _, item := range c.Strategy {
		if !IsFargate(item.Provider) {
			return false
		}
	}
	return c.LaunchType == "" || c.LaunchType == LaunchFargate
}

// Written tells whether the manifest says where the tasks run.
func (c Capacity) Written() bool { return c.LaunchType != "" || len(c.Strategy) > 0 }

// Daemon tells whether one task runs on every instance.
func (c Capacity) Daemon() bool { return c.Scheduling == "daemon" }

// IsFargate tells whether a capacity provider is one of Fargate's.
func IsFargate(provider string) bool {
	return provider == ProviderFargate || provider == ProviderFargateSpot
}

// Mode is the network mode of the tasks.
func (w Workload) Mode() string {
	switch {
	case w.Network.Mode != "":
		return w.Network.Mode
	case w.Capacity.LaunchType == LaunchExternal:
		return ModeBridge
	}
	return ModeAwsvpc
}

// Windows tells whether the tasks run a Windows image.
func (p Platform) Windows() bool { return strings.HasPrefix(p.OS, "WINDOWS") }
