package plan

import (
	"cmp"
	"strings"

	"ferry.dev/ferry/internal/manifest"
)

// The load balancers of an environment. The word begins logical IDs and outputs.
const (
	Public  = "Public"
	Private = "Private"
)

// defaultSSLPolicy allows TLS 1.2 and 1.3 with forward secrecy only.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html
const defaultSSLPolicy = "ELBSecurityPolicy-TLS13-1-2-2021-06"

// LoadBalancer is one Application Load Balancer of an environment.
type LoadBalancer struct {
	Kind             string // Public or Private
	Name             string // ≤ 32 characters
	Scheme           string // internet-facing or internal
	Subnets          []Subnet
	HTTPS            bool
	Certificate      Value   // the listener's default certificate
	MoreCertificates []Value // chosen by the name that a client asks for
	SSLPolicy        string
	FromTasks        bool // the environment's tasks may call it
	Ingress          []Rule
}

// Ports returns the ports that the load balancer listens on.
func (l LoadBalancer) Ports() []int {
	if l.HTTPS {
		return []int{80, 443}
	}
	return []int{80}
}

// LoadBalancers returns those that a service needs, the public one first.
func (e Environment) LoadBalancers() []LoadBalancer {
	var all []LoadBalancer
	if e.PublicALB {
		l := e.loadBalancer(Public, e.Manifest.HTTP.Public)
		l.Scheme, l.Subnets = "internet-facing", e.Network.Public
		l.Ingress = l.ingress(e.Manifest.HTTP.Public.SourceIPs)
		all = append(all, l)
	}
	if e.PrivateALB {
		l := e.loadBalancer(Private, e.Manifest.HTTP.Private)
		l.Scheme, l.Subnets = "internal", e.privateALBSubnets()
		l.FromTasks = true
		l.Ingress = l.ingress(e.privateSources())
		all = append(all, l)
	}
	return all
}

func (e Environment) loadBalancer(kind string, m manifest.ALB) LoadBalancer {
	l := LoadBalancer{
		Kind:      kind,
		Name:      shorten(e.Stack+"-"+strings.ToLower(kind), maxLoadBalancerName),
		SSLPolicy: cmp.Or(m.SSLPolicy, defaultSSLPolicy),
	}
	certificates := texts(m.Certificates)
	if kind == Public {
		certificates = publicCertificates(e.Manifest)
	}
	if len(certificates) > 0 {
		l.HTTPS, l.Certificate, l.MoreCertificates = true, certificates[0], certificates[1:]
	}
	return l
}

// privateALBSubnets takes the named subnets, else the private ones, else, in an imported VPC without any, the public.
func (e Environment) privateALBSubnets() []Subnet {
	var named []Subnet
	for _, id := range e.Manifest.HTTP.Private.Subnets {
		named = append(named, Subnet{ID: id})
	}
	return either(named, either(e.Network.Private, e.Network.Public))
}

// privateSources returns who besides the environment's tasks may call the internal load balancer.
func (e Environment) privateSources() []string {
	sources := append([]string{}, e.Manifest.HTTP.Private.SourceIPs...)
	if !e.Manifest.HTTP.Private.VPCIngress {
		return sources
	}
	if e.Network.CIDR != "" {
		return append(sources, e.Network.CIDR)
	}
	// The range of an imported VPC is not known here. An internal load balancer is reached from private addresses only.
	return append(sources, "10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16")
}

// ingress opens the listeners' ports, and no others, to ranges of addresses.
func (l LoadBalancer) ingress(cidrs []string) []Rule {
	var rules []Rule
	for _, cidr := range cidrs {
		for _, port := range l.Ports() {
			rules = append(rules, newRule(cidr, "tcp", port, port))
		}
	}
	return rules
}
