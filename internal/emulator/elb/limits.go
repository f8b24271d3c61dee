package elb

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	elbv2 "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
)

// defaultPolicy is what the API uses when a listener names no policy.
const defaultPolicy = "ELBSecurityPolicy-2016-08"

func policies() []types.SslPolicy {
	tls13 := []string{"TLSv1.3", "TLSv1.2"}
	both := []string{"application", "network"}
	var out []types.SslPolicy
	for _, name := range []string{
		defaultPolicy, "ELBSecurityPolicy-TLS13-1-2-2021-06", "ELBSecurityPolicy-TLS13-1-2-Res-2021-06", "ELBSecurityPolicy-TLS13-1-3-2021-06",
		"ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09", "ELBSecurityPolicy-TLS13-1-2-Ext1-2021-06", "ELBSecurityPolicy-TLS13-1-2-Ext2-2021-06",
		"ELBSecurityPolicy-TLS-1-2-2017-01", "ELBSecurityPolicy-TLS-1-2-Ext-2018-06", "ELBSecurityPolicy-FS-1-2-Res-2020-10",
	} {
		out = append(out, types.SslPolicy{Name: aws.String(name), SslProtocols: tls13, SupportedLoadBalancerTypes: both, Ciphers: []types.Cipher{
			{Name: aws.String("TLS_AES_128_GCM_SHA256"), Priority: aws.Int32(1)}, {Name: aws.String("ECDHE-ECDSA-AES128-GCM-SHA256"), Priority: aws.Int32(2)},
		}})
	}
	return out
}

func knownPolicy(name string) bool {
	return slices.ContainsFunc(policies(), func(p types.SslPolicy) bool { return *p.Name == name })
}

// DescribeSSLPolicies lists the policies by name. Whatever the policy, the proxy speaks TLS 1.2 and 1.3.
func (s *Service) DescribeSSLPolicies(_ context.Context, in *elbv2.DescribeSSLPoliciesInput) (*elbv2.DescribeSSLPoliciesOutput, error) {
	all := policies()
	if len(in.Names) > 0 {
		for _, n := range in.Names {
			if !knownPolicy(n) {
				return nil, &types.SSLPolicyNotFoundException{Message: aws.String("SSL policy '" + n + "' not found")}
			}
		}
		all = slices.DeleteFunc(all, func(p types.SslPolicy) bool { return !slices.Contains(in.Names, *p.Name) })
	}
	return &elbv2.DescribeSSLPoliciesOutput{SslPolicies: all}, nil
}

// DescribeAccountLimits lists AWS's default quotas; only those that a rule or a name has are enforced here.
func (s *Service) DescribeAccountLimits(context.Context, *elbv2.DescribeAccountLimitsInput) (*elbv2.DescribeAccountLimitsOutput, error) {
	out := &elbv2.DescribeAccountLimitsOutput{}
	for _, l := range [][2]string{
		{"application-load-balancers", "50"}, {"network-load-balancers", "50"}, {"target-groups", "3000"},
		{"targets-per-application-load-balancer", "1000"}, {"listeners-per-application-load-balancer", "50"},
		{"rules-per-application-load-balancer", "100"}, {"condition-values-per-alb-rule", "5"}, {"target-groups-per-action-on-application-load-balancer", "5"},
	} {
		out.Limits = append(out.Limits, types.Limit{Name: aws.String(l[0]), Max: aws.String(l[1])})
	}
	return out, nil
}
