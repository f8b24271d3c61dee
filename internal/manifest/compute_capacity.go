package manifest

import "strings"

// computeCapacity takes back defaults that mean nothing where the tasks run: a daemon is not counted, and only in network
// mode awsvpc does a task have a place in the VPC of its own.
func computeCapacity(root *node) {
	if onFargate(root) {
		return
	}
	if strings.EqualFold(root.get("scheduling").str(), "daemon") {
		root.dropDefault("count")
	}
	network := root.get("network")
	mode, external := network.get("mode").str(), strings.EqualFold(root.get("launch_type").str(), LaunchExternal)
	if strings.EqualFold(mode, ModeAwsvpc) || mode == "" && !external {
		return
	}
	network.dropPlacement()
}

// dropPlacement takes the default place of the tasks back.
func (n *node) dropPlacement() {
	vpc := n.get("vpc")
	vpc.dropDefault("placement")
	if vpc != nil && len(vpc.entries) == 0 {
		n.dropDefault("vpc")
	}
}

// dropDefault removes a key that nobody wrote.
func (n *node) dropDefault(key string) {
	if v := n.get(key); v != nil && v.origin == FromDefault && !v.bad {
		n.drop(key)
	}
}

// computeCluster takes back the defaults of a cluster that exists already: it has what it has.
func computeCluster(root *node) {
	cluster := root.get("cluster")
	if cluster.get("name").empty() {
		return
	}
	cluster.dropDefault("capacity_providers")
	observability := root.get("observability")
	observability.dropDefault("container_insights")
	if observability != nil && len(observability.entries) == 0 {
		root.dropDefault("observability")
	}
}
