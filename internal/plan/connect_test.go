package plan_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ferry.dev/ferry/internal/manifest"
	"ferry.dev/ferry/internal/plan"
)

// connects gives a service without a load balancer Service Connect.
func connects(own manifest.ConnectPort, more ...manifest.ConnectPort) func(*manifest.Workload) {
	return func(w *manifest.Workload) {
		w.Type, w.HTTP = manifest.BackendService, nil
		w.Network.Connect = &manifest.Connect{Own: own, More: more}
	}
}

func TestOtherServicesReachTheNamedPortsUnderTheirAliases(t *testing.T) {
	t.Parallel()
	s := service(connects(manifest.ConnectPort{Alias: "web", Port: 80, Protocol: "http2"}, manifest.ConnectPort{TargetPort: 9113, Alias: "metrics"}),
		func(w *manifest.Workload) {
			w.Container.Ports = []manifest.PortRange{{From: 9113, To: 9113, Protocol: "tcp"}}
		})
	var got []string
	for _, c := range s.ConnectServices() {
		got = append(got, strings.Join([]string{c.Port.Name, c.Port.Protocol, c.Discovery, c.Alias}, " "))
	}
	if diff := cmp.Diff([]string{"port-8080 http2 web-sc web", "port-9113  web-sc-9113 metrics"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestServiceConnectIsHeldAgainstThePortsThatThereAre(t *testing.T) {
	t.Parallel()
	minute := time.Minute
	for name, c := range map[string]struct {
		work []func(*manifest.Workload)
		want string
	}{
		"nothing to say":     {[]func(*manifest.Workload){connects(manifest.ConnectPort{Alias: "web"})}, ""},
		"a port that is not": {[]func(*manifest.Workload){connects(manifest.ConnectPort{Alias: "web"}, manifest.ConnectPort{TargetPort: 9, Alias: "x"})}, "network.connect.additional_ports[0].target_port: no container listens on port 9"},
		"no requests":        {[]func(*manifest.Workload){connects(manifest.ConnectPort{Alias: "web", PerRequestTimeout: &minute})}, "network.connect.timeouts.per_request: port 8080 speaks tcp, which knows no requests"},
		"a port that is taken": {
			[]func(*manifest.Workload){connects(manifest.ConnectPort{Alias: "web", IngressPort: 8080})}, "network.connect.ingress_port: container web listens on port 8080 itself",
		},
		"nobody can call": {
			[]func(*manifest.Workload){connects(manifest.ConnectPort{Alias: "web", Port: 80}), func(w *manifest.Workload) { w.Image.Port = 0 }},
			"network.connect: says how others call the service, and it has no port that they could call",
		},
		"a header without HTTP": {
			[]func(*manifest.Workload){connects(manifest.ConnectPort{Alias: "web"}), tested}, "deployment.test_traffic: Service Connect finds a header in HTTP only, and no port speaks it",
		},
		"a header in HTTP": {[]func(*manifest.Workload){connects(manifest.ConnectPort{Alias: "web", Protocol: "http"}), tested}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := ""
			for _, d := range plan.Check(plan.NewEnvironment(app(), env(), plan.Needs{}), []plan.Service{service(c.work...)}) {
				got += d.Path + ": " + d.Message
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestTwoServicesAreNotCalledTheSame(t *testing.T) {
	t.Parallel()
	one := service(connects(manifest.ConnectPort{Alias: "api"}))
	other := service(connects(manifest.ConnectPort{Alias: "api"}), name("other"))
	list := plan.Check(plan.NewEnvironment(app(), env(), plan.Needs{}), []plan.Service{one, other})
	if len(list) != 1 || list[0].Path != "network.connect.alias" || list[0].Message != `service "web" is called api:8080 too` {
		t.Errorf("got %v", list)
	}
}
