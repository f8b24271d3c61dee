package deploy_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	elbtypes "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"ferry.dev/ferry/internal/deploy"
	"ferry.dev/ferry/internal/emulator"
	"ferry.dev/ferry/internal/emulator/runtime/virtual"
	"ferry.dev/ferry/internal/event"
	"ferry.dev/ferry/internal/fault"
)

// What other deployment tools have got wrong at their users' cost, each of them a test here.

// changedAnswer is a network on which every answer to one operation says something else. It shows states that AWS passes
// through too fast, or comes to too rarely, to wait for.
type changedAnswer struct {
	next      aws.HTTPClient
	operation string // of the JSON services
	old, new  string
}

func (c changedAnswer) Do(r *http.Request) (*http.Response, error) {
	res, err := c.next.Do(r)
	if err != nil || !strings.HasSuffix(r.Header.Get("X-Amz-Target"), "."+c.operation) {
		return res, err
	}
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return nil, err
	}
	if err := res.Body.Close(); err != nil {
		return nil, err
	}
	body = bytes.ReplaceAll(body, []byte(c.old), []byte(c.new))
	res.Body, res.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	res.Header.Set("Content-Length", fmt.Sprint(len(body)))
	return res, nil
}

func answering(cfg aws.Config, operation, old, new string) aws.Config {
	cfg = cfg.Copy()
	cfg.HTTPClient = changedAnswer{cfg.HTTPClient, operation, old, new}
	return cfg
}

// A look-up that fails in whatever way must not look like "there is none": a create would replace what is live.
func TestALookUpThatFailsNeverLeadsToACreate(t *testing.T) {
	t.Parallel()
	ways := map[string]emulator.Fault{
		"denied":        {Code: "AccessDeniedException", Message: "no", Status: 403},
		"throttled":     {Code: "ThrottlingException", Message: "Rate exceeded", Status: 400},
		"out of order":  {Code: "InternalFailure", Message: "no", Status: 500},
		"not reachable": {Drop: true},
	}
	looks := []emulator.Fault{
		{Service: "sts", Operation: "GetCallerIdentity"}, {Service: "cloudformation", Operation: "DescribeStacks"},
		{Service: "ecs", Operation: "DescribeServices"}, {Service: "ecs", Operation: "DescribeTaskDefinition"},
		{Service: "ecr", Operation: "DescribeImages"},
	}
	for way, f := range ways {
		for _, look := range looks {
			t.Run(look.Operation+" "+way, func(t *testing.T) {
				t.Parallel()
				w := start(t)
				w.Config.RetryMaxAttempts = 1
				r := goRepo(t)
				mustRun(t, r.target(w.Config), only("web"))
				before := w.service(t, "web")
				r.write("main.go", "package main\n\nfunc main() { println(\"two\") }\n")
				f.Service, f.Operation = look.Service, look.Operation
				w.Fault(f)
				w.ResetCalls()
				_, err := deploy.Run(t.Context(), r.target(w.Config), only("web"), event.Discard)
				if err == nil {
					t.Error("the deploy ended well")
				}
				compare(t, []string(nil), w.writes())
				w.ClearFaults()
				if after := w.service(t, "web"); *after.TaskDefinition != *before.TaskDefinition {
					t.Errorf("%s is live", *after.TaskDefinition)
				}
			})
		}
	}
}

// What the service leans on must not change for an image that never came to be.
func TestABuildOrPushThatFailsLeavesTheInfrastructureOfALiveServiceAsItIs(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(*world, *repo){
		"the build": func(_ *world, r *repo) { r.write("main.go", "package main\n\nfunc main() { broken\n") },
		"the login": func(w *world, r *repo) {
			r.write("main.go", "package main\n\nfunc main() { println(\"two\") }\n")
			w.Fault(emulator.Fault{Service: "ecr", Operation: "GetAuthorizationToken", Code: "AccessDeniedException", Message: "no", Status: 400})
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := start(t)
			r := goRepo(t)
			mustRun(t, r.target(w.Config), only("web"))
			template, service := w.template(t, "shop-test-web"), w.service(t, "web")
			r.edit("ferry/web/manifest.yml", "/healthz", "/ready")
			spoil(w, r)
			w.ResetCalls()
			result, err := deploy.Run(t.Context(), r.target(w.Config), only("web"), event.Discard)
			if fault.ExitCode(err) == fault.OK || result.Services[0].Infrastructure {
				t.Errorf("got %v, %+v", err, result.Services)
			}
			compare(t, template, w.template(t, "shop-test-web"))
			compare(t, 0, w.changeSets(t))
			compare(t, *service.TaskDefinition, *w.service(t, "web").TaskDefinition)
			if n := w.Count("cloudformation.ExecuteChangeSet") + w.Count("ecs.UpdateService") + w.Count("ecs.RegisterTaskDefinition"); n > 0 {
				t.Errorf("something was changed: %v", w.writes())
			}
		})
	}
}

// Whoever leaves while a release is under way, or on its way back, has not deployed: never exit 0.
func TestLeavingAReleaseIsNeverTakenForItsSuccess(t *testing.T) {
	t.Parallel()
	for _, status := range []string{"IN_PROGRESS", "ROLLBACK_REQUESTED", "ROLLBACK_IN_PROGRESS", "STOP_REQUESTED"} {
		t.Run(status, func(t *testing.T) {
			t.Parallel()
			w := start(t)
			r := newRepo(t)
			mustRun(t, r.target(w.Config), only("web"))
			r.edit("ferry/web/manifest.yml", "web:1", "web:2")
			w.Runtime.Script(virtual.Script{Image: "web:2", PullTakes: virtual.Duration(24 * time.Hour)})
			cfg := answering(w.Config, "DescribeServiceDeployments", `"IN_PROGRESS"`, `"`+status+`"`)
			ctx, leave := context.WithCancel(t.Context())
			defer leave()
			result, err := deploy.Run(ctx, r.target(cfg), only("web"), func(e event.Event) {
				if p, ok := e.(event.DeploymentProgress); ok && p.Status == status {
					leave()
				}
			})
			if fault.ExitCode(err) != fault.Interrupted || result.ExitCode != int(fault.Interrupted) || result.Services[0].Outcome != deploy.OutcomeInterrupted {
				t.Errorf("got %v and %+v", err, result)
			}
		})
	}
}

// "Successful" counts only for what this run wanted live: ECS's own end of the deployment is not enough.
func TestADeploymentThatBroughtSomethingElseLiveIsNoSuccess(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		old, new string
		want     fault.Code
	}{
		"another task definition":        {`task-definition/shop-test-web:2`, `task-definition/shop-test-web:1`, fault.Superseded},
		"a revision that ECS lost":       {`"serviceRevisions":[{`, `"serviceRevisions":[],"failures":[{`, fault.Failed},
		"a revision without description": {`"taskDefinition":`, `"taskDefinitional":`, fault.Superseded},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := start(t)
			r := newRepo(t)
			mustRun(t, r.target(w.Config), only("web"))
			r.edit("ferry/web/manifest.yml", "web:1", "web:2")
			cfg := answering(w.Config, "DescribeServiceRevisions", c.old, c.new)
			result, err := deploy.Run(t.Context(), r.target(cfg), only("web"), event.Discard)
			if fault.ExitCode(err) != c.want || result.Services[0].Outcome == deploy.OutcomeLive {
				t.Errorf("got %v and %+v", err, result.Services)
			}
		})
	}
}

// Traffic weights belong to who shifts traffic, and the count to who scales: a release writes the release alone.
func TestAReleaseWritesNothingThatOthersOwn(t *testing.T) {
	t.Parallel()
	w := start(t)
	r := newRepo(t)
	mustRun(t, r.target(w.Config), only("web"))
	elb := elasticloadbalancingv2.NewFromConfig(w.Config)
	rule := w.rule(t, elb)
	group := rule.Actions[0].TargetGroupArn
	if group == nil {
		group = rule.Actions[0].ForwardConfig.TargetGroups[0].TargetGroupArn
	}
	weighted := []elbtypes.Action{{Type: elbtypes.ActionTypeEnumForward, ForwardConfig: &elbtypes.ForwardActionConfig{
		TargetGroups: []elbtypes.TargetGroupTuple{{TargetGroupArn: group, Weight: aws.Int32(37)}},
	}}}
	if _, err := elb.ModifyRule(t.Context(), &elasticloadbalancingv2.ModifyRuleInput{RuleArn: rule.RuleArn, Actions: weighted}); err != nil {
		t.Fatal(err)
	}
	r.edit("ferry/web/manifest.yml", "web:1", "web:2")
	w.ResetCalls()
	mustRun(t, r.target(w.Config), only("web"))
	compare(t, []string{"ecs.RegisterTaskDefinition", "ecs.UpdateService"}, w.writes())
	if got := w.rule(t, elb).Actions[0].ForwardConfig.TargetGroups[0].Weight; aws.ToInt32(got) != 37 {
		t.Errorf("the weight is %d", aws.ToInt32(got))
	}
}

// rule is the one rule of the public listener that has a number.
func (w *world) rule(t *testing.T, elb *elasticloadbalancingv2.Client) elbtypes.Rule {
	t.Helper()
	balancers, err := elb.DescribeLoadBalancers(t.Context(), &elasticloadbalancingv2.DescribeLoadBalancersInput{})
	if err != nil || len(balancers.LoadBalancers) != 1 {
		t.Fatalf("%+v %v", balancers, err)
	}
	listeners, err := elb.DescribeListeners(t.Context(), &elasticloadbalancingv2.DescribeListenersInput{LoadBalancerArn: balancers.LoadBalancers[0].LoadBalancerArn})
	if err != nil || len(listeners.Listeners) != 1 {
		t.Fatalf("%+v %v", listeners, err)
	}
	rules, err := elb.DescribeRules(t.Context(), &elasticloadbalancingv2.DescribeRulesInput{ListenerArn: listeners.Listeners[0].ListenerArn})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rules.Rules {
		if !aws.ToBool(r.IsDefault) {
			return r
		}
	}
	t.Fatal("the service has no rule")
	return elbtypes.Rule{}
}

// The way back must stay open: every revision, and the image of each, outlives the releases after it, failed ones too.
func TestNothingThatAWayBackNeedsIsTakenAway(t *testing.T) {
	t.Parallel()
	w := start(t)
	r := goRepo(t)
	for _, n := range []string{"one", "two", "three"} {
		r.write("main.go", "package main\n\nfunc main() { println(\""+n+"\") }\n")
		mustRun(t, r.target(w.Config), only("web"))
	}
	w.Runtime.Script(virtual.Script{ExitCode: ptr(1)})
	r.write("main.go", "package main\n\nfunc main() { panic(4) }\n")
	if _, err := deploy.Run(t.Context(), r.target(w.Config), only("web"), event.Discard); fault.ExitCode(err) != fault.RolledBack {
		t.Fatalf("got %v", err)
	}
	for _, write := range w.writes() {
		_, operation, _ := strings.Cut(write, ".")
		for _, verb := range []string{"Delete", "Deregister", "BatchDelete"} {
			if strings.HasPrefix(operation, verb) {
				t.Errorf("%s was called", write)
			}
		}
	}
	compare(t, []string{"shop-test-web:1", "shop-test-web:2", "shop-test-web:3", "shop-test-web:4"}, w.revisions(t))
	images, err := ecr.NewFromConfig(w.Config).DescribeImages(t.Context(), &ecr.DescribeImagesInput{RepositoryName: ptr("shop/web")})
	if err != nil || len(images.ImageDetails) != 4 {
		t.Errorf("%d images are left, %v", len(images.ImageDetails), err)
	}
	for _, i := range images.ImageDetails {
		if len(i.ImageTags) == 0 {
			t.Errorf("%s has lost its tag, so it would expire", *i.ImageDigest)
		}
	}
}

// An error after ECS has taken the update is no end of the release: what the release leans on must stay.
func TestTheInfrastructureStaysUnderAReleaseThatGoesOn(t *testing.T) {
	t.Parallel()
	w := start(t)
	r := newRepo(t)
	mustRun(t, r.target(w.Config), only("web"))
	r.edit("ferry/web/manifest.yml", "web:1", "web:2")
	r.edit("ferry/web/manifest.yml", "/healthz", "/ready")
	r.edit("ferry/web/manifest.yml", "count: 2", "count: 3") // the service's tag remembers the count
	w.Fault(emulator.Fault{Service: "ecs", Operation: "TagResource", Code: "AccessDeniedException", Message: "no", Status: 400})
	_, err := deploy.Run(t.Context(), r.target(w.Config), only("web"), event.Discard)
	if fault.ExitCode(err) != fault.Failed || !strings.Contains(fault.Hint(err), "ferry wait web --env test") {
		t.Errorf("got %v, hint %q", err, fault.Hint(err))
	}
	if !strings.Contains(w.template(t, "shop-test-web"), "/ready") {
		t.Error("the health check went back while the new release came live")
	}
	w.ClearFaults()
	if s := mustRun(t, r.target(w.Config), only("web")).Services[0]; s.Release != "v2" {
		t.Errorf("got %+v", s)
	}
}

// A block that leaves the manifest takes nothing else with it.
func TestRemovingOneBlockDropsNoOther(t *testing.T) {
	t.Parallel()
	w := start(t)
	r := newRepo(t)
	r.edit("ferry/web/manifest.yml", "variables:\n", "exec: true\nentrypoint: [/web]\nvariables:\n")
	mustRun(t, r.target(w.Config), only("web"))
	before := w.service(t, "web")
	r.edit("ferry/web/manifest.yml", "variables:\n  GREETING: hello\n", "")
	result := mustRun(t, r.target(w.Config), only("web"))
	compare(t, []summary{{"web", deploy.OutcomeLive, "v2", fault.OK, []string{"variables.GREETING removed"}, false}}, summaries(result))
	after := w.service(t, "web")
	if len(after.LoadBalancers) != 1 || !after.EnableExecuteCommand || after.DesiredCount != before.DesiredCount || len(after.Tags) != len(before.Tags) {
		t.Errorf("the service lost something: %+v", after)
	}
	result = mustRun(t, r.target(w.Config), only("web"))
	compare(t, []summary{{"web", deploy.OutcomeUnchanged, "v2", fault.OK, nil, false}}, summaries(result))
}

// Only MISSING says that there is no such service; ECS has other reasons not to describe one.
func TestAServiceThatECSCannotDescribeIsNotTakenForAbsent(t *testing.T) {
	t.Parallel()
	w := start(t)
	r := newRepo(t)
	mustRun(t, r.target(w.Config), only("api")) // with the cluster, ECS answers for each service
	w.ResetCalls()
	_, err := deploy.Run(t.Context(), r.target(answering(w.Config, "DescribeServices", `"MISSING"`, `"UNAVAILABLE"`)), only("web"), event.Discard)
	if fault.ExitCode(err) != fault.Refused {
		t.Errorf("got %v", err)
	}
	compare(t, []string(nil), w.writes())
}

// A run that was ended takes up the very deployment that it had started, and gives its verdict.
func TestTheSameDeployAgainTakesUpWhatIsOnItsWay(t *testing.T) {
	t.Parallel()
	w := start(t)
	r := newRepo(t)
	mustRun(t, r.target(w.Config), only("web"))
	w.Runtime.Script(virtual.Script{Image: "web:2", PullTakes: virtual.Duration(10 * time.Minute)})
	r.edit("ferry/web/manifest.yml", "web:1", "web:2")
	request := only("web")
	request.Detach = true
	first := mustRun(t, r.target(w.Config), request).Services[0]
	w.ResetCalls()
	again := mustRun(t, r.target(w.Config), only("web")).Services[0]
	if again.Deployment != first.Deployment || again.Outcome != deploy.OutcomeLive || again.Release != "v2" {
		t.Errorf("got %+v after %+v", again, first)
	}
	compare(t, []string(nil), w.writes())
}

// Of two deploys the one that was overtaken says so; it neither succeeds nor fails.
func TestADeployThatIsOvertakenSaysSo(t *testing.T) {
	t.Parallel()
	w := start(t)
	r := inFlight(t, w)
	other := r.target(w.Config)
	begun, ended := make(chan struct{}), make(chan error, 1)
	var once sync.Once
	go func() {
		_, err := deploy.Wait(context.WithoutCancel(t.Context()), other, only("web"), func(e event.Event) {
			if _, ok := e.(event.DeploymentProgress); ok {
				once.Do(func() { close(begun) })
			}
		})
		ended <- err
	}()
	<-begun
	request := only("web")
	request.OnConflict = deploy.ConflictSupersede
	mustRun(t, r.target(w.Config), request)
	if err := <-ended; fault.ExitCode(err) != fault.Superseded {
		t.Errorf("got %v", err)
	}
}

// What cannot work is found before AWS is called, though each manifest is right by itself.
func TestManifestsThatCannotWorkTogetherAreRefusedBeforeAWSIsCalled(t *testing.T) {
	t.Parallel()
	w := start(t)
	r := newRepo(t)
	r.edit("ferry/web/manifest.yml", "  path: /\n", "  path: /\n  version: grpc\n")
	r.write("ferry/api/manifest.yml", apiManifest+"network:\n  vpc:\n    placement: private\n")
	_, err := deploy.Run(t.Context(), r.target(w.Config), deploy.Request{}, event.Discard)
	var invalid *deploy.Invalid
	if fault.ExitCode(err) != fault.Usage || !errors.As(err, &invalid) {
		t.Fatalf("got %v", err)
	}
	var got []string
	for _, d := range invalid.Diagnostics {
		got = append(got, fmt.Sprintf("%s:%d: %s", d.File, d.Line, d.Path))
	}
	compare(t, []string{"ferry/api/manifest.yml:11: network.vpc.placement", "ferry/web/manifest.yml:8: http.version"}, got)
	if calls := w.Calls(); len(calls) > 0 {
		t.Errorf("AWS was called: %v", calls)
	}
	files, list, err := deploy.Package(r.target(aws.Config{}), nil)
	if len(files) > 0 || len(list) != 2 || err != nil {
		t.Errorf("package: %d files, %v, %v", len(files), list, err)
	}
}

// One image serves every environment: what another environment's deploy builds never reaches this one by itself.
func TestEnvironmentsShareImagesByDigestAndNeverOverwriteEachOthers(t *testing.T) {
	t.Parallel()
	w := start(t)
	r := goRepo(t)
	r.write("ferry/environments/prod/manifest.yml", "name: prod\ntype: Environment\n")
	first := mustRun(t, r.target(w.Config), only("web")).Services[0]
	promoted := mustRun(t, r.targetOf("prod", w.Config), only("web")).Services[0]
	if promoted.Built || promoted.Pushed || promoted.Image != first.Image || !strings.Contains(first.Image, "@sha256:") {
		t.Errorf("got %+v after %+v", promoted, first)
	}
	r.write("main.go", "package main\n\nfunc main() { println(\"two\") }\n")
	if next := mustRun(t, r.targetOf("prod", w.Config), only("web")).Services[0]; next.Image == first.Image || !next.Built {
		t.Errorf("got %+v", next)
	}
	status, err := deploy.Status(t.Context(), r.target(w.Config), []string{"web"})
	if err != nil || status.Services[0].Image != first.Image || status.Services[0].Release != "v1" {
		t.Errorf("got %+v and %v", status.Services, err)
	}
}

// Two services take no longer than the slower one, but for the moment in which listener rules are numbered.
func TestServicesDeployAtTheSameTime(t *testing.T) {
	t.Parallel()
	depth := func(services ...string) int {
		w := start(t)
		r := newRepo(t)
		mustRun(t, r.target(w.Config), only("web", "api"))
		r.edit("ferry/web/manifest.yml", "web:1", "web:2")
		r.edit("ferry/api/manifest.yml", "api:1", "api:2")
		w.ResetCalls()
		w.SetLatency(latency)
		mustRun(t, r.target(w.Config), only(services...))
		calls := w.Calls()
		started := 0
		for i, c := range calls { // what is followed then depends on the machine's speed
			if c.Operation == "UpdateService" {
				started = i
			}
		}
		return emulator.Depth(calls[:started+1])
	}
	if one, two := depth("web"), depth("web", "api"); two > one+1 {
		t.Errorf("two services take %d round trips to start, one takes %d", two, one)
	}
}

// CloudFormation acts with the caller's own rights; there is no role of ferry's that may do everything.
func TestCloudFormationIsGivenNoRole(t *testing.T) {
	t.Parallel()
	w := start(t)
	mustRun(t, newRepo(t).target(w.Config), only("web"))
	out, err := cloudformation.NewFromConfig(w.Config).DescribeStacks(t.Context(), &cloudformation.DescribeStacksInput{})
	if err != nil || len(out.Stacks) != 2 {
		t.Fatalf("%+v %v", out, err)
	}
	for _, s := range out.Stacks {
		if s.RoleARN != nil {
			t.Errorf("%s has role %s", *s.StackName, *s.RoleARN)
		}
	}
}

// Who waits for another's deployment lets it come to its end: it is not stopped halfway by the next one.
func TestADeployThatWaitsForAnotherLetsItEnd(t *testing.T) {
	t.Parallel()
	w := start(t)
	r := inFlight(t, w)
	mustRun(t, r.target(w.Config), only("web"))
	out, err := ecs.NewFromConfig(w.Config).ListServiceDeployments(t.Context(), &ecs.ListServiceDeploymentsInput{Cluster: ptr("shop-test"), Service: ptr("web")})
	if err != nil {
		t.Fatal(err)
	}
	var ends []string
	for _, d := range out.ServiceDeployments {
		ends = append(ends, string(d.Status))
	}
	compare(t, []string{"SUCCESSFUL", "SUCCESSFUL", "SUCCESSFUL"}, ends)
}
