package cfn

import (
	"context"
	"encoding/json"

	"github.com/aws/aws-sdk-go-v2/aws"

	"ferry.dev/ferry/internal/emulator/cfn/template"
	"ferry.dev/ferry/internal/emulator/ec2"
)

// securityGroups are security groups, with rules of their own or inside.
func (d Deps) securityGroups() map[string]provider {
	return map[string]provider{
		"AWS::EC2::SecurityGroup":        d.securityGroup(),
		"AWS::EC2::SecurityGroupIngress": d.groupRule(false),
		"AWS::EC2::SecurityGroupEgress":  d.groupRule(true),
	}
}

// permission turns one rule's properties into EC2's form.
func permission(props map[string]any) (ec2.IpPermission, error) {
	p := ec2.IpPermission{}
	text := func(name string) *string {
		if s, ok := template.Text(props[name]); ok {
			return &s
		}
		return nil
	}
	ports := struct{ FromPort, ToPort *int32 }{}
	some := map[string]any{}
	for _, name := range []string{"FromPort", "ToPort"} {
		if props[name] != nil {
			some[name] = props[name]
		}
	}
	if err := fill(&ports, some, nil); err != nil {
		return p, err
	}
	p.IpProtocol, p.FromPort, p.ToPort = text("IpProtocol"), ports.FromPort, ports.ToPort
	if p.IpProtocol == nil {
		return p, badProperty("#: required key [IpProtocol] not found")
	}
	why := text("Description")
	group, prefix := text("SourceSecurityGroupId"), text("SourcePrefixListId")
	if group == nil {
		group = text("DestinationSecurityGroupId")
	}
	if prefix == nil {
		prefix = text("DestinationPrefixListId")
	}
	switch {
	case group != nil:
		p.UserIdGroupPairs = []ec2.UserIdGroupPair{{GroupId: group, Description: why}}
	case text("CidrIp") != nil:
		p.IpRanges = []ec2.IpRange{{CidrIp: text("CidrIp"), Description: why}}
	case text("CidrIpv6") != nil:
		p.Ipv6Ranges = []ec2.Ipv6Range{{CidrIpv6: text("CidrIpv6"), Description: why}}
	case prefix != nil:
		p.PrefixListIds = []ec2.PrefixListId{{PrefixListId: prefix, Description: why}}
	default:
		return p, badProperty("#: a rule must have a source or a destination")
	}
	return p, nil
}

func permissionsIn(v any) ([]ec2.IpPermission, error) {
	list, _ := v.([]any)
	var out []ec2.IpPermission
	for _, x := range list {
		m, ok := x.(map[string]any)
		if !ok {
			return nil, badProperty("#: a rule must be a map")
		}
		p, err := permission(m)
		if err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, nil
}

// without returns the permissions of a that b does not have.
func without(a, b []ec2.IpPermission) []ec2.IpPermission {
	have := map[string]bool{}
	for _, p := range b {
		have[permissionKey(p)] = true
	}
	var out []ec2.IpPermission
	for _, p := range a {
		if !have[permissionKey(p)] {
			out = append(out, p)
		}
	}
	return out
}

func permissionKey(p ec2.IpPermission) string {
	b, err := json.Marshal(p)
	if err != nil {
		return ""
	}
	return string(b)
}

func (d Deps) authorize(ctx context.Context, group string, rules []ec2.IpPermission, egress bool) ([]ec2.SecurityGroupRule, error) {
	if len(rules) == 0 {
		return nil, nil
	}
	var out *ec2.AuthorizeOutput
	var err error
	if egress {
		out, err = d.EC2.AuthorizeSecurityGroupEgress(ctx, &ec2.AuthorizeSecurityGroupEgressInput{GroupId: &group, IpPermissions: rules})
	} else {
		out, err = d.EC2.AuthorizeSecurityGroupIngress(ctx, &ec2.AuthorizeSecurityGroupIngressInput{GroupId: &group, IpPermissions: rules})
	}
	if err != nil {
		return nil, err
	}
	return out.SecurityGroupRules, nil
}

func (d Deps) revoke(ctx context.Context, group string, rules []ec2.IpPermission, egress bool) error {
	if len(rules) == 0 {
		return nil
	}
	var err error
	if egress {
		_, err = d.EC2.RevokeSecurityGroupEgress(ctx, &ec2.RevokeSecurityGroupEgressInput{GroupId: &group, IpPermissions: rules})
	} else {
		_, err = d.EC2.RevokeSecurityGroupIngress(ctx, &ec2.RevokeSecurityGroupIngressInput{GroupId: &group, IpPermissions: rules})
	}
	return err
}

// everythingOut is the rule that every new group has.
func everythingOut() []ec2.IpPermission {
	return []ec2.IpPermission{{IpProtocol: aws.String("-1"), IpRanges: []ec2.IpRange{{CidrIp: aws.String("0.0.0.0/0")}}}}
}

// reconcile brings the inline rules of a group from what they were to what they should be.
func (d Deps) reconcile(ctx context.Context, group string, before, after any, egress bool) error {
	was, err := permissionsIn(before)
	if err != nil {
		return err
	}
	now, err := permissionsIn(after)
	if err != nil {
		return err
	}
	if egress { // without rules of its own a group lets everything out
		if len(was) == 0 {
			was = everythingOut()
		}
		if len(now) == 0 {
			now = everythingOut()
		}
	}
	if err := d.revoke(ctx, group, without(was, now), egress); err != nil && !isGone(err) {
		return err
	}
	_, err = d.authorize(ctx, group, without(now, was), egress)
	return err
}

func (d Deps) securityGroup() provider {
	rules := func(ctx context.Context, r request) error {
		if err := d.reconcile(ctx, r.ID, r.Old["SecurityGroupIngress"], r.Props["SecurityGroupIngress"], false); err != nil {
			return err
		}
		return d.reconcile(ctx, r.ID, r.Old["SecurityGroupEgress"], r.Props["SecurityGroupEgress"], true)
	}
	return provider{
		required: []string{"GroupDescription"}, createOnly: []string{"GroupDescription", "GroupName", "VpcId"}, properties: []string{"SecurityGroupIngress", "SecurityGroupEgress"},
		name: "GroupName", tagged: true, attributes: []string{"GroupId", "Id", "VpcId"},
		create: func(ctx context.Context, r request) (string, error) {
			in := &ec2.CreateSecurityGroupInput{Description: aws.String(r.text("GroupDescription")), GroupName: aws.String(r.text("GroupName")), TagSpecifications: ec2Tags("security-group", r)}
			if *in.GroupName == "" {
				in.GroupName = aws.String(r.physical(255))
			}
			if vpc := r.text("VpcId"); vpc != "" {
				in.VpcId = &vpc
			}
			out, err := d.EC2.CreateSecurityGroup(ctx, in)
			if err != nil {
				return "", err
			}
			r.ID = *out.GroupId
			return r.ID, rules(ctx, r)
		},
		update: func(ctx context.Context, r request) error {
			if err := rules(ctx, r); err != nil {
				return err
			}
			return d.retag(ctx, r.ID, r)
		},
		remove: func(ctx context.Context, r request) error {
			_, err := d.EC2.DeleteSecurityGroup(ctx, &ec2.DeleteSecurityGroupInput{GroupId: aws.String(r.ID)})
			return err
		},
		read: func(_ context.Context, r request) (map[string]any, error) {
			return map[string]any{"GroupId": r.ID, "Id": r.ID, "VpcId": r.text("VpcId")}, nil
		},
	}
}

// groupRule is one rule of a group, as a resource of its own.
func (d Deps) groupRule(egress bool) provider {
	p := provider{
		required: []string{"IpProtocol", "GroupId"}, createOnly: []string{"GroupId", "IpProtocol", "FromPort", "ToPort", "CidrIp", "CidrIpv6", "SourceSecurityGroupId", "SourcePrefixListId", "SourceSecurityGroupOwnerId"},
		properties: []string{"Description"}, attributes: []string{"Id"}, read: selfAttribute("Id"),
	}
	if egress {
		p.createOnly = []string{"GroupId", "IpProtocol", "FromPort", "ToPort", "CidrIp", "CidrIpv6", "DestinationSecurityGroupId", "DestinationPrefixListId"}
	}
	p.create = func(ctx context.Context, r request) (string, error) {
		rule, err := permission(r.Props)
		if err != nil {
			return "", err
		}
		made, err := d.authorize(ctx, r.text("GroupId"), []ec2.IpPermission{rule}, egress)
		if err != nil || len(made) == 0 {
			return "", err
		}
		return aws.ToString(made[0].SecurityGroupRuleId), nil
	}
	p.update = func(ctx context.Context, r request) error { // only the description can change
		if err := p.remove(ctx, request{ID: r.ID, Props: r.Old}); err != nil {
			return err
		}
		_, err := p.create(ctx, r)
		return err
	}
	p.remove = func(ctx context.Context, r request) error {
		rule, err := permission(r.Props)
		if err != nil {
			return err
		}
		return d.revoke(ctx, r.text("GroupId"), []ec2.IpPermission{rule}, egress)
	}
	return p
}
