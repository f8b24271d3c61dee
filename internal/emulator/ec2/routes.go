package ec2

import (
	"context"
	"net/netip"
	"slices"
)

// Route is one route of a table.
type Route struct {
	DestinationCidrBlock     *string
	DestinationIpv6CidrBlock *string
	GatewayId                *string
	NatGatewayId             *string
	Origin                   string
	State                    string
}

// CreateRouteInput is the input of CreateRoute.
type CreateRouteInput struct {
	DestinationCidrBlock     *string
	DestinationIpv6CidrBlock *string
	GatewayId                *string
	NatGatewayId             *string
	RouteTableId             *string
}

// CreateRoute adds a route through an internet or NAT gateway.
func (s *Service) CreateRoute(_ context.Context, in *CreateRouteInput) (*Done, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, r, err := s.newRoute(in)
	if err != nil {
		return nil, err
	}
	if t.route(r.destination()) >= 0 {
		return nil, fail("RouteAlreadyExists", "The route identified by "+r.destination()+" already exists.")
	}
	t.Routes = append(slices.Clone(t.Routes), r)
	return done(), nil
}

func (r Route) destination() string {
	return str(r.DestinationCidrBlock) + str(r.DestinationIpv6CidrBlock)
}

func (t *RouteTable) route(destination string) int {
	return slices.IndexFunc(t.Routes, func(r Route) bool { return r.destination() == destination })
}

// newRoute checks a route's destination and target. The caller holds the lock.
func (s *Service) newRoute(in *CreateRouteInput) (*RouteTable, Route, error) {
	r := Route{DestinationCidrBlock: in.DestinationCidrBlock, DestinationIpv6CidrBlock: in.DestinationIpv6CidrBlock,
		GatewayId: in.GatewayId, NatGatewayId: in.NatGatewayId, Origin: "CreateRoute", State: "active"}
	t, err := s.table(in.RouteTableId)
	if err != nil {
		return nil, r, err
	}
	if _, err := netip.ParsePrefix(r.destination()); err != nil {
		return nil, r, fail("InvalidParameterValue", "Value ("+r.destination()+") for parameter destinationCidrBlock is invalid. This is not a valid CIDR block.")
	}
	switch {
	case (in.GatewayId == nil) == (in.NatGatewayId == nil):
		return nil, r, fail("InvalidParameterCombination", "exactly one of gatewayId and natGatewayId is required here")
	case in.GatewayId != nil:
		g, err := s.gateway(in.GatewayId)
		if err == nil && !g.attached(*t.VpcId) {
			err = fail("InvalidParameterValue", "route table "+*t.RouteTableId+" and network gateway "+*g.InternetGatewayId+" belong to different networks")
		}
		return t, r, err
	}
	n, err := s.nat(in.NatGatewayId)
	if err == nil && *n.VpcId != *t.VpcId {
		err = fail("InvalidParameterValue", "route table "+*t.RouteTableId+" and NAT gateway "+*n.NatGatewayId+" belong to different networks")
	}
	return t, r, err
}

// ReplaceRouteInput is the input of ReplaceRoute.
type ReplaceRouteInput CreateRouteInput

// ReplaceRoute gives a destination another gateway.
func (s *Service) ReplaceRoute(_ context.Context, in *ReplaceRouteInput) (*Done, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, r, err := s.newRoute((*CreateRouteInput)(in))
	if err != nil {
		return nil, err
	}
	i := t.route(r.destination())
	if i < 0 {
		return nil, noRoute(t, r.destination())
	}
	t.Routes = slices.Clone(t.Routes)
	t.Routes[i] = r
	return done(), nil
}

// DeleteRouteInput is the input of DeleteRoute.
type DeleteRouteInput struct {
	DestinationCidrBlock     *string
	DestinationIpv6CidrBlock *string
	RouteTableId             *string
}

// DeleteRoute removes a route; the local one stays.
func (s *Service) DeleteRoute(_ context.Context, in *DeleteRouteInput) (*Done, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, err := s.table(in.RouteTableId)
	if err != nil {
		return nil, err
	}
	destination := str(in.DestinationCidrBlock) + str(in.DestinationIpv6CidrBlock)
	i := t.route(destination)
	if i < 0 {
		return nil, noRoute(t, destination)
	}
	if str(t.Routes[i].GatewayId) == "local" {
		return nil, fail("InvalidParameterValue", "cannot remove local route "+destination+" in route table "+*t.RouteTableId)
	}
	t.Routes = slices.Delete(slices.Clone(t.Routes), i, i+1)
	return done(), nil
}

func noRoute(t *RouteTable, destination string) error {
	return fail("InvalidRoute.NotFound", "no route with destination-cidr-block "+destination+" in route table "+*t.RouteTableId)
}
