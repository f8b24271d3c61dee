package ec2_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/google/go-cmp/cmp"

	"ferry.dev/ferry/internal/emulator/emulatortest"
)

// must fails the test on an error; it lets a call stand in one line.
func must[T any](out T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
}

// network is a VPC with one public subnet behind a NAT gateway's address.
type network struct {
	c                                   *ec2.Client
	vpc, subnet, igw, table, assoc, nat *string
	address, group                      *string
}

func newNetwork(t *testing.T) network {
	t.Helper()
	ctx := t.Context()
	c := ec2.NewFromConfig(emulatortest.Start(t).Config)
	n := network{c: c}
	n.vpc = must(c.CreateVpc(ctx, &ec2.CreateVpcInput{CidrBlock: aws.String("10.0.0.0/16")}))(t).Vpc.VpcId
	n.subnet = must(c.CreateSubnet(ctx, &ec2.CreateSubnetInput{VpcId: n.vpc, CidrBlock: aws.String("10.0.0.0/24"), AvailabilityZone: aws.String("us-east-1b")}))(t).Subnet.SubnetId
	n.igw = must(c.CreateInternetGateway(ctx, &ec2.CreateInternetGatewayInput{}))(t).InternetGateway.InternetGatewayId
	must(c.AttachInternetGateway(ctx, &ec2.AttachInternetGatewayInput{InternetGatewayId: n.igw, VpcId: n.vpc}))(t)
	n.table = must(c.CreateRouteTable(ctx, &ec2.CreateRouteTableInput{VpcId: n.vpc}))(t).RouteTable.RouteTableId
	must(c.CreateRoute(ctx, &ec2.CreateRouteInput{RouteTableId: n.table, DestinationCidrBlock: aws.String("0.0.0.0/0"), GatewayId: n.igw}))(t)
	n.assoc = must(c.AssociateRouteTable(ctx, &ec2.AssociateRouteTableInput{RouteTableId: n.table, SubnetId: n.subnet}))(t).AssociationId
	n.address = must(c.AllocateAddress(ctx, &ec2.AllocateAddressInput{Domain: types.DomainTypeVpc}))(t).AllocationId
	n.nat = must(c.CreateNatGateway(ctx, &ec2.CreateNatGatewayInput{SubnetId: n.subnet, AllocationId: n.address}))(t).NatGateway.NatGatewayId
	n.group = must(c.CreateSecurityGroup(ctx, &ec2.CreateSecurityGroupInput{VpcId: n.vpc, GroupName: aws.String("web"), Description: aws.String("web")}))(t).GroupId
	return n
}

func TestWhatOthersDependOnIsNotDeleted(t *testing.T) {
	t.Parallel()
	n := newNetwork(t)
	c, ctx := n.c, t.Context()
	dependents := func() []string {
		_, vpc := c.DeleteVpc(ctx, &ec2.DeleteVpcInput{VpcId: n.vpc})
		_, subnet := c.DeleteSubnet(ctx, &ec2.DeleteSubnetInput{SubnetId: n.subnet})
		_, igw := c.DeleteInternetGateway(ctx, &ec2.DeleteInternetGatewayInput{InternetGatewayId: n.igw})
		_, detach := c.DetachInternetGateway(ctx, &ec2.DetachInternetGatewayInput{InternetGatewayId: n.igw, VpcId: n.vpc})
		_, table := c.DeleteRouteTable(ctx, &ec2.DeleteRouteTableInput{RouteTableId: n.table})
		_, address := c.ReleaseAddress(ctx, &ec2.ReleaseAddressInput{AllocationId: n.address})
		return []string{emulatortest.Code(vpc), emulatortest.Code(subnet), emulatortest.Code(igw), emulatortest.Code(detach), emulatortest.Code(table), emulatortest.Code(address)}
	}
	d := "DependencyViolation"
	if diff := cmp.Diff([]string{d, d, d, d, d, "InvalidIPAddress.InUse"}, dependents()); diff != "" {
		t.Fatal(diff)
	}
	must(c.DeleteNatGateway(ctx, &ec2.DeleteNatGatewayInput{NatGatewayId: n.nat}))(t)
	must(c.ReleaseAddress(ctx, &ec2.ReleaseAddressInput{AllocationId: n.address}))(t)
	must(c.DisassociateRouteTable(ctx, &ec2.DisassociateRouteTableInput{AssociationId: n.assoc}))(t)
	must(c.DeleteRouteTable(ctx, &ec2.DeleteRouteTableInput{RouteTableId: n.table}))(t)
	must(c.DetachInternetGateway(ctx, &ec2.DetachInternetGatewayInput{InternetGatewayId: n.igw, VpcId: n.vpc}))(t)
	must(c.DeleteInternetGateway(ctx, &ec2.DeleteInternetGatewayInput{InternetGatewayId: n.igw}))(t)
	must(c.DeleteSubnet(ctx, &ec2.DeleteSubnetInput{SubnetId: n.subnet}))(t)
	must(c.DeleteSecurityGroup(ctx, &ec2.DeleteSecurityGroupInput{GroupId: n.group}))(t)
	must(c.DeleteVpc(ctx, &ec2.DeleteVpcInput{VpcId: n.vpc}))(t)
	left := len(must(c.DescribeVpcs(ctx, nil))(t).Vpcs) + len(must(c.DescribeRouteTables(ctx, nil))(t).RouteTables) +
		len(must(c.DescribeSecurityGroups(ctx, nil))(t).SecurityGroups) + len(must(c.DescribeTags(ctx, nil))(t).Tags)
	if left != 0 {
		t.Errorf("%d things are left", left)
	}
}

func TestANetworkIsDescribedAsItWasMade(t *testing.T) {
	t.Parallel()
	n := newNetwork(t)
	c, ctx := n.c, t.Context()
	subnet := must(c.DescribeSubnets(ctx, &ec2.DescribeSubnetsInput{SubnetIds: []string{*n.subnet}}))(t).Subnets[0]
	routes := must(c.DescribeRouteTables(ctx, &ec2.DescribeRouteTablesInput{
		Filters: []types.Filter{{Name: aws.String("association.subnet-id"), Values: []string{*n.subnet}}}}))(t).RouteTables[0].Routes
	got := []string{*subnet.AvailabilityZone, *subnet.AvailabilityZoneId, *subnet.CidrBlock, *routes[0].GatewayId, *routes[1].DestinationCidrBlock, *routes[1].GatewayId}
	if diff := cmp.Diff([]string{"us-east-1b", "use1-az2", "10.0.0.0/24", "local", "0.0.0.0/0", *n.igw}, got); diff != "" {
		t.Error(diff)
	}
	if *subnet.AvailableIpAddressCount != 251 {
		t.Errorf("a /24 has %d addresses", *subnet.AvailableIpAddressCount)
	}
}

func TestSubnetsStayInsideTheirVPCAndApart(t *testing.T) {
	t.Parallel()
	n := newNetwork(t)
	var got []string
	for _, cidr := range []string{"10.1.0.0/24", "10.0.0.128/25", "10.0.0.0/15", "10.0.1.0/30", "nonsense", "10.0.1.0/24"} {
		_, err := n.c.CreateSubnet(t.Context(), &ec2.CreateSubnetInput{VpcId: n.vpc, CidrBlock: &cidr})
		got = append(got, emulatortest.Code(err))
	}
	want := []string{"InvalidSubnet.Range", "InvalidSubnet.Conflict", "InvalidSubnet.Range", "InvalidSubnet.Range", "InvalidParameterValue", "ok"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestRulesOfASecurityGroupComeAndGo(t *testing.T) {
	t.Parallel()
	n := newNetwork(t)
	c, ctx := n.c, t.Context()
	lb := must(c.CreateSecurityGroup(ctx, &ec2.CreateSecurityGroupInput{VpcId: n.vpc, GroupName: aws.String("lb"), Description: aws.String("lb")}))(t).GroupId
	in := &ec2.AuthorizeSecurityGroupIngressInput{GroupId: n.group, IpPermissions: []types.IpPermission{
		{IpProtocol: aws.String("tcp"), FromPort: aws.Int32(80), ToPort: aws.Int32(80), IpRanges: []types.IpRange{{CidrIp: aws.String("10.0.0.0/8"), Description: aws.String("inside")}},
			UserIdGroupPairs: []types.UserIdGroupPair{{GroupId: lb}}}}}
	must(c.AuthorizeSecurityGroupIngress(ctx, in))(t)
	_, twice := c.AuthorizeSecurityGroupIngress(ctx, in)
	_, malformed := c.AuthorizeSecurityGroupIngress(ctx, &ec2.AuthorizeSecurityGroupIngressInput{GroupId: n.group, IpPermissions: []types.IpPermission{
		{IpProtocol: aws.String("tcp"), FromPort: aws.Int32(80), ToPort: aws.Int32(80), IpRanges: []types.IpRange{{CidrIp: aws.String("10.0.0.1/8")}}}}})
	_, referred := c.DeleteSecurityGroup(ctx, &ec2.DeleteSecurityGroupInput{GroupId: lb})
	group := must(c.DescribeSecurityGroups(ctx, &ec2.DescribeSecurityGroupsInput{GroupIds: []string{*n.group}}))(t).SecurityGroups[0]
	p := group.IpPermissions[0]
	got := []string{emulatortest.Code(twice), emulatortest.Code(malformed), emulatortest.Code(referred), *p.IpRanges[0].CidrIp, *p.IpRanges[0].Description, *p.UserIdGroupPairs[0].GroupId, *group.IpPermissionsEgress[0].IpProtocol}
	if diff := cmp.Diff([]string{"InvalidPermission.Duplicate", "InvalidParameterValue", "DependencyViolation", "10.0.0.0/8", "inside", *lb, "-1"}, got); diff != "" {
		t.Error(diff)
	}
	revoke := &ec2.RevokeSecurityGroupIngressInput{GroupId: n.group, IpPermissions: in.IpPermissions}
	must(c.RevokeSecurityGroupIngress(ctx, revoke))(t)
	_, gone := c.RevokeSecurityGroupIngress(ctx, revoke)
	_, free := c.DeleteSecurityGroup(ctx, &ec2.DeleteSecurityGroupInput{GroupId: lb})
	if diff := cmp.Diff([]string{"InvalidPermission.NotFound", "ok"}, []string{emulatortest.Code(gone), emulatortest.Code(free)}); diff != "" {
		t.Error(diff)
	}
}

func TestDescriptionsAreFilteredByTagsAndAttributesAndRefuseWhatTheyDoNotKnow(t *testing.T) {
	t.Parallel()
	n := newNetwork(t)
	c, ctx := n.c, t.Context()
	must(c.CreateTags(ctx, &ec2.CreateTagsInput{Resources: []string{*n.vpc}, Tags: []types.Tag{{Key: aws.String("Name"), Value: aws.String("demo-test")}}}))(t)
	count := func(name string, values ...string) any {
		out, err := c.DescribeVpcs(ctx, &ec2.DescribeVpcsInput{Filters: []types.Filter{{Name: &name, Values: values}}})
		if err != nil {
			return emulatortest.Code(err)
		}
		return len(out.Vpcs)
	}
	got := []any{count("tag:Name", "demo-*"), count("tag:Name", "other"), count("tag-key", "Name"), count("cidr", "10.0.0.0/16", "x"), count("is-default", "true"), count("colour", "red")}
	if diff := cmp.Diff([]any{1, 0, 1, 1, 0, "InvalidParameterValue"}, got); diff != "" {
		t.Error(diff)
	}
	_, missing := c.DescribeVpcs(ctx, &ec2.DescribeVpcsInput{VpcIds: []string{"vpc-0"}})
	_, ipv6 := c.CreateVpc(ctx, &ec2.CreateVpcInput{CidrBlock: aws.String("10.1.0.0/16"), AmazonProvidedIpv6CidrBlock: aws.Bool(true)})
	if diff := cmp.Diff([]string{"InvalidVpcID.NotFound", "UnknownParameter"}, []string{emulatortest.Code(missing), emulatortest.Code(ipv6)}); diff != "" {
		t.Error(diff)
	}
}
