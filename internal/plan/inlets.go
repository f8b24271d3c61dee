package plan

import (
	"slices"
	"strconv"

	"ferry.dev/ferry/internal/manifest"
)

// Inlet is a load balancer that a security group of the service's own lets to its tasks, and the ports that it needs.
// The environment's load balancers reach the environment's own security group anyway; an inlet is for all others.
type Inlet struct {
	Key    string // begins the logical IDs of its rules
	Group  Value  // the load balancer's security group
	Ports  []Transport
	Egress bool // that group lets nothing out by itself
}

// Transport is a port as a security group knows it.
type Transport struct {
	Protocol string // tcp or udp
	Number   int
}

// Word ends a logical ID.
func (t Transport) Word() string {
	if t.Protocol == "udp" {
		return strconv.Itoa(t.Number) + "Udp"
	}
	return strconv.Itoa(t.Number)
}

// Inlets returns the load balancers that must be let to the tasks.
func (s Service) Inlets() []Inlet {
	if s.Routing == nil || s.Capacity.Mode != manifest.ModeAwsvpc {
		return nil // without an address of its own a task is behind its instance's security groups
	}
	var all []Inlet
	for _, kind := range []string{Public, Private, Imported, NetworkLB} {
		ports := s.Routing.ports(kind)
		if len(ports) == 0 {
			continue
		}
		all = append(all, s.inlets(kind, ports)...)
	}
	return all
}

func (s Service) inlets(kind string, ports []Transport) []Inlet {
	switch kind {
	case Imported:
		return s.importedInlets(ports)
	case NetworkLB:
		return []Inlet{{Key: NetworkLB, Group: Value{Attribute: "NetworkLoadBalancerSecurityGroup.GroupId"}, Ports: ports, Egress: true}}
	}
	if !s.Manifest.Network.DenyDefault {
		return nil
	}
	in := Inlet{Key: kind, Group: Value{Import: kind + "LoadBalancerSecurityGroup"}, Ports: ports, Egress: true}
	if kind == s.Routing.LoadBalancer {
		in.Key = ""
	}
	return []Inlet{in}
}

// importedInlets: the groups of a load balancer that is somebody else's stay as they are. They must let requests out to the
// tasks, as a group does that nobody has narrowed.
func (s Service) importedInlets(ports []Transport) []Inlet {
	if s.Import == nil || !s.Import.Known {
		return []Inlet{{Key: Imported, Group: Value{Ref: "ImportedSecurityGroup"}, Ports: ports}}
	}
	var all []Inlet
	for _, id := range s.Import.SecurityGroups {
		all = append(all, Inlet{Key: Imported, Group: Value{Text: id}, Ports: ports})
	}
	return all
}

// ports lists where a load balancer calls the tasks: with requests and with health checks.
func (r Routing) ports(kind string) []Transport {
	var all []Transport
	add := func(t Transport) {
		if !slices.Contains(all, t) {
			all = append(all, t)
		}
	}
	for _, t := range r.Targets {
		if t.LoadBalancer != kind {
			continue
		}
		for _, protocol := range t.transports() {
			add(Transport{protocol, t.ContainerPort})
		}
		add(Transport{"tcp", t.checkPort()})
	}
	return all
}

// checkPort is the port that health checks ask. They never come over UDP.
func (t TargetGroup) checkPort() int {
	if n, err := strconv.Atoi(t.Check.Port); err == nil {
		return n
	}
	return t.ContainerPort
}

// transports are the protocols below the target group's own.
func (t TargetGroup) transports() []string {
	switch t.Protocol {
	case "UDP":
		return []string{"udp"}
	case "TCP_UDP":
		return []string{"tcp", "udp"}
	}
	return []string{"tcp"}
}
