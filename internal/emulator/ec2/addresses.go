package ec2

import (
	"context"
	"fmt"

	"ferry.dev/ferry/internal/emulator/ids"
)

// Address is an elastic IP address.
type Address struct {
	AllocationId       *string
	AssociationId      *string
	Domain             string
	NetworkBorderGroup *string
	NetworkInterfaceId *string
	PrivateIpAddress   *string
	PublicIp           *string
	PublicIpv4Pool     *string
	Tags               []Tag `wire:"tagSet"`
}

// AllocateAddressInput is the input of AllocateAddress.
type AllocateAddressInput struct {
	Domain            string
	TagSpecifications []TagSpecification `wire:"tagSpecification"`
}

// AllocateAddressOutput is the output of AllocateAddress.
type AllocateAddressOutput struct {
	AllocationId       *string
	Domain             string
	NetworkBorderGroup *string
	PublicIp           *string
	PublicIpv4Pool     *string
}

// AllocateAddress gives out an address of the documentation range, which belongs to nobody.
func (s *Service) AllocateAddress(_ context.Context, in *AllocateAddressInput) (*AllocateAddressOutput, error) {
	if err := checkSpecs("elastic-ip", in.TagSpecifications); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.state.NextAddress++
	id := ids.NewEC2("eipalloc")
	a := &Address{AllocationId: &id, Domain: "vpc", NetworkBorderGroup: ptr(s.scope.Region), PublicIpv4Pool: ptr("amazon"),
		PublicIp: ptr(fmt.Sprintf("203.0.113.%d", 1+(s.state.NextAddress-1)%254))}
	s.state.Addresses[id] = a
	s.specify(id, in.TagSpecifications)
	return &AllocateAddressOutput{AllocationId: &id, Domain: a.Domain, NetworkBorderGroup: a.NetworkBorderGroup, PublicIp: a.PublicIp, PublicIpv4Pool: a.PublicIpv4Pool}, nil
}

func (s *Service) shownAddress(a *Address) Address {
	out := *a
	out.Tags = s.tags(*a.AllocationId)
	return out
}

func (s *Service) address(id *string) (*Address, error) {
	return get(s.state.Addresses, "InvalidAllocationID.NotFound", "allocation", id)
}

// ReleaseAddressInput is the input of ReleaseAddress.
type ReleaseAddressInput struct{ AllocationId *string }

// ReleaseAddress gives an address back that nothing uses.
func (s *Service) ReleaseAddress(_ context.Context, in *ReleaseAddressInput) (*Done, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	a, err := s.address(in.AllocationId)
	if err != nil {
		return nil, err
	}
	if a.AssociationId != nil {
		return nil, fail("InvalidIPAddress.InUse", "Address "+*a.PublicIp+" is in use.")
	}
	s.forget(*a.AllocationId)
	delete(s.state.Addresses, *a.AllocationId)
	return done(), nil
}

// DescribeAddressesInput is the input of DescribeAddresses.
type DescribeAddressesInput struct {
	AllocationIds []string `wire:"allocationId"`
	Filters       []Filter `wire:"filter"`
}

// DescribeAddressesOutput is the output of DescribeAddresses.
type DescribeAddressesOutput struct {
	Addresses []Address `wire:"addressesSet"`
}

// DescribeAddresses lists addresses.
func (s *Service) DescribeAddresses(_ context.Context, in *DescribeAddressesInput) (*DescribeAddressesOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	found, _, err := query[Address]{
		ids: in.AllocationIds, id: func(a Address) string { return str(a.AllocationId) }, code: "InvalidAllocationID.NotFound", what: "allocation", filters: in.Filters,
		attributes: func(a Address) attributes {
			return attributes{"allocation-id": {str(a.AllocationId)}, "association-id": {str(a.AssociationId)}, "public-ip": {str(a.PublicIp)}, "domain": {a.Domain}}
		},
	}.run(each(s.state.Addresses, s.shownAddress), s.state.Tags)
	return &DescribeAddressesOutput{Addresses: found}, err
}
