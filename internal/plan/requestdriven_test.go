package plan_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"ferry.dev/ferry/internal/manifest"
	"ferry.dev/ferry/internal/plan"
)

func requestDriven(w *manifest.Workload) { w.Type = manifest.RequestDrivenService }
func private(w *manifest.Workload)       { w.HTTP.Private = true }

func TestARequestDrivenServiceStandsBehindThePublicLoadBalancerUnlessItIsPrivate(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		change []func(*manifest.Workload)
		needs  plan.Needs
		behind string
	}{
		{[]func(*manifest.Workload){requestDriven}, plan.Needs{PublicALB: true, Aliases: "web="}, plan.Public},
		{[]func(*manifest.Workload){requestDriven, private}, plan.Needs{PrivateALB: true}, plan.Private},
	} {
		w := web(c.change...)
		if diff := cmp.Diff(c.needs, plan.NeedsOf(w)); diff != "" {
			t.Error(diff)
		}
		if got := service(c.change...).Routing.LoadBalancer; got != c.behind {
			t.Errorf("behind %s, not %s", got, c.behind)
		}
	}
}

func TestTwoRequestDrivenServicesOfOneLoadBalancerNeedAPathOrAnAliasEach(t *testing.T) {
	t.Parallel()
	services := []plan.Service{
		service(name("one"), requestDriven), service(name("two"), requestDriven), service(name("three"), requestDriven, path("/three")),
		service(name("four"), requestDriven, hosts("four.example.com")), service(name("five"), requestDriven, private),
	}
	var got []string
	for _, d := range plan.Check(environment(plan.Needs{PublicALB: true, PrivateALB: true}), services) {
		got = append(got, d.File+": "+d.Path+": "+d.Message+"; "+d.Hint)
	}
	if diff := cmp.Diff([]string{`two/manifest.yml: http.path: service "one" takes the same requests; give each its own path or alias`}, got); diff != "" {
		t.Error(diff)
	}
}

func TestAServicesOwnTagsLieOverTheApplicationsAndUnderFerrys(t *testing.T) {
	t.Parallel()
	got := service(func(w *manifest.Workload) {
		w.Tags = map[string]string{"team": "front", "project": "storefront", "ferry:service": "other"}
	}).Tags
	want := map[string]string{
		"team": "front", "project": "storefront", "ferry:application": "demo", "ferry:environment": "test", "ferry:service": "web",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
