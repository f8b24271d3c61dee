package elb

import "ferry.dev/ferry/internal/emulator/wire"

// Wire returns the service as the endpoint serves it.
func (s *Service) Wire() wire.Service {
	return wire.Service{
		Name:      "elasticloadbalancing",
		Protocol:  wire.Query,
		Version:   "2015-12-01",
		Namespace: "http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/",
		Operations: map[string]wire.Operation{
			"AddListenerCertificates":        wire.Op(s.AddListenerCertificates),
			"AddTags":                        wire.Op(s.AddTags),
			"CreateListener":                 wire.Op(s.CreateListener),
			"CreateLoadBalancer":             wire.Op(s.CreateLoadBalancer),
			"CreateRule":                     wire.Op(s.CreateRule),
			"CreateTargetGroup":              wire.Op(s.CreateTargetGroup),
			"DeleteListener":                 wire.Op(s.DeleteListener),
			"DeleteLoadBalancer":             wire.Op(s.DeleteLoadBalancer),
			"DeleteRule":                     wire.Op(s.DeleteRule),
			"DeleteTargetGroup":              wire.Op(s.DeleteTargetGroup),
			"DeregisterTargets":              wire.Op(s.DeregisterTargets),
			"DescribeAccountLimits":          wire.Op(s.DescribeAccountLimits),
			"DescribeListenerAttributes":     wire.Op(s.DescribeListenerAttributes),
			"DescribeListenerCertificates":   wire.Op(s.DescribeListenerCertificates),
			"DescribeListeners":              wire.Op(s.DescribeListeners),
			"DescribeLoadBalancerAttributes": wire.Op(s.DescribeLoadBalancerAttributes),
			"DescribeLoadBalancers":          wire.Op(s.DescribeLoadBalancers),
			"DescribeRules":                  wire.Op(s.DescribeRules),
			"DescribeSSLPolicies":            wire.Op(s.DescribeSSLPolicies),
			"DescribeTags":                   wire.Op(s.DescribeTags),
			"DescribeTargetGroupAttributes":  wire.Op(s.DescribeTargetGroupAttributes),
			"DescribeTargetGroups":           wire.Op(s.DescribeTargetGroups),
			"DescribeTargetHealth":           wire.Op(s.DescribeTargetHealth),
			"ModifyListener":                 wire.Op(s.ModifyListener),
			"ModifyListenerAttributes":       wire.Op(s.ModifyListenerAttributes),
			"ModifyLoadBalancerAttributes":   wire.Op(s.ModifyLoadBalancerAttributes),
			"ModifyRule":                     wire.Op(s.ModifyRule),
			"ModifyTargetGroup":              wire.Op(s.ModifyTargetGroup),
			"ModifyTargetGroupAttributes":    wire.Op(s.ModifyTargetGroupAttributes),
			"RegisterTargets":                wire.Op(s.RegisterTargets),
			"RemoveListenerCertificates":     wire.Op(s.RemoveListenerCertificates),
			"RemoveTags":                     wire.Op(s.RemoveTags),
			"SetIpAddressType":               wire.Op(s.SetIpAddressType),
			"SetRulePriorities":              wire.Op(s.SetRulePriorities),
			"SetSecurityGroups":              wire.Op(s.SetSecurityGroups),
			"SetSubnets":                     wire.Op(s.SetSubnets),
		},
	}
}
