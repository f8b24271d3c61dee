package plan_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"ferry.dev/ferry/internal/manifest"
	"ferry.dev/ferry/internal/plan"
)

func TestTasksRunWhereTheManifestSays(t *testing.T) {
	t.Parallel()
	spot := []manifest.StrategyItem{{Provider: "FARGATE", Base: 1}, {Provider: "FARGATE_SPOT", Weight: 1}}
	own := []manifest.StrategyItem{{Provider: "mine", Weight: 1}}
	for name, c := range map[string]struct {
		is   manifest.Capacity
		mode string
		want plan.Capacity
	}{
		"nothing":  {want: plan.Capacity{LaunchType: "FARGATE", Compatibility: "FARGATE", Mode: "awsvpc"}},
		"fargate":  {is: manifest.Capacity{LaunchType: "FARGATE"}, want: plan.Capacity{LaunchType: "FARGATE", Compatibility: "FARGATE", Mode: "awsvpc"}},
		"spot":     {is: manifest.Capacity{Strategy: spot}, want: plan.Capacity{Strategy: spot, Compatibility: "FARGATE", Mode: "awsvpc"}},
		"own":      {is: manifest.Capacity{Strategy: own}, mode: "host", want: plan.Capacity{Strategy: own, Compatibility: "EC2", Mode: "host"}},
		"ec2":      {is: manifest.Capacity{LaunchType: "EC2"}, want: plan.Capacity{LaunchType: "EC2", Compatibility: "EC2", Mode: "awsvpc"}},
		"external": {is: manifest.Capacity{LaunchType: "EXTERNAL"}, want: plan.Capacity{LaunchType: "EXTERNAL", Compatibility: "EXTERNAL", Mode: "bridge"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := service(func(w *manifest.Workload) { w.Capacity, w.Network.Mode = c.is, c.mode }).Capacity
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestTasksWithoutAnAddressAreFoundByTheirInstance(t *testing.T) {
	t.Parallel()
	s := service(func(w *manifest.Workload) {
		w.Capacity.LaunchType, w.Network.Mode = "EC2", "bridge"
	})
	if diff := cmp.Diff(plan.TaskNetwork{}, s.Network); diff != "" {
		t.Errorf("they have no network of their own: %s", diff)
	}
	target := s.Routing.Target()
	if target.Type != "instance" || target.Name == service().Routing.Target().Name {
		t.Errorf("%+v", target)
	}
	if got := []int{s.Capacity.HostPort(80), service().Capacity.HostPort(80)}; !cmp.Equal(got, []int{0, 80}) {
		t.Errorf("host ports %v", got)
	}
}

func TestTasksOnInstancesGetNoPublicAddress(t *testing.T) {
	t.Parallel()
	if s := service(func(w *manifest.Workload) { w.Capacity.LaunchType = "EC2" }); s.Network.PublicIP {
		t.Error("only Fargate gives one")
	}
}

func TestWhereTasksRunIsSaidInOneLine(t *testing.T) {
	t.Parallel()
	for want, c := range map[string]plan.Capacity{
		"FARGATE":                            {LaunchType: "FARGATE", Mode: "awsvpc"},
		"EC2, network mode bridge":           {LaunchType: "EC2", Mode: "bridge"},
		"FARGATE_SPOT":                       {Strategy: []manifest.StrategyItem{{Provider: "FARGATE_SPOT", Weight: 1}}, Mode: "awsvpc"},
		"a (base 2, weight 0), b (weight 1)": {Strategy: []manifest.StrategyItem{{Provider: "a", Base: 2}, {Provider: "b", Weight: 1}}, Mode: "awsvpc"},
	} {
		if got := c.String(); got != want {
			t.Errorf("%q, not %q", got, want)
		}
	}
}

func TestADaemonIsNotCounted(t *testing.T) {
	t.Parallel()
	s := service(func(w *manifest.Workload) { w.Capacity = manifest.Capacity{LaunchType: "EC2", Scheduling: "daemon"} })
	if s.DesiredCount() != nil || *service().DesiredCount() != 1 {
		t.Error("ECS counts the tasks of other services, and none of a daemon")
	}
}
