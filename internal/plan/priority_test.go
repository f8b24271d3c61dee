package plan_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ferry.dev/ferry/internal/manifest"
	"ferry.dev/ferry/internal/plan"
)

func priority(change ...func(*manifest.Workload)) int {
	return service(change...).Routing.Rules[0].Priority
}

func hosts(names ...string) func(*manifest.Workload) {
	return func(w *manifest.Workload) { w.HTTP.Aliases = names }
}

func from(cidrs ...string) func(*manifest.Workload) {
	return func(w *manifest.Workload) { w.HTTP.AllowedSourceIPs = cidrs }
}

func TestTheMoreARuleAsksForTheEarlierItIsTried(t *testing.T) {
	t.Parallel()
	ordered := [][]func(*manifest.Workload){
		{path("/a/b"), hosts("shop.example.com")},
		{path("/a"), hosts("shop.example.com"), from("10.0.0.0/8")},
		{path("/a"), hosts("shop.example.com")},
		{path("/"), hosts("shop.example.com")},
		{path("/a"), hosts("*.example.com")},
		{path("/"), hosts("*.example.com")},
		{path("/a/b/c")},
		{path("/a/b")},
		{path("/a"), from("10.0.0.0/8")},
		{path("/a")},
		{path("/"), from("10.0.0.0/8")},
		{path("/")},
	}
	// Whatever the services are called: the order is that of what the rules say.
	for i := range 20 {
		before := 0
		for j, changes := range ordered {
			p := priority(append(changes, name(fmt.Sprintf("svc-%d-%d", i, j)))...)
			if p <= before || p < 1000 || p >= 49000 {
				t.Fatalf("rule %d of round %d has %d after %d", j, i, p, before)
			}
			before = p
		}
	}
}

func TestAPriorityIsComputedTheSameForEver(t *testing.T) {
	t.Parallel()
	got := []int{priority(), priority(name("api"), path("api")), priority(name("api"), path("api"), hosts("a.example.com"))}
	if diff := cmp.Diff([]int{48700, 47233, 15233}, got); diff != "" {
		t.Errorf("live rules would move:\n%s", diff)
	}
}

func TestATakenPriorityIsLeftToItsOwnerWithinTheSameBand(t *testing.T) {
	t.Parallel()
	taken := map[int]string{48999: "other", 48200: "other", 5: "web"}
	got, err := plan.Priority(48999, taken, "web")
	if err != nil || got != 48201 {
		t.Errorf("got %d, %v: the search goes round within 48200 … 48999", got, err)
	}
	taken[48500] = "web"
	if got, err = plan.Priority(48999, taken, "web"); err != nil || got != 48500 {
		t.Errorf("got %d, %v: a rule keeps its own number", got, err)
	}
}

func TestAFullBandIsAnErrorNotAnotherBand(t *testing.T) {
	t.Parallel()
	taken := map[int]string{}
	for p := 48200; p < 49000; p++ {
		taken[p] = "other"
	}
	if got, err := plan.Priority(48321, taken, "web"); err == nil {
		t.Errorf("got %d", got)
	}
}

// Property: however many services share a listener and in whatever order they come, no two get one number, and whoever
// comes again keeps his.
func TestServicesOnOneListenerNeverCollide(t *testing.T) {
	t.Parallel()
	taken := map[string]map[int]string{}
	numbers := map[string]string{}
	for _, i := range rand.New(rand.NewPCG(1, 2)).Perm(300) {
		s := service(name(fmt.Sprintf("svc-%d", i)), path([]string{"/", "/api", "/api/v1"}[i%3]))
		if err := s.PlacePriorities(taken, ""); err != nil {
			t.Fatal(err)
		}
		numbers[s.Name] = s.Routing.Priorities()
	}
	if got := len(taken["PublicHTTPListenerArn"]); got != 300 {
		t.Fatalf("300 services hold %d numbers", got)
	}
	for i := range 300 {
		s := service(name(fmt.Sprintf("svc-%d", i)), path([]string{"/", "/api", "/api/v1"}[i%3]))
		if err := s.PlacePriorities(taken, ""); err != nil || s.Routing.Priorities() != numbers[s.Name] {
			t.Fatalf("%s moved from %s to %s: %v", s.Name, numbers[s.Name], s.Routing.Priorities(), err)
		}
	}
}

func TestALivePriorityIsKeptWhileTheRuleAsksForTheSame(t *testing.T) {
	t.Parallel()
	s := service(path("/api"))
	if !s.KeepPriorities("Other=47002,ListenerRule=47001") || s.Routing.Priorities() != "ListenerRule=47001" {
		t.Errorf("47001 became %s", s.Routing.Priorities())
	}
	for _, live := range []string{"", "ListenerRule=48700", "47001", "Other=47001", "none"} {
		s := service(path("/api"))
		before := s.Routing.Priorities()
		if s.KeepPriorities(live) || s.Routing.Priorities() != before {
			t.Errorf("%q was kept as %s", live, s.Routing.Priorities())
		}
	}
	if s := service(func(w *manifest.Workload) { w.HTTP = nil }); !s.KeepPriorities("") {
		t.Error("without rules there is nothing to place")
	}
}

func TestPathsMatchWholeSegments(t *testing.T) {
	t.Parallel()
	for in, want := range map[string][]string{
		"/": {"/*"}, "": {"/*"}, "api": {"/api", "/api/*"}, "/api/": {"/api", "/api/*"}, "/img/*": {"/img/*"},
	} {
		if diff := cmp.Diff(want, service(path(in)).Routing.Rules[0].Paths); diff != "" {
			t.Errorf("%q:\n%s", in, diff)
		}
	}
	if got := service(hosts("a.example.com")).Routing.Rules[0].Paths; got != nil {
		t.Errorf("beside a host, / needs no condition: %v", got)
	}
}

func TestWithCertificatesRulesStandOn443AndOn80OnlyWhereAsked(t *testing.T) {
	t.Parallel()
	listeners := func(redirect bool) []string {
		w := web(func(w *manifest.Workload) { w.HTTP.RedirectToHTTPS = redirect })
		return plan.NewService(app(), env(https), w, nil).Routing.ListenerOutputs()
	}
	if diff := cmp.Diff([]string{"PublicHTTPSListenerArn"}, listeners(true)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"PublicHTTPSListenerArn", "PublicHTTPListenerArn"}, listeners(false)); diff != "" {
		t.Error(diff)
	}
}
