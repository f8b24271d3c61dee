package ec2

import (
	"cmp"
	"context"
	"strings"
	"time"

	"ferry.dev/ferry/internal/emulator/ids"
)

// VpcEndpoint is an endpoint of an AWS service inside a VPC.
type VpcEndpoint struct {
	CreationTimestamp *time.Time
	DnsEntries        []DnsEntry                `wire:"dnsEntrySet"`
	Groups            []SecurityGroupIdentifier `wire:"groupSet"`
	OwnerId           *string
	PolicyDocument    *string
	PrivateDnsEnabled *bool
	RouteTableIds     []string `wire:"routeTableIdSet"`
	ServiceName       *string
	State             string
	SubnetIds         []string `wire:"subnetIdSet"`
	Tags              []Tag    `wire:"tagSet"`
	VpcEndpointId     *string
	VpcEndpointType   string
	VpcId             *string
}

// DnsEntry is a name of an endpoint.
type DnsEntry struct{ DnsName, HostedZoneId *string }

// SecurityGroupIdentifier names a security group.
type SecurityGroupIdentifier struct{ GroupId, GroupName *string }

// CreateVpcEndpointInput is the input of CreateVpcEndpoint.
type CreateVpcEndpointInput struct {
	ClientToken       *string
	PolicyDocument    *string
	PrivateDnsEnabled *bool
	RouteTableIds     []string `wire:"routeTableId"`
	SecurityGroupIds  []string `wire:"securityGroupId"`
	ServiceName       *string
	SubnetIds         []string           `wire:"subnetId"`
	TagSpecifications []TagSpecification `wire:"tagSpecification"`
	VpcEndpointType   string
	VpcId             *string
}

// CreateVpcEndpointOutput is the output of CreateVpcEndpoint.
type CreateVpcEndpointOutput struct {
	ClientToken *string
	VpcEndpoint *VpcEndpoint
}

// CreateVpcEndpoint makes an endpoint, available at once. Nothing passes through it here.
func (s *Service) CreateVpcEndpoint(_ context.Context, in *CreateVpcEndpointInput) (*CreateVpcEndpointOutput, error) {
	if err := checkSpecs("vpc-endpoint", in.TagSpecifications); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	v, err := s.vpc(in.VpcId)
	if err != nil {
		return nil, err
	}
	if !strings.HasPrefix(str(in.ServiceName), "com.amazonaws.") {
		return nil, fail("InvalidServiceName", "The Vpc Endpoint Service '"+str(in.ServiceName)+"' does not exist")
	}
	kind := cmp.Or(in.VpcEndpointType, "Gateway")
	id := ids.NewEC2("vpce")
	e := &VpcEndpoint{VpcEndpointId: &id, VpcEndpointType: kind, VpcId: v.VpcId, ServiceName: in.ServiceName, State: "available", OwnerId: ptr(s.scope.Account),
		CreationTimestamp: now(), PolicyDocument: in.PolicyDocument, PrivateDnsEnabled: ptr(in.PrivateDnsEnabled != nil && *in.PrivateDnsEnabled),
		RouteTableIds: append([]string{}, in.RouteTableIds...), SubnetIds: append([]string{}, in.SubnetIds...), Groups: []SecurityGroupIdentifier{}, DnsEntries: []DnsEntry{}}
	if e.PolicyDocument == nil {
		e.PolicyDocument = ptr(`{"Version":"2008-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}`)
	}
	if err := s.place(e, in.SecurityGroupIds); err != nil {
		return nil, err
	}
	s.state.Endpoints[id] = e
	s.specify(id, in.TagSpecifications)
	return &CreateVpcEndpointOutput{VpcEndpoint: ptr(s.shownEndpoint(e)), ClientToken: in.ClientToken}, nil
}

// place checks where an endpoint is to stand, and takes over its groups. The caller holds the lock.
func (s *Service) place(e *VpcEndpoint, groups []string) error {
	for _, id := range e.RouteTableIds {
		if _, err := s.table(&id); err != nil {
			return err
		}
	}
	for _, id := range e.SubnetIds {
		if _, err := s.subnet(&id); err != nil {
			return err
		}
	}
	for _, id := range groups {
		g, err := s.group(&id)
		if err != nil {
			return err
		}
		e.Groups = append(e.Groups, SecurityGroupIdentifier{GroupId: ptr(g.ID), GroupName: ptr(g.Name)})
	}
	return nil
}

func (s *Service) shownEndpoint(e *VpcEndpoint) VpcEndpoint {
	out := *e
	out.Tags = s.tags(*e.VpcEndpointId)
	return out
}

// DeleteVpcEndpointsInput is the input of DeleteVpcEndpoints.
type DeleteVpcEndpointsInput struct {
	VpcEndpointIds []string `wire:"vpcEndpointId"`
}

// DeleteVpcEndpointsOutput is the output of DeleteVpcEndpoints.
type DeleteVpcEndpointsOutput struct {
	Unsuccessful []UnsuccessfulItem
}

// UnsuccessfulItem is what could not be deleted, and why.
type UnsuccessfulItem struct {
	Error      *UnsuccessfulItemError
	ResourceId *string
}

// UnsuccessfulItemError says why.
type UnsuccessfulItemError struct{ Code, Message *string }

// DeleteVpcEndpoints deletes endpoints; those that are not there come back as unsuccessful.
func (s *Service) DeleteVpcEndpoints(_ context.Context, in *DeleteVpcEndpointsInput) (*DeleteVpcEndpointsOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := &DeleteVpcEndpointsOutput{Unsuccessful: []UnsuccessfulItem{}}
	for _, id := range in.VpcEndpointIds {
		if _, ok := s.state.Endpoints[id]; !ok {
			out.Unsuccessful = append(out.Unsuccessful, UnsuccessfulItem{ResourceId: ptr(id),
				Error: &UnsuccessfulItemError{Code: ptr("InvalidVpcEndpoint.NotFound"), Message: ptr("The VpcEndPoint Id '" + id + "' does not exist")}})
			continue
		}
		s.forget(id)
		delete(s.state.Endpoints, id)
	}
	return out, nil
}

// DescribeVpcEndpointsInput is the input of DescribeVpcEndpoints.
type DescribeVpcEndpointsInput struct {
	Filters        []Filter `wire:"filter"`
	MaxResults     *int32
	NextToken      *string
	VpcEndpointIds []string `wire:"vpcEndpointId"`
}

// DescribeVpcEndpointsOutput is the output of DescribeVpcEndpoints.
type DescribeVpcEndpointsOutput struct {
	NextToken    *string
	VpcEndpoints []VpcEndpoint `wire:"vpcEndpointSet"`
}

// DescribeVpcEndpoints lists endpoints.
func (s *Service) DescribeVpcEndpoints(_ context.Context, in *DescribeVpcEndpointsInput) (*DescribeVpcEndpointsOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	found, next, err := query[VpcEndpoint]{
		ids: in.VpcEndpointIds, id: func(e VpcEndpoint) string { return str(e.VpcEndpointId) }, code: "InvalidVpcEndpointId.NotFound", what: "vpcEndpoint",
		filters: in.Filters, token: in.NextToken, limit: in.MaxResults,
		attributes: func(e VpcEndpoint) attributes {
			return attributes{"vpc-endpoint-id": {str(e.VpcEndpointId)}, "vpc-id": {str(e.VpcId)}, "service-name": {str(e.ServiceName)},
				"vpc-endpoint-state": {e.State}, "vpc-endpoint-type": {e.VpcEndpointType}}
		},
	}.run(each(s.state.Endpoints, s.shownEndpoint), s.state.Tags)
	return &DescribeVpcEndpointsOutput{VpcEndpoints: found, NextToken: next}, err
}
