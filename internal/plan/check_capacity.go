package plan

import (
	"fmt"
	"slices"
	"strings"

	"ferry.dev/ferry/internal/diag"
	"ferry.dev/ferry/internal/manifest"
)

// warn reports what works but is hardly meant.
func (c *checker) warn(path, message, hint string) {
	c.add(path, message, hint)
	c.found[len(c.found)-1].Severity = diag.Warning
}

// capacity holds what a service says about where it runs against what the environment has.
func (c *checker) capacity(s Service) {
	m, env := s.Manifest.Capacity, c.env.Manifest
	c.offered(s)
	switch managed := managedProviders(env); {
	case m.LaunchType != manifest.LaunchManagedInstances:
	case len(managed) == 0:
		c.add("launch_type", fmt.Sprintf("environment %q makes no capacity provider of Managed Instances", s.Env),
			fmt.Sprintf("add one to cluster.capacity_providers in environments/%s/manifest.yml: {name: managed, managed_instances: {}}", s.Env))
	case len(managed) > 1:
		c.add("launch_type", fmt.Sprintf("environment %q has %d capacity providers of Managed Instances", s.Env, len(managed)),
			"name those that are meant: capacity_providers: ["+managed[0].Name+"]")
	}
	if groups := c.env.InstanceGroups(); m.LaunchType == manifest.LaunchEC2 && !m.Daemon() && len(groups) > 0 {
		c.warn("launch_type", "with a launch type no group of instances grows for the tasks", "write capacity_providers: ["+groups[0].Label+"]")
	}
	c.instances(s)
	c.balancers(s)
	c.wayOut(s)
}

// balancers finds load balancers that the security group of the environment's instances does not let in: those that are not
// the environment's own.
func (c *checker) balancers(s Service) {
	if s.Routing == nil || s.Capacity.TargetType() == TargetIP || !c.env.MakesProviders() {
		return
	}
	for _, t := range s.Routing.Targets {
		path := map[string]string{Imported: "http.alb", NetworkLB: "nlb"}[t.LoadBalancer]
		if path == "" {
			continue
		}
		c.add(path, fmt.Sprintf("in network mode %s only the environment's own Application Load Balancers reach the tasks", s.Capacity.Mode),
			"write network.mode: awsvpc")
		return
	}
}

// offered checks that the cluster has the capacity providers that a service names. What a cluster has that exists already is
// known only where the environment lists it.
func (c *checker) offered(s Service) {
	cluster := c.env.Manifest.Cluster
	if cluster.Name != "" && len(cluster.CapacityProviders) == 0 {
		return
	}
	for i, item := range s.Manifest.Capacity.Strategy {
		if findProvider(c.env.Manifest, item.Provider) != nil {
			continue
		}
		var names []string
		for _, p := range cluster.CapacityProviders {
			names = append(names, p.Name)
		}
		path := fmt.Sprintf("capacity_providers[%d].name", i)
		if s.Manifest.Capacity.Spot {
			path = "count"
		}
		c.add(path, fmt.Sprintf("the cluster of environment %q has no capacity provider %q", s.Env, item.Provider),
			fmt.Sprintf("it has %s; add others to cluster.capacity_providers in environments/%s/manifest.yml", strings.Join(names, ", "), s.Env))
	}
}

// instances holds a task against the instances that it is to run on.
func (c *checker) instances(s Service) {
	for _, item := range s.Manifest.Capacity.Strategy {
		p := findProvider(c.env.Manifest, item.Provider)
		if p == nil || !p.Made() {
			continue
		}
		if g := p.Group; g != nil {
			c.image(s, *p)
			need := s.Manifest.Count
			if single := s.Capacity.Mode == manifest.ModeHost && s.HTTPPort() != 0; single && need > g.Max && len(s.Manifest.Capacity.Strategy) == 1 {
				c.add("count", fmt.Sprintf("%d tasks on ports of their instances need as many instances, and %q has at most %d", need, p.Name, g.Max),
					"write a larger max, or network.mode: bridge")
			}
			continue
		}
		if mode := s.Capacity.Mode; mode != manifest.ModeAwsvpc && mode != manifest.ModeHost {
			c.add("network.mode", fmt.Sprintf("Managed Instances, which %q is, have no network mode %s", p.Name, mode), "write awsvpc or host")
		}
		if s.Windows() {
			c.add("platform", fmt.Sprintf("Managed Instances, which %q is, run Linux only", p.Name), "write linux/x86_64")
		}
	}
}

// image finds tasks that the image of their instances cannot run.
func (c *checker) image(s Service, p manifest.CapacityProvider) {
	image, platform := p.Group.Image, s.Manifest.Platform
	windows := strings.HasPrefix(image, "windows")
	if !windows && !strings.HasPrefix(image, "al2023") {
		return // an image of the user's, of which only the name is known
	}
	arch := "X86_64"
	if strings.HasSuffix(image, "/arm64") {
		arch = "ARM64"
	}
	if windows != s.Windows() || arch != platform.Arch && !strings.HasSuffix(image, "/neuron") && !strings.HasSuffix(image, "/gpu") {
		c.add("platform", fmt.Sprintf("the instances of %q run %s, and these tasks are %s/%s", p.Name, image, strings.ToLower(platform.OS), strings.ToLower(platform.Arch)),
			"choose a platform and a capacity provider that go together")
	}
}

// wayOut warns of tasks on instances that nothing leads out of the VPC: only Fargate gives them public addresses.
func (c *checker) wayOut(s Service) {
	m := s.Manifest.Network
	if s.Capacity.Fargate() || s.Capacity.Mode != manifest.ModeAwsvpc || len(m.Subnets) > 0 || s.private() {
		return
	}
	c.warn("network.vpc.placement", "tasks on instances get no public address, so from public subnets nothing leads them out of the VPC",
		"write placement: private, with a NAT gateway, or network.mode: bridge")
}

// providers checks where the environment's own instances are put: without a way out they never reach the cluster.
func (c *checker) providers() {
	for i, p := range c.env.Manifest.Cluster.CapacityProviders {
		path, placement := fmt.Sprintf("cluster.capacity_providers[%d]", i), ""
		switch {
		case p.Group != nil:
			path, placement = path+".auto_scaling_group.placement", p.Group.Placement
		case p.Managed != nil:
			path, placement = path+".managed_instances.placement", p.Managed.Placement
		}
		if placement != "private" || !c.env.Network.Own() || c.env.Network.NAT != NATNone {
			continue
		}
		if missing := c.env.Network.without(instanceEndpoints()...); len(missing) > 0 {
			c.add(path, "instances in private subnets have no way to the cluster",
				"write placement: public, or network.vpc.nat: single, or network.vpc.endpoints with "+strings.Join(missing, ", "))
		}
	}
}

// instanceEndpoints are the endpoints through which an instance reaches its cluster.
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/vpc-endpoints.html
func instanceEndpoints() []string { return []string{"ecs", "ecs-agent", "ecs-telemetry"} }

// without returns those of some endpoints that the network does not have.
func (n Network) without(needed ...string) []string {
	return slices.DeleteFunc(slices.Clone(needed), func(e string) bool { return slices.Contains(n.EndpointServices, e) })
}

// endpoints makes sure that tasks in private subnets without a NAT gateway can start: they do through the endpoints of the
// services that starting them needs. Tasks on instances are started by those, over the way that these have.
func (c *checker) endpoints(s Service) {
	needed, outside := endpointsOf(s)
	missing := c.env.Network.without(needed...)
	manifests := fmt.Sprintf("environments/%s/manifest.yml", s.Env)
	switch {
	case !s.Capacity.Fargate():
	case len(c.env.Network.EndpointServices) == 0:
		c.add("network.vpc.placement", fmt.Sprintf("the private subnets of environment %q have no way to fetch an image", s.Env),
			"write network.vpc.nat: single in "+manifests+"; a NAT gateway is billed by the hour, as are the endpoints that network.vpc.endpoints: true makes instead")
	case len(missing) > 0:
		c.add("network.vpc.placement", fmt.Sprintf("the private subnets of environment %q lack endpoints without which the tasks cannot start: %s", s.Env, strings.Join(missing, ", ")),
			"add them to network.vpc.endpoints in "+manifests)
	case outside != "":
		c.add("image.location", fmt.Sprintf("%s is not in ECR, and nothing else leads out of the private subnets of environment %q", outside, s.Env),
			"copy the image to ECR, or write network.vpc.nat: single in "+manifests)
	}
}
