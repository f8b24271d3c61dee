package plan_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ferry.dev/ferry/internal/manifest"
	"ferry.dev/ferry/internal/plan"
)

func app() manifest.App { return manifest.App{Name: "demo", Tags: map[string]string{"team": "shop"}} }

func env(change ...func(*manifest.Environment)) manifest.Environment {
	e := manifest.Environment{
		Name: "test", Account: "123456789012", Region: "us-east-1",
		Network: manifest.EnvNetwork{
			CIDR: "10.0.0.0/16", NAT: "none",
			Public:  []manifest.Subnet{{CIDR: "10.0.0.0/24"}, {CIDR: "10.0.1.0/24"}},
			Private: []manifest.Subnet{{CIDR: "10.0.2.0/24"}, {CIDR: "10.0.3.0/24"}},
		},
		HTTP: manifest.EnvHTTP{Public: manifest.ALB{SourceIPs: []string{"0.0.0.0/0"}}},
	}
	for _, c := range change {
		c(&e)
	}
	return e
}

func web(change ...func(*manifest.Workload)) manifest.Workload {
	w := manifest.Workload{
		Name: "web", Type: manifest.LoadBalancedWebService,
		Image: manifest.Image{Build: &manifest.Build{}, Port: 8080},
		HTTP: &manifest.HTTP{
			Path: "/", Version: "http1", RedirectToHTTPS: true, DeregistrationDelay: time.Minute,
			HealthCheck: manifest.HTTPHealthCheck{
				Path: "/", SuccessCodes: "200", HealthyThreshold: 2, UnhealthyThreshold: 2,
				Interval: 10 * time.Second, Timeout: 5 * time.Second, GracePeriod: time.Minute,
			},
		},
		CPU: 256, Memory: 512, Count: 1,
		Deployment: manifest.Deployment{Strategy: manifest.StrategyRolling},
	}
	for _, c := range change {
		c(&w)
	}
	return w
}

func path(p string) func(*manifest.Workload) { return func(w *manifest.Workload) { w.HTTP.Path = p } }
func name(n string) func(*manifest.Workload) { return func(w *manifest.Workload) { w.Name = n } }
func https(e *manifest.Environment) {
	e.HTTP.Public.Certificates = []string{"arn:aws:acm:us-east-1:123456789012:certificate/c"}
}

func service(change ...func(*manifest.Workload)) plan.Service {
	return plan.NewService(app(), env(), web(change...), nil)
}

func TestAServiceIsNamedAfterApplicationEnvironmentAndService(t *testing.T) {
	t.Parallel()
	got := service()
	got.Routing, got.Manifest, got.EnvManifest = nil, manifest.Workload{}, manifest.Environment{}
	want := plan.Service{
		App: "demo", Env: "test", Name: "web", Account: "123456789012", Region: "us-east-1",
		Stack: "demo-test-web", Cluster: "demo-test", ServiceName: "web", Family: "demo-test-web",
		LogGroup: "/ferry/demo/test/web", Repository: "demo/web",
		ExecutionRole: "demo-test-web-execution", TaskRole: "demo-test-web-task",
		Tags: map[string]string{
			"team": "shop", "ferry:application": "demo", "ferry:environment": "test", "ferry:service": "web",
		},
		EnvStack: "demo-test", Namespace: "test.demo.local",
		Network: plan.TaskNetwork{
			Subnets:        []string{plan.Ref("demo-test", "PublicSubnets")},
			SecurityGroups: []string{plan.Ref("demo-test", "EnvironmentSecurityGroup")},
			PublicIP:       true,
		},
		Capacity: plan.Capacity{LaunchType: "FARGATE", Compatibility: "FARGATE", Mode: "awsvpc"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestOwnTagsNeverHideFerrys(t *testing.T) {
	t.Parallel()
	a := manifest.App{Name: "demo", Tags: map[string]string{"ferry:service": "other"}}
	if got := plan.NewService(a, env(), web(), nil).Tags["ferry:service"]; got != "web" {
		t.Errorf("ferry:service is %q", got)
	}
}

func TestLongNamesAreCutStayApartAndKeepToTheirLimits(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("long-", 10)
	one, two := service(name(long+"one")), service(name(long+"two"))
	for _, pair := range [][3]any{
		{one.ExecutionRole, two.ExecutionRole, 64},
		{one.TaskRole, two.TaskRole, 64},
		{one.Routing.Target().Name, two.Routing.Target().Name, 32},
	} {
		a, b, limit := pair[0].(string), pair[1].(string), pair[2].(int)
		if a == b || len(a) > limit || len(b) > limit || strings.Contains(a, "--") {
			t.Errorf("%q and %q, at most %d characters", a, b, limit)
		}
	}
	if one.ExecutionRole == one.TaskRole {
		t.Errorf("both roles are named %q", one.TaskRole)
	}
	e := plan.NewEnvironment(manifest.App{Name: long}, env(), plan.Needs{PublicALB: true, PrivateALB: true})
	for _, l := range e.LoadBalancers() {
		if len(l.Name) > 32 {
			t.Errorf("load balancer %q", l.Name)
		}
	}
}

func TestATargetGroupThatMustBeReplacedHasAnotherName(t *testing.T) {
	t.Parallel()
	plain := service().Routing.Target()
	grpc := service(func(w *manifest.Workload) { w.HTTP.Version = "grpc" }).Routing.Target()
	port := service(func(w *manifest.Workload) { w.Image.Port = 9090 }).Routing.Target()
	if plain.Name == grpc.Name {
		t.Errorf("HTTP1 and GRPC share %q", plain.Name)
	}
	if plain.Name != port.Name {
		t.Errorf("another container port needs no other target group: %q, %q", plain.Name, port.Name)
	}
}

func TestNeedsAreJoinedAndReadBackFromTheLiveStack(t *testing.T) {
	t.Parallel()
	backend := web(func(w *manifest.Workload) { w.Type = manifest.BackendService; w.Network.Placement = "private" })
	want := plan.Needs{PublicALB: true, PrivateALB: true, NAT: true}
	if got := plan.NeedsOf(web()).Union(plan.NeedsOf(backend)); got != want {
		t.Errorf("joined: %+v", got)
	}
	live := map[string]string{"PublicLoadBalancerArn": "arn", "PrivateLoadBalancerArn": "arn", "NAT": "single"}
	if got := plan.LiveNeeds(live); got != want {
		t.Errorf("live: %+v", got)
	}
	if got := plan.LiveNeeds(map[string]string{"NAT": "none"}); got != (plan.Needs{}) {
		t.Errorf("a plain environment: %+v", got)
	}
}

func TestTheManifestsVariablesWinOverTheFilesAndFerrysOverBoth(t *testing.T) {
	t.Parallel()
	w := web(func(w *manifest.Workload) {
		w.HTTP = nil
		w.Variables = map[string]string{"LEVEL": "manifest", "FERRY_SERVICE_NAME": "forged"}
		w.Secrets = map[string]manifest.Secret{"TOKEN": {From: "token", Kind: "ssm"}}
	})
	s := plan.NewService(app(), env(), w, map[string]string{"LEVEL": "file", "ONLY_FILE": "file", "TOKEN": "file"})
	s.Copilot = true
	want := map[string]string{
		"LEVEL": "manifest", "ONLY_FILE": "file",
		"FERRY_APPLICATION_NAME": "demo", "FERRY_ENVIRONMENT_NAME": "test", "FERRY_SERVICE_NAME": "web",
		"FERRY_SERVICE_DISCOVERY_ENDPOINT": "test.demo.local",
		"COPILOT_APPLICATION_NAME":         "demo", "COPILOT_ENVIRONMENT_NAME": "test", "COPILOT_SERVICE_NAME": "web",
		"COPILOT_SERVICE_DISCOVERY_ENDPOINT": "test.demo.local",
	}
	if diff := cmp.Diff(want, s.Variables()); diff != "" {
		t.Error(diff)
	}
}

func TestSecretsAreNamedByTheirARN(t *testing.T) {
	t.Parallel()
	secrets := map[string]manifest.Secret{
		"A": {From: "/a/b", Kind: "ssm"},
		"B": {From: "b", Kind: "ssm"},
		"C": {From: "c/d:key::", Kind: "secretsmanager"},
		"D": {From: "arn:aws:ssm:eu-west-1:210987654321:parameter/d", Kind: "ssm"},
	}
	s := plan.NewService(app(), env(func(e *manifest.Environment) { e.Region = "us-gov-west-1" }),
		web(func(w *manifest.Workload) { w.Secrets = secrets }), nil)
	want := map[string]string{
		"A": "arn:aws-us-gov:ssm:us-gov-west-1:123456789012:parameter/a/b",
		"B": "arn:aws-us-gov:ssm:us-gov-west-1:123456789012:parameter/b",
		"C": "arn:aws-us-gov:secretsmanager:us-gov-west-1:123456789012:secret:c/d:key::",
		"D": "arn:aws:ssm:eu-west-1:210987654321:parameter/d",
	}
	if diff := cmp.Diff(want, s.SecretARNs()); diff != "" {
		t.Error(diff)
	}
}

func TestTheExecutionRoleMayTouchWhatTheTaskNamesAndNothingElse(t *testing.T) {
	t.Parallel()
	if diff := cmp.Diff(plan.Access{}, service(func(w *manifest.Workload) {
		w.Image = manifest.Image{Location: "public.ecr.aws/nginx/nginx:1", Port: 80}
	}).Access()); diff != "" {
		t.Errorf("a public image needs no access:\n%s", diff)
	}
	got := service(func(w *manifest.Workload) {
		w.Image.Credentials = "arn:aws:secretsmanager:us-east-1:123456789012:secret:reg"
		w.Secrets = map[string]manifest.Secret{
			"A": {From: "/a", Kind: "ssm"}, "B": {From: "/a", Kind: "ssm"}, "C": {From: "name:key::", Kind: "secretsmanager"},
		}
	}).Access()
	const here = "${AWS::Region}:${AWS::AccountId}"
	want := plan.Access{
		Repositories: []string{"arn:${AWS::Partition}:ecr:" + here + ":repository/demo/web"},
		Parameters:   []string{"arn:${AWS::Partition}:ssm:" + here + ":parameter/a"},
		Secrets: []string{
			"arn:${AWS::Partition}:secretsmanager:" + here + ":secret:name-??????",
			"arn:aws:secretsmanager:us-east-1:123456789012:secret:reg-??????",
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestATargetIsAskedAsTheManifestSays(t *testing.T) {
	t.Parallel()
	got := service(func(w *manifest.Workload) {
		w.HTTP.Version, w.HTTP.Stickiness, w.HTTP.TargetPort = "grpc", true, 443
		w.HTTP.HealthCheck.Interval, w.HTTP.HealthCheck.Port, w.HTTP.HealthCheck.SuccessCodes = 5500*time.Millisecond, 9000, "12"
	}).Routing.Target()
	got.Name = ""
	want := plan.TargetGroup{
		Key: "TargetGroup", LoadBalancer: plan.Public, Container: "web", Type: "ip", ContainerPort: 443, Protocol: "HTTPS", ProtocolVersion: "GRPC", DeregistrationDelay: 60, Stickiness: true,
		Check: plan.TargetCheck{
			Protocol: "HTTP", Path: "/", Port: "9000", Codes: "12", GRPC: true, Healthy: 2, Unhealthy: 2, Interval: 6, Timeout: 5,
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestPartitionsFollowTheRegion(t *testing.T) {
	t.Parallel()
	for region, want := range map[string]string{
		"": "aws", "eu-west-1": "aws", "us-east-1": "aws", "cn-northwest-1": "aws-cn", "us-gov-east-1": "aws-us-gov",
		"us-iso-east-1": "aws-iso", "us-isob-east-1": "aws-iso-b", "eu-isoe-west-1": "aws-iso-e", "us-isof-south-1": "aws-iso-f",
		"eusc-de-east-1": "aws-eusc",
	} {
		if got := plan.Partition(region); got != want {
			t.Errorf("%q is in %q, not %q", region, got, want)
		}
	}
}

func TestTheAddressOfAService(t *testing.T) {
	t.Parallel()
	outputs := map[string]string{"PublicURL": "https://lb.example.net", "PrivateURL": "http://inner.example.net"}
	for _, c := range []struct {
		change func(*manifest.Workload)
		want   string
	}{
		{path("/"), "https://lb.example.net"},
		{path("api/"), "https://lb.example.net/api"},
		{func(w *manifest.Workload) { w.HTTP.Aliases = []string{"shop.example.com"} }, "https://shop.example.com"},
		{func(w *manifest.Workload) { w.HTTP.Aliases = []string{"*.example.com"} }, "https://lb.example.net"},
		{func(w *manifest.Workload) { w.Type = manifest.BackendService }, "http://inner.example.net"},
		{func(w *manifest.Workload) { w.HTTP = nil }, ""},
	} {
		if got := service(c.change).URL(outputs); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}
