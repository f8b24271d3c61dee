package plan_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"ferry.dev/ferry/internal/manifest"
	"ferry.dev/ferry/internal/plan"
)

func domains(e *manifest.Environment) {
	e.Domains = []manifest.Domain{
		{Name: "example.com", HostedZone: "ZCOM"}, {Name: "shop.example.com", HostedZone: "ZSHOP"},
		{Name: "example.net", Certificate: "arn:aws:acm:us-east-1:123456789012:certificate/c"},
	}
}

func TestANameIsPutIntoTheZoneOfTheLongestDomainAboveIt(t *testing.T) {
	t.Parallel()
	s := plan.NewService(app(), env(domains), web(hosts("www.example.com", "Shop.Example.com", "a.shop.example.com", "notexample.com", "www.example.net", "own.example.com"),
		func(w *manifest.Workload) { w.HTTP.AliasZones = map[string]string{"own.example.com": "ZOWN"} }), nil)
	got := map[string]string{}
	for _, r := range s.Routing.Records {
		got[r.Name] = r.Zone
	}
	want := map[string]string{"www.example.com": "ZCOM", "shop.example.com": "ZSHOP", "a.shop.example.com": "ZSHOP", "own.example.com": "ZOWN"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for _, r := range s.Routing.Rules {
		if r.Listener != "HTTPS" {
			t.Errorf("a rule stands on %s", r.Listener)
		}
	}
}

func TestWhatNoDomainCoversIsWarnedOf(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"www.example.com":     "",
		"example.com":         "",
		"a.b.example.com":     "http.alias: a.b.example.com is more than one name below example.com: the environment's certificate is for *.example.com",
		"a.b.example.net":     "",
		"www.example.invalid": `http.alias: www.example.invalid is below none of the domains of environment "test": nothing points it at the load balancer`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := env(domains)
			got := ""
			for _, d := range plan.Check(plan.NewEnvironment(app(), e, plan.Needs{PublicALB: true}), []plan.Service{plan.NewService(app(), e, web(hosts(name)), nil)}) {
				got += d.Path + ": " + d.Message
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}
