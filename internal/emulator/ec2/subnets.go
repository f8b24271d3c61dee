package ec2

import (
	"context"
	"maps"
	"math"
	"net/netip"
	"slices"
	"strings"

	"ferry.dev/ferry/internal/emulator/ids"
)

// Subnet is a subnet.
type Subnet struct {
	AssignIpv6AddressOnCreation *bool
	AvailabilityZone            *string
	AvailabilityZoneId          *string
	AvailableIpAddressCount     *int32
	CidrBlock                   *string
	DefaultForAz                *bool
	MapPublicIpOnLaunch         *bool
	OwnerId                     *string
	State                       string
	SubnetArn                   *string
	SubnetId                    *string
	Tags                        []Tag `wire:"tagSet"`
	VpcId                       *string
}

// CreateSubnetInput is the input of CreateSubnet.
type CreateSubnetInput struct {
	AvailabilityZone   *string
	AvailabilityZoneId *string
	CidrBlock          *string
	TagSpecifications  []TagSpecification `wire:"tagSpecification"`
	VpcId              *string
}

// CreateSubnetOutput is the output of CreateSubnet.
type CreateSubnetOutput struct{ Subnet *Subnet }

// CreateSubnet makes a subnet inside its VPC's range that overlaps no other.
func (s *Service) CreateSubnet(_ context.Context, in *CreateSubnetInput) (*CreateSubnetOutput, error) {
	block, err := cidr(in.CidrBlock, "InvalidSubnet.Range")
	if err != nil {
		return nil, err
	}
	if err := checkSpecs("subnet", in.TagSpecifications); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	v, err := s.vpc(in.VpcId)
	if err != nil {
		return nil, err
	}
	if err := s.fits(v, block); err != nil {
		return nil, err
	}
	zone, err := s.zone(in.AvailabilityZone, in.AvailabilityZoneId)
	if err != nil {
		return nil, err
	}
	id := ids.NewEC2("subnet")
	x := &Subnet{SubnetId: &id, SubnetArn: ptr(s.scope.ARN("ec2", "subnet/"+id)), VpcId: v.VpcId, CidrBlock: ptr(block.String()),
		AvailabilityZone: zone.ZoneName, AvailabilityZoneId: zone.ZoneId, OwnerId: ptr(s.scope.Account), State: "available",
		AvailableIpAddressCount: ptr(int32(math.Pow(2, float64(32-block.Bits()))) - 5), // EC2 keeps five for itself
		DefaultForAz:            ptr(false), MapPublicIpOnLaunch: ptr(false), AssignIpv6AddressOnCreation: ptr(false)}
	s.state.Subnets[id] = x
	s.specify(id, in.TagSpecifications)
	return &CreateSubnetOutput{Subnet: ptr(s.shownSubnet(x))}, nil
}

// fits checks a new subnet's range against the VPC's and the other subnets'.
func (s *Service) fits(v *vpc, block netip.Prefix) error {
	whole, err := netip.ParsePrefix(*v.CidrBlock)
	if err != nil || !whole.Contains(block.Addr()) || block.Bits() < whole.Bits() {
		return fail("InvalidSubnet.Range", "The CIDR '"+block.String()+"' is invalid.")
	}
	for _, other := range s.state.Subnets {
		p, err := netip.ParsePrefix(*other.CidrBlock)
		if *other.VpcId == *v.VpcId && err == nil && p.Overlaps(block) {
			return fail("InvalidSubnet.Conflict", "The CIDR '"+block.String()+"' conflicts with another subnet")
		}
	}
	return nil
}

func (s *Service) shownSubnet(x *Subnet) Subnet {
	out := *x
	out.Tags = s.tags(*x.SubnetId)
	return out
}

func (s *Service) subnet(id *string) (*Subnet, error) {
	return get(s.state.Subnets, "InvalidSubnetID.NotFound", "subnet", id)
}

// DeleteSubnetInput is the input of DeleteSubnet.
type DeleteSubnetInput struct{ SubnetId *string }

// DeleteSubnet deletes a subnet in which neither a NAT gateway nor an endpoint stands.
func (s *Service) DeleteSubnet(_ context.Context, in *DeleteSubnetInput) (*Done, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	x, err := s.subnet(in.SubnetId)
	if err != nil {
		return nil, err
	}
	for _, n := range s.state.NATs {
		if n.State != "deleted" && *n.SubnetId == *x.SubnetId {
			return nil, depends("subnet", *x.SubnetId)
		}
	}
	for _, e := range s.state.Endpoints {
		if slices.Contains(e.SubnetIds, *x.SubnetId) {
			return nil, depends("subnet", *x.SubnetId)
		}
	}
	for _, t := range s.state.Tables {
		t.Associations = slices.DeleteFunc(slices.Clone(t.Associations), func(a RouteTableAssociation) bool { return str(a.SubnetId) == *x.SubnetId })
	}
	s.forget(*x.SubnetId)
	delete(s.state.Subnets, *x.SubnetId)
	return done(), nil
}

// DescribeSubnetsInput is the input of DescribeSubnets.
type DescribeSubnetsInput struct {
	Filters    []Filter `wire:"filter"`
	MaxResults *int32
	NextToken  *string
	SubnetIds  []string `wire:"subnetId"`
}

// DescribeSubnetsOutput is the output of DescribeSubnets.
type DescribeSubnetsOutput struct {
	NextToken *string
	Subnets   []Subnet `wire:"subnetSet"`
}

// DescribeSubnets lists subnets.
func (s *Service) DescribeSubnets(_ context.Context, in *DescribeSubnetsInput) (*DescribeSubnetsOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	found, next, err := query[Subnet]{
		ids: in.SubnetIds, id: func(x Subnet) string { return str(x.SubnetId) }, code: "InvalidSubnetID.NotFound", what: "subnet",
		filters: in.Filters, token: in.NextToken, limit: in.MaxResults,
		attributes: func(x Subnet) attributes {
			return attributes{"subnet-id": {str(x.SubnetId)}, "vpc-id": {str(x.VpcId)}, "cidr": {str(x.CidrBlock)}, "cidr-block": {str(x.CidrBlock)}, "cidrBlock": {str(x.CidrBlock)},
				"availability-zone": {str(x.AvailabilityZone)}, "availabilityZone": {str(x.AvailabilityZone)}, "availability-zone-id": {str(x.AvailabilityZoneId)},
				"state": {x.State}, "owner-id": {str(x.OwnerId)}, "subnet-arn": {str(x.SubnetArn)}, "default-for-az": {boolean(x.DefaultForAz)},
				"map-public-ip-on-launch": {boolean(x.MapPublicIpOnLaunch)}}
		},
	}.run(each(s.state.Subnets, s.shownSubnet), s.state.Tags)
	return &DescribeSubnetsOutput{Subnets: found, NextToken: next}, err
}

// ModifySubnetAttributeInput is the input of ModifySubnetAttribute.
type ModifySubnetAttributeInput struct {
	MapPublicIpOnLaunch *AttributeBooleanValue
	SubnetId            *string
}

// ModifySubnetAttribute says whether what starts in the subnet gets a public address.
func (s *Service) ModifySubnetAttribute(_ context.Context, in *ModifySubnetAttributeInput) (*Done, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	x, err := s.subnet(in.SubnetId)
	if err != nil {
		return nil, err
	}
	if in.MapPublicIpOnLaunch != nil {
		x.MapPublicIpOnLaunch = ptr(truth(in.MapPublicIpOnLaunch))
	}
	return done(), nil
}

// each returns the shown form of everything, by ID. The caller holds the lock.
func each[T, Shown any](all map[string]*T, show func(*T) Shown) []Shown {
	out := make([]Shown, 0, len(all))
	for _, id := range slices.Sorted(maps.Keys(all)) {
		out = append(out, show(all[id]))
	}
	return out
}

// Public tells whether a subnet's routes lead through an internet gateway. A subnet without a table of its own has its VPC's
// main one. A subnet that is not there is not public.
func (s *Service) Public(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	subnet, ok := s.state.Subnets[id]
	if !ok {
		return false
	}
	var holds *RouteTable
	for _, t := range s.state.Tables {
		own := slices.ContainsFunc(t.Associations, func(a RouteTableAssociation) bool { return str(a.SubnetId) == id })
		if own || holds == nil && *t.VpcId == *subnet.VpcId && t.main() {
			holds = t
		}
		if own {
			break
		}
	}
	return holds != nil && slices.ContainsFunc(holds.Routes, func(r Route) bool { return strings.HasPrefix(str(r.GatewayId), "igw-") })
}
