package plan_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"ferry.dev/ferry/internal/manifest"
	"ferry.dev/ferry/internal/plan"
)

func environment(needs plan.Needs, change ...func(*manifest.Environment)) plan.Environment {
	return plan.NewEnvironment(app(), env(change...), needs)
}

func nat(mode string) func(*manifest.Environment) {
	return func(e *manifest.Environment) { e.Network.NAT = mode }
}

func TestAnOwnVPCHasARouteTablePerPrivateSubnet(t *testing.T) {
	t.Parallel()
	want := plan.Network{
		CIDR: "10.0.0.0/16", NAT: "none",
		Public: []plan.Subnet{
			{Key: "PublicSubnet1", Table: "PublicRouteTable", Label: "public-1", CIDR: "10.0.0.0/24"},
			{Key: "PublicSubnet2", Table: "PublicRouteTable", Label: "public-2", CIDR: "10.0.1.0/24", AZIndex: 1},
		},
		Private: []plan.Subnet{
			{Key: "PrivateSubnet1", Table: "PrivateRouteTable1", Label: "private-1", CIDR: "10.0.2.0/24"},
			{Key: "PrivateSubnet2", Table: "PrivateRouteTable2", Label: "private-2", CIDR: "10.0.3.0/24", AZIndex: 1},
		},
	}
	if diff := cmp.Diff(want, environment(plan.Needs{}).Network); diff != "" {
		t.Error(diff)
	}
}

func TestNATGatewaysAreThoseTheManifestPaysFor(t *testing.T) {
	t.Parallel()
	needed := plan.Needs{NAT: true}
	for _, c := range []struct {
		mode     string
		needs    plan.Needs
		gateways []string // of the two private subnets
	}{
		{"", plan.Needs{}, []string{"", ""}},
		{"none", needed, []string{"", ""}},
		{"", needed, []string{"NATGateway1", "NATGateway1"}},
		{"single", plan.Needs{}, []string{"NATGateway1", "NATGateway1"}},
		{"per-az", plan.Needs{}, []string{"NATGateway1", "NATGateway2"}},
	} {
		n := environment(c.needs, nat(c.mode)).Network
		if diff := cmp.Diff(c.gateways, []string{n.Private[0].Gateway, n.Private[1].Gateway}); diff != "" {
			t.Errorf("nat %q, %+v:\n%s", c.mode, c.needs, diff)
		}
	}
}

// The invariant behind all rules: the world reaches load balancers' listeners and nothing else.
func TestNothingButAPublicLoadBalancerIsOpenToTheWorld(t *testing.T) {
	t.Parallel()
	both := plan.Needs{PublicALB: true, PrivateALB: true}
	for name, e := range map[string]plan.Environment{
		"own":      environment(both),
		"https":    environment(both, https),
		"imported": environment(both, func(e *manifest.Environment) { e.Network.ID = "vpc-1"; e.HTTP.Private.VPCIngress = true }),
	} {
		if got := e.Ingress(); got != nil {
			t.Errorf("%s: the tasks let in %v", name, got)
		}
		for _, l := range e.LoadBalancers() {
			for _, r := range l.Ingress {
				world := r.CIDR == "0.0.0.0/0" || r.CIDRv6 == "::/0"
				if world && l.Kind != plan.Public || r.Protocol != "tcp" || r.From != r.To || (r.From != 80 && r.From != 443) {
					t.Errorf("%s: the %s load balancer lets in %+v", name, l.Scheme, r)
				}
			}
		}
	}
}

func TestSourceAddressesTakeThePlaceOfTheWorld(t *testing.T) {
	t.Parallel()
	l := environment(plan.Needs{PublicALB: true}, func(e *manifest.Environment) {
		e.HTTP.Public.SourceIPs = []string{"203.0.113.0/24", "2001:db8::/32"}
	}).LoadBalancers()[0]
	want := []plan.Rule{
		{CIDR: "203.0.113.0/24", Protocol: "tcp", From: 80, To: 80},
		{CIDRv6: "2001:db8::/32", Protocol: "tcp", From: 80, To: 80},
	}
	if diff := cmp.Diff(want, l.Ingress); diff != "" {
		t.Error(diff)
	}
}
