package e2e

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/google/go-cmp/cmp"

	"ferry.dev/ferry/e2e/harness"
	"ferry.dev/ferry/internal/emulator"
	"ferry.dev/ferry/internal/emulator/clock"
	"ferry.dev/ferry/internal/emulator/runtime/virtual"
)

// killings is at how many points of a first deploy the process is killed.
const killings = 10

func TestADeployKilledAnywhereEndsTheSameWhenItIsRunAgain(t *testing.T) {
	t.Parallel()
	bin := harness.Ferry(t)
	undisturbed := newVictim(t, bin)
	undisturbed.deploy(t)
	want, total := undisturbed.state(t), undisturbed.calls()
	if total < killings {
		t.Fatalf("a first deploy made only %d calls", total)
	}
	for i := range killings {
		at := 1 + i*(total-1)/(killings-1)
		t.Run(fmt.Sprintf("at call %d of %d", at, total), func(t *testing.T) {
			t.Parallel()
			v := newVictim(t, bin)
			v.deployAndKill(t, at)
			v.deploy(t)
			if diff := cmp.Diff(want, v.state(t)); diff != "" {
				t.Errorf("the end is another one than without the kill (-want +got):\n%s", diff)
			}
		})
	}
}

// victim is a project, and an endpoint with virtual tasks that can kill the process that calls it.
type victim struct {
	bin, dir string
	server   *emulator.Server
	url      string

	mu     sync.Mutex
	seen   int         // calls to AWS, pushes to the registry included
	killAt int         // 0: never
	prey   *os.Process // nil: nobody yet
}

func newVictim(t *testing.T, bin string) *victim {
	t.Helper()
	v := &victim{bin: bin, dir: t.TempDir()}
	s := httptest.NewUnstartedServer(v)
	clk := clock.Real(200)
	server, err := emulator.New(emulator.Options{Addr: s.Listener.Addr().String(), Runtime: virtual.New(clk), Clock: clk})
	if err != nil {
		t.Fatal(err)
	}
	v.server = server
	s.Start()
	v.url = s.URL
	t.Cleanup(func() {
		s.Close()
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
	files := map[string]string{
		"go.mod": "module victim\n\ngo 1.26\n", "main.go": "package main\n\nfunc main() { println(1) }\n",
		"ferry/app.yml":                        "name: demo\n",
		"ferry/environments/test/manifest.yml": fmt.Sprintf("name: test\ntype: Environment\naccount: %q\nregion: us-east-1\n", server.Health().Account),
		"ferry/web/manifest.yml": "name: web\ntype: Load Balanced Web Service\nimage:\n  build:\n    builder: go\n  port: 8080\nhttp:\n  path: /\n" +
			"cpu: 256\nmemory: 512\ncount:\n  range: 2-4\n  step: [{name: busy, metric: cpu_percentage, threshold: 70, steps: [{add: 1}]}]\n",
	}
	for name, content := range files {
		path := filepath.Join(v.dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return v
}

// ServeHTTP passes every request on, and kills the process that sends it when its turn has come: half of the times
// before the request has had its effect, half of the times after it, while the answer is on its way.
func (v *victim) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	v.mu.Lock()
	v.seen++
	prey := v.prey
	if v.seen != v.killAt {
		prey = nil
	}
	before := v.killAt%2 == 0
	v.mu.Unlock()
	if prey != nil && before {
		_ = prey.Kill()
		return
	}
	v.server.ServeHTTP(w, r)
	if prey != nil {
		_ = prey.Kill()
	}
}

func (v *victim) calls() int {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.seen
}

func (v *victim) command(out *bytes.Buffer) *exec.Cmd {
	cmd := exec.Command(v.bin, "deploy", "web", "--env", "test", "--yes")
	cmd.Dir, cmd.Env = v.dir, harness.Env(harness.AWSEnv(v.url, os.DevNull)...)
	cmd.Stdout, cmd.Stderr = out, out
	return cmd
}

func (v *victim) deploy(t *testing.T) {
	t.Helper()
	var out bytes.Buffer
	if err := v.command(&out).Run(); err != nil {
		t.Fatalf("ferry deploy: %v\n%s", err, out.String())
	}
}

// deployAndKill runs a deploy that is killed at its n-th request.
func (v *victim) deployAndKill(t *testing.T, n int) {
	t.Helper()
	var out bytes.Buffer
	cmd := v.command(&out)
	v.mu.Lock()
	v.killAt = n
	if err := cmd.Start(); err != nil {
		v.mu.Unlock()
		t.Fatal(err)
	}
	v.prey = cmd.Process
	v.mu.Unlock()
	err := cmd.Wait()
	v.mu.Lock()
	defer v.mu.Unlock()
	v.prey = nil
	if err == nil && v.seen >= n {
		t.Logf("the deploy ended before its kill at request %d took effect", n)
	} else if cmd.ProcessState.ExitCode() != -1 {
		t.Fatalf("not killed: %v\n%s", err, out.String())
	}
}

// state is everything that stands in the account, with generated identifiers left out.
func (v *victim) state(t *testing.T) []string {
	t.Helper()
	ctx := t.Context()
	r := reader{t: t, ctx: ctx, world: v.server.Services()}
	r.stacks()
	r.containers()
	r.scaling()
	r.balancers()
	r.rest()
	sort.Strings(r.lines)
	return r.lines
}

type reader struct {
	t     *testing.T
	ctx   context.Context
	world *emulator.Services
	lines []string
}

func (r *reader) say(format string, args ...any) {
	r.lines = append(r.lines, fmt.Sprintf(format, args...))
}

func (r *reader) must(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
}

// stacks lists the stacks that exist, their resources, and change sets that nobody executed.
func (r *reader) stacks() {
	stacks, err := r.world.CFN.DescribeStacks(r.ctx, &cloudformation.DescribeStacksInput{})
	r.must(err)
	for _, s := range stacks.Stacks {
		r.say("stack %s %s", *s.StackName, s.StackStatus)
		resources, err := r.world.CFN.ListStackResources(r.ctx, &cloudformation.ListStackResourcesInput{StackName: s.StackName})
		r.must(err)
		for _, x := range resources.StackResourceSummaries {
			r.say("resource %s %s %s", *s.StackName, *x.LogicalResourceId, x.ResourceStatus)
		}
		sets, err := r.world.CFN.ListChangeSets(r.ctx, &cloudformation.ListChangeSetsInput{StackName: s.StackName})
		r.must(err)
		for _, c := range sets.Summaries {
			if c.ExecutionStatus == "AVAILABLE" || c.Status == "FAILED" {
				r.say("change set of %s left over: %s %s", *s.StackName, c.Status, c.ExecutionStatus)
			}
		}
	}
}

// scaling lists the policies that scale, and the alarms, whether their policies know them or not.
func (r *reader) scaling() {
	policies, err := r.world.AutoScaling.DescribeScalingPolicies(r.ctx, &applicationautoscaling.DescribeScalingPoliciesInput{ServiceNamespace: "ecs"})
	r.must(err)
	for _, p := range policies.ScalingPolicies {
		r.say("scaling policy %s of %s", *p.PolicyName, *p.ResourceId)
		for _, a := range p.Alarms {
			r.say("alarm %s tells %s", *a.AlarmName, *p.PolicyName)
		}
	}
	alarms, err := r.world.CloudWatch.DescribeAlarms(r.ctx, &cloudwatch.DescribeAlarmsInput{})
	r.must(err)
	for _, a := range alarms.MetricAlarms {
		r.say("alarm %s", *a.AlarmName)
	}
}

// containers lists clusters, services, and active task definitions.
func (r *reader) containers() {
	clusters, err := r.world.ECS.ListClusters(r.ctx, &ecs.ListClustersInput{})
	r.must(err)
	for _, c := range clusters.ClusterArns {
		r.say("cluster %s", last(c))
		services, err := r.world.ECS.ListServices(r.ctx, &ecs.ListServicesInput{Cluster: &c})
		r.must(err)
		described, err := r.world.ECS.DescribeServices(r.ctx, &ecs.DescribeServicesInput{Cluster: &c, Services: services.ServiceArns})
		r.must(err)
		for _, s := range described.Services {
			r.say("service %s %s desired %d running %d task definition %s deployments %d", *s.ServiceName, *s.Status, s.DesiredCount,
				s.RunningCount, last(*s.TaskDefinition), len(s.Deployments))
		}
	}
	definitions, err := r.world.ECS.ListTaskDefinitions(r.ctx, &ecs.ListTaskDefinitionsInput{})
	r.must(err)
	for _, d := range definitions.TaskDefinitionArns {
		r.say("task definition %s", last(d))
	}
}

func (r *reader) balancers() {
	balancers, err := r.world.ELB.DescribeLoadBalancers(r.ctx, &elb.DescribeLoadBalancersInput{})
	r.must(err)
	r.say("load balancers %d", len(balancers.LoadBalancers))
	groups, err := r.world.ELB.DescribeTargetGroups(r.ctx, &elb.DescribeTargetGroupsInput{})
	r.must(err)
	for _, g := range groups.TargetGroups {
		health, err := r.world.ELB.DescribeTargetHealth(r.ctx, &elb.DescribeTargetHealthInput{TargetGroupArn: g.TargetGroupArn})
		r.must(err)
		healthy := 0
		for _, h := range health.TargetHealthDescriptions {
			if h.TargetHealth.State == "healthy" {
				healthy++
			}
		}
		r.say("target group port %d, healthy targets %d", *g.Port, healthy)
	}
}

func (r *reader) rest() {
	roles, err := r.world.IAM.ListRoles(r.ctx, &iam.ListRolesInput{})
	r.must(err)
	for _, x := range roles.Roles {
		r.say("role %s", *x.RoleName)
	}
	repositories, err := r.world.ECR.DescribeRepositories(r.ctx, &ecr.DescribeRepositoriesInput{})
	r.must(err)
	for _, x := range repositories.Repositories {
		images, err := r.world.ECR.DescribeImages(r.ctx, &ecr.DescribeImagesInput{RepositoryName: x.RepositoryName})
		r.must(err)
		var tags []string
		for _, i := range images.ImageDetails {
			tags = append(tags, i.ImageTags...)
		}
		slices.Sort(tags)
		policy, err := r.world.ECR.GetLifecyclePolicy(r.ctx, &ecr.GetLifecyclePolicyInput{RepositoryName: x.RepositoryName})
		r.must(err)
		r.say("repository %s tags %v scan on push %t lifecycle policy %t", *x.RepositoryName, tags, x.ImageScanningConfiguration.ScanOnPush,
			policy.LifecyclePolicyText != nil)
	}
}

func last(arn string) string { return arn[strings.LastIndexByte(arn, '/')+1:] }
