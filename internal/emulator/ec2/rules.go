package ec2

import (
	"context"
	"maps"
	"slices"
	"strconv"

	"ferry.dev/ferry/internal/emulator/ids"
)

// SecurityGroupRule is one rule of a group.
type SecurityGroupRule struct {
	CidrIpv4             *string
	CidrIpv6             *string
	Description          *string
	FromPort             *int32
	GroupId              *string
	GroupOwnerId         *string
	IpProtocol           *string
	IsEgress             *bool
	PrefixListId         *string
	ReferencedGroupInfo  *ReferencedSecurityGroup
	SecurityGroupRuleArn *string
	SecurityGroupRuleId  *string
	Tags                 []Tag `wire:"tagSet"`
	ToPort               *int32
}

// ReferencedSecurityGroup is the group that a rule lets in or out.
type ReferencedSecurityGroup struct{ GroupId, UserId *string }

func (s *Service) newRule(g *group, r SecurityGroupRule, egress bool) SecurityGroupRule {
	r.SecurityGroupRuleId = ptr(ids.NewEC2("sgr"))
	r.SecurityGroupRuleArn = ptr(s.scope.ARN("ec2", "security-group-rule/"+*r.SecurityGroupRuleId))
	r.GroupId, r.GroupOwnerId, r.IsEgress = ptr(g.ID), ptr(s.scope.Account), ptr(egress)
	return r
}

// rule finds a rule by ID. The caller holds the lock.
func (s *Service) rule(id string) *SecurityGroupRule {
	for _, g := range s.state.SecurityGroups {
		for i := range g.Rules {
			if *g.Rules[i].SecurityGroupRuleId == id {
				return &g.Rules[i]
			}
		}
	}
	return nil
}

// key is what makes two rules the same.
func (r SecurityGroupRule) key() string {
	ref := ""
	if r.ReferencedGroupInfo != nil {
		ref = str(r.ReferencedGroupInfo.GroupId)
	}
	return boolean(r.IsEgress) + "|" + str(r.IpProtocol) + "|" + number(r.FromPort) + "|" + number(r.ToPort) + "|" +
		str(r.CidrIpv4) + "|" + str(r.CidrIpv6) + "|" + str(r.PrefixListId) + "|" + ref
}

func number(n *int32) string {
	if n == nil {
		return "-1"
	}
	return strconv.Itoa(int(*n))
}

// AuthorizeSecurityGroupIngressInput is the input of AuthorizeSecurityGroupIngress and of its three siblings.
type AuthorizeSecurityGroupIngressInput struct {
	CidrIp                     *string
	FromPort                   *int32
	GroupId                    *string
	IpPermissions              []IpPermission
	IpProtocol                 *string
	SourceSecurityGroupName    *string
	SourceSecurityGroupOwnerId *string
	TagSpecifications          []TagSpecification `wire:"tagSpecification"`
	ToPort                     *int32
}

// AuthorizeSecurityGroupEgressInput is the input of AuthorizeSecurityGroupEgress.
type AuthorizeSecurityGroupEgressInput struct {
	GroupId           *string
	IpPermissions     []IpPermission
	TagSpecifications []TagSpecification `wire:"tagSpecification"`
}

// AuthorizeOutput is the output of both authorize operations.
type AuthorizeOutput struct {
	Return             bool
	SecurityGroupRules []SecurityGroupRule `wire:"securityGroupRuleSet"`
}

// AuthorizeSecurityGroupIngress adds rules that let traffic in.
func (s *Service) AuthorizeSecurityGroupIngress(_ context.Context, in *AuthorizeSecurityGroupIngressInput) (*AuthorizeOutput, error) {
	if in.SourceSecurityGroupName != nil || in.SourceSecurityGroupOwnerId != nil {
		return nil, fail("InvalidParameterCombination", "name the source group by ID in ipPermissions")
	}
	wanted := in.IpPermissions
	if in.IpProtocol != nil {
		wanted = append(slices.Clone(wanted), IpPermission{IpProtocol: in.IpProtocol, FromPort: in.FromPort, ToPort: in.ToPort, IpRanges: []IpRange{{CidrIp: in.CidrIp}}})
	}
	return s.authorize(in.GroupId, wanted, false, in.TagSpecifications)
}

// AuthorizeSecurityGroupEgress adds rules that let traffic out.
func (s *Service) AuthorizeSecurityGroupEgress(_ context.Context, in *AuthorizeSecurityGroupEgressInput) (*AuthorizeOutput, error) {
	return s.authorize(in.GroupId, in.IpPermissions, true, in.TagSpecifications)
}

func (s *Service) authorize(id *string, wanted []IpPermission, egress bool, specs []TagSpecification) (*AuthorizeOutput, error) {
	if err := checkSpecs("security-group-rule", specs); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	g, err := s.group(id)
	if err != nil {
		return nil, err
	}
	rules, err := s.split(wanted)
	if err != nil {
		return nil, err
	}
	all := slices.Clone(g.Rules)
	added := []SecurityGroupRule{}
	for _, r := range rules {
		r = s.newRule(g, r, egress)
		if slices.ContainsFunc(all, func(old SecurityGroupRule) bool { return old.key() == r.key() }) {
			return nil, fail("InvalidPermission.Duplicate", "the specified rule \"peer: "+str(r.CidrIpv4)+str(r.CidrIpv6)+", "+str(r.IpProtocol)+", from port: "+
				number(r.FromPort)+", to port: "+number(r.ToPort)+", ALLOW\" already exists")
		}
		all = append(all, r)
		s.specify(*r.SecurityGroupRuleId, specs)
		r.Tags = s.tags(*r.SecurityGroupRuleId)
		added = append(added, r)
	}
	g.Rules = all
	return &AuthorizeOutput{Return: true, SecurityGroupRules: added}, nil
}

// RevokeSecurityGroupIngressInput is the input of RevokeSecurityGroupIngress.
type RevokeSecurityGroupIngressInput struct {
	CidrIp               *string
	FromPort             *int32
	GroupId              *string
	IpPermissions        []IpPermission
	IpProtocol           *string
	SecurityGroupRuleIds []string `wire:"securityGroupRuleId"`
	ToPort               *int32
}

// RevokeSecurityGroupEgressInput is the input of RevokeSecurityGroupEgress.
type RevokeSecurityGroupEgressInput struct {
	GroupId              *string
	IpPermissions        []IpPermission
	SecurityGroupRuleIds []string `wire:"securityGroupRuleId"`
}

// RevokeSecurityGroupIngress removes rules that let traffic in.
func (s *Service) RevokeSecurityGroupIngress(_ context.Context, in *RevokeSecurityGroupIngressInput) (*Done, error) {
	unwanted := in.IpPermissions
	if in.IpProtocol != nil {
		unwanted = append(slices.Clone(unwanted), IpPermission{IpProtocol: in.IpProtocol, FromPort: in.FromPort, ToPort: in.ToPort, IpRanges: []IpRange{{CidrIp: in.CidrIp}}})
	}
	return s.revoke(in.GroupId, unwanted, in.SecurityGroupRuleIds, false)
}

// RevokeSecurityGroupEgress removes rules that let traffic out.
func (s *Service) RevokeSecurityGroupEgress(_ context.Context, in *RevokeSecurityGroupEgressInput) (*Done, error) {
	return s.revoke(in.GroupId, in.IpPermissions, in.SecurityGroupRuleIds, true)
}

func (s *Service) revoke(id *string, unwanted []IpPermission, ruleIDs []string, egress bool) (*Done, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g, err := s.group(id)
	if err != nil {
		return nil, err
	}
	rules, err := s.split(unwanted)
	if err != nil {
		return nil, err
	}
	gone := map[string]bool{}
	for _, r := range rules {
		r.IsEgress = ptr(egress)
		gone[r.key()] = false
	}
	for _, id := range ruleIDs {
		gone[id] = false
	}
	left := slices.DeleteFunc(slices.Clone(g.Rules), func(r SecurityGroupRule) bool {
		for _, key := range []string{r.key(), *r.SecurityGroupRuleId} {
			if _, ok := gone[key]; ok && *r.IsEgress == egress {
				gone[key] = true
				return true
			}
		}
		return false
	})
	for _, key := range slices.Sorted(maps.Keys(gone)) {
		if !gone[key] {
			return nil, fail("InvalidPermission.NotFound", "The specified rule does not exist in this security group.")
		}
	}
	g.Rules = left
	return done(), nil
}

// DescribeSecurityGroupRulesInput is the input of DescribeSecurityGroupRules.
type DescribeSecurityGroupRulesInput struct {
	Filters              []Filter `wire:"filter"`
	MaxResults           *int32
	NextToken            *string
	SecurityGroupRuleIds []string `wire:"securityGroupRuleId"`
}

// DescribeSecurityGroupRulesOutput is the output of DescribeSecurityGroupRules.
type DescribeSecurityGroupRulesOutput struct {
	NextToken          *string
	SecurityGroupRules []SecurityGroupRule `wire:"securityGroupRuleSet"`
}

// DescribeSecurityGroupRules lists rules one by one.
func (s *Service) DescribeSecurityGroupRules(_ context.Context, in *DescribeSecurityGroupRulesInput) (*DescribeSecurityGroupRulesOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []SecurityGroupRule
	for _, id := range slices.Sorted(maps.Keys(s.state.SecurityGroups)) {
		for _, r := range s.state.SecurityGroups[id].Rules {
			r.Tags = s.tags(*r.SecurityGroupRuleId)
			all = append(all, r)
		}
	}
	found, next, err := query[SecurityGroupRule]{
		ids: in.SecurityGroupRuleIds, id: func(r SecurityGroupRule) string { return str(r.SecurityGroupRuleId) }, code: "InvalidSecurityGroupRuleId.NotFound",
		what: "security group rule", filters: in.Filters, token: in.NextToken, limit: in.MaxResults,
		attributes: func(r SecurityGroupRule) attributes {
			return attributes{"group-id": {str(r.GroupId)}, "security-group-rule-id": {str(r.SecurityGroupRuleId)}}
		},
	}.run(all, s.state.Tags)
	return &DescribeSecurityGroupRulesOutput{SecurityGroupRules: found, NextToken: next}, err
}
