package ecs_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/google/go-cmp/cmp"

	"ferry.dev/ferry/internal/emulator/runtime/virtual"
)

func TestAServiceStartsItsTasksAndItsDeploymentSucceeds(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	td := w.register(definition("web", container("web", "web:1")))
	svc := w.create("web", td, 2)
	if got := svc.Deployments[0].RolloutState; got != types.DeploymentRolloutStateInProgress {
		t.Errorf("a new deployment is %s", got)
	}
	w.ends("web", types.ServiceDeploymentStatusSuccessful)
	got := w.service("web")
	if got.RunningCount != 2 || got.PendingCount != 0 || len(got.Deployments) != 1 || got.Deployments[0].RolloutState != types.DeploymentRolloutStateCompleted {
		t.Errorf("the service is %+v", got)
	}
	var events []string
	for _, e := range got.Events {
		words, _, _ := strings.Cut(*e.Message, ": (task")
		words, _, _ = strings.Cut(words, "ecs-svc/")
		events = append(events, words)
	}
	slices.Reverse(events)
	want := []string{"(service web) has started 2 tasks", "(service web) (deployment ", "(service web) has reached a steady state."}
	if diff := cmp.Diff(want, events); diff != "" {
		t.Error(diff)
	}
}

func TestANewRevisionReplacesTheOldOneWithoutFallingBelowTheMinimum(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.create("web", w.register(definition("web", container("web", "web:1"))), 3)
	w.ends("web", types.ServiceDeploymentStatusSuccessful)
	svc := w.update("web", w.register(definition("web", container("web", "web:2"))))
	if len(svc.Deployments) != 2 || *svc.Deployments[0].Status != "PRIMARY" || *svc.Deployments[1].Status != "ACTIVE" {
		t.Errorf("the deployments are %+v", svc.Deployments)
	}
	w.until("the deployment ends", func() bool {
		if n := w.service("web").RunningCount; n < 3 {
			t.Errorf("only %d tasks run", n)
		}
		return w.deployment("web").FinishedAt != nil
	})
	d := w.deployment("web")
	if d.Status != types.ServiceDeploymentStatusSuccessful || len(d.SourceServiceRevisions) != 1 || d.TargetServiceRevision.RunningTaskCount != 3 {
		t.Errorf("the deployment is %+v", d)
	}
	for _, task := range w.tasks(types.DesiredStatusRunning) {
		if got := *task.Containers[0].Image; got != "web:2" {
			t.Errorf("a task still runs %s", got)
		}
	}
}

func TestACrashingRevisionTripsTheCircuitBreakerAndRollsBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first := w.register(definition("web", container("web", "web:1")))
	w.create("web", first, 1)
	w.ends("web", types.ServiceDeploymentStatusSuccessful)
	w.run.Script(virtual.Script{Image: "web:2", ExitCode: aws.Int(1), ExitAfter: virtual.Duration(2 * time.Second), Logs: []string{"cannot start"}})
	w.update("web", w.register(definition("web", container("web", "web:2"))))
	w.ends("web", types.ServiceDeploymentStatusRollbackSuccessful)
	d := w.deployment("web")
	if d.Rollback == nil || d.DeploymentCircuitBreaker.FailureCount != 3 || d.DeploymentCircuitBreaker.Threshold != 3 ||
		d.DeploymentCircuitBreaker.Status != types.ServiceDeploymentRollbackMonitorsStatusTriggered ||
		*d.StatusReason != "Service deployment rolled back because the circuit breaker threshold was exceeded." {
		t.Errorf("the deployment is %+v", d)
	}
	svc := w.service("web")
	if *svc.TaskDefinition != first || svc.RunningCount != 1 {
		t.Errorf("the service runs %d tasks of %s", svc.RunningCount, *svc.TaskDefinition)
	}
	crashed := 0
	for _, task := range w.tasks(types.DesiredStatusStopped) {
		if task.StopCode == types.TaskStopCodeEssentialContainerExited && *task.StoppedReason == "Essential container in task exited" && *task.Containers[0].ExitCode == 1 {
			crashed++
		}
	}
	if crashed != 3 {
		t.Errorf("%d tasks crashed, not 3", crashed)
	}
}

func TestAFirstRevisionThatCrashesHasNothingToGoBackTo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.run.Script(virtual.Script{CannotPull: "not found"})
	w.create("web", w.register(definition("web", container("web", "web:1"))), 1)
	w.ends("web", types.ServiceDeploymentStatusRollbackFailed)
	if got := *w.deployment("web").StatusReason; got != "No rollback candidate was found to run the rollback." {
		t.Error(got)
	}
	stopped := w.tasks(types.DesiredStatusStopped)
	if len(stopped) != 3 || stopped[0].StopCode != types.TaskStopCodeTaskFailedToStart || *stopped[0].StoppedReason != "CannotPullContainerError: not found" {
		t.Errorf("%d tasks stopped: %+v", len(stopped), stopped[0])
	}
}

func TestADeploymentIsSupersededByTheNext(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.create("web", w.register(definition("web", container("web", "web:1"))), 1)
	w.ends("web", types.ServiceDeploymentStatusSuccessful)
	w.run.Script(virtual.Script{Image: "web:2", PullTakes: virtual.Duration(time.Hour)})
	w.update("web", w.register(definition("web", container("web", "web:2"))))
	superseded := *w.deployment("web").ServiceDeploymentArn
	w.update("web", w.register(definition("web", container("web", "web:3"))))
	w.ends("web", types.ServiceDeploymentStatusSuccessful)
	out, err := w.ecs.DescribeServiceDeployments(t.Context(), &sdk.DescribeServiceDeploymentsInput{ServiceDeploymentArns: []string{superseded}})
	if got := get(t, out, err).ServiceDeployments[0].Status; got != types.ServiceDeploymentStatusStopped {
		t.Errorf("the superseded deployment is %s", got)
	}
}

func TestOnlyWhatTasksAreMadeFromStartsADeployment(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	td := w.register(definition("web", container("web", "web:1")))
	w.create("web", td, 1)
	w.ends("web", types.ServiceDeploymentStatusSuccessful)
	count := func() int {
		out, err := w.ecs.ListServiceDeployments(t.Context(), &sdk.ListServiceDeploymentsInput{Cluster: aws.String("demo"), Service: aws.String("web")})
		return len(get(t, out, err).ServiceDeployments)
	}
	base := sdk.UpdateServiceInput{Cluster: aws.String("demo"), Service: aws.String("web")}
	for _, c := range []struct {
		name   string
		change func(*sdk.UpdateServiceInput)
		want   int
	}{
		{"the same task definition", func(in *sdk.UpdateServiceInput) { in.TaskDefinition = aws.String(td) }, 0},
		{"the same network", func(in *sdk.UpdateServiceInput) { in.NetworkConfiguration = network() }, 0},
		{"no load balancers, as before", func(in *sdk.UpdateServiceInput) { in.LoadBalancers = []types.LoadBalancer{} }, 0},
		{"desired count", func(in *sdk.UpdateServiceInput) { in.DesiredCount = aws.Int32(2) }, 0},
		{"execute command", func(in *sdk.UpdateServiceInput) { in.EnableExecuteCommand = aws.Bool(true) }, 0},
		{"another network", func(in *sdk.UpdateServiceInput) {
			in.NetworkConfiguration = &types.NetworkConfiguration{AwsvpcConfiguration: &types.AwsVpcConfiguration{Subnets: []string{"subnet-9"}}}
		}, 1},
		{"by force", func(in *sdk.UpdateServiceInput) { in.ForceNewDeployment = true }, 1},
	} {
		before, in := count(), base
		c.change(&in)
		must(t)(w.ecs.UpdateService(t.Context(), &in))
		if got := count() - before; got != c.want {
			t.Errorf("%s started %d deployments, not %d", c.name, got, c.want)
		}
	}
}

func TestADeletedServiceDrainsAndItsNameIsFreeAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	td := w.register(definition("web", container("web", "web:1")))
	w.create("web", td, 2)
	w.ends("web", types.ServiceDeploymentStatusSuccessful)
	in := &sdk.DeleteServiceInput{Cluster: aws.String("demo"), Service: aws.String("web")}
	if _, err := w.ecs.DeleteService(t.Context(), in); err == nil {
		t.Error("a service that wants tasks was deleted without force")
	}
	in.Force = aws.Bool(true)
	must(t)(w.ecs.DeleteService(t.Context(), in))
	if got := *w.service("web").Status; got != "DRAINING" {
		t.Errorf("the service is %s", got)
	}
	w.until("the service is INACTIVE", func() bool { return *w.service("web").Status == "INACTIVE" })
	if tasks := w.tasks(types.DesiredStatusRunning); len(tasks) != 0 {
		t.Errorf("%d tasks still run", len(tasks))
	}
	w.create("web", td, 1)
	w.ends("web", types.ServiceDeploymentStatusSuccessful)
}
