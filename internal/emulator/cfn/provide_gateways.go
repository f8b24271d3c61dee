package cfn

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"

	"ferry.dev/ferry/internal/emulator/ec2"
)

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
