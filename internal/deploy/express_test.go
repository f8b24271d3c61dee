package deploy_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/google/go-cmp/cmp"

	"ferry.dev/ferry/internal/deploy"
	"ferry.dev/ferry/internal/emulator/runtime/virtual"
	"ferry.dev/ferry/internal/event"
	"ferry.dev/ferry/internal/fault"
)

const expressManifest = `name: web
type: Request-Driven Web Service
express: true
image:
  location: registry.example/web:1
  port: 8080
http:
  healthcheck: /healthz
cpu: 256
memory: 512
count: {range: 2-4, cpu_percentage: 70}
`

func newExpressRepo(t *testing.T) *repo {
	t.Helper()
	r := newRepo(t)
	r.write("ferry/web/manifest.yml", expressManifest)
	return r
}

// answers asks an address.
func answers(t *testing.T, url, want string) {
	t.Helper()
	res, err := http.Get(url) //nolint:noctx,gosec // the endpoint's own address
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close() //nolint:errcheck // it is only read
	body, err := io.ReadAll(res.Body)
	if got := strings.TrimSpace(string(body)); err != nil || got != want {
		t.Errorf("it answers %q and %v, not %q", got, err, want)
	}
}

// left counts the load balancers and target groups that stand.
func (w *world) left(t *testing.T) int {
	t.Helper()
	c := elasticloadbalancingv2.NewFromConfig(w.Config)
	lbs, err := c.DescribeLoadBalancers(t.Context(), &elasticloadbalancingv2.DescribeLoadBalancersInput{})
	if err != nil {
		t.Fatal(err)
	}
	groups, err := c.DescribeTargetGroups(t.Context(), &elasticloadbalancingv2.DescribeTargetGroupsInput{})
	if err != nil {
		t.Fatal(err)
	}
	return len(lbs.LoadBalancers) + len(groups.TargetGroups)
}

func TestAServiceInExpressModeIsReleasedByECSItself(t *testing.T) {
	t.Parallel()
	w := start(t)
	var seen recorded
	result, err := deploy.Run(t.Context(), newExpressRepo(t).target(w.Config), only("web"), seen.sink)
	if err != nil {
		t.Fatal(err)
	}
	compare(t, []summary{{"web", deploy.OutcomeLive, "v1", fault.OK, []string{"new service"}, true}}, summaries(result))
	answers(t, result.Services[0].URL, "registry.example/web:1")
	var said []string
	for _, n := range all[event.Notice](&seen) {
		said = append(said, n.Text)
	}
	compare(t, []string{"runs in ECS Express Mode: ECS keeps its load balancer, address and scaling"}, said)
	if url := w.output(t, "shop-test", "PublicURL"); url != "" {
		t.Errorf("the environment has a load balancer at %s on its account", url)
	}
	if n := w.left(t); n != 2 {
		t.Errorf("%d load balancers and target groups stand, not ECS's two", n)
	}
	writes := strings.Join(w.writes(), " ")
	if !strings.HasSuffix(writes, "ecs.RegisterTaskDefinition ecs.CreateExpressGatewayService") {
		t.Error(writes)
	}
}

func TestInExpressModeOnlyWhatChangesIsReleased(t *testing.T) {
	t.Parallel()
	w := start(t)
	r := newExpressRepo(t)
	first := mustRun(t, r.target(w.Config), only("web"))
	w.ResetCalls()
	again := mustRun(t, r.target(w.Config), only("web"))
	compare(t, []summary{{"web", deploy.OutcomeUnchanged, "v1", fault.OK, nil, false}}, summaries(again))
	compare(t, first.Services[0].URL, again.Services[0].URL)
	compare(t, []string(nil), w.writes())
	if n := len(w.Calls()); n > 8 {
		t.Errorf("nothing changed, and it took %d calls: %s", n, names(w.Calls()))
	}

	r.edit("ferry/web/manifest.yml", "web:1", "web:2")
	r.edit("ferry/web/manifest.yml", "/healthz", "/ready")
	next := mustRun(t, r.target(w.Config), only("web"))
	compare(t, []summary{{"web", deploy.OutcomeLive, "v2", fault.OK, []string{"image", "http.healthcheck.path /healthz → /ready"}, false}}, summaries(next))
	answers(t, next.Services[0].URL, "registry.example/web:2")

	r.edit("ferry/web/manifest.yml", "{range: 2-4, cpu_percentage: 70}", "1")
	scaled := mustRun(t, r.target(w.Config), only("web"))
	compare(t, []summary{{"web", deploy.OutcomeLive, "v2", fault.OK, []string{"count 2-4 by AVERAGE_CPU 70 → 1-1 by AVERAGE_CPU 60"}, false}}, summaries(scaled))
}

func TestAReleaseInExpressModeThatFailsIsRolledBack(t *testing.T) {
	t.Parallel()
	w := start(t)
	r := newExpressRepo(t)
	url := mustRun(t, r.target(w.Config), only("web")).Services[0].URL
	w.Runtime.Script(virtual.Script{Image: "registry.example/web:2", ExitCode: ptr(1)})
	r.edit("ferry/web/manifest.yml", "web:1", "web:2")
	result, err := deploy.Run(t.Context(), r.target(w.Config), only("web"), event.Discard)
	if fault.ExitCode(err) != fault.RolledBack {
		t.Fatalf("got %v", err)
	}
	compare(t, []summary{{"web", deploy.OutcomeRolledBack, "v2", fault.RolledBack, []string{"image"}, false}}, summaries(result))
	answers(t, url, "registry.example/web:1")
	r.edit("ferry/web/manifest.yml", "web:2", "web:1")
	back := mustRun(t, r.target(w.Config), only("web"))
	compare(t, deploy.OutcomeUnchanged, back.Services[0].Outcome)
}

func TestAFirstReleaseInExpressModeThatFailedIsTriedAgain(t *testing.T) {
	t.Parallel()
	w := start(t)
	target := newExpressRepo(t).target(w.Config)
	w.Runtime.Script(virtual.Script{Image: "registry.example/web:1", ExitCode: ptr(1)})
	if _, err := deploy.Run(t.Context(), target, only("web"), event.Discard); fault.ExitCode(err) != fault.Broken {
		t.Fatalf("got %v", err)
	}
	w.Runtime.Script(virtual.Script{Image: "registry.example/web:1"})
	again := mustRun(t, target, only("web"))
	compare(t, []summary{{"web", deploy.OutcomeLive, "v1", fault.OK, []string{"the last deployment failed"}, false}}, summaries(again))
}

func TestStatusAndWaitKnowAServiceInExpressMode(t *testing.T) {
	t.Parallel()
	w := start(t)
	target := newExpressRepo(t).target(w.Config)
	url := mustRun(t, target, only("web")).Services[0].URL
	got, err := deploy.Status(t.Context(), target, []string{"web"})
	if err != nil {
		t.Fatal(err)
	}
	s := got.Services[0]
	s.Deployment, s.Messages = nil, nil
	compare(t, deploy.ServiceStatus{
		Service: "web", State: "ACTIVE", Release: "v1", Image: "registry.example/web:1", Desired: 2, Running: 2, Healthy: 2, Targets: true,
		URL: url, Express: true, Scaling: &deploy.ScalingStatus{Min: 2, Max: 4, Policies: []string{"cpu 70"}},
	}, s)
	waited, err := deploy.Wait(t.Context(), target, only("web"), event.Discard)
	if err != nil || waited.Services[0].Outcome != deploy.OutcomeLive || waited.Services[0].URL != url {
		t.Errorf("got %+v and %v", waited, err)
	}
	shown, list, err := deploy.Show(t.Context(), target, "web")
	if err != nil || list.HasErrors() || shown.Scaling == nil || shown.Live.URL != url || shown.Containers[0].Image != "registry.example/web:1" {
		t.Errorf("got %+v, %v and %v", shown, list, err)
	}
}

func TestDeletingAServiceInExpressModeLeavesNothing(t *testing.T) {
	t.Parallel()
	w := start(t)
	target := newExpressRepo(t).target(w.Config)
	mustRun(t, target, only("web"))
	result, err := deploy.Delete(t.Context(), target, deploy.DeleteRequest{Environment: true}, event.Discard)
	if err != nil {
		t.Fatal(err)
	}
	compare(t, []string{}, result.Left)
	if n := w.left(t) + len(w.stacks(t)) + len(w.revisions(t)); n != 0 {
		t.Errorf("%d load balancers, target groups, stacks and task definitions are left", n)
	}
	mustRun(t, target, only("web")) // its name is free
}

func TestAServiceCannotBeMovedIntoExpressModeNorOutOfIt(t *testing.T) {
	t.Parallel()
	for from, to := range map[string]string{"express: true\n": "", "express: false\n": "express: true\n"} {
		w := start(t)
		r := newExpressRepo(t)
		r.edit("ferry/web/manifest.yml", "count: {range: 2-4, cpu_percentage: 70}\n", "count: 1\n")
		r.edit("ferry/web/manifest.yml", "express: true\n", from)
		mustRun(t, r.target(w.Config), only("web"))
		r.edit("ferry/web/manifest.yml", from, to)
		w.ResetCalls()
		_, err := deploy.Run(t.Context(), r.target(w.Config), only("web"), event.Discard)
		if fault.ExitCode(err) != fault.Refused || !strings.Contains(err.Error(), "who keeps the load balancer of service web") {
			t.Errorf("got %v", err)
		}
		compare(t, []string(nil), w.writes())
	}
}

func TestAServiceThatIsPrivateInExpressModeAnswersInsideOnly(t *testing.T) {
	t.Parallel()
	w := start(t)
	r := newExpressRepo(t)
	r.write("ferry/environments/test/manifest.yml", "name: test\ntype: Environment\nnetwork: {vpc: {nat: single}}\n")
	r.edit("ferry/web/manifest.yml", "http:\n", "http:\n  private: true\n")
	mustRun(t, r.target(w.Config), only("web"))
	live, err := ecs.NewFromConfig(w.Config).DescribeExpressGatewayService(t.Context(), &ecs.DescribeExpressGatewayServiceInput{ServiceArn: w.service(t, "web").ServiceArn})
	if err != nil {
		t.Fatal(err)
	}
	c := live.Service.ActiveConfigurations[0]
	got := []string{string(c.IngressPaths[0].AccessType), strings.Join(c.NetworkConfiguration.Subnets, ",")}
	if diff := cmp.Diff([]string{"PRIVATE", w.output(t, "shop-test", "PrivateSubnets")}, got); diff != "" {
		t.Error(diff)
	}
}

func TestTheFilesOfAServiceInExpressModeAreThoseThatItsCommandTakes(t *testing.T) {
	t.Parallel()
	files, list, err := deploy.Package(newExpressRepo(t).target(aws.Config{Region: "us-east-1"}), []string{"web"})
	if err != nil || list.HasErrors() {
		t.Fatal(list, err)
	}
	var got []string
	for _, f := range files {
		got = append(got, f.Name)
	}
	compare(t, []string{"environment.stack.yml", "web.stack.yml", "web.taskdef.json", "web.express.json"}, got)
}

func TestADeployIntoExpressModeThatIsKilledComesToTheSameEndWhenRunAgain(t *testing.T) {
	t.Parallel()
	for n := int64(14); n < 36; n += 3 {
		t.Run(fmt.Sprintf("after %d requests, answer lost %v", n, n%2 == 0), func(t *testing.T) {
			t.Parallel()
			w := start(t)
			r := newExpressRepo(t)
			err := killed(t.Context(), n, n%2 == 0, w.Config, func(ctx context.Context, cfg aws.Config) error {
				_, err := deploy.Run(ctx, r.target(cfg), only("web"), event.Discard)
				return err
			})
			if err == nil {
				t.Skip("it had ended before")
			}
			result := mustRun(t, r.target(w.Config), only("web"))
			compare(t, "v1", result.Services[0].Release)
			answers(t, result.Services[0].URL, "registry.example/web:1")
			if n := w.left(t); n != 2 {
				t.Errorf("%d load balancers and target groups stand", n)
			}
		})
	}
}
