package cfn

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	elbv2 "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
)

func (d Deps) loadBalancer() provider {
	attributes := func(ctx context.Context, r request) error {
		in := &elbv2.ModifyLoadBalancerAttributesInput{LoadBalancerArn: aws.String(r.ID)}
		for k, v := range resetAttributes(r, "LoadBalancerAttributes", map[string]string{"idle_timeout.timeout_seconds": "60"}) {
			in.Attributes = append(in.Attributes, types.LoadBalancerAttribute{Key: aws.String(k), Value: aws.String(cmp.Or(v, "false"))})
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
