package ec2

import (
	"cmp"
	"context"
	"maps"
	"net/netip"
	"time"

	"ferry.dev/ferry/internal/emulator/ids"
)

// NatGateway is a NAT gateway.
type NatGateway struct {
	ConnectivityType    string
	CreateTime          *time.Time
	DeleteTime          *time.Time
	NatGatewayAddresses []NatGatewayAddress `wire:"natGatewayAddressSet"`
	NatGatewayId        *string
	State               string
	SubnetId            *string
	Tags                []Tag `wire:"tagSet"`
	VpcId               *string
}

// NatGatewayAddress is an address of a NAT gateway.
type NatGatewayAddress struct {
	AllocationId       *string
	AssociationId      *string
	IsPrimary          *bool
	NetworkInterfaceId *string
	PrivateIp          *string
	PublicIp           *string
	Status             string
}

// CreateNatGatewayInput is the input of CreateNatGateway.
type CreateNatGatewayInput struct {
	AllocationId      *string
	ClientToken       *string
	ConnectivityType  string
	SubnetId          *string
	TagSpecifications []TagSpecification `wire:"tagSpecification"`
}

// CreateNatGatewayOutput is the output of CreateNatGateway.
type CreateNatGatewayOutput struct {
	ClientToken *string
	NatGateway  *NatGateway
}

// CreateNatGateway makes a gateway, available at once.
func (s *Service) CreateNatGateway(_ context.Context, in *CreateNatGatewayInput) (*CreateNatGatewayOutput, error) {
	if err := checkSpecs("natgateway", in.TagSpecifications); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	x, err := s.subnet(in.SubnetId)
	if err != nil {
		return nil, err
	}
	at := NatGatewayAddress{IsPrimary: ptr(true), NetworkInterfaceId: ptr(ids.NewEC2("eni")), PrivateIp: ptr(firstHost(*x.CidrBlock)), Status: "succeeded"}
	kind := cmp.Or(in.ConnectivityType, "public")
	if kind == "public" {
		if err := s.occupy(in.AllocationId, &at); err != nil {
			return nil, err
		}
	}
	id := ids.NewEC2("nat")
	n := &NatGateway{NatGatewayId: &id, SubnetId: x.SubnetId, VpcId: x.VpcId, State: "available", ConnectivityType: kind, CreateTime: now(), NatGatewayAddresses: []NatGatewayAddress{at}}
	s.state.NATs[id] = n
	s.specify(id, in.TagSpecifications)
	out := s.shownNAT(n)
	out.State = "pending"
	return &CreateNatGatewayOutput{NatGateway: &out, ClientToken: in.ClientToken}, nil
}

// occupy gives an elastic address to a gateway. The caller holds the lock.
func (s *Service) occupy(allocation *string, at *NatGatewayAddress) error {
	a, err := s.address(allocation)
	if err != nil {
		return err
	}
	if a.AssociationId != nil {
		return fail("Resource.AlreadyAssociated", "Elastic IP address ["+*a.AllocationId+"] is already associated")
	}
	a.AssociationId, a.NetworkInterfaceId, a.PrivateIpAddress = ptr(ids.NewEC2("eipassoc")), at.NetworkInterfaceId, at.PrivateIp
	at.AllocationId, at.AssociationId, at.PublicIp = a.AllocationId, a.AssociationId, a.PublicIp
	return nil
}

// firstHost returns the first address that EC2 gives out in a subnet: the fifth.
func firstHost(block string) string {
	p, err := netip.ParsePrefix(block)
	if err != nil {
		return ""
	}
	a := p.Addr()
	for range 4 {
		a = a.Next()
	}
	return a.String()
}

func (s *Service) shownNAT(n *NatGateway) NatGateway {
	out := *n
	out.Tags = s.tags(*n.NatGatewayId)
	return out
}

func (s *Service) nat(id *string) (*NatGateway, error) {
	return get(s.state.NATs, "NatGatewayNotFound", "natGateway", id)
}

// DeleteNatGatewayInput is the input of DeleteNatGateway.
type DeleteNatGatewayInput struct{ NatGatewayId *string }

// DeleteNatGatewayOutput is the output of DeleteNatGateway.
type DeleteNatGatewayOutput struct{ NatGatewayId *string }

// DeleteNatGateway deletes a gateway and frees its address. It stays listed as deleted for an hour.
func (s *Service) DeleteNatGateway(_ context.Context, in *DeleteNatGatewayInput) (*DeleteNatGatewayOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n, err := s.nat(in.NatGatewayId)
	if err != nil {
		return nil, err
	}
	for _, at := range n.NatGatewayAddresses {
		if a := s.state.Addresses[str(at.AllocationId)]; a != nil {
			a.AssociationId, a.NetworkInterfaceId, a.PrivateIpAddress = nil, nil, nil
		}
	}
	n.State, n.DeleteTime = "deleted", now()
	s.forget(*n.NatGatewayId)
	return &DeleteNatGatewayOutput{NatGatewayId: n.NatGatewayId}, nil
}

// DescribeNatGatewaysInput is the input of DescribeNatGateways.
type DescribeNatGatewaysInput struct {
	Filter        []Filter
	MaxResults    *int32
	NatGatewayIds []string `wire:"natGatewayId"`
	NextToken     *string
}

// DescribeNatGatewaysOutput is the output of DescribeNatGateways.
type DescribeNatGatewaysOutput struct {
	NatGateways []NatGateway `wire:"natGatewaySet"`
	NextToken   *string
}

// DescribeNatGateways lists NAT gateways.
func (s *Service) DescribeNatGateways(_ context.Context, in *DescribeNatGatewaysInput) (*DescribeNatGatewaysOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	maps.DeleteFunc(s.state.NATs, func(_ string, n *NatGateway) bool {
		return n.DeleteTime != nil && time.Since(*n.DeleteTime) > time.Hour
	})
	found, next, err := query[NatGateway]{
		ids: in.NatGatewayIds, id: func(n NatGateway) string { return str(n.NatGatewayId) }, code: "NatGatewayNotFound", what: "natGateway",
		filters: in.Filter, token: in.NextToken, limit: in.MaxResults,
		attributes: func(n NatGateway) attributes {
			return attributes{"nat-gateway-id": {str(n.NatGatewayId)}, "state": {n.State}, "subnet-id": {str(n.SubnetId)}, "vpc-id": {str(n.VpcId)}}
		},
	}.run(each(s.state.NATs, s.shownNAT), s.state.Tags)
	return &DescribeNatGatewaysOutput{NatGateways: found, NextToken: next}, err
}
