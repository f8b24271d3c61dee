package elb

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	elbv2 "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"ferry.dev/ferry/internal/emulator/ids"
)

// CreateTargetGroup makes a target group, with AWS's defaults filled in.
// The same name with the same settings answers with the one that exists.
func (s *Service) CreateTargetGroup(_ context.Context, in *elbv2.CreateTargetGroupInput) (*elbv2.CreateTargetGroupOutput, error) {
	g := &targetGroup{TargetGroup: groupFrom(in), Attributes: map[string]string{}}
	if err := checkGroup(&g.TargetGroup); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, old := range s.groups {
		if aws.ToString(old.TargetGroupName) != aws.ToString(in.Name) {
			continue
		}
		if sameGroup(old.TargetGroup, g.TargetGroup) {
			return &elbv2.CreateTargetGroupOutput{TargetGroups: []types.TargetGroup{s.groupViewLocked(old)}}, nil
		}
		return nil, &types.DuplicateTargetGroupNameException{Message: aws.String(fmt.Sprintf("A target group with the same name '%s' exists, but with different settings", aws.ToString(in.Name)))}
	}
	arn := s.deps.Scope.ARN("elasticloadbalancing", "targetgroup/"+aws.ToString(in.Name)+"/"+ids.NewHex(16))
	g.TargetGroupArn = aws.String(arn)
	if err := s.setTagsLocked(arn, in.Tags); err != nil {
		return nil, err
	}
	s.groups = append(s.groups, g)
	return &elbv2.CreateTargetGroupOutput{TargetGroups: []types.TargetGroup{s.groupViewLocked(g)}}, nil
}

// groupFrom fills in AWS's defaults.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateTargetGroup.html
func groupFrom(in *elbv2.CreateTargetGroupInput) types.TargetGroup {
	g := types.TargetGroup{
		HealthCheckEnabled: in.HealthCheckEnabled, HealthCheckIntervalSeconds: in.HealthCheckIntervalSeconds,
		HealthCheckPath: in.HealthCheckPath, HealthCheckPort: in.HealthCheckPort, HealthCheckProtocol: in.HealthCheckProtocol,
		HealthCheckTimeoutSeconds: in.HealthCheckTimeoutSeconds, HealthyThresholdCount: in.HealthyThresholdCount,
		IpAddressType: in.IpAddressType, Matcher: in.Matcher, Port: in.Port, Protocol: in.Protocol, ProtocolVersion: in.ProtocolVersion,
		TargetGroupName: in.Name, TargetType: in.TargetType, UnhealthyThresholdCount: in.UnhealthyThresholdCount, VpcId: in.VpcId,
	}
	preset(&g.HealthCheckEnabled, true)
	preset(&g.HealthCheckIntervalSeconds, 30)
	preset(&g.HealthCheckPort, "traffic-port")
	g.TargetType = cmp.Or(g.TargetType, types.TargetTypeEnumInstance)
	g.IpAddressType = cmp.Or(g.IpAddressType, types.TargetGroupIpAddressTypeEnumIpv4)
	web := isHTTP(g.Protocol)
	if web {
		preset(&g.ProtocolVersion, "HTTP1")
	}
	if g.HealthCheckProtocol == "" {
		g.HealthCheckProtocol = types.ProtocolEnumTcp
		if web {
			g.HealthCheckProtocol = types.ProtocolEnumHttp
		}
	}
	if isHTTP(g.HealthCheckProtocol) {
		presetHTTPCheck(&g)
	}
	preset(&g.HealthCheckTimeoutSeconds, map[bool]int32{true: 5, false: 10}[web])
	preset(&g.HealthyThresholdCount, 5)
	preset(&g.UnhealthyThresholdCount, 2)
	return g
}

func presetHTTPCheck(g *types.TargetGroup) {
	if aws.ToString(g.ProtocolVersion) == "GRPC" {
		preset(&g.HealthCheckPath, "/AWS.ALB/healthcheck")
		if g.Matcher == nil || g.Matcher.GrpcCode == nil {
			g.Matcher = &types.Matcher{GrpcCode: aws.String("12")}
		}
		return
	}
	preset(&g.HealthCheckPath, "/")
	if g.Matcher == nil || g.Matcher.HttpCode == nil {
		g.Matcher = &types.Matcher{HttpCode: aws.String("200")}
	}
}

func preset[T any](p **T, v T) {
	if *p == nil {
		*p = &v
	}
}

func checkGroup(g *types.TargetGroup) error {
	if err := checkName("Target group", aws.ToString(g.TargetGroupName)); err != nil {
		return err
	}
	switch {
	case g.TargetType == types.TargetTypeEnumLambda:
		return invalid("Target type 'lambda' is not available on this endpoint")
	case !slices.Contains(g.TargetType.Values(), g.TargetType):
		return invalid("Target type '%s' must be one of 'instance, ip, alb'", g.TargetType)
	case g.Protocol == "":
		return invalid("A protocol must be specified")
	case !slices.Contains(g.Protocol.Values(), g.Protocol):
		return invalid("Target group protocol '%s' must be one of 'HTTP, HTTPS, TCP, TLS, UDP, TCP_UDP'", g.Protocol)
	case g.Port == nil:
		return invalid("A port must be specified")
	case *g.Port < 1 || *g.Port > 65535:
		return invalid("Target group port '%d' must be between '1' and '65535' inclusive", *g.Port)
	case aws.ToString(g.VpcId) == "":
		return invalid("A VPC ID must be specified")
	case g.ProtocolVersion != nil && !slices.Contains([]string{"HTTP1", "HTTP2", "GRPC"}, *g.ProtocolVersion):
		return invalid("Protocol version '%s' must be one of 'HTTP1, HTTP2, GRPC'", *g.ProtocolVersion)
	}
	return checkHealthCheck(g)
}

func sameGroup(a, b types.TargetGroup) bool {
	return a.Protocol == b.Protocol && aws.ToInt32(a.Port) == aws.ToInt32(b.Port) && aws.ToString(a.VpcId) == aws.ToString(b.VpcId) &&
		a.TargetType == b.TargetType && aws.ToString(a.ProtocolVersion) == aws.ToString(b.ProtocolVersion) &&
		aws.ToString(a.HealthCheckPath) == aws.ToString(b.HealthCheckPath) &&
		aws.ToInt32(a.HealthCheckIntervalSeconds) == aws.ToInt32(b.HealthCheckIntervalSeconds)
}

func (s *Service) groupViewLocked(g *targetGroup) types.TargetGroup {
	view := g.TargetGroup
	view.LoadBalancerArns = s.balancersOfLocked(aws.ToString(g.TargetGroupArn))
	return view
}

// DescribeTargetGroups lists target groups: all of them, those named, or those of one load balancer.
func (s *Service) DescribeTargetGroups(_ context.Context, in *elbv2.DescribeTargetGroupsInput) (*elbv2.DescribeTargetGroupsOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if in.LoadBalancerArn != nil {
		if _, err := s.lbLocked(in.LoadBalancerArn); err != nil {
			return nil, err
		}
	}
	all := len(in.TargetGroupArns)+len(in.Names) == 0 && in.LoadBalancerArn == nil
	var views []types.TargetGroup
	for _, g := range s.groups {
		view := s.groupViewLocked(g)
		if all || slices.Contains(in.TargetGroupArns, aws.ToString(g.TargetGroupArn)) || slices.Contains(in.Names, aws.ToString(g.TargetGroupName)) ||
			(in.LoadBalancerArn != nil && slices.Contains(view.LoadBalancerArns, *in.LoadBalancerArn)) {
			views = append(views, view)
		}
	}
	if len(views) < len(in.TargetGroupArns)+len(in.Names) {
		return nil, noTargetGroup()
	}
	cut, next, err := page(views, in.Marker, in.PageSize)
	if err != nil {
		return nil, err
	}
	return &elbv2.DescribeTargetGroupsOutput{TargetGroups: cut, NextMarker: next}, nil
}

// ModifyTargetGroup changes a target group's health check.
func (s *Service) ModifyTargetGroup(_ context.Context, in *elbv2.ModifyTargetGroupInput) (*elbv2.ModifyTargetGroupOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g, err := s.groupLocked(in.TargetGroupArn)
	if err != nil {
		return nil, err
	}
	next := g.TargetGroup
	override(&next.HealthCheckEnabled, in.HealthCheckEnabled)
	override(&next.HealthCheckIntervalSeconds, in.HealthCheckIntervalSeconds)
	override(&next.HealthCheckPath, in.HealthCheckPath)
	override(&next.HealthCheckPort, in.HealthCheckPort)
	override(&next.HealthCheckTimeoutSeconds, in.HealthCheckTimeoutSeconds)
	override(&next.HealthyThresholdCount, in.HealthyThresholdCount)
	override(&next.UnhealthyThresholdCount, in.UnhealthyThresholdCount)
	if in.HealthCheckProtocol != "" {
		next.HealthCheckProtocol = in.HealthCheckProtocol
	}
	if in.Matcher != nil {
		next.Matcher = in.Matcher
	}
	if err := checkHealthCheck(&next); err != nil {
		return nil, err
	}
	g.TargetGroup = next
	s.wakeLocked()
	return &elbv2.ModifyTargetGroupOutput{TargetGroups: []types.TargetGroup{s.groupViewLocked(g)}}, nil
}

func override[T any](p **T, v *T) {
	if v != nil {
		*p = v
	}
}

// DeleteTargetGroup removes a target group that no rule uses. Deleting one that is gone succeeds, as on AWS.
func (s *Service) DeleteTargetGroup(_ context.Context, in *elbv2.DeleteTargetGroupInput) (*elbv2.DeleteTargetGroupOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g, err := s.groupLocked(in.TargetGroupArn)
	if err != nil {
		return &elbv2.DeleteTargetGroupOutput{}, nil
	}
	if len(s.balancersOfLocked(*g.TargetGroupArn)) > 0 {
		return nil, &types.ResourceInUseException{Message: aws.String(fmt.Sprintf("Target group '%s' is currently in use by a listener or a rule", *g.TargetGroupArn))}
	}
	for _, t := range g.Targets {
		t.end()
	}
	s.groups = slices.DeleteFunc(s.groups, func(x *targetGroup) bool { return x == g })
	delete(s.tags, *g.TargetGroupArn)
	return &elbv2.DeleteTargetGroupOutput{}, nil
}
