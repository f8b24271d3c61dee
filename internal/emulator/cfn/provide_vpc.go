package cfn

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"

	"ferry.dev/ferry/internal/emulator/ec2"
)

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
