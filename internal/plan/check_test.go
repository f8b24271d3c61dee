package plan_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ferry.dev/ferry/internal/manifest"
	"ferry.dev/ferry/internal/plan"
)

func TestCheckNamesWhatAWSWouldRefuse(t *testing.T) {
	t.Parallel()
	private := func(w *manifest.Workload) { w.Network.Placement = "private" }
	for name, c := range map[string]struct {
		env  func(*manifest.Environment)
		work func(*manifest.Workload)
		want string // "path: message"; "" = nothing
	}{
		"nothing to say":     {},
		"grpc in plain HTTP": {work: func(w *manifest.Workload) { w.HTTP.Version = "grpc" }, want: `http.version: grpc needs HTTPS, and environment "test" names no certificate`},
		"grpc":               {env: https, work: func(w *manifest.Workload) { w.HTTP.Version = "grpc" }},
		"no way out":         {work: private, env: nat("none"), want: `network.vpc.placement: the private subnets of environment "test" have no way to fetch an image`},
		"one way out":        {work: private, env: nat("single")},
		"no private subnets": {
			work: private, env: func(e *manifest.Environment) {
				e.Network = manifest.EnvNetwork{ID: "vpc-1", Public: []manifest.Subnet{{ID: "subnet-1"}, {ID: "subnet-2"}}}
			},
			want: `network.vpc.placement: environment "test" has no private subnets`,
		},
		"long name": {
			work: name(strings.Repeat("x", 120)),
			want: `name: the stack's name "demo-test-` + strings.Repeat("x", 120) + `" is longer than 128 characters`,
		},
		"six security groups": {
			work: func(w *manifest.Workload) {
				w.Network = manifest.WorkloadNetwork{DenyDefault: true, SecurityGroups: []string{"1", "2", "3", "4", "5"}}
			},
			want: "network.vpc.security_groups: a task takes 5 security groups, and these are 6 with ferry's own",
		},
		"no public subnets": {
			work: func(w *manifest.Workload) { w.HTTP = nil },
			env:  func(e *manifest.Environment) { e.Network.ID, e.Network.Public = "vpc-1", nil },
			want: `network.vpc.placement: environment "test" has no public subnets: the tasks go to its private ones`,
		},
		"one subnet": {
			env:  func(e *manifest.Environment) { e.Network.Public = e.Network.Public[:1] },
			want: "network.vpc.subnets: the internet-facing load balancer needs subnets in two availability zones and has 1",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e, w := env(), web()
			if c.env != nil {
				c.env(&e)
			}
			if c.work != nil {
				c.work(&w)
			}
			got := ""
			services := []plan.Service{plan.NewService(app(), e, w, nil)}
			for _, d := range append(plan.Check(plan.NewEnvironment(app(), e, plan.NeedsOf(w)), services), plan.Missing(services)...) {
				got += d.Path + ": " + d.Message
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestCheckFindsServicesThatAskForTheSame(t *testing.T) {
	t.Parallel()
	other := func(w *manifest.Workload) { w.Type = manifest.BackendService }
	services := []plan.Service{
		service(name("one"), path("/a")), service(name("two"), path("/a")), service(name("three"), path("/b")),
		service(name("four"), path("/a"), hosts("a.example.com")), service(name("five"), path("/a"), other),
	}
	var got []string
	for _, d := range plan.Check(environment(plan.Needs{PublicALB: true}), services) {
		got = append(got, d.File+": "+d.Message)
	}
	if diff := cmp.Diff([]string{`two/manifest.yml: service "one" takes the same requests`}, got); diff != "" {
		t.Error(diff)
	}
}
