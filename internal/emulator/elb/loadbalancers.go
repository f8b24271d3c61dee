package elb

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	elbv2 "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"ferry.dev/ferry/internal/emulator/ids"
)

// provisioning is how long a new load balancer is not active yet. AWS takes minutes.
const provisioning = time.Second

// CreateLoadBalancer makes an application or network load balancer and opens its port on loopback.
// The same name with the same settings answers with the one that exists.
func (s *Service) CreateLoadBalancer(_ context.Context, in *elbv2.CreateLoadBalancerInput) (*elbv2.CreateLoadBalancerOutput, error) {
	kind := cmp.Or(in.Type, types.LoadBalancerTypeEnumApplication)
	scheme := cmp.Or(in.Scheme, types.LoadBalancerSchemeEnumInternetFacing)
	zones := s.zones(subnetsOf(in.Subnets, in.SubnetMappings))
	if err := checkLoadBalancer(in, kind, scheme, zones); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, lb := range s.lbs {
		if aws.ToString(lb.LoadBalancerName) != aws.ToString(in.Name) {
			continue
		}
		if lb.Scheme == scheme && lb.Type == kind && slices.Equal(subnetIDs(lb.AvailabilityZones), subnetIDs(zones)) && slices.Equal(lb.SecurityGroups, in.SecurityGroups) {
			return &elbv2.CreateLoadBalancerOutput{LoadBalancers: []types.LoadBalancer{s.viewLocked(lb)}}, nil
		}
		return nil, &types.DuplicateLoadBalancerNameException{Message: aws.String(fmt.Sprintf("A load balancer with the same name '%s' exists, but with different settings", aws.ToString(in.Name)))}
	}
	lb := s.newLoadBalancer(in, kind, scheme, zones)
	if err := s.setTagsLocked(aws.ToString(lb.LoadBalancerArn), in.Tags); err != nil {
		return nil, err
	}
	if err := s.openLocked(lb); err != nil {
		return nil, err
	}
	s.lbs = append(s.lbs, lb)
	return &elbv2.CreateLoadBalancerOutput{LoadBalancers: []types.LoadBalancer{s.viewLocked(lb)}}, nil
}

func (s *Service) newLoadBalancer(in *elbv2.CreateLoadBalancerInput, kind types.LoadBalancerTypeEnum, scheme types.LoadBalancerSchemeEnum, zones []types.AvailabilityZone) *loadBalancer {
	family := "app"
	if kind == types.LoadBalancerTypeEnumNetwork {
		family = "net"
	}
	ip := cmp.Or(in.IpAddressType, types.IpAddressTypeIpv4)
	arn := s.deps.Scope.ARN("elasticloadbalancing", "loadbalancer/"+family+"/"+aws.ToString(in.Name)+"/"+ids.NewHex(16))
	lb := &loadBalancer{Attributes: map[string]string{}}
	lb.LoadBalancer = types.LoadBalancer{
		AvailabilityZones:     zones,
		CanonicalHostedZoneId: aws.String("Z35SXDOTRQ7X7K"),
		CreatedTime:           aws.Time(s.deps.Clock.Now()),
		IpAddressType:         ip,
		LoadBalancerArn:       aws.String(arn),
		LoadBalancerName:      in.Name,
		Scheme:                scheme,
		SecurityGroups:        slices.Clone(in.SecurityGroups),
		Type:                  kind,
		VpcId:                 aws.String(s.vpcOf(zones)),
	}
	return lb
}

// viewLocked is the load balancer as it is described now.
func (s *Service) viewLocked(lb *loadBalancer) types.LoadBalancer {
	view := lb.LoadBalancer
	code := types.LoadBalancerStateEnumActive
	if s.deps.Clock.Since(aws.ToTime(lb.CreatedTime)) < provisioning {
		code = types.LoadBalancerStateEnumProvisioning
	}
	view.State = &types.LoadBalancerState{Code: code}
	view.DNSName = aws.String(fmt.Sprintf("127.0.0.1:%d", lb.Listen))
	return view
}

// DescribeLoadBalancers lists load balancers, all of them or those named.
func (s *Service) DescribeLoadBalancers(_ context.Context, in *elbv2.DescribeLoadBalancersInput) (*elbv2.DescribeLoadBalancersOutput, error) {
	if len(in.LoadBalancerArns) > 0 && len(in.Names) > 0 {
		return nil, invalid("Load balancer names and load balancer ARNs cannot be specified at the same time")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var views []types.LoadBalancer
	for _, arn := range in.LoadBalancerArns {
		if _, err := s.lbLocked(&arn); err != nil {
			return nil, err
		}
	}
	found := 0
	for _, lb := range s.lbs {
		name := slices.Contains(in.Names, aws.ToString(lb.LoadBalancerName))
		if name {
			found++
		}
		if name || slices.Contains(in.LoadBalancerArns, aws.ToString(lb.LoadBalancerArn)) || len(in.Names)+len(in.LoadBalancerArns) == 0 {
			views = append(views, s.viewLocked(lb))
		}
	}
	if found < len(in.Names) {
		return nil, noLoadBalancer()
	}
	cut, next, err := page(views, in.Marker, in.PageSize)
	if err != nil {
		return nil, err
	}
	return &elbv2.DescribeLoadBalancersOutput{LoadBalancers: cut, NextMarker: next}, nil
}

// DeleteLoadBalancer removes a load balancer with its listeners and rules. Deleting one that is gone succeeds, as on AWS.
func (s *Service) DeleteLoadBalancer(_ context.Context, in *elbv2.DeleteLoadBalancerInput) (*elbv2.DeleteLoadBalancerOutput, error) {
	s.mu.Lock()
	lb, err := s.lbLocked(in.LoadBalancerArn)
	if err != nil {
		s.mu.Unlock()
		return &elbv2.DeleteLoadBalancerOutput{}, nil
	}
	if lb.Attributes["deletion_protection.enabled"] == "true" {
		s.mu.Unlock()
		return nil, &types.OperationNotPermittedException{Message: aws.String(fmt.Sprintf("Load balancer '%s' cannot be deleted because deletion protection is enabled", aws.ToString(in.LoadBalancerArn)))}
	}
	for _, l := range slices.Clone(s.listeners) {
		if aws.ToString(l.LoadBalancerArn) == aws.ToString(lb.LoadBalancerArn) {
			s.dropListenerLocked(l)
		}
	}
	s.lbs = slices.DeleteFunc(s.lbs, func(x *loadBalancer) bool { return x == lb })
	delete(s.tags, aws.ToString(lb.LoadBalancerArn))
	s.mu.Unlock()
	s.wake()
	return &elbv2.DeleteLoadBalancerOutput{}, lb.front.close()
}

// SetSecurityGroups replaces a load balancer's security groups.
func (s *Service) SetSecurityGroups(_ context.Context, in *elbv2.SetSecurityGroupsInput) (*elbv2.SetSecurityGroupsOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	lb, err := s.lbLocked(in.LoadBalancerArn)
	if err != nil {
		return nil, err
	}
	if len(in.SecurityGroups) == 0 {
		return nil, &types.InvalidSecurityGroupException{Message: aws.String("At least one security group must be specified")}
	}
	lb.SecurityGroups = slices.Clone(in.SecurityGroups)
	return &elbv2.SetSecurityGroupsOutput{SecurityGroupIds: lb.SecurityGroups}, nil
}

// SetSubnets replaces a load balancer's subnets.
func (s *Service) SetSubnets(_ context.Context, in *elbv2.SetSubnetsInput) (*elbv2.SetSubnetsOutput, error) {
	zones := s.zones(subnetsOf(in.Subnets, in.SubnetMappings))
	s.mu.Lock()
	defer s.mu.Unlock()
	lb, err := s.lbLocked(in.LoadBalancerArn)
	if err != nil {
		return nil, err
	}
	if err := checkZones(lb.Type, zones); err != nil {
		return nil, err
	}
	lb.AvailabilityZones = zones
	if in.IpAddressType != "" {
		lb.IpAddressType = in.IpAddressType
	}
	return &elbv2.SetSubnetsOutput{AvailabilityZones: zones, IpAddressType: lb.IpAddressType}, nil
}

// SetIpAddressType sets ipv4 or dualstack; traffic stays on loopback.
func (s *Service) SetIpAddressType(_ context.Context, in *elbv2.SetIpAddressTypeInput) (*elbv2.SetIpAddressTypeOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	lb, err := s.lbLocked(in.LoadBalancerArn)
	if err != nil {
		return nil, err
	}
	lb.IpAddressType = in.IpAddressType
	return &elbv2.SetIpAddressTypeOutput{IpAddressType: lb.IpAddressType}, nil
}

func subnetsOf(subnets []string, mappings []types.SubnetMapping) []string {
	ids := slices.Clone(subnets)
	for _, m := range mappings {
		ids = append(ids, aws.ToString(m.SubnetId))
	}
	return ids
}

// zones looks the subnets up, or names zones in order where there is nobody to ask.
func (s *Service) zones(subnets []string) []types.AvailabilityZone {
	zones := make([]types.AvailabilityZone, len(subnets))
	for i, id := range subnets {
		zone := fmt.Sprintf("%s%c", s.deps.Scope.Region, 'a'+rune(i%6))
		if s.deps.Subnet != nil {
			if sub, ok := s.deps.Subnet(id); ok {
				zone = sub.Zone
			}
		}
		zones[i] = types.AvailabilityZone{SubnetId: aws.String(id), ZoneName: aws.String(zone)}
	}
	return zones
}

func (s *Service) vpcOf(zones []types.AvailabilityZone) string {
	if s.deps.Subnet != nil && len(zones) > 0 {
		if sub, ok := s.deps.Subnet(aws.ToString(zones[0].SubnetId)); ok {
			return sub.VPC
		}
	}
	return "vpc-00000000000000000"
}

func subnetIDs(zones []types.AvailabilityZone) []string {
	ids := make([]string, len(zones))
	for i, z := range zones {
		ids[i] = aws.ToString(z.SubnetId)
	}
	slices.Sort(ids)
	return ids
}
