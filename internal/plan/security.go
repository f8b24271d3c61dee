package plan

import (
	"strings"

	"ferry.dev/ferry/internal/manifest"
)

// Rule is one rule of a security group that names a range of addresses.
type Rule struct {
	CIDR, CIDRv6 string // exactly one is set
	Protocol     string // tcp, udp, icmp, … or -1 for all
	From, To     int    // ports; -1 with protocol -1
}

func newRule(cidr, protocol string, from, to int) Rule {
	r := Rule{Protocol: protocol, From: from, To: to}
	if strings.Contains(cidr, ":") {
		r.CIDRv6 = cidr
	} else {
		r.CIDR = cidr
	}
	return r
}

// Ingress returns what the environment's security group lets in besides its load balancers and itself: what the
// manifest says, by default nothing.
func (e Environment) Ingress() []Rule { return extraRules(e.Manifest.Network.Ingress) }

// Egress returns where the tasks may go. Nothing here means anywhere, which pulling images and calling AWS needs; as in
// Copilot, rules of the manifest take the place of that.
func (e Environment) Egress() []Rule { return extraRules(e.Manifest.Network.Egress) }

func extraRules(manifest []manifest.SecurityGroupRule) []Rule {
	var rules []Rule
	for _, m := range manifest {
		rules = append(rules, newRule(m.CIDR, m.Protocol, m.FromPort, m.ToPort))
	}
	return rules
}
