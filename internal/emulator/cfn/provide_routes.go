package cfn

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"

	"ferry.dev/ferry/internal/emulator/ec2"
)

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
