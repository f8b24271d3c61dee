package manifest

import "strings"

// decodeCapacity reads where the tasks run. count.spot and count.range.spot_from, Copilot's words for Fargate Spot, are
// strategies too.
func decodeCapacity(root *node) Capacity {
	c := Capacity{
		LaunchType:      strings.ToUpper(root.get("launch_type").str()),
		Strategy:        decodeStrategy(root.get("capacity_providers")),
		PlatformVersion: strings.ToUpper(root.get("platform_version").str()),
		Scheduling:      strings.ToLower(root.get("scheduling").str()),
		Constraints:     decodeConstraints(root.get("placement").get("constraints")),
		Strategies:      decodePlacementStrategies(root.get("placement").get("strategies")),
		PIDMode:         strings.ToLower(root.get("pid_mode").str()),
		IPCMode:         strings.ToLower(root.get("ipc_mode").str()),
		FaultInjection:  root.get("enable_fault_injection").yes(),
	}
	if n := root.get("availability_zone_rebalancing"); n.str() != "" {
		c.Rebalancing = map[bool]string{true: "ENABLED", false: "DISABLED"}[n.yes()]
	}
	if len(c.Strategy) == 0 {
		c.Strategy = decodeSpot(root.get("count"))
		c.Spot = len(c.Strategy) > 0
	}
	return c
}

func decodeStrategy(n *node) []StrategyItem {
	if !n.usable() || n.kind != sequence {
		return nil
	}
	var out []StrategyItem
	for _, item := range n.items {
		out = append(out, StrategyItem{
			Provider: item.get("name").str(), Base: item.get("base").num(), Weight: item.get("weight").num(),
		})
	}
	return out
}

// decodeSpot reads Copilot's two ways to Fargate Spot. With spot_from the tasks below that number are on Fargate; where
// it is not above the range's minimum, none are.
func decodeSpot(count *node) []StrategyItem {
	if !count.usable() || count.kind != mapping {
		return nil
	}
	spot := StrategyItem{Provider: ProviderFargateSpot, Weight: 1}
	from, least := count.get("range").get("spot_from"), count.get("range").get("min")
	switch {
	case !count.get("spot").empty():
		return []StrategyItem{spot}
	case from.empty() || !from.usable():
		return nil
	case from.num() <= least.num():
		return []StrategyItem{spot}
	}
	return []StrategyItem{spot, {Provider: ProviderFargate, Base: from.num() - 1}}
}

// decodeCount reads a number of tasks, or Copilot's count.spot.
func decodeCount(n *node) int {
	if n.usable() && n.kind == mapping {
		return n.get("spot").num()
	}
	return n.num()
}

func decodeConstraints(n *node) []PlacementConstraint {
	if !n.usable() || n.kind != sequence {
		return nil
	}
	var out []PlacementConstraint
	for _, item := range n.items {
		out = append(out, PlacementConstraint{
			Type: spelled(item.get("type").str(), "distinctInstance", "memberOf"), Expression: item.get("expression").str(),
		})
	}
	return out
}

func decodePlacementStrategies(n *node) []PlacementStrategy {
	if !n.usable() || n.kind != sequence {
		return nil
	}
	var out []PlacementStrategy
	for _, item := range n.items {
		out = append(out, PlacementStrategy{Type: strings.ToLower(item.get("type").str()), Field: item.get("field").str()})
	}
	return out
}

// spelled writes a word as one of a list that it equals but for capitals.
func spelled(word string, known ...string) string {
	for _, k := range known {
		if strings.EqualFold(k, word) {
			return k
		}
	}
	return word
}

// onFargate tells, before anything is decoded, whether the tasks run on Fargate.
func onFargate(root *node) bool {
	c := Capacity{LaunchType: strings.ToUpper(root.get("launch_type").str()), Strategy: decodeStrategy(root.get("capacity_providers"))}
	return c.Fargate()
}
