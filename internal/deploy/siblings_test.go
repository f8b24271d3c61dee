package deploy_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"ferry.dev/ferry/internal/deploy"
	"ferry.dev/ferry/internal/event"
)

func TestStatusTellsOfServicesThatRunAndOfThoseThatDoNot(t *testing.T) {
	t.Parallel()
	w := start(t)
	target := newRepo(t).target(w.Config)
	request := only("web")
	request.Commit = "c0ffee"
	mustRun(t, target, request)
	got, err := deploy.Status(t.Context(), target, nil)
	if err != nil {
		t.Fatal(err)
	}
	if !got.Deployed || len(got.Services) != 2 {
		t.Fatalf("got %+v", got)
	}
	web := got.Services[1]
	if web.Deployment == nil || web.Deployment.Status != "COMPLETED" || !strings.HasPrefix(web.URL, "http://127.0.0.1:") || len(web.Messages) == 0 {
		t.Errorf("got %+v", web)
	}
	web.Deployment, web.URL, web.Messages = nil, "", nil
	compare(t, []deploy.ServiceStatus{
		{Service: "api", State: deploy.NotDeployed},
		{Service: "web", State: "ACTIVE", Release: "v1", Commit: "c0ffee", Image: "registry.example/web:1", Desired: 2, Running: 2, Healthy: 2, Targets: true},
	}, []deploy.ServiceStatus{got.Services[0], web})
}

func TestStatusOfAnEnvironmentThatDoesNotStandIsNoError(t *testing.T) {
	t.Parallel()
	got, err := deploy.Status(t.Context(), newRepo(t).target(start(t).Config), []string{"web"})
	if err != nil || got.Deployed {
		t.Fatalf("got %+v and %v", got, err)
	}
	compare(t, []deploy.ServiceStatus{{Service: "web", State: deploy.NotDeployed}}, got.Services)
}

func TestListJoinsTheWorkspaceWithWhatStands(t *testing.T) {
	t.Parallel()
	w := start(t)
	r := newRepo(t)
	r.write("ferry/environments/prod/manifest.yml", "name: prod\ntype: Environment\n")
	mustRun(t, r.target(w.Config), only("web"))
	got, err := deploy.List(t.Context(), []deploy.Target{r.target(w.Config), r.targetOf("prod", w.Config)})
	if err != nil {
		t.Fatal(err)
	}
	region := w.Config.Region
	compare(t, deploy.ListResult{
		Application: "shop",
		Environments: []deploy.Environment{
			{Name: "test", Region: region, State: "CREATE_COMPLETE"}, {Name: "prod", Region: region, State: deploy.NotDeployed},
		},
		Services: []deploy.Listed{
			{Name: "api", Type: "Backend Service", Manifest: true, Deployed: []string{}},
			{Name: "web", Type: "Load Balanced Web Service", Manifest: true, Deployed: []string{"test"}},
		},
	}, got)
}

func TestShowTellsWhatTheManifestSaysAndWhatIsLive(t *testing.T) {
	t.Parallel()
	w := start(t)
	r := newRepo(t)
	offline, list, err := deploy.Show(t.Context(), r.target(aws.Config{}), "web")
	if err != nil || list.HasErrors() {
		t.Fatalf("got %v %v", list, err)
	}
	want := deploy.ShowResult{
		Service: "web", Type: "Load Balanced Web Service", Environment: "test", Image: "registry.example/web:1", Port: 8080, CPU: 256, Memory: 512,
		Platform: "LINUX/X86_64", Count: 2, RunsOn: "FARGATE", Containers: []deploy.MemoryRange{{Container: "web", Image: "registry.example/web:1", Limit: 512}},
		Variables: map[string]string{"GREETING": "hello"}, Stack: "shop-test-web", Cluster: "shop-test", LogGroup: "/ferry/shop/test/web",
	}
	compare(t, want, offline)
	mustRun(t, r.target(w.Config), only("web"))
	online, _, err := deploy.Show(t.Context(), r.target(w.Config), "web")
	if err != nil || online.Live == nil || online.Live.Release != "v1" {
		t.Errorf("got %+v and %v", online.Live, err)
	}
}

func TestDeletingAServiceLeavesNothingOfIt(t *testing.T) {
	t.Parallel()
	w := start(t)
	target := newRepo(t).target(w.Config)
	mustRun(t, target, only("web", "api"))
	got, err := deploy.Delete(t.Context(), target, deploy.DeleteRequest{Services: []string{"web"}}, event.Discard)
	if err != nil {
		t.Fatal(err)
	}
	compare(t, deploy.DeleteResult{Application: "shop", Environment: "test", Left: []string{},
		Deleted: []string{"1 task definition of shop-test-web", "service web", "stack shop-test-web"}}, got)
	compare(t, []string{"shop-test", "shop-test-api"}, w.stacks(t))
	again, err := deploy.Delete(t.Context(), target, deploy.DeleteRequest{Services: []string{"web"}}, event.Discard)
	if err != nil || len(again.Deleted) > 0 || len(again.Left) > 0 {
		t.Errorf("the second time: %+v and %v", again, err)
	}
	if result := mustRun(t, target, only("api")); result.Services[0].Outcome != deploy.OutcomeUnchanged {
		t.Errorf("the other service is touched: %+v", result.Services)
	}
}

func TestDeletingAnEnvironmentLeavesNothing(t *testing.T) {
	t.Parallel()
	w := start(t)
	target := newRepo(t).target(w.Config)
	mustRun(t, target, only("web", "api"))
	got, err := deploy.DeleteApplication(t.Context(), []deploy.Target{target}, deploy.DeleteRequest{}, event.Discard)
	if err != nil || len(got) != 1 || len(got[0].Left) > 0 {
		t.Fatalf("got %+v and %v", got, err)
	}
	compare(t, []string(nil), w.stacks(t))
	compare(t, []string(nil), w.revisions(t))
}

func TestALogThatIsToBeKeptIsKept(t *testing.T) {
	t.Parallel()
	w := start(t)
	target := newRepo(t).target(w.Config)
	mustRun(t, target, only("web"))
	got, err := deploy.Delete(t.Context(), target, deploy.DeleteRequest{Services: []string{"web"}, KeepLogs: true}, event.Discard)
	if err != nil {
		t.Fatal(err)
	}
	compare(t, []string{"log group /ferry/shop/test/web"}, got.Kept)
	got, err = deploy.Delete(t.Context(), target, deploy.DeleteRequest{Services: []string{"web"}}, event.Discard)
	if err != nil {
		t.Fatal(err)
	}
	compare(t, []string{"log group /ferry/shop/test/web"}, got.Deleted)
}
