package plan

import (
	"cmp"
	"fmt"
	"strings"

	"ferry.dev/ferry/internal/manifest"
)

// The ways in which private subnets reach the internet.
const (
	NATNone   = "none"
	NATSingle = "single"
	NATPerAZ  = "per-az"
)

// Network is the environment's VPC: its own, or an imported one.
type Network struct {
	VPC             string // ID of an imported VPC; "" = one of its own
	CIDR            string // the VPC's range; "" where an imported one's is not known
	Public, Private []Subnet
	NAT             string // NATNone, NATSingle or NATPerAZ
	// EndpointServices are the AWS services that interface endpoints in the VPC lead to: "ecr.api".
	EndpointServices []string
}

// WayOut tells whether something leads out of the private subnets. Where an imported VPC leads is its owner's business.
func (n Network) WayOut() bool { return !n.Own() || n.NAT != NATNone }

// Own tells whether the environment makes its VPC.
func (n Network) Own() bool { return n.VPC == "" }

// Subnets returns public and private ones, in this order.
func (n Network) Subnets() []Subnet {
	return append(append([]Subnet{}, n.Public...), n.Private...)
}

// Subnet is one subnet: imported (ID) or made (Key, CIDR and a zone).
type Subnet struct {
	Key     string // logical ID in the template: PublicSubnet1
	Table   string // logical ID of the route table it uses
	Label   string // "public-1"; ends the Name tag
	ID      string
	CIDR    string
	AZ      string // zone by name; "" = the region's zone number AZIndex
	AZIndex int    // from 0
	Gateway string // logical ID of the NAT gateway its traffic leaves through; "" = none
}

// NATGateway is a NAT gateway with an address of its own, in a public subnet.
type NATGateway struct{ Key, Label, Subnet string }

// NATGateways returns the NAT gateways that the network has.
func (n Network) NATGateways() []NATGateway {
	if !n.Own() || len(n.Private) == 0 || len(n.Public) == 0 {
		return nil
	}
	count := map[string]int{NATSingle: 1, NATPerAZ: min(len(n.Public), len(n.Private))}[n.NAT]
	var gateways []NATGateway
	for i := range count {
		gateways = append(gateways, NATGateway{
			Key: natKey(i), Label: fmt.Sprintf("nat-%d", i+1), Subnet: n.Public[i].Key,
		})
	}
	return gateways
}

// newNetwork decides what the VPC looks like.
//
// Tasks live in public subnets with an address of their own unless the manifest says otherwise: a NAT gateway costs
// more than a small service does. Private subnets exist from the start, so that using them later changes no address.
func newNetwork(m manifest.EnvNetwork, needs Needs) Network {
	if m.ID != "" {
		return Network{
			VPC: m.ID, CIDR: m.CIDR, NAT: NATNone,
			Public: keyed("Public", m.Public), Private: keyed("Private", m.Private),
		}
	}
	n := Network{CIDR: m.CIDR, NAT: natMode(m.NAT, needs)}
	n.Public, n.Private = keyed("Public", m.Public), keyed("Private", m.Private)
	for i := range n.Public {
		n.Public[i].Table = "PublicRouteTable"
	}
	gateways := len(n.NATGateways())
	for i := range n.Private {
		n.Private[i].Table = fmt.Sprintf("PrivateRouteTable%d", i+1)
		if gateways > 0 {
			n.Private[i].Gateway = natKey(i % gateways)
		}
	}
	return n
}

// natMode keeps what the manifest says. Where it says nothing, one gateway comes as soon as a service needs it.
func natMode(mode string, needs Needs) string {
	if mode == "" && needs.NAT {
		return NATSingle
	}
	return cmp.Or(mode, NATNone)
}

func natKey(i int) string { return fmt.Sprintf("NATGateway%d", i+1) }

// keyed gives subnets their logical IDs. kind is "Public" or "Private".
func keyed(kind string, subnets []manifest.Subnet) []Subnet {
	var out []Subnet
	for i, s := range subnets {
		out = append(out, Subnet{
			Key:   fmt.Sprintf("%sSubnet%d", kind, i+1),
			Label: fmt.Sprintf("%s-%d", strings.ToLower(kind), i+1),
			ID:    s.ID, CIDR: s.CIDR, AZ: s.AZ, AZIndex: i,
		})
	}
	return out
}

func either[T any](s, otherwise []T) []T {
	if len(s) == 0 {
		return otherwise
	}
	return s
}
