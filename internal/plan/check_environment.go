package plan

import (
	"fmt"
	"net/netip"
)

func (c *checker) environment() {
	c.file = "environments/" + c.env.Name + "/manifest.yml"
	if c.env.Network.Own() {
		c.ranges()
		if n := zones(c.env.Network.Public); n < 2 {
			c.add("network.vpc.subnets.public", fmt.Sprintf("tasks should live in two availability zones and have %d", n),
				"name two subnets in different zones")
		}
	}
	for _, l := range c.env.LoadBalancers() {
		if n := zones(l.Subnets); n < 2 {
			c.add("network.vpc.subnets", fmt.Sprintf("the %s load balancer needs subnets in two availability zones and has %d", l.Scheme, n),
				"name two subnets in different zones")
		}
	}
}

// zones counts the zones that subnets lie in. Imported ones, whose zone is not known here, count as one each.
func zones(subnets []Subnet) int {
	seen := map[string]bool{}
	for _, s := range subnets {
		seen[or(s.ID, or(s.AZ, fmt.Sprint(s.AZIndex)))] = true
	}
	return len(seen)
}

// ranges checks the address ranges of an own VPC: CloudFormation finds these mistakes only half way through.
// https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html
func (c *checker) ranges() {
	vpc, ok := c.parse("network.vpc.cidr", c.env.Network.CIDR)
	if !ok {
		return
	}
	var seen []netip.Prefix
	for _, s := range c.env.Network.Subnets() {
		subnet, ok := c.parse("network.vpc.subnets", s.CIDR)
		if !ok {
			continue
		}
		if subnet.Bits() < vpc.Bits() || !vpc.Contains(subnet.Addr()) {
			c.add("network.vpc.subnets", fmt.Sprintf("%s is not part of the VPC's range %s", s.CIDR, vpc), "choose a part of it")
		}
		for _, other := range seen {
			if subnet.Overlaps(other) {
				c.add("network.vpc.subnets", fmt.Sprintf("%s and %s overlap", other, s.CIDR), "give each subnet its own range")
			}
		}
		seen = append(seen, subnet)
	}
}

// parse reads a range that a VPC or a subnet may have.
func (c *checker) parse(path, cidr string) (netip.Prefix, bool) {
	p, err := netip.ParsePrefix(cidr)
	if err != nil || !p.Addr().Is4() || p.Masked() != p {
		c.add(path, fmt.Sprintf("%q is not a range of IPv4 addresses", cidr), "write it like 10.0.0.0/16")
		return p, false
	}
	if p.Bits() < 16 || p.Bits() > 28 {
		c.add(path, fmt.Sprintf("%s is not between /16 and /28, which VPCs and subnets must be", cidr), "write it like 10.0.0.0/16")
		return p, false
	}
	return p, true
}
