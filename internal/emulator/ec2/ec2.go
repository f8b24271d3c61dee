// Package ec2 is the part of EC2 that a network for ECS needs: VPCs, subnets, gateways, routes, addresses, security
// groups, endpoints and their tags, with EC2's rules on what must not be deleted while something depends on it.
//
// No packet is filtered or routed by it: tasks live on loopback. A parameter that is not kept here is refused as unknown
// rather than ignored. The inputs and outputs have the shape of the SDK's, whose own module is by far its largest.
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/
package ec2

import (
	"sync"
	"time"

	"ferry.dev/ferry/internal/emulator/ids"
	"ferry.dev/ferry/internal/emulator/persist"
	"ferry.dev/ferry/internal/emulator/wire"
)

// Service is EC2. It is safe for concurrent use.
type Service struct {
	scope ids.Scope

	mu    sync.Mutex
	state state
}

// state holds everything by ID.
type state struct {
	VPCs           map[string]*vpc
	Subnets        map[string]*Subnet
	Gateways       map[string]*InternetGateway
	Tables         map[string]*RouteTable
	Addresses      map[string]*Address
	NATs           map[string]*NatGateway
	SecurityGroups map[string]*group
	Endpoints      map[string]*VpcEndpoint
	Tags           map[string]map[string]string // by resource ID
	NextAddress    int                          // the last address given out, so that none comes twice soon
}

// New makes the service, without a default VPC.
func New(scope ids.Scope) *Service {
	return &Service{scope: scope, state: state{
		VPCs: map[string]*vpc{}, Subnets: map[string]*Subnet{}, Gateways: map[string]*InternetGateway{}, Tables: map[string]*RouteTable{},
		Addresses: map[string]*Address{}, NATs: map[string]*NatGateway{}, SecurityGroups: map[string]*group{}, Endpoints: map[string]*VpcEndpoint{},
		Tags: map[string]map[string]string{},
	}}
}

// Wire declares the service.
func (s *Service) Wire() wire.Service {
	return wire.Service{
		Name: "ec2", Protocol: wire.EC2Query, Version: "2016-11-15", Namespace: "http://ec2.amazonaws.com/doc/2016-11-15/",
		Operations: map[string]wire.Operation{
			"AllocateAddress":               wire.Op(s.AllocateAddress),
			"AssociateRouteTable":           wire.Op(s.AssociateRouteTable),
			"AttachInternetGateway":         wire.Op(s.AttachInternetGateway),
			"AuthorizeSecurityGroupEgress":  wire.Op(s.AuthorizeSecurityGroupEgress),
			"AuthorizeSecurityGroupIngress": wire.Op(s.AuthorizeSecurityGroupIngress),
			"CreateInternetGateway":         wire.Op(s.CreateInternetGateway),
			"CreateNatGateway":              wire.Op(s.CreateNatGateway),
			"CreateRoute":                   wire.Op(s.CreateRoute),
			"CreateRouteTable":              wire.Op(s.CreateRouteTable),
			"CreateSecurityGroup":           wire.Op(s.CreateSecurityGroup),
			"CreateSubnet":                  wire.Op(s.CreateSubnet),
			"CreateTags":                    wire.Op(s.CreateTags),
			"CreateVpc":                     wire.Op(s.CreateVpc),
			"CreateVpcEndpoint":             wire.Op(s.CreateVpcEndpoint),
			"DeleteInternetGateway":         wire.Op(s.DeleteInternetGateway),
			"DeleteNatGateway":              wire.Op(s.DeleteNatGateway),
			"DeleteRoute":                   wire.Op(s.DeleteRoute),
			"DeleteRouteTable":              wire.Op(s.DeleteRouteTable),
			"DeleteSecurityGroup":           wire.Op(s.DeleteSecurityGroup),
			"DeleteSubnet":                  wire.Op(s.DeleteSubnet),
			"DeleteTags":                    wire.Op(s.DeleteTags),
			"DeleteVpc":                     wire.Op(s.DeleteVpc),
			"DeleteVpcEndpoints":            wire.Op(s.DeleteVpcEndpoints),
			"DescribeAddresses":             wire.Op(s.DescribeAddresses),
			"DescribeAvailabilityZones":     wire.Op(s.DescribeAvailabilityZones),
			"DescribeInternetGateways":      wire.Op(s.DescribeInternetGateways),
			"DescribeNatGateways":           wire.Op(s.DescribeNatGateways),
			"DescribeNetworkInterfaces":     wire.Op(s.DescribeNetworkInterfaces),
			"DescribeRouteTables":           wire.Op(s.DescribeRouteTables),
			"DescribeSecurityGroupRules":    wire.Op(s.DescribeSecurityGroupRules),
			"DescribeSecurityGroups":        wire.Op(s.DescribeSecurityGroups),
			"DescribeSubnets":               wire.Op(s.DescribeSubnets),
			"DescribeTags":                  wire.Op(s.DescribeTags),
			"DescribeVpcAttribute":          wire.Op(s.DescribeVpcAttribute),
			"DescribeVpcEndpoints":          wire.Op(s.DescribeVpcEndpoints),
			"DescribeVpcs":                  wire.Op(s.DescribeVpcs),
			"DetachInternetGateway":         wire.Op(s.DetachInternetGateway),
			"DisassociateRouteTable":        wire.Op(s.DisassociateRouteTable),
			"ModifySubnetAttribute":         wire.Op(s.ModifySubnetAttribute),
			"ModifyVpcAttribute":            wire.Op(s.ModifyVpcAttribute),
			"ReleaseAddress":                wire.Op(s.ReleaseAddress),
			"ReplaceRoute":                  wire.Op(s.ReplaceRoute),
			"RevokeSecurityGroupEgress":     wire.Op(s.RevokeSecurityGroupEgress),
			"RevokeSecurityGroupIngress":    wire.Op(s.RevokeSecurityGroupIngress),
		},
	}
}

// Save returns the service's state.
func (s *Service) Save() ([]byte, error) { return persist.Save(&s.mu, &s.state) }

// Load takes what Save returned.
func (s *Service) Load(data []byte) error { return persist.Load(&s.mu, data, &s.state) }

// Done is the output of operations that only say that they were done.
type Done struct{ Return bool }

func done() *Done { return &Done{Return: true} }

func fail(code, message string) error { return &wire.Error{Code: code, Message: message} }

func missing(parameter string) error {
	return fail("MissingParameter", "The request must contain the parameter "+parameter)
}

func depends(what, id string) error {
	return fail("DependencyViolation", "The "+what+" '"+id+"' has dependencies and cannot be deleted.")
}

// get finds a thing by its ID, or fails with EC2's error for its kind ("InvalidVpcID.NotFound").
func get[T any](all map[string]*T, code, what string, id *string) (*T, error) {
	if x, ok := all[str(id)]; ok {
		return x, nil
	}
	if str(id) == "" {
		return nil, missing(what + "Id")
	}
	return nil, notFound(code, what, str(id))
}

func notFound(code, what, id string) error {
	return fail(code, "The "+what+" ID '"+id+"' does not exist")
}

func str(p *string) string {
	if p == nil {
		return ""
	}
	return *p
}

func ptr[T any](v T) *T { return &v }

func now() *time.Time { return ptr(time.Now().UTC().Truncate(time.Millisecond)) }
