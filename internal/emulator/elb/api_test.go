package elb_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	elbv2 "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
	"github.com/google/go-cmp/cmp"

	"ferry.dev/ferry/internal/emulator/clock"
	"ferry.dev/ferry/internal/emulator/elb"
	"ferry.dev/ferry/internal/emulator/ids"
)

// exportAll lets go-cmp look into the SDK's types, which embed an unexported marker.
func exportAll(reflect.Type) bool { return true }

func TestWhatAWSRefusesIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	g := w.group("one")
	w.rule(7, forwardTo(g), pathIs("/one"))
	other, err := w.CreateLoadBalancer(t.Context(), &elbv2.CreateLoadBalancerInput{Name: aws.String("other"), Subnets: []string{"subnet-a", "subnet-b"}})
	w.must(err)
	lb := func(in elbv2.CreateLoadBalancerInput) error {
		_, err := w.CreateLoadBalancer(t.Context(), &in)
		return err
	}
	tg := func(f func(*elbv2.CreateTargetGroupInput)) error {
		in := &elbv2.CreateTargetGroupInput{Name: aws.String("two"), Port: aws.Int32(80), Protocol: types.ProtocolEnumHttp, VpcId: aws.String("vpc-1")}
		f(in)
		_, err := w.CreateTargetGroup(t.Context(), in)
		return err
	}
	rule := func(priority int32, action types.Action, c ...types.RuleCondition) error {
		_, err := w.CreateRule(t.Context(), &elbv2.CreateRuleInput{ListenerArn: &w.listener, Priority: &priority, Actions: []types.Action{action}, Conditions: c})
		return err
	}
	listener := func(port int32, p types.ProtocolEnum, arn *string, a types.Action) error {
		_, err := w.CreateListener(t.Context(), &elbv2.CreateListenerInput{LoadBalancerArn: arn, Port: &port, Protocol: p, DefaultActions: []types.Action{a}})
		return err
	}
	_, inUse := w.DeleteTargetGroup(t.Context(), &elbv2.DeleteTargetGroupInput{TargetGroupArn: &g})
	_, unknown := w.DescribeTargetGroups(t.Context(), &elbv2.DescribeTargetGroupsInput{Names: []string{"nobody"}})
	_, noRule := w.DeleteRule(t.Context(), &elbv2.DeleteRuleInput{RuleArn: aws.String("arn:aws:elasticloadbalancing:us-east-1:000000000000:listener-rule/app/x/1/2/3")})
	got := map[string]error{
		"long name":  lb(elbv2.CreateLoadBalancerInput{Name: aws.String(strings.Repeat("x", 33)), Subnets: []string{"a", "b"}}),
		"one subnet": lb(elbv2.CreateLoadBalancerInput{Name: aws.String("x"), Subnets: []string{"a"}}),
		"taken name": lb(elbv2.CreateLoadBalancerInput{Name: aws.String("front"), Subnets: []string{"c", "d"}}),
		"timeout ≥ interval": tg(func(in *elbv2.CreateTargetGroupInput) {
			in.HealthCheckTimeoutSeconds, in.HealthCheckIntervalSeconds = aws.Int32(30), aws.Int32(30)
		}),
		"matcher":          tg(func(in *elbv2.CreateTargetGroupInput) { in.Matcher = &types.Matcher{HttpCode: aws.String("2xx")} }),
		"taken group name": tg(func(in *elbv2.CreateTargetGroupInput) { in.Name, in.Port = aws.String("one"), aws.Int32(9) }),
		"taken priority":   rule(7, forwardTo(g), pathIs("/x")),
		"six values":       rule(8, forwardTo(g), pathIs("/1", "/2", "/3"), types.RuleCondition{Field: aws.String("host-header"), Values: []string{"a", "b", "c"}}),
		"no group":         rule(9, forwardTo("arn:aws:elasticloadbalancing:us-east-1:000000000000:targetgroup/x/1"), pathIs("/x")),
		"TCP on an ALB":    listener(81, types.ProtocolEnumTcp, w.balancer.LoadBalancerArn, notFound()[0]),
		"taken port":       listener(80, types.ProtocolEnumHttp, w.balancer.LoadBalancerArn, notFound()[0]),
		"HTTPS without":    listener(443, types.ProtocolEnumHttps, w.balancer.LoadBalancerArn, notFound()[0]),
		"two balancers":    listener(80, types.ProtocolEnumHttp, other.LoadBalancers[0].LoadBalancerArn, forwardTo(g)),
		"group in use":     inUse,
		"unknown group":    unknown,
		"unknown rule":     noRule,
	}
	want := map[string]string{
		"long name": "ValidationError", "one subnet": "ValidationError", "taken name": "DuplicateLoadBalancerName", "timeout ≥ interval": "ValidationError",
		"matcher": "ValidationError", "taken group name": "DuplicateTargetGroupName", "taken priority": "PriorityInUse", "six values": "ValidationError",
		"no group": "TargetGroupNotFound", "TCP on an ALB": "ValidationError", "taken port": "DuplicateListener", "HTTPS without": "CertificateNotFound",
		"two balancers": "TargetGroupAssociationLimit", "group in use": "ResourceInUse", "unknown group": "TargetGroupNotFound", "unknown rule": "RuleNotFound",
	}
	codes := map[string]string{}
	for k, err := range got {
		if e, ok := err.(interface{ ErrorCode() string }); ok {
			codes[k] = e.ErrorCode()
		} else {
			codes[k] = "nil"
		}
	}
	if d := cmp.Diff(want, codes); d != "" {
		t.Error(d)
	}
}

func TestPrioritiesMoveAllAtOnceOrNotAtAll(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a, b := w.rule(1, notFound()[0], pathIs("/a")), w.rule(2, notFound()[0], pathIs("/b"))
	set := func(pairs ...types.RulePriorityPair) error {
		_, err := w.SetRulePriorities(t.Context(), &elbv2.SetRulePrioritiesInput{RulePriorities: pairs})
		return err
	}
	w.must(set(types.RulePriorityPair{RuleArn: &a, Priority: aws.Int32(2)}, types.RulePriorityPair{RuleArn: &b, Priority: aws.Int32(1)}))
	if err := set(types.RulePriorityPair{RuleArn: &a, Priority: aws.Int32(1)}); err == nil {
		t.Error("a priority in use was given away")
	}
	out, err := w.DescribeRules(t.Context(), &elbv2.DescribeRulesInput{ListenerArn: &w.listener})
	w.must(err)
	var got []string
	for _, r := range out.Rules {
		text := *r.Priority
		for _, c := range r.Conditions {
			text += strings.Join(c.Values, "")
		}
		got = append(got, text)
	}
	if d := cmp.Diff([]string{"1/b", "2/a", "default"}, got); d != "" {
		t.Error(d)
	}
}

func TestATargetGoesFromInitialToHealthyToUnhealthy(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	g := w.group("life")
	s := w.serve("x")
	w.register(g, s.Listener.Addr().String())
	if h := w.health(g)[0].TargetHealth; h.State != types.TargetHealthStateEnumUnused || h.Reason != types.TargetHealthReasonEnumNotInUse {
		t.Errorf("not in use: %s %s", h.State, h.Reason)
	}
	w.rule(1, forwardTo(g), pathIs("/*"))
	w.await(g, types.TargetHealthStateEnumHealthy)
	_, err := w.ModifyTargetGroup(t.Context(), &elbv2.ModifyTargetGroupInput{TargetGroupArn: &g, Matcher: &types.Matcher{HttpCode: aws.String("204")}})
	w.must(err)
	w.await(g, types.TargetHealthStateEnumUnhealthy)
	if h := w.health(g)[0].TargetHealth; h.Reason != types.TargetHealthReasonEnumResponseCodeMismatch || *h.Description != "Health checks failed with these codes: [200]" {
		t.Errorf("%s %s", h.Reason, *h.Description)
	}
	s.Close()
	for *w.health(g)[0].TargetHealth.Description != "Health checks failed" {
		w.must(w.clock.Wait(t.Context(), time.Second))
	}
}

func TestStateSurvivesARestartOnTheSamePort(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	g := w.group("kept")
	w.rule(1, forwardTo(g), pathIs("/*"))
	w.register(g, w.serve("kept").Listener.Addr().String())
	saved, err := w.Save()
	w.must(err)
	w.must(w.Close())
	next := elb.New(elb.Deps{Scope: ids.Default(), Clock: clock.Real(speed)})
	t.Cleanup(func() { w.must(next.Close()) })
	w.must(next.Load(saved))
	w.Service = next
	w.await(g, types.TargetHealthStateEnumHealthy)
	if got := w.get("/"); got != "200 kept" {
		t.Error(got)
	}
	_, err = w.DeleteLoadBalancer(t.Context(), &elbv2.DeleteLoadBalancerInput{LoadBalancerArn: w.balancer.LoadBalancerArn})
	w.must(err)
	_, err = w.DeleteTargetGroup(t.Context(), &elbv2.DeleteTargetGroupInput{TargetGroupArn: &g})
	w.must(err)
	left, err := w.DescribeListeners(t.Context(), &elbv2.DescribeListenersInput{LoadBalancerArn: w.balancer.LoadBalancerArn})
	if err == nil {
		t.Errorf("listeners of a deleted load balancer: %v", left)
	}
}
