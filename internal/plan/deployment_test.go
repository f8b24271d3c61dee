package plan_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ferry.dev/ferry/internal/manifest"
	"ferry.dev/ferry/internal/plan"
)

func tested(w *manifest.Workload) {
	w.Deployment.Strategy = manifest.StrategyBlueGreen
	w.Deployment.TestTraffic = &manifest.TestTraffic{Header: "X-Test", Value: "1"}
}

func TestARuleForTestTrafficIsTriedBeforeTheOneBesideIt(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*manifest.Workload){
		"everything":             func(*manifest.Workload) {},
		"a path":                 func(w *manifest.Workload) { w.HTTP.Path = "/api/v1" },
		"names":                  hosts("shop.example.com", "*.example.com"),
		"source addresses":       from("192.0.2.0/24"),
		"the deepest path":       func(w *manifest.Workload) { w.HTTP.Path = "/1/2/3/4/5/6/7/8/9/10" },
		"a path and a name":      func(w *manifest.Workload) { hosts("shop.example.com")(w); w.HTTP.Path = "/a/b" },
		"addresses and one name": func(w *manifest.Workload) { hosts("shop.example.com")(w); from("192.0.2.0/24")(w) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := service(tested, change)
			rules := map[string]plan.ListenerRule{}
			for _, r := range s.Routing.Rules {
				rules[r.Key] = r
			}
			own, test := rules["ListenerRule"], rules["TestListenerRule"]
			if test.Priority >= own.Priority || test.Priority < 1000 {
				t.Errorf("the rule has number %d and the one for test traffic %d", own.Priority, test.Priority)
			}
			test.Key, test.Priority, test.Tests, test.Header = own.Key, own.Priority, "", nil
			if diff := cmp.Diff(own, test); diff != "" {
				t.Errorf("they ask for something else (-rule +test):\n%s", diff)
			}
			if list := plan.Check(plan.NewEnvironment(app(), env(), plan.Needs{PublicALB: true}), []plan.Service{s}); list.HasErrors() {
				t.Error(list)
			}
		})
	}
}

func TestARuleForTestTrafficThatCannotStandIsRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		work func(*manifest.Workload)
		want string
	}{
		"six values": {func(w *manifest.Workload) {
			w.HTTP.Path = "/api"
			hosts("a.example.com", "b.example.com", "c.example.com")(w)
		}, "with it a listener rule would have 6 values"},
		"nothing comes before": {func(w *manifest.Workload) {
			w.HTTP.Path = "/1/2/3/4/5/6/7/8/9"
			hosts("a.example.com")(w)
			from("192.0.2.0/24")(w)
		}, "there is no place before"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			list := plan.Check(plan.NewEnvironment(app(), env(), plan.Needs{PublicALB: true}), []plan.Service{service(tested, c.work)})
			if len(list) != 1 || list[0].Path != "deployment.test_traffic" || !strings.HasPrefix(list[0].Message, c.want) {
				t.Errorf("got %v", list)
			}
		})
	}
}

func TestWeightsAreReadByTheTargetGroupsOfTheLiveStack(t *testing.T) {
	t.Parallel()
	outputs := map[string]string{
		"TargetGroupArn": "arn:tg/own", "AlternateTargetGroupArn": "arn:tg/other", "TargetGroupName": "own",
		"ListenerRuleArn": "arn:x:listener-rule/app/1", "TestListenerRuleArn": "arn:x:listener-rule/app/2", "LogGroup": "/log",
	}
	want := map[string]string{"ListenerRule": "arn:x:listener-rule/app/1", "TestListenerRule": "arn:x:listener-rule/app/2"}
	if diff := cmp.Diff(want, plan.WeightedRules(outputs)); diff != "" {
		t.Error(diff)
	}
	traffic := plan.Traffic{}
	traffic.Note("ListenerRule", outputs, map[string]int{"arn:tg/own": 0, "arn:tg/other": 100})
	traffic.Note("TestListenerRule", outputs, map[string]int{"arn:tg/somebody's": 1})
	if diff := cmp.Diff(map[string]string{"ListenerRuleWeight": "0", "ListenerRuleAlternateWeight": "100"}, traffic.Parameters()); diff != "" {
		t.Error(diff)
	}
	for name, c := range map[string]struct {
		work func(*manifest.Workload)
		want string
	}{
		"kept":                   {tested, ""},
		"given up":               {func(*manifest.Workload) {}, "AlternateTargetGroup"},
		"with the load balancer": {func(w *manifest.Workload) { w.HTTP = nil }, ""},
	} {
		if got := service(c.work).Stranded(traffic); got != c.want {
			t.Errorf("%s: %q would be stranded", name, got)
		}
	}
}
