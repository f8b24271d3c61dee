package ec2

import (
	"context"
	"slices"

	"ferry.dev/ferry/internal/emulator/ids"
)

// RouteTable is a route table.
type RouteTable struct {
	Associations    []RouteTableAssociation `wire:"associationSet"`
	OwnerId         *string
	PropagatingVgws []PropagatingVgw `wire:"propagatingVgwSet"`
	RouteTableId    *string
	Routes          []Route `wire:"routeSet"`
	Tags            []Tag   `wire:"tagSet"`
	VpcId           *string
}

// PropagatingVgw is a virtual private gateway; there are none here.
type PropagatingVgw struct{ GatewayId *string }

// RouteTableAssociation says for which subnet a table holds; Main for all that have none of their own.
type RouteTableAssociation struct {
	AssociationState        *RouteTableAssociationState
	Main                    *bool
	RouteTableAssociationId *string
	RouteTableId            *string
	SubnetId                *string
}

// RouteTableAssociationState is the state of an association.
type RouteTableAssociationState struct{ State string }

func (t *RouteTable) main() bool {
	return slices.ContainsFunc(t.Associations, func(a RouteTableAssociation) bool { return *a.Main })
}

// newTable makes a table with the VPC's local route. The caller holds the lock.
func (s *Service) newTable(vpc string, main bool) *RouteTable {
	id := ids.NewEC2("rtb")
	t := &RouteTable{RouteTableId: &id, VpcId: &vpc, OwnerId: ptr(s.scope.Account), Associations: []RouteTableAssociation{}, PropagatingVgws: []PropagatingVgw{},
		Routes: []Route{{DestinationCidrBlock: s.state.VPCs[vpc].CidrBlock, GatewayId: ptr("local"), Origin: "CreateRouteTable", State: "active"}}}
	if main {
		t.Associations = []RouteTableAssociation{association(id, nil)}
	}
	s.state.Tables[id] = t
	s.specify(id, nil)
	return t
}

func association(table string, subnet *string) RouteTableAssociation {
	return RouteTableAssociation{AssociationState: &RouteTableAssociationState{State: "associated"}, Main: ptr(subnet == nil),
		RouteTableAssociationId: ptr(ids.NewEC2("rtbassoc")), RouteTableId: &table, SubnetId: subnet}
}

func (s *Service) shownTable(t *RouteTable) RouteTable {
	out := *t
	out.Tags = s.tags(*t.RouteTableId)
	return out
}

func (s *Service) table(id *string) (*RouteTable, error) {
	return get(s.state.Tables, "InvalidRouteTableID.NotFound", "routeTable", id)
}

// CreateRouteTableInput is the input of CreateRouteTable.
type CreateRouteTableInput struct {
	ClientToken       *string
	TagSpecifications []TagSpecification `wire:"tagSpecification"`
	VpcId             *string
}

// CreateRouteTableOutput is the output of CreateRouteTable.
type CreateRouteTableOutput struct {
	ClientToken *string
	RouteTable  *RouteTable
}

// CreateRouteTable makes a table that holds for no subnet yet.
func (s *Service) CreateRouteTable(_ context.Context, in *CreateRouteTableInput) (*CreateRouteTableOutput, error) {
	if err := checkSpecs("route-table", in.TagSpecifications); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	v, err := s.vpc(in.VpcId)
	if err != nil {
		return nil, err
	}
	t := s.newTable(*v.VpcId, false)
	s.specify(*t.RouteTableId, in.TagSpecifications)
	return &CreateRouteTableOutput{RouteTable: ptr(s.shownTable(t)), ClientToken: in.ClientToken}, nil
}

// DeleteRouteTableInput is the input of DeleteRouteTable.
type DeleteRouteTableInput struct{ RouteTableId *string }

// DeleteRouteTable deletes a table that holds for no subnet.
func (s *Service) DeleteRouteTable(_ context.Context, in *DeleteRouteTableInput) (*Done, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, err := s.table(in.RouteTableId)
	if err != nil {
		return nil, err
	}
	if len(t.Associations) > 0 {
		return nil, depends("routeTable", *t.RouteTableId)
	}
	s.forget(*t.RouteTableId)
	delete(s.state.Tables, *t.RouteTableId)
	return done(), nil
}

// AssociateRouteTableInput is the input of AssociateRouteTable.
type AssociateRouteTableInput struct{ RouteTableId, SubnetId *string }

// AssociateRouteTableOutput is the output of AssociateRouteTable.
type AssociateRouteTableOutput struct {
	AssociationId    *string
	AssociationState *RouteTableAssociationState
}

// AssociateRouteTable makes a table hold for a subnet; a subnet has one.
func (s *Service) AssociateRouteTable(_ context.Context, in *AssociateRouteTableInput) (*AssociateRouteTableOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, err := s.table(in.RouteTableId)
	if err != nil {
		return nil, err
	}
	x, err := s.subnet(in.SubnetId)
	if err != nil {
		return nil, err
	}
	if *t.VpcId != *x.VpcId {
		return nil, fail("InvalidParameterValue", "Route table "+*t.RouteTableId+" and network "+*x.SubnetId+" belong to different networks")
	}
	for _, other := range s.state.Tables {
		if slices.ContainsFunc(other.Associations, func(a RouteTableAssociation) bool { return str(a.SubnetId) == *x.SubnetId }) {
			return nil, fail("Resource.AlreadyAssociated", "the specified association for route table "+*t.RouteTableId+" conflicts with an existing association")
		}
	}
	a := association(*t.RouteTableId, x.SubnetId)
	t.Associations = append(slices.Clone(t.Associations), a)
	return &AssociateRouteTableOutput{AssociationId: a.RouteTableAssociationId, AssociationState: a.AssociationState}, nil
}

// DisassociateRouteTableInput is the input of DisassociateRouteTable.
type DisassociateRouteTableInput struct{ AssociationId *string }

// DisassociateRouteTable gives a subnet back to the main table.
func (s *Service) DisassociateRouteTable(_ context.Context, in *DisassociateRouteTableInput) (*Done, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range s.state.Tables {
		i := slices.IndexFunc(t.Associations, func(a RouteTableAssociation) bool { return *a.RouteTableAssociationId == str(in.AssociationId) })
		if i < 0 {
			continue
		}
		if *t.Associations[i].Main {
			return nil, fail("InvalidParameterValue", "cannot disassociate the main route table association "+*in.AssociationId)
		}
		t.Associations = slices.Delete(slices.Clone(t.Associations), i, i+1)
		return done(), nil
	}
	return nil, notFound("InvalidAssociationID.NotFound", "association", str(in.AssociationId))
}

// DescribeRouteTablesInput is the input of DescribeRouteTables.
type DescribeRouteTablesInput struct {
	Filters       []Filter `wire:"filter"`
	MaxResults    *int32
	NextToken     *string
	RouteTableIds []string `wire:"routeTableId"`
}

// DescribeRouteTablesOutput is the output of DescribeRouteTables.
type DescribeRouteTablesOutput struct {
	NextToken   *string
	RouteTables []RouteTable `wire:"routeTableSet"`
}

// DescribeRouteTables lists route tables.
func (s *Service) DescribeRouteTables(_ context.Context, in *DescribeRouteTablesInput) (*DescribeRouteTablesOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	found, next, err := query[RouteTable]{
		ids: in.RouteTableIds, id: func(t RouteTable) string { return str(t.RouteTableId) }, code: "InvalidRouteTableID.NotFound", what: "routeTable",
		filters: in.Filters, token: in.NextToken, limit: in.MaxResults, attributes: tableAttributes,
	}.run(each(s.state.Tables, s.shownTable), s.state.Tags)
	return &DescribeRouteTablesOutput{RouteTables: found, NextToken: next}, err
}

func tableAttributes(t RouteTable) attributes {
	a := attributes{"route-table-id": {str(t.RouteTableId)}, "vpc-id": {str(t.VpcId)}, "owner-id": {str(t.OwnerId)}, "association.main": {},
		"association.subnet-id": {}, "association.route-table-association-id": {}, "association.route-table-id": {},
		"route.destination-cidr-block": {}, "route.gateway-id": {}, "route.nat-gateway-id": {}, "route.state": {}, "route.origin": {}}
	put := func(key, value string) { a[key] = append(a[key], value) }
	for _, x := range t.Associations {
		put("association.main", boolean(x.Main))
		put("association.subnet-id", str(x.SubnetId))
		put("association.route-table-association-id", str(x.RouteTableAssociationId))
		put("association.route-table-id", str(x.RouteTableId))
	}
	for _, r := range t.Routes {
		put("route.destination-cidr-block", str(r.DestinationCidrBlock))
		put("route.gateway-id", str(r.GatewayId))
		put("route.nat-gateway-id", str(r.NatGatewayId))
		put("route.state", r.State)
		put("route.origin", r.Origin)
	}
	return a
}
