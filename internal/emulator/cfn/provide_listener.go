package cfn

import (
	"context"
	"encoding/json"

	"github.com/aws/aws-sdk-go-v2/aws"
	elbv2 "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
)

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
