package deploy_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ecs"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"ferry.dev/ferry/internal/deploy"
	"ferry.dev/ferry/internal/event"
	"ferry.dev/ferry/internal/fault"
)

const withInstances = `name: test
type: Environment
cluster:
  capacity_providers: [FARGATE, FARGATE_SPOT, {name: instances, auto_scaling_group: {instance_types: t3.medium, max: 4}}]
`

func TestTasksRunOnInstancesThatTheEnvironmentMakes(t *testing.T) {
	t.Parallel()
	w, r := start(t), newRepo(t)
	r.write("ferry/environments/test/manifest.yml", withInstances)
	r.edit("ferry/web/manifest.yml", "cpu: 256\n", "network: {mode: bridge}\ncapacity_providers: [instances]\n")
	target := r.target(w.Config)
	compare(t, []summary{{"web", deploy.OutcomeLive, "v1", fault.OK, []string{"new service"}, true}}, summaries(mustRun(t, target, only("web"))))
	var got []string
	for _, item := range w.service(t, "web").CapacityProviderStrategy {
		got = append(got, *item.CapacityProvider)
	}
	compare(t, []string{"shop-test-instances"}, got)
	compare(t, []summary{{"web", deploy.OutcomeUnchanged, "v1", fault.OK, nil, false}}, summaries(mustRun(t, target, only("web"))))
	gone, err := deploy.Delete(t.Context(), target, deploy.DeleteRequest{Environment: true}, event.Discard)
	if err != nil || len(gone.Left) > 0 {
		t.Errorf("%+v %v", gone, err)
	}
	compare(t, []string(nil), w.stacks(t))
}

func TestATaskThatFindsNoInstanceIsExplainedWhileTheDeployWaits(t *testing.T) {
	t.Parallel()
	w, r := start(t), newRepo(t)
	r.edit("ferry/api/manifest.yml", "cpu: 256\n", "network: {mode: bridge}\nlaunch_type: ec2\n")
	var seen recorded
	_, err := deploy.Run(t.Context(), r.target(w.Config), deploy.Request{Services: []string{"api"}, Timeout: 8 * time.Second}, seen.sink)
	var f *fault.Error
	if !errors.As(err, &f) || f.Code != fault.TimedOut {
		t.Errorf("%v", err)
	}
	for _, m := range all[event.ServiceMessage](&seen) {
		if strings.Contains(m.Suggestion, "no instance has joined the cluster") {
			return
		}
	}
	t.Errorf("nothing is said about it: %+v", all[event.ServiceMessage](&seen))
}

func TestAServiceMovesBetweenItsLaunchTypeAndCapacityProviders(t *testing.T) {
	t.Parallel()
	w, r := start(t), newRepo(t)
	mustRun(t, r.target(w.Config), only("api"))
	move := func(from, to string, want []string) {
		t.Helper()
		r.edit("ferry/api/manifest.yml", from, to)
		compare(t, want, mustRun(t, r.target(w.Config), only("api")).Services[0].Changes)
		if again := mustRun(t, r.target(w.Config), only("api")).Services[0]; again.Outcome != deploy.OutcomeUnchanged {
			t.Errorf("the same again changes %v", again.Changes)
		}
	}
	move("count: 1\n", "count: {spot: 1}\n", []string{"capacity providers"})
	move("count: {spot: 1}\n", "count: 1\ncapacity_providers: [{name: FARGATE, base: 1}, {name: FARGATE_SPOT, weight: 3}]\n", []string{"capacity providers"})
	move("capacity_providers: [{name: FARGATE, base: 1}, {name: FARGATE_SPOT, weight: 3}]\n", "launch_type: fargate\n", []string{"capacity providers"})
	r.edit("ferry/api/manifest.yml", "cpu: 256\n", "")
	r.edit("ferry/api/manifest.yml", "launch_type: fargate\n", "launch_type: ec2\n")
	_, err := deploy.Run(t.Context(), r.target(w.Config), only("api"), event.Discard)
	var f *fault.Error
	if !errors.As(err, &f) || f.Code != fault.Refused || !strings.Contains(f.What, "the launch type of service api from FARGATE to EC2") {
		t.Errorf("%v", err)
	}
}

func TestAClusterThatExistsIsUsedAndLeftAsItIs(t *testing.T) {
	t.Parallel()
	w, r := start(t), newRepo(t)
	client := ecs.NewFromConfig(w.Config)
	if _, err := client.CreateCluster(t.Context(), &ecs.CreateClusterInput{ClusterName: ptr("shared"), CapacityProviders: []string{"FARGATE"}}); err != nil {
		t.Fatal(err)
	}
	r.write("ferry/environments/test/manifest.yml", "name: test\ntype: Environment\ncluster: {name: shared}\n")
	target := r.target(w.Config)
	mustRun(t, target, only("web"))
	out, err := client.DescribeServices(t.Context(), &ecs.DescribeServicesInput{Cluster: ptr("shared"), Services: []string{"shop-test-web"}})
	if err != nil || len(out.Services) != 1 || out.Services[0].LaunchType != ecstypes.LaunchTypeFargate {
		t.Fatalf("%+v %v", out, err)
	}
	status, err := deploy.Status(t.Context(), target, []string{"web"})
	if err != nil || status.Services[0].Running != 2 {
		t.Errorf("%+v %v", status, err)
	}
	if gone, err := deploy.Delete(t.Context(), target, deploy.DeleteRequest{Environment: true}, event.Discard); err != nil || len(gone.Left) > 0 {
		t.Errorf("%+v %v", gone, err)
	}
	clusters, err := client.DescribeClusters(t.Context(), &ecs.DescribeClustersInput{Clusters: []string{"shared"}})
	if err != nil || *clusters.Clusters[0].Status != "ACTIVE" || clusters.Clusters[0].ActiveServicesCount != 0 {
		t.Errorf("%+v %v", clusters.Clusters, err)
	}
}
