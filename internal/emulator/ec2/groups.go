package ec2

import (
	"context"
	"slices"

	"ferry.dev/ferry/internal/emulator/ids"
)

// SecurityGroup is a security group as answers carry it.
type SecurityGroup struct {
	Description         *string `wire:"groupDescription"`
	GroupId             *string
	GroupName           *string
	IpPermissions       []IpPermission
	IpPermissionsEgress []IpPermission
	OwnerId             *string
	SecurityGroupArn    *string
	Tags                []Tag `wire:"tagSet"`
	VpcId               *string
}

// group is a security group as it is kept: each rule on its own.
type group struct {
	ID, Name, Description, VPC string
	Rules                      []SecurityGroupRule
}

// newGroup makes a group that lets everything out. The caller holds the lock.
func (s *Service) newGroup(name, description, vpc string) *group {
	g := &group{ID: ids.NewEC2("sg"), Name: name, Description: description, VPC: vpc}
	all := SecurityGroupRule{IpProtocol: ptr("-1"), FromPort: ptr(int32(-1)), ToPort: ptr(int32(-1)), CidrIpv4: ptr("0.0.0.0/0")}
	g.Rules = []SecurityGroupRule{s.newRule(g, all, true)}
	if name == "default" {
		own := SecurityGroupRule{IpProtocol: ptr("-1"), FromPort: ptr(int32(-1)), ToPort: ptr(int32(-1)),
			ReferencedGroupInfo: &ReferencedSecurityGroup{GroupId: ptr(g.ID), UserId: ptr(s.scope.Account)}}
		g.Rules = append(g.Rules, s.newRule(g, own, false))
	}
	s.state.SecurityGroups[g.ID] = g
	s.specify(g.ID, nil)
	return g
}

func (s *Service) shownGroup(g *group) SecurityGroup {
	return SecurityGroup{Description: ptr(g.Description), GroupId: ptr(g.ID), GroupName: ptr(g.Name), OwnerId: ptr(s.scope.Account), VpcId: ptr(g.VPC),
		SecurityGroupArn: ptr(s.scope.ARN("ec2", "security-group/"+g.ID)), Tags: s.tags(g.ID),
		IpPermissions: permissions(g.Rules, false), IpPermissionsEgress: permissions(g.Rules, true)}
}

func (s *Service) group(id *string) (*group, error) {
	if g, ok := s.state.SecurityGroups[str(id)]; ok {
		return g, nil
	}
	return nil, fail("InvalidGroup.NotFound", "The security group '"+str(id)+"' does not exist")
}

// CreateSecurityGroupInput is the input of CreateSecurityGroup.
type CreateSecurityGroupInput struct {
	Description       *string `wire:"groupDescription"`
	GroupName         *string
	TagSpecifications []TagSpecification `wire:"tagSpecification"`
	VpcId             *string
}

// CreateSecurityGroupOutput is the output of CreateSecurityGroup.
type CreateSecurityGroupOutput struct {
	GroupId          *string
	SecurityGroupArn *string
	Tags             []Tag `wire:"tagSet"`
}

// CreateSecurityGroup makes a group that lets nothing in and everything out.
func (s *Service) CreateSecurityGroup(_ context.Context, in *CreateSecurityGroupInput) (*CreateSecurityGroupOutput, error) {
	if err := checkSpecs("security-group", in.TagSpecifications); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	v, err := s.vpc(in.VpcId)
	if err != nil {
		return nil, err
	}
	switch name := str(in.GroupName); {
	case name == "":
		return nil, missing("groupName")
	case str(in.Description) == "":
		return nil, missing("groupDescription")
	case len(name) > 255 || len(*in.Description) > 255:
		return nil, fail("InvalidParameterValue", "Value for parameter groupName or groupDescription exceeds 255 characters.")
	case name == "default" || len(name) > 3 && name[:3] == "sg-":
		return nil, fail("InvalidParameterValue", "Cannot use reserved security group name: "+name)
	}
	for _, other := range s.state.SecurityGroups {
		if other.VPC == *v.VpcId && other.Name == *in.GroupName {
			return nil, fail("InvalidGroup.Duplicate", "The security group '"+*in.GroupName+"' already exists for VPC '"+*v.VpcId+"'")
		}
	}
	g := s.newGroup(*in.GroupName, *in.Description, *v.VpcId)
	s.specify(g.ID, in.TagSpecifications)
	return &CreateSecurityGroupOutput{GroupId: ptr(g.ID), SecurityGroupArn: ptr(s.scope.ARN("ec2", "security-group/"+g.ID)), Tags: s.tags(g.ID)}, nil
}

// DeleteSecurityGroupInput is the input of DeleteSecurityGroup.
type DeleteSecurityGroupInput struct{ GroupId *string }

// DeleteSecurityGroupOutput is the output of DeleteSecurityGroup.
type DeleteSecurityGroupOutput struct {
	GroupId *string
	Return  bool
}

// DeleteSecurityGroup deletes a group that neither another group's rule nor an endpoint refers to.
func (s *Service) DeleteSecurityGroup(_ context.Context, in *DeleteSecurityGroupInput) (*DeleteSecurityGroupOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g, err := s.group(in.GroupId)
	if err != nil {
		return nil, err
	}
	if g.Name == "default" {
		return nil, fail("CannotDelete", "the specified group: \""+g.ID+"\" name: \"default\" cannot be deleted by a user")
	}
	if s.refers(g.ID) {
		return nil, fail("DependencyViolation", "resource "+g.ID+" has a dependent object")
	}
	s.forget(g.ID)
	for _, r := range g.Rules {
		s.forget(*r.SecurityGroupRuleId)
	}
	delete(s.state.SecurityGroups, g.ID)
	return &DeleteSecurityGroupOutput{GroupId: ptr(g.ID), Return: true}, nil
}

func (s *Service) refers(id string) bool {
	for _, other := range s.state.SecurityGroups {
		if other.ID != id && slices.ContainsFunc(other.Rules, func(r SecurityGroupRule) bool {
			return r.ReferencedGroupInfo != nil && str(r.ReferencedGroupInfo.GroupId) == id
		}) {
			return true
		}
	}
	for _, e := range s.state.Endpoints {
		if slices.ContainsFunc(e.Groups, func(g SecurityGroupIdentifier) bool { return str(g.GroupId) == id }) {
			return true
		}
	}
	return false
}

// DescribeSecurityGroupsInput is the input of DescribeSecurityGroups.
type DescribeSecurityGroupsInput struct {
	Filters    []Filter `wire:"filter"`
	GroupIds   []string `wire:"groupId"`
	GroupNames []string `wire:"groupName"`
	MaxResults *int32
	NextToken  *string
}

// DescribeSecurityGroupsOutput is the output of DescribeSecurityGroups.
type DescribeSecurityGroupsOutput struct {
	NextToken      *string
	SecurityGroups []SecurityGroup `wire:"securityGroupInfo"`
}

// DescribeSecurityGroups lists security groups.
func (s *Service) DescribeSecurityGroups(_ context.Context, in *DescribeSecurityGroupsInput) (*DescribeSecurityGroupsOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	filters := slices.Clone(in.Filters)
	if len(in.GroupNames) > 0 {
		filters = append(filters, Filter{Name: ptr("group-name"), Values: in.GroupNames})
	}
	found, next, err := query[SecurityGroup]{
		ids: in.GroupIds, id: func(g SecurityGroup) string { return str(g.GroupId) }, code: "InvalidGroup.NotFound", what: "security group",
		filters: filters, token: in.NextToken, limit: in.MaxResults,
		attributes: func(g SecurityGroup) attributes {
			return attributes{"group-id": {str(g.GroupId)}, "group-name": {str(g.GroupName)}, "vpc-id": {str(g.VpcId)}, "description": {str(g.Description)}, "owner-id": {str(g.OwnerId)}}
		},
	}.run(each(s.state.SecurityGroups, s.shownGroup), s.state.Tags)
	return &DescribeSecurityGroupsOutput{SecurityGroups: found, NextToken: next}, err
}
