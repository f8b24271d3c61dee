package cfn

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	elbv2 "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
)

func (d Deps) elb() map[string]provider {
	return map[string]provider{
		"AWS::ElasticLoadBalancingV2::LoadBalancer":        d.loadBalancer(),
		"AWS::ElasticLoadBalancingV2::TargetGroup":         d.targetGroup(),
		"AWS::ElasticLoadBalancingV2::Listener":            d.listener(),
		"AWS::ElasticLoadBalancingV2::ListenerRule":        d.listenerRule(),
		"AWS::ElasticLoadBalancingV2::ListenerCertificate": d.listenerCertificate(),
	}
}

func elbTags(tags map[string]string) []types.Tag {
	var out []types.Tag
	for _, k := range slices.Sorted(maps.Keys(tags)) {
		out = append(out, types.Tag{Key: aws.String(k), Value: aws.String(tags[k])})
	}
	return out
}

func (d Deps) elbRetag(ctx context.Context, r request) error {
	set, gone := r.tagDiff()
	if len(set) > 0 {
		if _, err := d.ELB.AddTags(ctx, &elbv2.AddTagsInput{ResourceArns: []string{r.ID}, Tags: elbTags(set)}); err != nil {
			return err
		}
	}
	if len(gone) == 0 {
		return nil
	}
	_, err := d.ELB.RemoveTags(ctx, &elbv2.RemoveTagsInput{ResourceArns: []string{r.ID}, TagKeys: gone})
	return err
}

// lastPart is what follows the last slash of an ARN.
func lastPart(arn string) string { return arn[strings.LastIndex(arn, "/")+1:] }

// fullName is an ARN from the given word on, as CloudWatch names load balancers and target groups.
func fullName(arn, word string) string {
	_, rest, _ := strings.Cut(arn, ":"+word+"/")
	return rest
}

// attributePairs reads [{Key, Value}].
func attributePairs(v any) map[string]string { return mergeTags(nil, v) }

// resetAttributes is what attributes have to be set to: what the template says, and, for what it said before and says no
// more, the given default.
func resetAttributes(r request, property string, defaults map[string]string) map[string]string {
	out := map[string]string{}
	for k := range attributePairs(r.Old[property]) {
		out[k] = defaults[k]
	}
	maps.Copy(out, attributePairs(r.Props[property]))
	return out
}

func (d Deps) loadBalancer() provider {
	attributes := func(ctx context.Context, r request) error {
		in := &elbv2.ModifyLoadBalancerAttributesInput{LoadBalancerArn: aws.String(r.ID)}
		for k, v := range resetAttributes(r, "LoadBalancerAttributes", map[string]string{"idle_timeout.timeout_seconds": "60"}) {
			if v == "" {
				v = "false"
			}
			in.Attributes = append(in.Attributes, types.LoadBalancerAttribute{Key: aws.String(k), Value: aws.String(v)})
		}
		_, err := d.ELB.ModifyLoadBalancerAttributes(ctx, in)
		return err
	}
	return provider{
		createOnly: []string{"Name", "Scheme", "Type"}, properties: []string{"IpAddressType", "LoadBalancerAttributes", "SecurityGroups", "SubnetMappings", "Subnets"}, name: "Name", tagged: true,
		attributes: []string{"DNSName", "CanonicalHostedZoneID", "LoadBalancerFullName", "LoadBalancerName", "LoadBalancerArn", "SecurityGroups"},
		create: func(ctx context.Context, r request) (string, error) {
			in := &elbv2.CreateLoadBalancerInput{Tags: elbTags(r.allTags())}
			if err := fill(in, r.Props, nil, "Tags", "LoadBalancerAttributes"); err != nil {
				return "", err
			}
			if in.Name == nil {
				in.Name = aws.String(r.physical(32))
			} else if err := taken(d.ELB.DescribeLoadBalancers(ctx, &elbv2.DescribeLoadBalancersInput{Names: []string{*in.Name}})); err != nil {
				return "", &types.DuplicateLoadBalancerNameException{Message: aws.String("A load balancer with the same name '" + *in.Name + "' exists")}
			}
			out, err := d.ELB.CreateLoadBalancer(ctx, in)
			if err != nil {
				return "", err
			}
			r.ID = aws.ToString(out.LoadBalancers[0].LoadBalancerArn)
			return r.ID, attributes(ctx, r)
		},
		settle: d.balancerActive,
		update: func(ctx context.Context, r request) error {
			return errors.Join(attributes(ctx, r), d.moveBalancer(ctx, r), d.elbRetag(ctx, r))
		},
		remove: func(ctx context.Context, r request) error {
			_, err := d.ELB.DeleteLoadBalancer(ctx, &elbv2.DeleteLoadBalancerInput{LoadBalancerArn: aws.String(r.ID)})
			return err
		},
		read: func(ctx context.Context, r request) (map[string]any, error) {
			out, err := d.ELB.DescribeLoadBalancers(ctx, &elbv2.DescribeLoadBalancersInput{LoadBalancerArns: []string{r.ID}})
			if err != nil {
				return nil, err
			}
			lb := out.LoadBalancers[0]
			return map[string]any{
				"DNSName": aws.ToString(lb.DNSName), "CanonicalHostedZoneID": aws.ToString(lb.CanonicalHostedZoneId), "LoadBalancerFullName": fullName(r.ID, "loadbalancer"),
				"LoadBalancerName": aws.ToString(lb.LoadBalancerName), "LoadBalancerArn": r.ID, "SecurityGroups": anyList(lb.SecurityGroups),
			}, nil
		},
	}
}

// taken turns a look-up that found something into an error: creating would otherwise adopt what exists.
func taken(_ any, err error) error {
	if err == nil {
		return errors.New("exists")
	}
	return nil
}

func anyList(list []string) []any {
	out := make([]any, len(list))
	for i, s := range list {
		out[i] = s
	}
	return out
}

func (d Deps) moveBalancer(ctx context.Context, r request) error {
	if r.changed("SecurityGroups") && r.Props["SecurityGroups"] != nil {
		if _, err := d.ELB.SetSecurityGroups(ctx, &elbv2.SetSecurityGroupsInput{LoadBalancerArn: aws.String(r.ID), SecurityGroups: r.texts("SecurityGroups")}); err != nil {
			return err
		}
	}
	if r.changed("IpAddressType") && r.text("IpAddressType") != "" {
		if _, err := d.ELB.SetIpAddressType(ctx, &elbv2.SetIpAddressTypeInput{LoadBalancerArn: aws.String(r.ID), IpAddressType: types.IpAddressType(r.text("IpAddressType"))}); err != nil {
			return err
		}
	}
	if !r.changed("Subnets") && !r.changed("SubnetMappings") {
		return nil
	}
	in := &elbv2.SetSubnetsInput{LoadBalancerArn: aws.String(r.ID)}
	some := map[string]any{}
	for _, k := range []string{"Subnets", "SubnetMappings"} {
		if r.Props[k] != nil {
			some[k] = r.Props[k]
		}
	}
	if err := fill(in, some, nil); err != nil {
		return err
	}
	_, err := d.ELB.SetSubnets(ctx, in)
	return err
}

func (d Deps) balancerActive(ctx context.Context, arn string) error {
	for {
		out, err := d.ELB.DescribeLoadBalancers(ctx, &elbv2.DescribeLoadBalancersInput{LoadBalancerArns: []string{arn}})
		if err != nil {
			return err
		}
		if out.LoadBalancers[0].State.Code == types.LoadBalancerStateEnumActive {
			return nil
		}
		if err := d.Clock.Wait(ctx, 100*time.Millisecond); err != nil {
			return err
		}
	}
}

func (d Deps) targetGroup() provider {
	attributes := func(ctx context.Context, r request) error {
		in := &elbv2.ModifyTargetGroupAttributesInput{TargetGroupArn: aws.String(r.ID)}
		for k, v := range resetAttributes(r, "TargetGroupAttributes", map[string]string{"deregistration_delay.timeout_seconds": "300", "stickiness.type": "lb_cookie", "stickiness.lb_cookie.duration_seconds": "86400", "load_balancing.algorithm.type": "round_robin", "slow_start.duration_seconds": "0"}) {
			if v == "" {
				v = "false"
			}
			in.Attributes = append(in.Attributes, types.TargetGroupAttribute{Key: aws.String(k), Value: aws.String(v)})
		}
		_, err := d.ELB.ModifyTargetGroupAttributes(ctx, in)
		return err
	}
	checks := []string{"HealthCheckEnabled", "HealthCheckIntervalSeconds", "HealthCheckPath", "HealthCheckPort", "HealthCheckProtocol", "HealthCheckTimeoutSeconds", "HealthyThresholdCount", "Matcher", "UnhealthyThresholdCount"}
	return provider{
		createOnly: []string{"Name", "Port", "Protocol", "ProtocolVersion", "TargetType", "VpcId", "IpAddressType"}, properties: append([]string{"TargetGroupAttributes", "Targets"}, checks...), name: "Name", tagged: true,
		attributes: []string{"LoadBalancerArns", "TargetGroupFullName", "TargetGroupName", "TargetGroupArn"},
		create: func(ctx context.Context, r request) (string, error) {
			in := &elbv2.CreateTargetGroupInput{Tags: elbTags(r.allTags())}
			if err := fill(in, r.Props, nil, "Tags", "TargetGroupAttributes", "Targets"); err != nil {
				return "", err
			}
			if in.Name == nil {
				in.Name = aws.String(r.physical(32))
			} else if err := taken(d.ELB.DescribeTargetGroups(ctx, &elbv2.DescribeTargetGroupsInput{Names: []string{*in.Name}})); err != nil {
				return "", &types.DuplicateTargetGroupNameException{Message: aws.String("A target group with the same name '" + *in.Name + "' exists")}
			}
			out, err := d.ELB.CreateTargetGroup(ctx, in)
			if err != nil {
				return "", err
			}
			r.ID = aws.ToString(out.TargetGroups[0].TargetGroupArn)
			return r.ID, errors.Join(attributes(ctx, r), d.setTargets(ctx, r))
		},
		update: func(ctx context.Context, r request) error {
			in := &elbv2.ModifyTargetGroupInput{TargetGroupArn: aws.String(r.ID)}
			some := map[string]any{}
			for _, k := range checks {
				if r.Props[k] != nil {
					some[k] = r.Props[k]
				}
			}
			if err := fill(in, some, nil); err != nil {
				return err
			}
			if _, err := d.ELB.ModifyTargetGroup(ctx, in); err != nil {
				return err
			}
			return errors.Join(attributes(ctx, r), d.setTargets(ctx, r), d.elbRetag(ctx, r))
		},
		remove: func(ctx context.Context, r request) error {
			_, err := d.ELB.DeleteTargetGroup(ctx, &elbv2.DeleteTargetGroupInput{TargetGroupArn: aws.String(r.ID)})
			return err
		},
		read: func(ctx context.Context, r request) (map[string]any, error) {
			out, err := d.ELB.DescribeTargetGroups(ctx, &elbv2.DescribeTargetGroupsInput{TargetGroupArns: []string{r.ID}})
			if err != nil {
				return nil, err
			}
			g := out.TargetGroups[0]
			return map[string]any{"LoadBalancerArns": anyList(g.LoadBalancerArns), "TargetGroupFullName": "targetgroup/" + fullName(r.ID, "targetgroup"), "TargetGroupName": aws.ToString(g.TargetGroupName), "TargetGroupArn": r.ID}, nil
		},
	}
}

// setTargets registers the targets that the template names; most have none, as ECS registers them.
func (d Deps) setTargets(ctx context.Context, r request) error {
	if !r.changed("Targets") {
		return nil
	}
	before, after := &elbv2.DeregisterTargetsInput{}, &elbv2.RegisterTargetsInput{}
	if err := fill(before, map[string]any{"Targets": r.Old["Targets"]}, nil); err != nil {
		return err
	}
	if err := fill(after, map[string]any{"Targets": r.Props["Targets"]}, nil); err != nil {
		return err
	}
	before.TargetGroupArn, after.TargetGroupArn = aws.String(r.ID), aws.String(r.ID)
	if len(before.Targets) > 0 {
		if _, err := d.ELB.DeregisterTargets(ctx, before); err != nil {
			return err
		}
	}
	if len(after.Targets) == 0 {
		return nil
	}
	_, err := d.ELB.RegisterTargets(ctx, after)
	return err
}

func (d Deps) listener() provider {
	return provider{
		required: []string{"LoadBalancerArn", "DefaultActions"}, createOnly: []string{"LoadBalancerArn"},
		properties: []string{"AlpnPolicy", "Certificates", "ListenerAttributes", "MutualAuthentication", "Port", "Protocol", "SslPolicy"}, attributes: []string{"ListenerArn"}, read: selfAttribute("ListenerArn"),
		create: func(ctx context.Context, r request) (string, error) {
			in := &elbv2.CreateListenerInput{}
			if err := fill(in, r.Props, nil, "ListenerAttributes"); err != nil {
				return "", err
			}
			out, err := d.ELB.CreateListener(ctx, in)
			if err != nil {
				return "", err
			}
			return aws.ToString(out.Listeners[0].ListenerArn), nil
		},
		update: func(ctx context.Context, r request) error {
			in := &elbv2.ModifyListenerInput{ListenerArn: aws.String(r.ID)}
			if err := fill(in, r.Props, nil, "LoadBalancerArn", "ListenerAttributes"); err != nil {
				return err
			}
			_, err := d.ELB.ModifyListener(ctx, in)
			return err
		},
		remove: func(ctx context.Context, r request) error {
			_, err := d.ELB.DeleteListener(ctx, &elbv2.DeleteListenerInput{ListenerArn: aws.String(r.ID)})
			return err
		},
	}
}

func (d Deps) listenerRule() provider {
	return provider{
		required: []string{"Actions", "Conditions", "Priority"}, createOnly: []string{"ListenerArn"}, properties: []string{"Transforms"}, attributes: []string{"RuleArn", "IsDefault"},
		create: func(ctx context.Context, r request) (string, error) {
			in := &elbv2.CreateRuleInput{}
			if err := fill(in, r.Props, nil); err != nil {
				return "", err
			}
			out, err := d.ELB.CreateRule(ctx, in)
			if err != nil {
				return "", err
			}
			return aws.ToString(out.Rules[0].RuleArn), nil
		},
		update: func(ctx context.Context, r request) error {
			if r.changed("Priority") {
				n, err := json.Number(r.text("Priority")).Int64()
				if err != nil {
					return badProperty("#/Priority: expected type: Integer")
				}
				if _, err := d.ELB.SetRulePriorities(ctx, &elbv2.SetRulePrioritiesInput{RulePriorities: []types.RulePriorityPair{{RuleArn: aws.String(r.ID), Priority: aws.Int32(int32(n))}}}); err != nil {
					return err
				}
			}
			in := &elbv2.ModifyRuleInput{RuleArn: aws.String(r.ID)}
			if err := fill(in, r.Props, nil, "ListenerArn", "Priority"); err != nil {
				return err
			}
			_, err := d.ELB.ModifyRule(ctx, in)
			return err
		},
		remove: func(ctx context.Context, r request) error {
			_, err := d.ELB.DeleteRule(ctx, &elbv2.DeleteRuleInput{RuleArn: aws.String(r.ID)})
			return err
		},
		read: func(_ context.Context, r request) (map[string]any, error) {
			return map[string]any{"RuleArn": r.ID, "IsDefault": false}, nil
		},
	}
}

func (d Deps) listenerCertificate() provider {
	certificates := func(v any) ([]types.Certificate, error) {
		in := &elbv2.AddListenerCertificatesInput{}
		err := fill(in, map[string]any{"Certificates": v}, nil)
		return in.Certificates, err
	}
	add := func(ctx context.Context, r request) error {
		list, err := certificates(r.Props["Certificates"])
		if err != nil {
			return err
		}
		_, err = d.ELB.AddListenerCertificates(ctx, &elbv2.AddListenerCertificatesInput{ListenerArn: aws.String(r.text("ListenerArn")), Certificates: list})
		return err
	}
	remove := func(ctx context.Context, r request, v any) error {
		list, err := certificates(v)
		if err != nil {
			return err
		}
		_, err = d.ELB.RemoveListenerCertificates(ctx, &elbv2.RemoveListenerCertificatesInput{ListenerArn: aws.String(r.text("ListenerArn")), Certificates: list})
		return err
	}
	return provider{
		required: []string{"ListenerArn", "Certificates"}, createOnly: []string{"ListenerArn"},
		create: func(ctx context.Context, r request) (string, error) { return r.physical(64), add(ctx, r) },
		update: func(ctx context.Context, r request) error {
			if err := remove(ctx, r, r.Old["Certificates"]); err != nil {
				return err
			}
			return add(ctx, r)
		},
		remove: func(ctx context.Context, r request) error { return remove(ctx, r, r.Props["Certificates"]) },
	}
}
