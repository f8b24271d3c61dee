package manifest

import (
	"strconv"
	"strings"
)

func decodeCluster(n *node, insights string) Cluster {
	c := Cluster{
		Name:              n.get("name").str(),
		ContainerInsights: strings.ToLower(insights),
		DefaultStrategy:   decodeStrategy(n.get("default_capacity_providers")),
	}
	if _, name, isARN := strings.Cut(c.Name, ":cluster/"); isARN {
		c.Name = name
	}
	list := n.get("capacity_providers")
	if !list.usable() {
		return c
	}
	for _, item := range list.items {
		p := CapacityProvider{Name: item.str()}
		if item.kind == mapping {
			p = CapacityProvider{
				Name: item.get("name").str(), Group: decodeGroup(item.get("auto_scaling_group")), Managed: decodeManaged(item.get("managed_instances")),
			}
		}
		c.CapacityProviders = append(c.CapacityProviders, p)
	}
	return c
}

func decodeGroup(n *node) *AutoScalingGroup {
	if !n.usable() || n.kind != mapping {
		return nil
	}
	spot := n.get("spot").num()
	if n.get("spot").yes() {
		spot = 100
	}
	return &AutoScalingGroup{
		InstanceTypes:         n.get("instance_types").strs(),
		Image:                 n.get("image").str(),
		Min:                   n.get("min").num(),
		Max:                   n.get("max").num(),
		Desired:               n.get("desired").num(),
		Placement:             strings.ToLower(n.get("placement").str()),
		SecurityGroups:        n.get("security_groups").strs(),
		VolumeSize:            n.get("volume_size").num(),
		Spot:                  spot,
		TargetCapacity:        n.get("target_capacity").num(),
		TerminationProtection: n.get("managed_termination_protection").yes(),
	}
}

func decodeManaged(n *node) *ManagedInstances {
	if !n.usable() || n.kind != mapping {
		return nil
	}
	return &ManagedInstances{
		VCPUs:                 decodeBounds(n.get("vcpus")),
		Memory:                decodeBounds(n.get("memory")),
		InstanceTypes:         n.get("instance_types").strs(),
		ExcludedInstanceTypes: n.get("excluded_instance_types").strs(),
		CPUManufacturers:      n.get("cpu_manufacturers").strs(),
		Generations:           n.get("generations").strs(),
		Burstable:             strings.ToLower(n.get("burstable").str()),
		Accelerators:          decodeBounds(n.get("accelerators")),
		AcceleratorTypes:      n.get("accelerator_types").strs(),
		CapacityOption:        strings.ToUpper(n.get("capacity_option").str()),
		ReservationGroup:      n.get("reservation_group").str(),
		Placement:             strings.ToLower(n.get("placement").str()),
		SecurityGroups:        n.get("security_groups").strs(),
		StorageSize:           n.get("storage_size").num(),
		DetailedMonitoring:    n.get("detailed_monitoring").yes(),
	}
}

func decodeBounds(n *node) Range {
	r, _ := parseBounds(n.str())
	return r
}

// parseBounds reads 2-8, or 2 for at least two.
func parseBounds(s string) (Range, bool) {
	low, high, bounded := strings.Cut(s, "-")
	least, err := strconv.Atoi(strings.TrimSpace(low))
	if err != nil || least < 0 {
		return Range{}, false
	}
	if !bounded {
		return Range{Min: least}, true
	}
	most, err := strconv.Atoi(strings.TrimSpace(high))
	return Range{Min: least, Max: most}, err == nil && least <= most && most > 0
}
