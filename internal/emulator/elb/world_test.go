package elb_test

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	elbv2 "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"ferry.dev/ferry/internal/emulator/clock"
	"ferry.dev/ferry/internal/emulator/elb"
	"ferry.dev/ferry/internal/emulator/ids"
)

// world is a load balancer with one HTTP listener that answers 404 by default.
type world struct {
	*elb.Service
	t        *testing.T
	clock    *clock.Clock
	balancer types.LoadBalancer
	listener string
	url      string
}

const speed = 200

func newWorld(t *testing.T) *world {
	t.Helper()
	clk := clock.Real(speed)
	w := &world{Service: elb.New(elb.Deps{Scope: ids.Default(), Clock: clk}), t: t, clock: clk}
	t.Cleanup(func() { w.must(w.Close()) })
	out, err := w.CreateLoadBalancer(t.Context(), &elbv2.CreateLoadBalancerInput{Name: aws.String("front"), Subnets: []string{"subnet-a", "subnet-b"}})
	w.must(err)
	w.balancer = out.LoadBalancers[0]
	w.url = "http://" + aws.ToString(w.balancer.DNSName)
	w.listener = w.listen(80, types.ProtocolEnumHttp)
	return w
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func notFound() []types.Action {
	return []types.Action{{Type: types.ActionTypeEnumFixedResponse, FixedResponseConfig: &types.FixedResponseActionConfig{StatusCode: aws.String("404"), MessageBody: aws.String("nobody")}}}
}

func (w *world) listen(port int32, p types.ProtocolEnum, certificates ...string) string {
	w.t.Helper()
	in := &elbv2.CreateListenerInput{LoadBalancerArn: w.balancer.LoadBalancerArn, Port: &port, Protocol: p, DefaultActions: notFound()}
	for _, c := range certificates {
		in.Certificates = append(in.Certificates, types.Certificate{CertificateArn: &c})
	}
	out, err := w.CreateListener(w.t.Context(), in)
	w.must(err)
	return *out.Listeners[0].ListenerArn
}

// group makes a target group with fast health checks.
func (w *world) group(name string, tweak ...func(*elbv2.CreateTargetGroupInput)) string {
	w.t.Helper()
	in := &elbv2.CreateTargetGroupInput{
		Name: &name, Port: aws.Int32(80), Protocol: types.ProtocolEnumHttp, VpcId: aws.String("vpc-1"), TargetType: types.TargetTypeEnumIp,
		HealthCheckIntervalSeconds: aws.Int32(5), HealthCheckTimeoutSeconds: aws.Int32(2), HealthyThresholdCount: aws.Int32(2), UnhealthyThresholdCount: aws.Int32(2),
	}
	for _, f := range tweak {
		f(in)
	}
	out, err := w.CreateTargetGroup(w.t.Context(), in)
	w.must(err)
	return *out.TargetGroups[0].TargetGroupArn
}

func pathIs(patterns ...string) types.RuleCondition {
	return types.RuleCondition{Field: aws.String("path-pattern"), Values: patterns}
}

func forwardTo(groups ...string) types.Action {
	if len(groups) == 1 {
		return types.Action{Type: types.ActionTypeEnumForward, TargetGroupArn: &groups[0]}
	}
	c := &types.ForwardActionConfig{}
	for _, g := range groups {
		c.TargetGroups = append(c.TargetGroups, types.TargetGroupTuple{TargetGroupArn: aws.String(g)})
	}
	return types.Action{Type: types.ActionTypeEnumForward, ForwardConfig: c}
}

func (w *world) rule(priority int32, action types.Action, conditions ...types.RuleCondition) string {
	w.t.Helper()
	out, err := w.CreateRule(w.t.Context(), &elbv2.CreateRuleInput{ListenerArn: &w.listener, Priority: &priority, Conditions: conditions, Actions: []types.Action{action}})
	w.must(err)
	return *out.Rules[0].RuleArn
}

// serve starts a target that answers with its name.
func (w *world) serve(name string) *httptest.Server {
	w.t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
		if _, err := rw.Write([]byte(name)); err != nil {
			w.t.Error(err)
		}
	}))
	w.t.Cleanup(s.Close)
	return s
}

func port(address string) int32 {
	_, p, _ := net.SplitHostPort(address)
	n, _ := strconv.ParseInt(p, 10, 32)
	return int32(n)
}

func (w *world) register(group string, addresses ...string) {
	w.t.Helper()
	in := &elbv2.RegisterTargetsInput{TargetGroupArn: &group}
	for _, a := range addresses {
		in.Targets = append(in.Targets, types.TargetDescription{Id: aws.String("127.0.0.1"), Port: aws.Int32(port(a))})
	}
	_, err := w.RegisterTargets(w.t.Context(), in)
	w.must(err)
}

func (w *world) health(group string) []types.TargetHealthDescription {
	w.t.Helper()
	out, err := w.DescribeTargetHealth(w.t.Context(), &elbv2.DescribeTargetHealthInput{TargetGroupArn: &group})
	w.must(err)
	return out.TargetHealthDescriptions
}

// await waits until every target of a group is in a state.
func (w *world) await(group string, state types.TargetHealthStateEnum) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), 20*time.Second)
	defer cancel()
	for {
		all := w.health(group)
		ok := len(all) > 0
		for _, d := range all {
			ok = ok && d.TargetHealth.State == state
		}
		if ok {
			return
		}
		if err := w.clock.Wait(ctx, time.Second); err != nil {
			w.t.Fatalf("the targets never became %s: %v", state, all)
		}
	}
}

func host(h string) func(*http.Request)      { return func(r *http.Request) { r.Host = h } }
func header(k, v string) func(*http.Request) { return func(r *http.Request) { r.Header.Set(k, v) } }
