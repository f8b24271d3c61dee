package manifest

import (
	"regexp"
	"slices"
	"strings"
)

func (v validator) cluster(e Environment) {
	c := e.Cluster
	if p := at("cluster.name"); v.has(p) {
		v.importedCluster(p, c)
	}
	v.offered(e)
	if p := at("cluster.default_capacity_providers"); v.has(p) {
		v.shares(p, c.DefaultStrategy)
		v.known(p, c)
	}
}

// importedCluster checks a cluster that exists: the environment makes nothing of it.
func (v validator) importedCluster(p path, c Cluster) {
	if c.Name == "" || len(c.Name) > 255 || strings.Trim(strings.ToLower(c.Name), "abcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
		v.bad(p, "write the name or the ARN of a cluster", "%q is no cluster", v.root.find(p).str())
	}
	if insights := at("observability.container_insights"); v.fromUser(insights) {
		v.bad(insights, "remove it, or cluster.name", "the cluster exists already, and ferry does not change it")
	}
	for i, provider := range c.CapacityProviders {
		if provider.Made() {
			v.bad(at("cluster.capacity_providers", index(i)), "write its name only, or remove cluster.name", "ferry makes no capacity providers for a cluster that exists already")
		}
	}
}

// offered checks the capacity providers that a cluster shall have.
func (v validator) offered(e Environment) {
	p, all := at("cluster.capacity_providers"), e.Cluster.CapacityProviders
	for i, provider := range all {
		at := p.with(index(i))
		if n := v.root.find(at); n != nil && n.kind == mapping {
			at = at.with("name")
		}
		v.provider(at, provider.Name)
		if slices.ContainsFunc(all[:i], func(o CapacityProvider) bool { return alike(o, provider) }) && provider.Name != "" {
			v.bad(at, "remove one of the two", "%s is written twice", provider.Name)
		}
		if provider.Made() && IsFargate(provider.Name) {
			v.bad(at, "choose another name", "%s is AWS's own", provider.Name)
		}
		if g := provider.Group; g != nil {
			v.group(p.with(index(i)).with("auto_scaling_group"), *g, e)
		}
		if m := provider.Managed; m != nil {
			v.managedInstances(p.with(index(i)).with("managed_instances"), *m, e)
		}
	}
	if len(all) > maxStrategy {
		v.bad(p, "", "a cluster has at most %d, and these are %d", maxStrategy, len(all))
	}
}

// alike tells whether two capacity providers have one name. Those that are made give theirs to resources, whose names have
// letters and digits only.
func alike(a, b CapacityProvider) bool {
	bare := func(s string) string { return strings.NewReplacer("-", "", "_", "").Replace(strings.ToLower(s)) }
	return a.Name == b.Name || a.Made() && b.Made() && bare(a.Name) == bare(b.Name)
}

// known checks that the default strategy names what the cluster has.
func (v validator) known(p path, c Cluster) {
	if !v.sure(at("cluster.capacity_providers")) || c.Name != "" && !v.fromUser(at("cluster.capacity_providers")) {
		return
	}
	for i, item := range c.DefaultStrategy {
		if !slices.ContainsFunc(c.CapacityProviders, func(o CapacityProvider) bool { return o.Name == item.Provider }) {
			v.bad(p.with(index(i)).with("name"), "add it there", "cluster.capacity_providers has no %q", item.Provider)
		}
	}
}

// instanceType is the name of a type of EC2's, u-6tb1.metal among them.
var instanceType = regexp.MustCompile(`^[a-z][a-z0-9-]*\.[a-z0-9-]+$`)

// instanceImages are the images that AWS recommends for ECS, by our names.
func instanceImages() []string {
	return []string{
		"al2023", "al2023/arm64", "al2023/gpu", "al2023/neuron",
		"windows_server_2019_core", "windows_server_2019_full", "windows_server_2022_core", "windows_server_2022_full",
		"windows_server_2025_core", "windows_server_2025_full",
	}
}

func (v validator) group(p path, g AutoScalingGroup, e Environment) {
	types := p.with("instance_types")
	if v.has(types) && len(g.InstanceTypes) == 0 && v.sure(types) {
		v.bad(types, "for example t3.medium", "must not be empty")
	}
	for _, t := range g.InstanceTypes {
		if !instanceType.MatchString(t) {
			v.bad(types, "for example t3.medium", "%q is no type of instances", t)
		}
	}
	if image := g.Image; !slices.Contains(instanceImages(), image) && !strings.HasPrefix(image, "ami-") && !strings.HasPrefix(image, "/") {
		v.bad(p.with("image"), "write one of "+joined(instanceImages())+", or ami-…", "%q is no image for instances", image)
	}
	switch {
	case g.Max == 0: // missing, or reported
	case g.Min > g.Max:
		v.bad(p.with("min"), "write less, or a larger max", "min is above max: %d > %d", g.Min, g.Max)
	case v.fromUser(p.with("desired")) && (g.Desired < g.Min || g.Desired > g.Max):
		v.bad(p.with("desired"), "write a number between them", "%d is not between min and max, %d and %d", g.Desired, g.Min, g.Max)
	}
	if n := len(g.SecurityGroups); n > 4 {
		v.bad(p.with("security_groups"), "name at most 4", "an instance has at most 5 security groups, and these are %d with ferry's own", n+1)
	}
	v.ids(p.with("security_groups"), g.SecurityGroups, "sg-", "security group")
	v.placed(p.with("placement"), g.Placement, e)
}

// placed checks that there are the subnets that instances shall be in.
func (v validator) placed(p path, placement string, e Environment) {
	if !v.sure(p, at("network.vpc.subnets"), at("network.vpc.cidr")) {
		return
	}
	if n := map[string][]Subnet{"public": e.Network.Public, "private": e.Network.Private}[placement]; len(n) == 0 && len(e.Network.Public)+len(e.Network.Private) > 0 {
		v.bad(p, "name some under network.vpc.subnets", "the environment has no %s subnets", placement)
	}
}

func (v validator) managedInstances(p path, m ManagedInstances, e Environment) {
	for _, key := range []string{"vcpus", "memory", "accelerators"} {
		n := v.root.find(p.with(key))
		if n.empty() || !n.usable() {
			continue
		}
		if _, ok := parseBounds(n.str()); !ok {
			v.bad(p.with(key), "write 2-8, or 2 for at least two", "%q is no range", n.str())
		}
	}
	if v.sure(p.with("vcpus"), p.with("memory")) && v.has(p.with("vcpus")) != v.has(p.with("memory")) {
		v.bad(p, "write both vcpus and memory, or neither", "ECS takes vcpus and memory together")
	}
	others := len(m.InstanceTypes)+len(m.ExcludedInstanceTypes)+len(m.CPUManufacturers)+len(m.Generations)+len(m.AcceleratorTypes) > 0 || m.Burstable != "" || m.Accelerators.Said()
	if others && v.sure(p.with("vcpus"), p.with("memory")) && !v.has(p.with("vcpus")) && !v.has(p.with("memory")) {
		v.bad(p, "for example vcpus: 1 and memory: 1024", "ECS takes other requirements only beside vcpus and memory")
	}
	if len(m.InstanceTypes) > 0 && len(m.ExcludedInstanceTypes) > 0 {
		v.bad(p.with("excluded_instance_types"), "keep one of the two", "cannot stand beside instance_types")
	}
	if group := p.with("reservation_group"); v.has(group) && m.CapacityOption != "RESERVED" {
		v.bad(group, "write capacity_option: reserved", "is for reserved capacity only")
	}
	if n := len(m.SecurityGroups); n > 4 {
		v.bad(p.with("security_groups"), "name at most 4", "an instance has at most 5 security groups, and these are %d with ferry's own", n+1)
	}
	v.ids(p.with("security_groups"), m.SecurityGroups, "sg-", "security group")
	v.placed(p.with("placement"), m.Placement, e)
}
