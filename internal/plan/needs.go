package plan

import "ferry.dev/ferry/internal/manifest"

// Needs is what services want of their environment beyond what every environment has.
// A deploy joins the needs of the services at hand with what stands already, so that nothing disappears under others.
type Needs struct {
	PublicALB  bool // internet-facing load balancer
	PrivateALB bool // internal load balancer
	NAT        bool // a way out of the environment's own private subnets
	EFS        bool // a file system
	// InstancePorts are the ports of the environment's instances that tasks in network modes bridge and host need opened:
	// "<from>:<port>" or "<from>:<low>-<top>", sorted, with commas; from is Public, Private or Tasks.
	InstancePorts string
	Aliases       Aliases // for CloudFront
}

// NeedsOf returns what one service wants.
func NeedsOf(w manifest.Workload) Needs {
	own := w.HTTP != nil && w.HTTP.ALB == "" && !w.Express // neither one that exists already nor one of ECS's
	n := Needs{
		PublicALB:  own && facesInternet(w),
		PrivateALB: own && !facesInternet(w) || w.InternalHTTP != nil,
		NAT:        expressPrivate(w) || w.Network.Placement == "private" && len(w.Network.Subnets)+len(w.Network.SubnetTags) == 0,
		EFS:        needsEFS(w),
		Aliases:    aliasesOf(w),
	}
	n.InstancePorts = instancePorts(w)
	return n
}

// facesInternet tells whether a service's own load balancer is the public one.
func facesInternet(w manifest.Workload) bool {
	return w.Type == manifest.LoadBalancedWebService || w.Type == manifest.RequestDrivenService && w.HTTP != nil && !w.HTTP.Private
}

// AllNeeds is everything that services could want.
func AllNeeds() Needs { return Needs{PublicALB: true, PrivateALB: true, NAT: true} }

// Union joins two sets of needs.
func (n Needs) Union(o Needs) Needs {
	return Needs{
		PublicALB:  n.PublicALB || o.PublicALB,
		PrivateALB: n.PrivateALB || o.PrivateALB,
		NAT:        n.NAT || o.NAT,
		EFS:        n.EFS || o.EFS,
		Aliases:    n.Aliases.union(o.Aliases),

		InstancePorts: joinPorts(n.InstancePorts, o.InstancePorts),
	}
}
