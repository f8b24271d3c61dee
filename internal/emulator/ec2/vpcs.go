package ec2

import (
	"cmp"
	"context"
	"net/netip"
	"strconv"

	"ferry.dev/ferry/internal/emulator/ids"
)

// Vpc is a VPC.
type Vpc struct {
	CidrBlock               *string
	CidrBlockAssociationSet []VpcCidrBlockAssociation
	DhcpOptionsId           *string
	InstanceTenancy         string
	IsDefault               *bool
	OwnerId                 *string
	State                   string
	Tags                    []Tag `wire:"tagSet"`
	VpcId                   *string
}

// VpcCidrBlockAssociation is one address range of a VPC.
type VpcCidrBlockAssociation struct {
	AssociationId  *string
	CidrBlock      *string
	CidrBlockState *CidrBlockState
}

// CidrBlockState is the state of an address range.
type CidrBlockState struct{ State string }

// vpc is a VPC with its attributes.
type vpc struct {
	Vpc
	DNSSupport, DNSHostnames bool
}

// AttributeBooleanValue is a boolean attribute.
type AttributeBooleanValue struct{ Value *bool }

func truth(v *AttributeBooleanValue) bool { return v != nil && v.Value != nil && *v.Value }

// CreateVpcInput is the input of CreateVpc.
type CreateVpcInput struct {
	CidrBlock         *string
	InstanceTenancy   string
	TagSpecifications []TagSpecification `wire:"tagSpecification"`
}

// CreateVpcOutput is the output of CreateVpc.
type CreateVpcOutput struct{ Vpc *Vpc }

// CreateVpc makes a VPC with its main route table and its default security group.
func (s *Service) CreateVpc(_ context.Context, in *CreateVpcInput) (*CreateVpcOutput, error) {
	block, err := cidr(in.CidrBlock, "InvalidVpc.Range")
	if err != nil {
		return nil, err
	}
	if err := checkSpecs("vpc", in.TagSpecifications); err != nil {
		return nil, err
	}
	tenancy := cmp.Or(in.InstanceTenancy, "default")
	s.mu.Lock()
	defer s.mu.Unlock()
	id := ids.NewEC2("vpc")
	v := &vpc{DNSSupport: true, Vpc: Vpc{VpcId: &id, CidrBlock: ptr(block.String()), DhcpOptionsId: ptr("dopt-00000000000000000"), InstanceTenancy: tenancy,
		IsDefault: ptr(false), OwnerId: ptr(s.scope.Account), State: "available",
		CidrBlockAssociationSet: []VpcCidrBlockAssociation{{AssociationId: ptr(ids.NewEC2("vpc-cidr-assoc")), CidrBlock: ptr(block.String()),
			CidrBlockState: &CidrBlockState{State: "associated"}}}}}
	s.state.VPCs[id] = v
	s.specify(id, in.TagSpecifications)
	s.newTable(id, true)
	s.newGroup("default", "default VPC security group", id)
	out := s.shownVPC(v)
	out.State = "pending"
	return &CreateVpcOutput{Vpc: &out}, nil
}

// cidr reads an IPv4 network of 16 to 28 bits.
func cidr(text *string, code string) (netip.Prefix, error) {
	p, err := netip.ParsePrefix(str(text))
	if err != nil || !p.Addr().Is4() {
		return netip.Prefix{}, fail("InvalidParameterValue", "Value ("+str(text)+") for parameter cidrBlock is invalid. This is not a valid CIDR block.")
	}
	if p.Bits() < 16 || p.Bits() > 28 {
		return netip.Prefix{}, fail(code, "The CIDR '"+str(text)+"' is invalid.")
	}
	return p.Masked(), nil
}

func (s *Service) shownVPC(v *vpc) Vpc {
	out := v.Vpc
	out.Tags = s.tags(*v.VpcId)
	return out
}

func (s *Service) vpc(id *string) (*vpc, error) {
	return get(s.state.VPCs, "InvalidVpcID.NotFound", "vpc", id)
}

// DeleteVpcInput is the input of DeleteVpc.
type DeleteVpcInput struct{ VpcId *string }

// DeleteVpc deletes a VPC in which nothing is left but what came with it.
func (s *Service) DeleteVpc(_ context.Context, in *DeleteVpcInput) (*Done, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v, err := s.vpc(in.VpcId)
	if err != nil {
		return nil, err
	}
	id := *v.VpcId
	if s.inhabited(id) {
		return nil, depends("vpc", id)
	}
	for key, t := range s.state.Tables {
		if *t.VpcId == id {
			s.forget(key)
			delete(s.state.Tables, key)
		}
	}
	for key, g := range s.state.SecurityGroups {
		if g.VPC == id {
			s.forget(key)
			delete(s.state.SecurityGroups, key)
		}
	}
	s.forget(id)
	delete(s.state.VPCs, id)
	return done(), nil
}

// forget drops the tags of what is deleted.
func (s *Service) forget(id string) { delete(s.state.Tags, id) }

// inhabited says whether a VPC has anything besides its main route table and default security group.
func (s *Service) inhabited(id string) bool {
	for _, x := range s.state.Subnets {
		if *x.VpcId == id {
			return true
		}
	}
	for _, x := range s.state.Gateways {
		if len(x.Attachments) > 0 && *x.Attachments[0].VpcId == id {
			return true
		}
	}
	for _, x := range s.state.Tables {
		if *x.VpcId == id && !x.main() {
			return true
		}
	}
	for _, x := range s.state.SecurityGroups {
		if x.VPC == id && x.Name != "default" {
			return true
		}
	}
	for _, x := range s.state.Endpoints {
		if *x.VpcId == id {
			return true
		}
	}
	return false
}

// DescribeVpcsInput is the input of DescribeVpcs.
type DescribeVpcsInput struct {
	Filters    []Filter `wire:"filter"`
	MaxResults *int32
	NextToken  *string
	VpcIds     []string `wire:"vpcId"`
}

// DescribeVpcsOutput is the output of DescribeVpcs.
type DescribeVpcsOutput struct {
	NextToken *string
	Vpcs      []Vpc `wire:"vpcSet"`
}

// DescribeVpcs lists VPCs.
func (s *Service) DescribeVpcs(_ context.Context, in *DescribeVpcsInput) (*DescribeVpcsOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	found, next, err := query[Vpc]{
		ids: in.VpcIds, id: func(v Vpc) string { return str(v.VpcId) }, code: "InvalidVpcID.NotFound", what: "vpc",
		filters: in.Filters, token: in.NextToken, limit: in.MaxResults,
		attributes: func(v Vpc) attributes {
			return attributes{"vpc-id": {str(v.VpcId)}, "cidr": {str(v.CidrBlock)}, "cidr-block": {str(v.CidrBlock)}, "cidrBlock": {str(v.CidrBlock)},
				"cidr-block-association.cidr-block": {str(v.CidrBlock)}, "state": {v.State}, "owner-id": {str(v.OwnerId)}, "dhcp-options-id": {str(v.DhcpOptionsId)},
				"is-default": {boolean(v.IsDefault)}, "isDefault": {boolean(v.IsDefault)}}
		},
	}.run(each(s.state.VPCs, s.shownVPC), s.state.Tags)
	return &DescribeVpcsOutput{Vpcs: found, NextToken: next}, err
}

func boolean(b *bool) string { return strconv.FormatBool(b != nil && *b) }

// ModifyVpcAttributeInput is the input of ModifyVpcAttribute.
type ModifyVpcAttributeInput struct {
	EnableDnsHostnames, EnableDnsSupport *AttributeBooleanValue
	VpcId                                *string
}

// ModifyVpcAttribute switches DNS in a VPC on or off.
func (s *Service) ModifyVpcAttribute(_ context.Context, in *ModifyVpcAttributeInput) (*Done, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v, err := s.vpc(in.VpcId)
	if err != nil {
		return nil, err
	}
	if in.EnableDnsHostnames != nil {
		v.DNSHostnames = truth(in.EnableDnsHostnames)
	}
	if in.EnableDnsSupport != nil {
		v.DNSSupport = truth(in.EnableDnsSupport)
	}
	return done(), nil
}

// DescribeVpcAttributeInput is the input of DescribeVpcAttribute.
type DescribeVpcAttributeInput struct {
	Attribute string
	VpcId     *string
}

// DescribeVpcAttributeOutput is the output of DescribeVpcAttribute.
type DescribeVpcAttributeOutput struct {
	EnableDnsHostnames, EnableDnsSupport *AttributeBooleanValue
	VpcId                                *string
}

// DescribeVpcAttribute returns one attribute of a VPC.
func (s *Service) DescribeVpcAttribute(_ context.Context, in *DescribeVpcAttributeInput) (*DescribeVpcAttributeOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v, err := s.vpc(in.VpcId)
	if err != nil {
		return nil, err
	}
	out := &DescribeVpcAttributeOutput{VpcId: v.VpcId}
	switch in.Attribute {
	case "enableDnsSupport":
		out.EnableDnsSupport = &AttributeBooleanValue{Value: ptr(v.DNSSupport)}
	case "enableDnsHostnames":
		out.EnableDnsHostnames = &AttributeBooleanValue{Value: ptr(v.DNSHostnames)}
	default:
		return nil, fail("InvalidParameterValue", "Value ("+in.Attribute+") for parameter attribute is invalid.")
	}
	return out, nil
}
