package ec2

import (
	"context"
	"slices"

	"ferry.dev/ferry/internal/emulator/ids"
)

// InternetGateway is an internet gateway.
type InternetGateway struct {
	Attachments       []InternetGatewayAttachment `wire:"attachmentSet"`
	InternetGatewayId *string
	OwnerId           *string
	Tags              []Tag `wire:"tagSet"`
}

// InternetGatewayAttachment says to which VPC a gateway is attached.
type InternetGatewayAttachment struct {
	State string
	VpcId *string
}

// CreateInternetGatewayInput is the input of CreateInternetGateway.
type CreateInternetGatewayInput struct {
	TagSpecifications []TagSpecification `wire:"tagSpecification"`
}

// CreateInternetGatewayOutput is the output of CreateInternetGateway.
type CreateInternetGatewayOutput struct{ InternetGateway *InternetGateway }

// CreateInternetGateway makes a gateway that is attached to nothing.
func (s *Service) CreateInternetGateway(_ context.Context, in *CreateInternetGatewayInput) (*CreateInternetGatewayOutput, error) {
	if err := checkSpecs("internet-gateway", in.TagSpecifications); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	id := ids.NewEC2("igw")
	g := &InternetGateway{InternetGatewayId: &id, OwnerId: ptr(s.scope.Account), Attachments: []InternetGatewayAttachment{}}
	s.state.Gateways[id] = g
	s.specify(id, in.TagSpecifications)
	return &CreateInternetGatewayOutput{InternetGateway: ptr(s.shownGateway(g))}, nil
}

func (s *Service) shownGateway(g *InternetGateway) InternetGateway {
	out := *g
	out.Tags = s.tags(*g.InternetGatewayId)
	return out
}

func (s *Service) gateway(id *string) (*InternetGateway, error) {
	return get(s.state.Gateways, "InvalidInternetGatewayID.NotFound", "internetGateway", id)
}

// AttachInternetGatewayInput is the input of AttachInternetGateway.
type AttachInternetGatewayInput struct{ InternetGatewayId, VpcId *string }

// AttachInternetGateway attaches a gateway to a VPC; each of the two takes one.
func (s *Service) AttachInternetGateway(_ context.Context, in *AttachInternetGatewayInput) (*Done, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g, err := s.gateway(in.InternetGatewayId)
	if err != nil {
		return nil, err
	}
	v, err := s.vpc(in.VpcId)
	if err != nil {
		return nil, err
	}
	if len(g.Attachments) > 0 {
		return nil, fail("Resource.AlreadyAssociated", "resource "+*g.InternetGatewayId+" is already attached to network "+*g.Attachments[0].VpcId)
	}
	for _, other := range s.state.Gateways {
		if other.attached(*v.VpcId) {
			return nil, fail("InvalidParameterValue", "Network "+*v.VpcId+" already has an internet gateway attached")
		}
	}
	g.Attachments = []InternetGatewayAttachment{{State: "available", VpcId: v.VpcId}}
	return done(), nil
}

func (g *InternetGateway) attached(vpc string) bool {
	return slices.ContainsFunc(g.Attachments, func(a InternetGatewayAttachment) bool { return *a.VpcId == vpc })
}

// DetachInternetGatewayInput is the input of DetachInternetGateway.
type DetachInternetGatewayInput struct{ InternetGatewayId, VpcId *string }

// DetachInternetGateway detaches a gateway; not while a NAT gateway of the VPC has a public address.
func (s *Service) DetachInternetGateway(_ context.Context, in *DetachInternetGatewayInput) (*Done, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g, err := s.gateway(in.InternetGatewayId)
	if err != nil {
		return nil, err
	}
	v, err := s.vpc(in.VpcId)
	if err != nil {
		return nil, err
	}
	if !g.attached(*v.VpcId) {
		return nil, fail("Gateway.NotAttached", "resource "+*g.InternetGatewayId+" is not attached to network "+*v.VpcId)
	}
	for _, n := range s.state.NATs {
		if n.State != "deleted" && *n.VpcId == *v.VpcId && n.ConnectivityType == "public" {
			return nil, fail("DependencyViolation", "Network "+*v.VpcId+" has some mapped public address(es). Please unmap those public address(es) before detaching the gateway.")
		}
	}
	g.Attachments = []InternetGatewayAttachment{}
	return done(), nil
}

// DeleteInternetGatewayInput is the input of DeleteInternetGateway.
type DeleteInternetGatewayInput struct{ InternetGatewayId *string }

// DeleteInternetGateway deletes a gateway that is attached to nothing.
func (s *Service) DeleteInternetGateway(_ context.Context, in *DeleteInternetGatewayInput) (*Done, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g, err := s.gateway(in.InternetGatewayId)
	if err != nil {
		return nil, err
	}
	if len(g.Attachments) > 0 {
		return nil, depends("internetGateway", *g.InternetGatewayId)
	}
	s.forget(*g.InternetGatewayId)
	delete(s.state.Gateways, *g.InternetGatewayId)
	return done(), nil
}

// DescribeInternetGatewaysInput is the input of DescribeInternetGateways.
type DescribeInternetGatewaysInput struct {
	Filters            []Filter `wire:"filter"`
	InternetGatewayIds []string `wire:"internetGatewayId"`
	MaxResults         *int32
	NextToken          *string
}

// DescribeInternetGatewaysOutput is the output of DescribeInternetGateways.
type DescribeInternetGatewaysOutput struct {
	InternetGateways []InternetGateway `wire:"internetGatewaySet"`
	NextToken        *string
}

// DescribeInternetGateways lists gateways.
func (s *Service) DescribeInternetGateways(_ context.Context, in *DescribeInternetGatewaysInput) (*DescribeInternetGatewaysOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	found, next, err := query[InternetGateway]{
		ids: in.InternetGatewayIds, id: func(g InternetGateway) string { return str(g.InternetGatewayId) },
		code: "InvalidInternetGatewayID.NotFound", what: "internetGateway", filters: in.Filters, token: in.NextToken, limit: in.MaxResults,
		attributes: func(g InternetGateway) attributes {
			a := attributes{"internet-gateway-id": {str(g.InternetGatewayId)}, "owner-id": {str(g.OwnerId)}, "attachment.vpc-id": {}, "attachment.state": {}}
			for _, at := range g.Attachments {
				a["attachment.vpc-id"], a["attachment.state"] = []string{*at.VpcId}, []string{at.State}
			}
			return a
		},
	}.run(each(s.state.Gateways, s.shownGateway), s.state.Tags)
	return &DescribeInternetGatewaysOutput{InternetGateways: found, NextToken: next}, err
}
