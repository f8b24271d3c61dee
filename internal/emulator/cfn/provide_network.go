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

// selfAttribute is the read of a resource whose only attribute is its own ID.
func selfAttribute(name string) func(context.Context, request) (map[string]any, error) {
	return func(_ context.Context, r request) (map[string]any, error) { return map[string]any{name: r.ID}, nil }
}
