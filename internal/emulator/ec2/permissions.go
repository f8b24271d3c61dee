package ec2

import (
	"net/netip"
	"slices"
)

// IpPermission is what a group lets in or out: ports of a protocol, from or to any number of sources.
type IpPermission struct {
	FromPort         *int32
	IpProtocol       *string
	IpRanges         []IpRange
	Ipv6Ranges       []Ipv6Range
	PrefixListIds    []PrefixListId
	ToPort           *int32
	UserIdGroupPairs []UserIdGroupPair `wire:"groups"`
}

// IpRange is a range of IPv4 addresses.
type IpRange struct{ CidrIp, Description *string }

// Ipv6Range is a range of IPv6 addresses.
type Ipv6Range struct{ CidrIpv6, Description *string }

// PrefixListId names a list of ranges.
type PrefixListId struct {
	Description  *string
	PrefixListId *string
}

// UserIdGroupPair names a security group.
type UserIdGroupPair struct{ Description, GroupId, UserId *string }

// split turns permissions into single rules and checks them. The caller holds the lock.
func (s *Service) split(permissions []IpPermission) ([]SecurityGroupRule, error) {
	var rules []SecurityGroupRule
	for _, p := range permissions {
		base, err := p.base()
		if err != nil {
			return nil, err
		}
		for _, x := range p.IpRanges {
			r := base
			r.CidrIpv4, r.Description = x.CidrIp, x.Description
			rules = append(rules, r)
		}
		for _, x := range p.Ipv6Ranges {
			r := base
			r.CidrIpv6, r.Description = x.CidrIpv6, x.Description
			rules = append(rules, r)
		}
		for _, x := range p.PrefixListIds {
			r := base
			r.PrefixListId, r.Description = x.PrefixListId, x.Description
			rules = append(rules, r)
		}
		for _, x := range p.UserIdGroupPairs {
			g, err := s.group(x.GroupId)
			if err != nil {
				return nil, err
			}
			r := base
			r.ReferencedGroupInfo, r.Description = &ReferencedSecurityGroup{GroupId: ptr(g.ID), UserId: ptr(s.scope.Account)}, x.Description
			rules = append(rules, r)
		}
	}
	return rules, checkRanges(rules)
}

// base returns the rule with everything but its source. All traffic has no ports.
func (p IpPermission) base() (SecurityGroupRule, error) {
	r := SecurityGroupRule{IpProtocol: p.IpProtocol, FromPort: p.FromPort, ToPort: p.ToPort}
	switch protocol := str(p.IpProtocol); {
	case protocol == "":
		return r, missing("ipProtocol")
	case protocol == "-1" || protocol == "all":
		r.IpProtocol, r.FromPort, r.ToPort = ptr("-1"), ptr(int32(-1)), ptr(int32(-1))
	case protocol == "6":
		r.IpProtocol = ptr("tcp")
	case protocol == "17":
		r.IpProtocol = ptr("udp")
	}
	if kind := str(r.IpProtocol); kind == "tcp" || kind == "udp" {
		if r.FromPort == nil || r.ToPort == nil || *r.FromPort < 0 || *r.ToPort > 65535 || *r.FromPort > *r.ToPort {
			return r, fail("InvalidParameterValue", "Invalid value for portRange. Must specify both from and to ports with TCP/UDP, from 0 to 65535.")
		}
	}
	return r, nil
}

func checkRanges(rules []SecurityGroupRule) error {
	for _, r := range rules {
		for _, text := range []*string{r.CidrIpv4, r.CidrIpv6} {
			if p, err := netip.ParsePrefix(str(text)); text != nil && (err != nil || p.Masked() != p || p.Addr().Is4() != (text == r.CidrIpv4)) {
				return fail("InvalidParameterValue", "CIDR block "+str(text)+" is malformed")
			}
		}
	}
	return nil
}

// permissions groups rules of one direction by protocol and ports, in the order of their first rule.
func permissions(rules []SecurityGroupRule, egress bool) []IpPermission {
	out := []IpPermission{}
	for _, r := range rules {
		if *r.IsEgress != egress {
			continue
		}
		i := slices.IndexFunc(out, func(p IpPermission) bool {
			return *p.IpProtocol == *r.IpProtocol && number(p.FromPort) == number(r.FromPort) && number(p.ToPort) == number(r.ToPort)
		})
		if i < 0 {
			p := IpPermission{IpProtocol: r.IpProtocol, IpRanges: []IpRange{}, Ipv6Ranges: []Ipv6Range{}, PrefixListIds: []PrefixListId{}, UserIdGroupPairs: []UserIdGroupPair{}}
			if *r.IpProtocol != "-1" {
				p.FromPort, p.ToPort = r.FromPort, r.ToPort
			}
			out, i = append(out, p), len(out)
		}
		out[i].include(r)
	}
	return out
}

func (p *IpPermission) include(r SecurityGroupRule) {
	switch {
	case r.CidrIpv4 != nil:
		p.IpRanges = append(p.IpRanges, IpRange{CidrIp: r.CidrIpv4, Description: r.Description})
	case r.CidrIpv6 != nil:
		p.Ipv6Ranges = append(p.Ipv6Ranges, Ipv6Range{CidrIpv6: r.CidrIpv6, Description: r.Description})
	case r.PrefixListId != nil:
		p.PrefixListIds = append(p.PrefixListIds, PrefixListId{PrefixListId: r.PrefixListId, Description: r.Description})
	case r.ReferencedGroupInfo != nil:
		p.UserIdGroupPairs = append(p.UserIdGroupPairs, UserIdGroupPair{GroupId: r.ReferencedGroupInfo.GroupId, UserId: r.ReferencedGroupInfo.UserId, Description: r.Description})
	}
}
