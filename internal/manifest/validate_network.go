package manifest

import (
	"net/netip"
	"slices"
	"strings"
)

func (v validator) vpc(n EnvNetwork) {
	p := at("network.vpc")
	if v.has(p.with("id")) {
		v.importedVPC(p, n)
	} else {
		v.ownVPC(p, n)
	}
	v.endpoints(p.with("endpoints"), n)
	v.zones(p.with("subnets").with("public"), n.Public)
	v.zones(p.with("subnets").with("private"), n.Private)
}

// importedVPC checks a VPC that exists: ferry makes nothing in it.
func (v validator) importedVPC(p path, n EnvNetwork) {
	v.ids(p.with("id"), []string{n.ID}, "vpc-", "VPC")
	if nat := p.with("nat"); v.has(nat) {
		v.bad(nat, "remove it", "ferry makes no NAT gateway in a VPC that exists already")
	}
	if len(n.Public)+len(n.Private) == 0 && v.sure(p.with("subnets")) {
		v.bad(p.with("subnets"), "name at least two public or two private subnets by id", "is missing: the VPC's subnets are not known")
	}
	var all []string
	for _, kind := range []string{"public", "private"} {
		for i, s := range map[string][]Subnet{"public": n.Public, "private": n.Private}[kind] {
			at := p.with("subnets").with(kind).with(index(i))
			switch {
			case s.ID == "" && v.sure(at.with("id")):
				v.bad(at, "write id: subnet-…", "a subnet of an existing VPC is named by its id")
			case slices.Contains(all, s.ID):
				v.bad(at.with("id"), "remove one of the two", "%s is written twice", s.ID)
			case !strings.HasPrefix(s.ID, "subnet-"):
				v.warn(at.with("id"), "it begins with subnet-", "%q does not look like the id of a subnet", s.ID)
			}
			if s.AZ != "" {
				v.bad(at.with("az"), "remove it", "an existing subnet has its availability zone already")
			}
			all = append(all, s.ID)
		}
	}
}

// ownVPC checks the addresses of a VPC that ferry makes.
// https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html
func (v validator) ownVPC(p path, n EnvNetwork) {
	cidr := p.with("cidr")
	whole, err := parseCIDR(n.CIDR)
	if err != nil || !v.blockSize(cidr, whole) || !v.sure(cidr) {
		return
	}
	if len(n.Public) == 0 && len(n.Private) == 0 && v.sure(p.with("subnets")) {
		v.bad(cidr, "take a /26 or larger, or write the subnets", "%s is too small for two public and two private subnets", n.CIDR)
	}
	if len(n.Public) == 0 && len(n.Private) > 0 && n.NAT != "none" && v.sure(p.with("subnets")) {
		v.bad(p.with("nat"), "write public subnets too", "a NAT gateway stands in a public subnet, and there is none")
	}
	type block struct {
		path   path
		prefix netip.Prefix
	}
	var blocks []block
	for _, kind := range []string{"public", "private"} {
		for i, s := range map[string][]Subnet{"public": n.Public, "private": n.Private}[kind] {
			at := p.with("subnets").with(kind).with(index(i))
			if s.ID != "" {
				v.bad(at.with("id"), "write network.vpc.id too, or cidr instead", "an existing subnet needs an existing VPC")
				continue
			}
			at = at.with("cidr")
			sub, err := parseCIDR(s.CIDR)
			if err != nil {
				if s.CIDR == "" {
					v.bad(at, "for example cidr: "+exampleSubnet(whole), "is missing")
				}
				continue
			}
			if !v.blockSize(at, sub) {
				continue
			}
			if !whole.Contains(sub.Addr()) || sub.Bits() < whole.Bits() {
				v.bad(at, "for example "+exampleSubnet(whole), "%s is not within the VPC's %s", s.CIDR, n.CIDR)
				continue
			}
			for _, b := range blocks {
				if b.prefix.Overlaps(sub) {
					v.bad(at, "choose addresses that are free", "%s overlaps %s (%s)", s.CIDR, b.prefix, b.path[:len(b.path)-1])
					break
				}
			}
			blocks = append(blocks, block{at, sub})
		}
	}
}

// exampleSubnet is a subnet that fits a network.
func exampleSubnet(whole netip.Prefix) string {
	if parts := carve(whole.String()); parts != nil {
		return parts[0].String()
	}
	return whole.String()
}

// blockSize checks AWS's bounds for VPCs and subnets: IPv4, /16 to /28, no host bits.
func (v validator) blockSize(p path, b netip.Prefix) bool {
	switch {
	case !b.Addr().Is4():
		v.bad(p, "write an IPv4 range", "%s is not IPv4", b)
	case b.Bits() < 16 || b.Bits() > 28:
		v.bad(p, "AWS allows /16 to /28", "/%d is no size for a VPC or a subnet", b.Bits())
	case b.Masked() != b:
		v.bad(p, "write "+b.Masked().String(), "%s has host bits", b)
	default:
		return true
	}
	return false
}

// zones checks that the subnets of a kind are in two availability zones at least.
func (v validator) zones(p path, subnets []Subnet) {
	if len(subnets) == 0 || !v.sure(p) {
		return
	}
	if len(subnets) < 2 {
		v.bad(p, "add one in another availability zone", "must have two subnets at least, in two availability zones")
		return
	}
	if v.has(at("network.vpc.id")) {
		return // where existing subnets are, only AWS knows
	}
	zones, unnamed := map[string]bool{}, 0
	for _, s := range subnets {
		if s.AZ == "" {
			unnamed++
		} else {
			zones[s.AZ] = true
		}
	}
	if len(zones) == 1 && unnamed == 0 {
		v.bad(p, "put one of them in another", "are all in %s: two availability zones are needed", subnets[0].AZ)
	}
	if len(zones) > 0 && unnamed > 0 {
		v.bad(p, "write az for each, or for none", "some name their availability zone and some do not")
	}
	region := v.root.get("region").str()
	for i, s := range subnets {
		if s.AZ != "" && isRegion(region) && !strings.HasPrefix(s.AZ, region) {
			v.warn(p.with(index(i)).with("az"), "", "%q is not in region %s", s.AZ, region)
		}
	}
}
