package plan_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ferry.dev/ferry/internal/manifest"
	"ferry.dev/ferry/internal/plan"
)

func TestCheckNamesWhatAWSWouldRefuse(t *testing.T) {
	t.Parallel()
	private := func(w *manifest.Workload) { w.Network.Placement = "private" }
	subnets := func(cidrs ...string) func(*manifest.Environment) {
		return func(e *manifest.Environment) {
			for _, c := range cidrs {
				e.Network.Public = append(e.Network.Public, manifest.Subnet{CIDR: c})
			}
		}
	}
	for name, c := range map[string]struct {
		env  func(*manifest.Environment)
		work func(*manifest.Workload)
		want string // "path: message"; "" = nothing
	}{
		"nothing to say":     {},
		"grpc in plain HTTP": {work: func(w *manifest.Workload) { w.HTTP.Version = "grpc" }, want: `http.version: grpc needs HTTPS, and environment "test" names no certificate`},
		"grpc":               {env: https, work: func(w *manifest.Workload) { w.HTTP.Version = "grpc" }},
		"no port":            {work: func(w *manifest.Workload) { w.Image.Port = 0 }, want: "image.port: the load balancer needs a port to send requests to"},
		"six values": {
			work: func(w *manifest.Workload) {
				w.HTTP.Path, w.HTTP.Aliases, w.HTTP.AllowedSourceIPs = "/a", []string{"a.b", "c.d"}, []string{"10.0.0.0/8", "11.0.0.0/8"}
			},
			want: "http: path, alias and allowed_source_ips come to 6 values; a listener rule takes 5",
		},
		"slow check": {
			work: func(w *manifest.Workload) { w.HTTP.HealthCheck.Timeout = 10 * time.Second },
			want: "http.healthcheck.timeout: 10s is not less than the interval, 10s",
		},
		"no way out":  {work: private, env: nat("none"), want: `network.vpc.placement: the private subnets of environment "test" have no way to fetch an image`},
		"one way out": {work: private, env: nat("single")},
		"no private subnets": {
			work: private, env: func(e *manifest.Environment) {
				e.Network = manifest.EnvNetwork{ID: "vpc-1", Public: []manifest.Subnet{{ID: "subnet-1"}, {ID: "subnet-2"}}}
			},
			want: `network.vpc.placement: environment "test" has no private subnets`,
		},
		"no security group": {
			work: func(w *manifest.Workload) { w.Network.DenyDefault = true },
			want: "network.vpc.security_groups: deny_default leaves the tasks without any security group",
		},
		"connect on Windows": {
			work: func(w *manifest.Workload) { w.Platform.OS, w.Network.Connect = "WINDOWS_SERVER_2022_CORE", true },
			want: "network.connect: Service Connect does not run beside Windows containers",
		},
		"secret and variable": {
			work: func(w *manifest.Workload) {
				w.Variables, w.Secrets = map[string]string{"A": "a"}, map[string]manifest.Secret{"A": {From: "a", Kind: "ssm"}}
			},
			want: "secrets.A: is among the variables, too",
		},
		"waits for nobody": {
			work: func(w *manifest.Workload) { w.Image.DependsOn = map[string]string{"proxy": "start"} },
			want: "image.depends_on.proxy: there is no other container of this name in the task",
		},
		"long name": {
			work: name(strings.Repeat("x", 120)),
			want: `name: the stack's name "demo-test-` + strings.Repeat("x", 120) + `" is longer than 128 characters`,
		},
		"one zone": {
			env: subnets("10.0.0.0/24"), work: func(w *manifest.Workload) { w.HTTP = nil },
			want: "network.vpc.subnets.public: tasks should live in two availability zones and have 1",
		},
		"overlap":   {env: subnets("10.0.0.0/20", "10.0.8.0/24"), want: "network.vpc.subnets: 10.0.0.0/20 and 10.0.8.0/24 overlap"},
		"outside":   {env: subnets("10.0.0.0/24", "10.1.0.0/24"), want: "network.vpc.subnets: 10.1.0.0/24 is not part of the VPC's range 10.0.0.0/16"},
		"tiny":      {env: subnets("10.0.0.0/24", "10.0.1.0/30"), want: "network.vpc.subnets: 10.0.1.0/30 is not between /16 and /28, which VPCs and subnets must be"},
		"host bits": {env: subnets("10.0.0.0/24", "10.0.1.7/24"), want: `network.vpc.subnets: "10.0.1.7/24" is not a range of IPv4 addresses`},
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
			for _, d := range plan.Check(plan.NewEnvironment(app(), e, plan.NeedsOf(w)), []plan.Service{plan.NewService(app(), e, w, nil)}) {
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
	one, two, three := service(name("one"), path("/a")), service(name("two"), path("/a")), service(name("three"), path("/b"))
	three.Routing.Rules[0].Priority = one.Routing.Rules[0].Priority
	var got []string
	for _, d := range plan.Check(environment(plan.Needs{PublicALB: true}), []plan.Service{one, two, three}) {
		got = append(got, d.File+": "+d.Message)
	}
	want := []string{
		`two/manifest.yml: service "one" takes the same requests`,
		`three/manifest.yml: the rule has the number ` + one.Routing.Priorities() + `, which is that of service "one"`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
