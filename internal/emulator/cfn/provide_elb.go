package cfn

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"

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
