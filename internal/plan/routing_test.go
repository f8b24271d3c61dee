package plan_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ferry.dev/ferry/internal/manifest"
	"ferry.dev/ferry/internal/plan"
)

func also(rules ...manifest.HTTP) func(*manifest.Workload) {
	return func(w *manifest.Workload) { w.HTTP.AdditionalRules = append(w.HTTP.AdditionalRules, rules...) }
}

// like is the first rule for another path.
func like(path string, change ...func(*manifest.HTTP)) manifest.HTTP {
	h := *web().HTTP
	h.Path = path
	for _, c := range change {
		c(&h)
	}
	return h
}

func to(port int) func(*manifest.HTTP) { return func(h *manifest.HTTP) { h.TargetPort = port } }

func keys(r *plan.Routing) (groups, rules []string) {
	for _, t := range r.Targets {
		groups = append(groups, fmt.Sprintf("%s %s:%d", t.Key, t.Container, t.ContainerPort))
	}
	for _, rule := range r.Rules {
		rules = append(rules, rule.Key+" "+rule.Target)
	}
	return groups, rules
}

func TestRulesWithTheSameTargetAndSettingsShareATargetGroup(t *testing.T) {
	t.Parallel()
	groups, rules := keys(service(also(like("a"), like("b", to(9090)), like("c", to(9090)), like("d", func(h *manifest.HTTP) { h.Stickiness = true }))).Routing)
	if diff := cmp.Diff([]string{"TargetGroup web:8080", "TargetGroupWeb9090 web:9090", "TargetGroupWeb8080 web:8080"}, groups); diff != "" {
		t.Error(diff)
	}
	if len(rules) != 5 {
		t.Errorf("the rules are %v", rules)
	}
}

// Property: a rule that comes or goes changes neither the logical ID nor the number of any other.
func TestARuleKeepsItsPlaceWhateverStandsBesideIt(t *testing.T) {
	t.Parallel()
	before := map[string]int{}
	for _, r := range service(also(like("a"), like("b"), like("c"))).Routing.Rules {
		before[r.Key] = r.Priority
	}
	for _, r := range service(also(like("c"), like("a"))).Routing.Rules {
		if p, ok := before[r.Key]; !ok || p != r.Priority {
			t.Errorf("%s has moved to %d from %d", r.Key, r.Priority, p)
		}
	}
}

func TestARuleThatAsksForTooMuchIsSpreadOverSeveral(t *testing.T) {
	t.Parallel()
	s := service(path("/api"), hosts("a.example.com", "b.example.com", "c.example.com"), from("192.0.2.0/25"))
	var got [][]string
	for _, r := range s.Routing.Rules {
		if n := len(r.Hosts) + len(r.Paths) + len(r.SourceIPs); n > 5 {
			t.Errorf("%s has %d values", r.Key, n)
		}
		got = append(got, append(append([]string{}, r.Hosts...), r.SourceIPs...))
	}
	want := [][]string{{"a.example.com", "b.example.com", "192.0.2.0/25"}, {"c.example.com", "192.0.2.0/25"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestWhatOnlyADeployNeedsIsMissingAndNoMistake(t *testing.T) {
	t.Parallel()
	nlb := func(w *manifest.Workload) {
		w.HTTP, w.NLB = nil, &manifest.NLB{Listeners: []manifest.NLBListener{{Port: 443, Protocol: "TLS", TargetPort: 8080}}}
	}
	zoned := func(w *manifest.Workload) { w.NLB.Aliases, w.NLB.HostedZone = []string{"a.example.com"}, "Z1" }
	terminated := func(e *manifest.Environment) { https(e); e.CDN = &manifest.CDN{TerminateTLS: true} }
	none := func(*manifest.Environment) {}
	for name, c := range map[string]struct {
		env  func(*manifest.Environment)
		work []func(*manifest.Workload)
		want []string
	}{
		"no certificate":           {none, []func(*manifest.Workload){nlb}, []string{`nlb.port: TLS needs a certificate, and environment "test" names none`}},
		"the environment's":        {https, []func(*manifest.Workload){nlb}, nil},
		"one that can be asked":    {none, []func(*manifest.Workload){nlb, zoned}, nil},
		"sent back and forth":      {terminated, nil, []string{`http.redirect_to_https: environment "test" has cdn.terminate_tls: CloudFront would be redirected for ever`}},
		"let through in plain":     {terminated, []func(*manifest.Workload){func(w *manifest.Workload) { w.HTTP.RedirectToHTTPS = false }}, nil},
		"an additional rule, too":  {terminated, []func(*manifest.Workload){func(w *manifest.Workload) { w.HTTP.RedirectToHTTPS = false }, also(like("a"))}, []string{`http.additional_rules[0].redirect_to_https: environment "test" has cdn.terminate_tls: CloudFront would be redirected for ever`}},
		"no CloudFront in its way": {https, nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := env(c.env)
			s := []plan.Service{plan.NewService(app(), e, web(c.work...), nil)}
			var got []string
			for _, d := range plan.Missing(s) {
				got = append(got, d.Path+": "+d.Message)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
			if list := plan.Check(plan.NewEnvironment(app(), e, plan.NeedsOf(web(c.work...))), s); list.HasErrors() {
				t.Errorf("mistakes: %v", list)
			}
		})
	}
}

func TestCheckCountsTargetGroupsAndFindsRivalsByEachName(t *testing.T) {
	t.Parallel()
	many := service(also(like("a", to(1)), like("b", to(2)), like("c", to(3)), like("d", to(4)), like("e", to(5))))
	one := service(name("one"), hosts("a.example.com", "b.example.com"))
	two := service(name("two"), also(like("x", func(h *manifest.HTTP) { h.Aliases = []string{"B.example.com"} })), path("/y"))
	three := service(name("three"), hosts("B.example.com"))
	var got []string
	for _, d := range plan.Check(environment(plan.Needs{PublicALB: true}), []plan.Service{many, one, two, three}) {
		got = append(got, d.File+": "+d.Path+": "+d.Message)
	}
	want := []string{
		"web/manifest.yml: http.additional_rules: ECS keeps 5 target groups for a service, and these rules need 6",
		`three/manifest.yml: http.path: service "one" takes the same requests`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestTheNamesOfServicesAreKeptForCloudFrontFromOneDeployToTheNext(t *testing.T) {
	t.Parallel()
	live := plan.LiveNeeds(map[string]string{"CloudFrontAliases": "api=api.example.com;web=old.example.com"})
	got := live.Union(plan.NeedsOf(web(hosts("new.example.com", "b.example.com")))).Aliases
	if want := plan.Aliases("api=api.example.com;web=b.example.com new.example.com"); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := live.Union(plan.NeedsOf(web())).Aliases; got != "api=api.example.com" {
		t.Errorf("a service without names leaves %q", got)
	}
}
