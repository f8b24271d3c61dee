package cfn

import (
	"cmp"
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	elbv2 "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
)

func (d Deps) targetGroup() provider {
	attributes := func(ctx context.Context, r request) error {
		in := &elbv2.ModifyTargetGroupAttributesInput{TargetGroupArn: aws.String(r.ID)}
		for k, v := range resetAttributes(r, "TargetGroupAttributes", map[string]string{"deregistration_delay.timeout_seconds": "300", "stickiness.type": "lb_cookie", "stickiness.lb_cookie.duration_seconds": "86400", "load_balancing.algorithm.type": "round_robin", "slow_start.duration_seconds": "0"}) {
			in.Attributes = append(in.Attributes, types.TargetGroupAttribute{Key: aws.String(k), Value: aws.String(cmp.Or(v, "false"))})
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
