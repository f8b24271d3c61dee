package cfn

import (
	"context"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"

	"ferry.dev/ferry/internal/emulator/ec2"
)

// ec2Tags are a resource's tags in the form in which EC2 takes them on creation.
func ec2Tags(kind string, r request) []ec2.TagSpecification {
	list := ec2TagList(r.allTags())
	if len(list) == 0 {
		return nil
	}
	return []ec2.TagSpecification{{ResourceType: kind, Tags: list}}
}

func ec2TagList(tags map[string]string) []ec2.Tag {
	var out []ec2.Tag
	for _, k := range slices.Sorted(maps.Keys(tags)) {
		out = append(out, ec2.Tag{Key: aws.String(k), Value: aws.String(tags[k])})
	}
	return out
}

// retag brings the tags of an EC2 resource up to date.
func (d Deps) retag(ctx context.Context, id string, r request) error {
	set, gone := r.tagDiff()
	if len(set) > 0 {
		if _, err := d.EC2.CreateTags(ctx, &ec2.CreateTagsInput{Resources: []string{id}, Tags: ec2TagList(set)}); err != nil {
			return err
		}
	}
	if len(gone) == 0 {
		return nil
	}
	in := &ec2.DeleteTagsInput{Resources: []string{id}}
	for _, k := range gone {
		in.Tags = append(in.Tags, ec2.Tag{Key: aws.String(k)})
	}
	_, err := d.EC2.DeleteTags(ctx, in)
	return err
}

// retagOnly is the update of a resource of which only the tags can change.
func (d Deps) retagOnly(ctx context.Context, r request) error { return d.retag(ctx, r.ID, r) }

// network are the types of a VPC that have to do with addresses and routes.
func (d Deps) network() map[string]provider {
	return map[string]provider{
		"AWS::EC2::VPC":                         d.vpc(),
		"AWS::EC2::Subnet":                      d.subnet(),
		"AWS::EC2::InternetGateway":             d.internetGateway(),
		"AWS::EC2::VPCGatewayAttachment":        d.gatewayAttachment(),
		"AWS::EC2::RouteTable":                  d.routeTable(),
		"AWS::EC2::Route":                       d.route(),
		"AWS::EC2::SubnetRouteTableAssociation": d.subnetRoutes(),
		"AWS::EC2::EIP":                         d.address(),
		"AWS::EC2::NatGateway":                  d.natGateway(),
		"AWS::EC2::VPCEndpoint":                 d.endpoint(),
	}
}

func (d Deps) vpc() provider {
	attributes := func(ctx context.Context, r request) error {
		for _, name := range []string{"EnableDnsSupport", "EnableDnsHostnames"} {
			if r.Props[name] == nil {
				continue
			}
			value := &ec2.AttributeBooleanValue{Value: aws.Bool(r.text(name) == "true")}
			in := &ec2.ModifyVpcAttributeInput{VpcId: aws.String(r.ID), EnableDnsSupport: value}
			if name == "EnableDnsHostnames" {
				in = &ec2.ModifyVpcAttributeInput{VpcId: aws.String(r.ID), EnableDnsHostnames: value}
			}
			if _, err := d.EC2.ModifyVpcAttribute(ctx, in); err != nil {
				return err
			}
		}
		return nil
	}
	return provider{
		required: []string{"CidrBlock"}, createOnly: []string{"CidrBlock", "InstanceTenancy"}, properties: []string{"EnableDnsSupport", "EnableDnsHostnames"}, tagged: true,
		attributes: []string{"VpcId", "CidrBlock", "DefaultSecurityGroup"},
		create: func(ctx context.Context, r request) (string, error) {
			out, err := d.EC2.CreateVpc(ctx, &ec2.CreateVpcInput{CidrBlock: aws.String(r.text("CidrBlock")), InstanceTenancy: r.text("InstanceTenancy"), TagSpecifications: ec2Tags("vpc", r)})
			if err != nil {
				return "", err
			}
			r.ID = *out.Vpc.VpcId
			return r.ID, attributes(ctx, r)
		},
		update: func(ctx context.Context, r request) error {
			if err := attributes(ctx, r); err != nil {
				return err
			}
			return d.retag(ctx, r.ID, r)
		},
		remove: func(ctx context.Context, r request) error {
			_, err := d.EC2.DeleteVpc(ctx, &ec2.DeleteVpcInput{VpcId: aws.String(r.ID)})
			return err
		},
		read: func(ctx context.Context, r request) (map[string]any, error) {
			groups, err := d.EC2.DescribeSecurityGroups(ctx, &ec2.DescribeSecurityGroupsInput{Filters: []ec2.Filter{
				{Name: aws.String("vpc-id"), Values: []string{r.ID}}, {Name: aws.String("group-name"), Values: []string{"default"}},
			}})
			if err != nil {
				return nil, err
			}
			attrs := map[string]any{"VpcId": r.ID, "CidrBlock": r.text("CidrBlock")}
			if len(groups.SecurityGroups) > 0 {
				attrs["DefaultSecurityGroup"] = aws.ToString(groups.SecurityGroups[0].GroupId)
			}
			return attrs, nil
		},
	}
}

func (d Deps) subnet() provider {
	public := func(ctx context.Context, r request) error {
		if r.Props["MapPublicIpOnLaunch"] == nil {
			return nil
		}
		_, err := d.EC2.ModifySubnetAttribute(ctx, &ec2.ModifySubnetAttributeInput{SubnetId: aws.String(r.ID), MapPublicIpOnLaunch: &ec2.AttributeBooleanValue{Value: aws.Bool(r.text("MapPublicIpOnLaunch") == "true")}})
		return err
	}
	return provider{
		required: []string{"VpcId", "CidrBlock"}, createOnly: []string{"VpcId", "CidrBlock", "AvailabilityZone"}, properties: []string{"MapPublicIpOnLaunch"}, tagged: true,
		attributes: []string{"SubnetId", "AvailabilityZone", "VpcId", "CidrBlock"},
		create: func(ctx context.Context, r request) (string, error) {
			in := &ec2.CreateSubnetInput{VpcId: aws.String(r.text("VpcId")), CidrBlock: aws.String(r.text("CidrBlock")), TagSpecifications: ec2Tags("subnet", r)}
			if zone := r.text("AvailabilityZone"); zone != "" {
				in.AvailabilityZone = &zone
			}
			out, err := d.EC2.CreateSubnet(ctx, in)
			if err != nil {
				return "", err
			}
			r.ID = *out.Subnet.SubnetId
			return r.ID, public(ctx, r)
		},
		update: func(ctx context.Context, r request) error {
			if err := public(ctx, r); err != nil {
				return err
			}
			return d.retag(ctx, r.ID, r)
		},
		remove: func(ctx context.Context, r request) error {
			_, err := d.EC2.DeleteSubnet(ctx, &ec2.DeleteSubnetInput{SubnetId: aws.String(r.ID)})
			return err
		},
		read: func(ctx context.Context, r request) (map[string]any, error) {
			out, err := d.EC2.DescribeSubnets(ctx, &ec2.DescribeSubnetsInput{SubnetIds: []string{r.ID}})
			if err != nil || len(out.Subnets) == 0 {
				return nil, err
			}
			s := out.Subnets[0]
			return map[string]any{"SubnetId": r.ID, "AvailabilityZone": aws.ToString(s.AvailabilityZone), "VpcId": aws.ToString(s.VpcId), "CidrBlock": aws.ToString(s.CidrBlock)}, nil
		},
	}
}

// selfAttribute is the read of a resource whose only attribute is its own ID.
func selfAttribute(name string) func(context.Context, request) (map[string]any, error) {
	return func(_ context.Context, r request) (map[string]any, error) { return map[string]any{name: r.ID}, nil }
}

func (d Deps) internetGateway() provider {
	return provider{
		tagged: true, update: d.retagOnly, attributes: []string{"InternetGatewayId"}, read: selfAttribute("InternetGatewayId"),
		create: func(ctx context.Context, r request) (string, error) {
			out, err := d.EC2.CreateInternetGateway(ctx, &ec2.CreateInternetGatewayInput{TagSpecifications: ec2Tags("internet-gateway", r)})
			if err != nil {
				return "", err
			}
			return *out.InternetGateway.InternetGatewayId, nil
		},
		remove: func(ctx context.Context, r request) error {
			_, err := d.EC2.DeleteInternetGateway(ctx, &ec2.DeleteInternetGatewayInput{InternetGatewayId: aws.String(r.ID)})
			return err
		},
	}
}

func (d Deps) gatewayAttachment() provider {
	return provider{
		required: []string{"VpcId", "InternetGatewayId"}, createOnly: []string{"VpcId", "InternetGatewayId"},
		create: func(ctx context.Context, r request) (string, error) {
			_, err := d.EC2.AttachInternetGateway(ctx, &ec2.AttachInternetGatewayInput{InternetGatewayId: aws.String(r.text("InternetGatewayId")), VpcId: aws.String(r.text("VpcId"))})
			if err != nil {
				return "", err
			}
			return "IGW|" + r.text("VpcId"), nil
		},
		remove: func(ctx context.Context, r request) error {
			_, err := d.EC2.DetachInternetGateway(ctx, &ec2.DetachInternetGatewayInput{InternetGatewayId: aws.String(r.text("InternetGatewayId")), VpcId: aws.String(r.text("VpcId"))})
			if code(err) == "Gateway.NotAttached" {
				return nil
			}
			return err
		},
	}
}

func (d Deps) routeTable() provider {
	return provider{
		required: []string{"VpcId"}, createOnly: []string{"VpcId"}, tagged: true, update: d.retagOnly, attributes: []string{"RouteTableId"}, read: selfAttribute("RouteTableId"),
		create: func(ctx context.Context, r request) (string, error) {
			out, err := d.EC2.CreateRouteTable(ctx, &ec2.CreateRouteTableInput{VpcId: aws.String(r.text("VpcId")), TagSpecifications: ec2Tags("route-table", r)})
			if err != nil {
				return "", err
			}
			return *out.RouteTable.RouteTableId, nil
		},
		remove: func(ctx context.Context, r request) error {
			_, err := d.EC2.DeleteRouteTable(ctx, &ec2.DeleteRouteTableInput{RouteTableId: aws.String(r.ID)})
			return err
		},
	}
}

func (d Deps) route() provider {
	return provider{
		required: []string{"RouteTableId"}, createOnly: []string{"RouteTableId", "DestinationCidrBlock", "DestinationIpv6CidrBlock"}, properties: []string{"GatewayId", "NatGatewayId"},
		attributes: []string{"CidrBlock"},
		create: func(ctx context.Context, r request) (string, error) {
			in := &ec2.CreateRouteInput{}
			if err := fill(in, r.Props, nil); err != nil {
				return "", err
			}
			if _, err := d.EC2.CreateRoute(ctx, in); err != nil {
				return "", err
			}
			return r.text("RouteTableId") + "|" + r.text("DestinationCidrBlock") + r.text("DestinationIpv6CidrBlock"), nil
		},
		update: func(ctx context.Context, r request) error {
			in := &ec2.ReplaceRouteInput{}
			if err := fill(in, r.Props, nil); err != nil {
				return err
			}
			_, err := d.EC2.ReplaceRoute(ctx, in)
			return err
		},
		remove: func(ctx context.Context, r request) error {
			in := &ec2.DeleteRouteInput{}
			if err := fill(in, r.Props, nil, "GatewayId", "NatGatewayId"); err != nil {
				return err
			}
			_, err := d.EC2.DeleteRoute(ctx, in)
			return err
		},
		read: func(_ context.Context, r request) (map[string]any, error) {
			return map[string]any{"CidrBlock": r.text("DestinationCidrBlock")}, nil
		},
	}
}

func (d Deps) subnetRoutes() provider {
	return provider{
		required: []string{"SubnetId", "RouteTableId"}, createOnly: []string{"SubnetId", "RouteTableId"}, attributes: []string{"Id"}, read: selfAttribute("Id"),
		create: func(ctx context.Context, r request) (string, error) {
			out, err := d.EC2.AssociateRouteTable(ctx, &ec2.AssociateRouteTableInput{SubnetId: aws.String(r.text("SubnetId")), RouteTableId: aws.String(r.text("RouteTableId"))})
			if err != nil {
				return "", err
			}
			return *out.AssociationId, nil
		},
		remove: func(ctx context.Context, r request) error {
			_, err := d.EC2.DisassociateRouteTable(ctx, &ec2.DisassociateRouteTableInput{AssociationId: aws.String(r.ID)})
			return err
		},
	}
}

// address is an elastic IP address: Ref is the address, and the allocation is looked up by it.
func (d Deps) address() provider {
	allocation := func(ctx context.Context, ip string) (string, error) {
		out, err := d.EC2.DescribeAddresses(ctx, &ec2.DescribeAddressesInput{Filters: []ec2.Filter{{Name: aws.String("public-ip"), Values: []string{ip}}}})
		if err != nil || len(out.Addresses) == 0 {
			return "", err
		}
		return aws.ToString(out.Addresses[0].AllocationId), nil
	}
	return provider{
		createOnly: []string{"Domain"}, tagged: true, attributes: []string{"AllocationId", "PublicIp"},
		create: func(ctx context.Context, r request) (string, error) {
			out, err := d.EC2.AllocateAddress(ctx, &ec2.AllocateAddressInput{Domain: "vpc", TagSpecifications: ec2Tags("elastic-ip", r)})
			if err != nil {
				return "", err
			}
			return *out.PublicIp, nil
		},
		update: func(ctx context.Context, r request) error {
			id, err := allocation(ctx, r.ID)
			if err != nil {
				return err
			}
			return d.retag(ctx, id, r)
		},
		remove: func(ctx context.Context, r request) error {
			id, err := allocation(ctx, r.ID)
			if err != nil || id == "" {
				return err
			}
			_, err = d.EC2.ReleaseAddress(ctx, &ec2.ReleaseAddressInput{AllocationId: &id})
			return err
		},
		read: func(ctx context.Context, r request) (map[string]any, error) {
			id, err := allocation(ctx, r.ID)
			return map[string]any{"AllocationId": id, "PublicIp": r.ID}, err
		},
	}
}

func (d Deps) natGateway() provider {
	return provider{
		required: []string{"SubnetId"}, createOnly: []string{"SubnetId", "AllocationId", "ConnectivityType"}, tagged: true, update: d.retagOnly,
		attributes: []string{"NatGatewayId"}, read: selfAttribute("NatGatewayId"),
		create: func(ctx context.Context, r request) (string, error) {
			in := &ec2.CreateNatGatewayInput{TagSpecifications: ec2Tags("natgateway", r)}
			if err := fill(in, r.Props, nil, "Tags"); err != nil {
				return "", err
			}
			out, err := d.EC2.CreateNatGateway(ctx, in)
			if err != nil {
				return "", err
			}
			return *out.NatGateway.NatGatewayId, nil
		},
		remove: func(ctx context.Context, r request) error {
			_, err := d.EC2.DeleteNatGateway(ctx, &ec2.DeleteNatGatewayInput{NatGatewayId: aws.String(r.ID)})
			return err
		},
	}
}

// endpoint is a VPC endpoint. AWS changes its places in place; here it is replaced, as the endpoint's EC2 has no
// ModifyVpcEndpoint.
func (d Deps) endpoint() provider {
	return provider{
		required: []string{"VpcId", "ServiceName"}, tagged: true, attributes: []string{"Id"}, read: selfAttribute("Id"), update: d.retagOnly,
		createOnly: []string{"VpcId", "ServiceName", "VpcEndpointType", "RouteTableIds", "SubnetIds", "SecurityGroupIds", "PrivateDnsEnabled", "PolicyDocument"},
		create: func(ctx context.Context, r request) (string, error) {
			in := &ec2.CreateVpcEndpointInput{TagSpecifications: ec2Tags("vpc-endpoint", r)}
			if err := fill(in, r.Props, nil, "Tags", "PolicyDocument"); err != nil {
				return "", err
			}
			if p := r.Props["PolicyDocument"]; p != nil {
				text, err := document(p)
				if err != nil {
					return "", err
				}
				in.PolicyDocument = &text
			}
			out, err := d.EC2.CreateVpcEndpoint(ctx, in)
			if err != nil {
				return "", err
			}
			return *out.VpcEndpoint.VpcEndpointId, nil
		},
		remove: func(ctx context.Context, r request) error {
			_, err := d.EC2.DeleteVpcEndpoints(ctx, &ec2.DeleteVpcEndpointsInput{VpcEndpointIds: []string{r.ID}})
			return err
		},
	}
}
