package deploy_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	elbtypes "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"ferry.dev/ferry/internal/deploy"
	"ferry.dev/ferry/internal/event"
	"ferry.dev/ferry/internal/fault"
)

const canary = "deployment:\n  strategy: canary\n  test_traffic: {header: X-Test, value: \"1\"}\n"

// swing gives all of a rule's requests to the target group beside the service's own, as ECS does at the end of a deployment.
func (w *world) swing(t *testing.T, rule string) {
	t.Helper()
	groups := []elbtypes.TargetGroupTuple{
		{TargetGroupArn: aws.String(w.output(t, "shop-test-web", "TargetGroupArn")), Weight: aws.Int32(0)},
		{TargetGroupArn: aws.String(w.output(t, "shop-test-web", "AlternateTargetGroupArn")), Weight: aws.Int32(100)},
	}
	_, err := elasticloadbalancingv2.NewFromConfig(w.Config).ModifyRule(t.Context(), &elasticloadbalancingv2.ModifyRuleInput{
		RuleArn: aws.String(w.output(t, "shop-test-web", rule+"Arn")),
		Actions: []elbtypes.Action{{Type: elbtypes.ActionTypeEnumForward, ForwardConfig: &elbtypes.ForwardActionConfig{TargetGroups: groups}}},
	})
	if err != nil {
		t.Fatal(err)
	}
}

// shares tells what a listener rule asks for and how it shares requests out.
func (w *world) shares(t *testing.T, key string) string {
	t.Helper()
	out, err := elasticloadbalancingv2.NewFromConfig(w.Config).DescribeRules(t.Context(), &elasticloadbalancingv2.DescribeRulesInput{
		RuleArns: []string{w.output(t, "shop-test-web", key+"Arn")},
	})
	if err != nil || len(out.Rules) != 1 {
		t.Fatalf("%+v %v", out, err)
	}
	var words []string
	for _, c := range out.Rules[0].Conditions {
		switch {
		case c.PathPatternConfig != nil:
			words = append(words, c.PathPatternConfig.Values...)
		case c.HttpHeaderConfig != nil:
			words = append(words, *c.HttpHeaderConfig.HttpHeaderName+"="+c.HttpHeaderConfig.Values[0])
		}
	}
	for _, g := range out.Rules[0].Actions[0].ForwardConfig.TargetGroups {
		words = append(words, fmt.Sprint(aws.ToInt32(g.Weight)))
	}
	return strings.Join(words, " ")
}

// ECS of the emulator refuses the strategies that shift traffic, so that each release here fails after its infrastructure: the
// second deploy changes the rule and takes the change back.
func TestWeightsThatECSHasSwungStayWhenAStackGoesForwardAndBack(t *testing.T) {
	t.Parallel()
	w := start(t)
	r := newRepo(t)
	r.write("ferry/web/manifest.yml", webManifest+canary)
	if _, err := deploy.Run(t.Context(), r.target(w.Config), only("web"), event.Discard); err == nil {
		t.Fatal("the emulator shifts traffic by now: let this test follow a real deployment")
	}
	compare(t, []string{"/* 1 0", "/* X-Test=1 1 0"}, []string{w.shares(t, "ListenerRule"), w.shares(t, "TestListenerRule")})
	w.swing(t, "ListenerRule")
	w.swing(t, "TestListenerRule")
	before := w.template(t, "shop-test-web")
	r.write("ferry/web/manifest.yml", strings.Replace(webManifest, "path: /\n", "path: /shop\n", 1)+canary)
	result, err := deploy.Run(t.Context(), r.target(w.Config), only("web"), event.Discard)
	if err == nil || !result.Services[0].Infrastructure {
		t.Fatalf("got %v, %+v", err, result.Services)
	}
	compare(t, before, w.template(t, "shop-test-web"))
	compare(t, []string{"/* 0 100", "/* X-Test=1 0 100"}, []string{w.shares(t, "ListenerRule"), w.shares(t, "TestListenerRule")})
}

func TestTheTargetGroupThatServesIsNotGivenUp(t *testing.T) {
	t.Parallel()
	w := start(t)
	r := newRepo(t)
	r.write("ferry/web/manifest.yml", webManifest+canary)
	if _, err := deploy.Run(t.Context(), r.target(w.Config), only("web"), event.Discard); err == nil {
		t.Fatal("the emulator shifts traffic by now: let this test follow a real deployment")
	}
	w.swing(t, "ListenerRule")
	r.write("ferry/web/manifest.yml", webManifest)
	w.ResetCalls()
	_, err := deploy.Run(t.Context(), r.target(w.Config), only("web"), event.Discard)
	if fault.ExitCode(err) != fault.Refused || !strings.Contains(err.Error(), "serves its requests") {
		t.Errorf("got %v", err)
	}
	compare(t, []string(nil), w.writes())
}
