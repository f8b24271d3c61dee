package elb

import (
	"context"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	elbv2 "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
)

// The defaults are those of the pages "Load balancer attributes" and "Target group attributes" of the user guides.

func balancerDefaults(kind types.LoadBalancerTypeEnum) map[string]string {
	if kind == types.LoadBalancerTypeEnumNetwork {
		return map[string]string{
			"access_logs.s3.enabled": "false", "access_logs.s3.bucket": "", "access_logs.s3.prefix": "", "deletion_protection.enabled": "false",
			"load_balancing.cross_zone.enabled": "false", "dns_record.client_routing_policy": "any_availability_zone",
			"ipv6.deny_all_igw_traffic": "false", "zonal_shift.config.enabled": "false",
		}
	}
	return map[string]string{
		"access_logs.s3.enabled": "false", "access_logs.s3.bucket": "", "access_logs.s3.prefix": "",
		"connection_logs.s3.enabled": "false", "connection_logs.s3.bucket": "", "connection_logs.s3.prefix": "",
		"health_check_logs.s3.enabled": "false", "health_check_logs.s3.bucket": "", "health_check_logs.s3.prefix": "",
		"client_keep_alive.seconds": "3600", "deletion_protection.enabled": "false", "idle_timeout.timeout_seconds": "60",
		"ipv6.deny_all_igw_traffic": "false", "load_balancing.cross_zone.enabled": "true",
		"routing.http.desync_mitigation_mode": "defensive", "routing.http.drop_invalid_header_fields.enabled": "false",
		"routing.http.preserve_host_header.enabled": "false", "routing.http.x_amzn_tls_version_and_cipher_suite.enabled": "false",
		"routing.http.xff_client_port.enabled": "false", "routing.http.xff_header_processing.mode": "append",
		"routing.http2.enabled": "true", "waf.fail_open.enabled": "false", "zonal_shift.config.enabled": "false",
	}
}

func groupDefaults(p types.ProtocolEnum) map[string]string {
	d := map[string]string{
		"deregistration_delay.timeout_seconds": "300", "stickiness.enabled": "false", "stickiness.type": "source_ip",
		"load_balancing.cross_zone.enabled":                                              "use_load_balancer_configuration",
		"target_group_health.dns_failover.minimum_healthy_targets.count":                 "1",
		"target_group_health.dns_failover.minimum_healthy_targets.percentage":            "off",
		"target_group_health.unhealthy_state_routing.minimum_healthy_targets.count":      "1",
		"target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage": "off",
	}
	if !isHTTP(p) {
		maps.Copy(d, map[string]string{
			"deregistration_delay.connection_termination.enabled": "false", "preserve_client_ip.enabled": "false", "proxy_protocol_v2.enabled": "false",
			"target_health_state.unhealthy.connection_termination.enabled": "true", "target_health_state.unhealthy.draining_interval_seconds": "0",
		})
		return d
	}
	maps.Copy(d, map[string]string{
		"stickiness.type": "lb_cookie", "stickiness.lb_cookie.duration_seconds": "86400", "stickiness.app_cookie.cookie_name": "",
		"stickiness.app_cookie.duration_seconds": "86400", "load_balancing.algorithm.type": "round_robin",
		"load_balancing.algorithm.anomaly_mitigation": "off", "slow_start.duration_seconds": "0",
	})
	return d
}

func listenerDefaults() map[string]string {
	return map[string]string{"routing.http.response.server.enabled": "true"}
}

// attribute returns what was set, or the default.
func (lb *loadBalancer) attribute(key string) string {
	if v, ok := lb.Attributes[key]; ok {
		return v
	}
	return balancerDefaults(lb.Type)[key]
}

func (g *targetGroup) attribute(key string) string {
	if v, ok := g.Attributes[key]; ok {
		return v
	}
	return groupDefaults(g.Protocol)[key]
}

// merged returns the defaults with what was set over them, as sorted pairs.
func merged[T any](defaults, set map[string]string, pair func(k, v string) T) []T {
	all := maps.Clone(defaults)
	maps.Copy(all, set)
	out := make([]T, 0, len(all))
	for _, k := range slices.Sorted(maps.Keys(all)) {
		out = append(out, pair(k, all[k]))
	}
	return out
}

// setAttributes changes attributes that exist, all of them or none.
func setAttributes(kind string, defaults, set map[string]string, changes map[string]string) error {
	for k := range changes {
		if _, ok := defaults[k]; !ok {
			return invalid("%s attribute key '%s' is not recognized", kind, k)
		}
	}
	maps.Copy(set, changes)
	return nil
}

func balancerPair(k, v string) types.LoadBalancerAttribute {
	return types.LoadBalancerAttribute{Key: aws.String(k), Value: aws.String(v)}
}

func groupPair(k, v string) types.TargetGroupAttribute {
	return types.TargetGroupAttribute{Key: aws.String(k), Value: aws.String(v)}
}

func listenerPair(k, v string) types.ListenerAttribute {
	return types.ListenerAttribute{Key: aws.String(k), Value: aws.String(v)}
}

// DescribeLoadBalancerAttributes lists every attribute, set or default.
func (s *Service) DescribeLoadBalancerAttributes(_ context.Context, in *elbv2.DescribeLoadBalancerAttributesInput) (*elbv2.DescribeLoadBalancerAttributesOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	lb, err := s.lbLocked(in.LoadBalancerArn)
	if err != nil {
		return nil, err
	}
	return &elbv2.DescribeLoadBalancerAttributesOutput{Attributes: merged(balancerDefaults(lb.Type), lb.Attributes, balancerPair)}, nil
}

// ModifyLoadBalancerAttributes sets attributes; the idle timeout and deletion protection take effect here.
func (s *Service) ModifyLoadBalancerAttributes(_ context.Context, in *elbv2.ModifyLoadBalancerAttributesInput) (*elbv2.ModifyLoadBalancerAttributesOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	lb, err := s.lbLocked(in.LoadBalancerArn)
	if err != nil {
		return nil, err
	}
	changes := map[string]string{}
	for _, a := range in.Attributes {
		changes[aws.ToString(a.Key)] = aws.ToString(a.Value)
	}
	if err := setAttributes("Load balancer", balancerDefaults(lb.Type), lb.Attributes, changes); err != nil {
		return nil, err
	}
	return &elbv2.ModifyLoadBalancerAttributesOutput{Attributes: merged(balancerDefaults(lb.Type), lb.Attributes, balancerPair)}, nil
}

// DescribeTargetGroupAttributes lists every attribute, set or default.
func (s *Service) DescribeTargetGroupAttributes(_ context.Context, in *elbv2.DescribeTargetGroupAttributesInput) (*elbv2.DescribeTargetGroupAttributesOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g, err := s.groupLocked(in.TargetGroupArn)
	if err != nil {
		return nil, err
	}
	return &elbv2.DescribeTargetGroupAttributesOutput{Attributes: merged(groupDefaults(g.Protocol), g.Attributes, groupPair)}, nil
}

// ModifyTargetGroupAttributes sets attributes; the deregistration delay, stickiness and the algorithm take effect here.
func (s *Service) ModifyTargetGroupAttributes(_ context.Context, in *elbv2.ModifyTargetGroupAttributesInput) (*elbv2.ModifyTargetGroupAttributesOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g, err := s.groupLocked(in.TargetGroupArn)
	if err != nil {
		return nil, err
	}
	changes := map[string]string{}
	for _, a := range in.Attributes {
		changes[aws.ToString(a.Key)] = aws.ToString(a.Value)
	}
	if err := setAttributes("Target group", groupDefaults(g.Protocol), g.Attributes, changes); err != nil {
		return nil, err
	}
	return &elbv2.ModifyTargetGroupAttributesOutput{Attributes: merged(groupDefaults(g.Protocol), g.Attributes, groupPair)}, nil
}

// DescribeListenerAttributes lists every attribute, set or default.
func (s *Service) DescribeListenerAttributes(_ context.Context, in *elbv2.DescribeListenerAttributesInput) (*elbv2.DescribeListenerAttributesOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	l, err := s.listenerLocked(in.ListenerArn)
	if err != nil {
		return nil, err
	}
	return &elbv2.DescribeListenerAttributesOutput{Attributes: merged(listenerDefaults(), l.Attributes, listenerPair)}, nil
}

// ModifyListenerAttributes keeps what is set.
func (s *Service) ModifyListenerAttributes(_ context.Context, in *elbv2.ModifyListenerAttributesInput) (*elbv2.ModifyListenerAttributesOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	l, err := s.listenerLocked(in.ListenerArn)
	if err != nil {
		return nil, err
	}
	changes := map[string]string{}
	for _, a := range in.Attributes {
		changes[aws.ToString(a.Key)] = aws.ToString(a.Value)
	}
	if err := setAttributes("Listener", listenerDefaults(), l.Attributes, changes); err != nil {
		return nil, err
	}
	return &elbv2.ModifyListenerAttributesOutput{Attributes: merged(listenerDefaults(), l.Attributes, listenerPair)}, nil
}
