package deploy_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	elbtypes "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"ferry.dev/ferry/internal/deploy"
	"ferry.dev/ferry/internal/event"
	"ferry.dev/ferry/internal/fault"
)

// shared makes a load balancer that is not ferry's in the environment's VPC, with a listener for HTTP.
func (w *world) shared(t *testing.T, name string) (listener string) {
	t.Helper()
	elb := elasticloadbalancingv2.NewFromConfig(w.Config)
	lb, err := elb.CreateLoadBalancer(t.Context(), &elasticloadbalancingv2.CreateLoadBalancerInput{
		Name: &name, Subnets: strings.Split(w.output(t, "shop-test", "PublicSubnets"), ","), SecurityGroups: []string{w.output(t, "shop-test", "EnvironmentSecurityGroup")},
	})
	if err != nil {
		t.Fatal(err)
	}
	l, err := elb.CreateListener(t.Context(), &elasticloadbalancingv2.CreateListenerInput{
		LoadBalancerArn: lb.LoadBalancers[0].LoadBalancerArn, Port: ptr(int32(80)), Protocol: elbtypes.ProtocolEnumHttp,
		DefaultActions: []elbtypes.Action{{Type: elbtypes.ActionTypeEnumFixedResponse, FixedResponseConfig: &elbtypes.FixedResponseActionConfig{StatusCode: ptr("404")}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return *l.Listeners[0].ListenerArn
}

func TestAServiceGetsItsRulesOnALoadBalancerThatExistsAlready(t *testing.T) {
	t.Parallel()
	w := start(t)
	r := newRepo(t)
	mustRun(t, r.target(w.Config), only("api"))
	listener := w.shared(t, "shared")
	r.edit("ferry/web/manifest.yml", "  path: /\n", "  path: /\n  alb: shared\n")
	result := mustRun(t, r.target(w.Config), only("web"))
	if !strings.HasPrefix(result.Services[0].URL, "http://127.0.0.1:") {
		t.Errorf("the address is %q", result.Services[0].URL)
	}
	rules, err := elasticloadbalancingv2.NewFromConfig(w.Config).DescribeRules(t.Context(), &elasticloadbalancingv2.DescribeRulesInput{ListenerArn: &listener})
	if err != nil || len(rules.Rules) != 2 {
		t.Errorf("the listener has %d rules, want the service's and its own: %v", len(rules.Rules), err)
	}
	template := w.template(t, "shop-test-web")
	if strings.Contains(template, "Parameters:") || !strings.Contains(template, `SourceSecurityGroupId: "`+w.output(t, "shop-test", "EnvironmentSecurityGroup")+`"`) {
		t.Errorf("what AWS knows is not written out:\n%s", template)
	}
	if w.output(t, "shop-test", "PublicLoadBalancerArn") != "" {
		t.Error("the environment has made a load balancer that nobody needs")
	}
}

func TestALoadBalancerThatIsNotThereIsRefusedBeforeAnyWrite(t *testing.T) {
	t.Parallel()
	w := start(t)
	r := newRepo(t)
	r.edit("ferry/web/manifest.yml", "  path: /\n", "  path: /\n  alb: shared\n")
	_, err := deploy.Run(t.Context(), r.target(w.Config), only("web"), event.Discard)
	if fault.ExitCode(err) != fault.Refused || !strings.Contains(err.Error(), "shared") {
		t.Errorf("got %v", err)
	}
	if stacks := w.stacks(t); len(stacks) > 0 {
		t.Errorf("there are stacks: %v", stacks)
	}
}
