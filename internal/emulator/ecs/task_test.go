package ecs_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	sdk "github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	smtypes "github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"
	"github.com/google/go-cmp/cmp"

	"ferry.dev/ferry/internal/emulator/clock"
	"ferry.dev/ferry/internal/emulator/ecs"
	"ferry.dev/ferry/internal/emulator/ids"
	"ferry.dev/ferry/internal/emulator/runtime/virtual"
	"ferry.dev/ferry/internal/emulator/secrets"
	"ferry.dev/ferry/internal/emulator/ssm"
)

func (w *world) runTask(td string, with ...func(*sdk.RunTaskInput)) types.Task {
	w.t.Helper()
	in := &sdk.RunTaskInput{Cluster: aws.String("demo"), TaskDefinition: &td, NetworkConfiguration: network()}
	for _, f := range with {
		f(in)
	}
	out, err := w.ecs.RunTask(w.t.Context(), in)
	return get(w.t, out, err).Tasks[0]
}

func (w *world) task(arn string) types.Task {
	w.t.Helper()
	out, err := w.ecs.DescribeTasks(w.t.Context(), &sdk.DescribeTasksInput{Cluster: aws.String("demo"), Tasks: []string{arn}})
	return get(w.t, out, err).Tasks[0]
}

func (w *world) reaches(arn, status string) types.Task {
	w.t.Helper()
	w.until("the task is "+status, func() bool { return *w.task(arn).LastStatus == status })
	return w.task(arn)
}

func TestATaskRunsAndEndsWithItsContainersExitCode(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.run.Script(virtual.Script{ExitCode: aws.Int(0), ExitAfter: virtual.Duration(20 * time.Second), Logs: []string{"one", "two"}})
	task := w.runTask(w.register(definition("job", container("job", "job:1"))))
	if *task.LastStatus != "PROVISIONING" || *task.DesiredStatus != "RUNNING" || *task.Group != "family:job" {
		t.Errorf("a new task is %+v", task)
	}
	got := w.reaches(*task.TaskArn, "STOPPED")
	if got.StopCode != types.TaskStopCodeEssentialContainerExited || *got.Containers[0].ExitCode != 0 || *got.Containers[0].LastStatus != "STOPPED" {
		t.Errorf("it ended as %+v", got)
	}
	times := []*time.Time{got.CreatedAt, got.ConnectivityAt, got.PullStartedAt, got.PullStoppedAt, got.StartedAt, got.StoppingAt, got.ExecutionStoppedAt, got.StoppedAt}
	if slices.Contains(times, nil) || !slices.IsSortedFunc(times, func(a, b *time.Time) int { return a.Compare(*b) }) {
		t.Errorf("its times are %v", times)
	}
	out, err := w.logs.GetLogEvents(t.Context(), &cloudwatchlogs.GetLogEventsInput{LogGroupName: aws.String("/demo"), LogStreamName: aws.String("ferry/job/" + last(*task.TaskArn))})
	var lines []string
	for _, e := range get(t, out, err).Events {
		lines = append(lines, *e.Message)
	}
	if diff := cmp.Diff([]string{"one", "two"}, lines); diff != "" {
		t.Error(diff)
	}
}

func TestStopTaskKeepsTheUsersReason(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	arn := *w.runTask(w.register(definition("job", container("job", "job:1")))).TaskArn
	w.reaches(arn, "RUNNING")
	must(t)(w.ecs.StopTask(t.Context(), &sdk.StopTaskInput{Cluster: aws.String("demo"), Task: &arn, Reason: aws.String("enough")}))
	got := w.reaches(arn, "STOPPED")
	if got.StopCode != types.TaskStopCodeUserInitiated || *got.StoppedReason != "enough" || *got.Containers[0].ExitCode != 143 {
		t.Errorf("it ended as %+v", got)
	}
}

func TestATaskThatCannotStartSaysWhy(t *testing.T) {
	t.Parallel()
	noLogs := container("job", "job:1")
	noLogs.LogConfiguration.Options["awslogs-group"] = "/nowhere"
	noSecret := container("job", "job:1")
	noSecret.Secrets = []types.Secret{{Name: aws.String("KEY"), ValueFrom: aws.String("/no/such/parameter")}}
	for name, c := range map[string]struct {
		container types.ContainerDefinition
		script    virtual.Script
		reason    string
	}{
		"no image":     {container("job", "job:1"), virtual.Script{CannotPull: "job:1: not found"}, "CannotPullContainerError: job:1: not found"},
		"no program":   {container("job", "job:1"), virtual.Script{CannotStart: "exec: no"}, "CannotStartContainerError: exec: no"},
		"no log group": {noLogs, virtual.Script{}, "ResourceInitializationError: failed to validate logger args: "},
		"no secret":    {noSecret, virtual.Script{}, "ResourceInitializationError: unable to pull secrets or registry auth: "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, withSecrets)
			w.run.Script(c.script)
			got := w.reaches(*w.runTask(w.register(definition("job", c.container))).TaskArn, "STOPPED")
			if got.StopCode != types.TaskStopCodeTaskFailedToStart || !strings.HasPrefix(*got.StoppedReason, c.reason) || got.StartedAt != nil {
				t.Errorf("it ended with %s: %s", got.StopCode, *got.StoppedReason)
			}
		})
	}
}

// withSecrets adds a parameter and a secret.
func withSecrets(d *ecs.Deps) {
	params, vault := ssm.New(ids.Default(), d.Clock), secrets.New(ids.Default(), d.Clock)
	d.SSM, d.Secrets = params, vault
	ctx := context.Background()
	if _, err := params.PutParameter(ctx, &ssm.PutParameterInput{Name: aws.String("/demo/key"), Value: aws.String("from ssm"), Type: "SecureString"}); err != nil {
		panic(err)
	}
	if _, err := vault.CreateSecret(ctx, &secretsmanager.CreateSecretInput{Name: aws.String("demo/db"), SecretString: aws.String(`{"password":"hush","port":5432}`), Tags: []smtypes.Tag{}}); err != nil {
		panic(err)
	}
}

func TestVariablesAndSecretsReachTheContainer(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withSecrets)
	found, err := w.deps.Secrets.(*secrets.Service).DescribeSecret(t.Context(), &secretsmanager.DescribeSecretInput{SecretId: aws.String("demo/db")})
	arn := *get(t, found, err).ARN
	c := container("job", "job:1")
	c.Environment = []types.KeyValuePair{{Name: aws.String("PLAIN"), Value: aws.String("one")}, {Name: aws.String("AWS_REGION"), Value: aws.String("eu-west-1")}}
	c.Secrets = []types.Secret{
		{Name: aws.String("KEY"), ValueFrom: aws.String("/demo/key")}, {Name: aws.String("KEY_ARN"), ValueFrom: aws.String("arn:aws:ssm:us-east-1:000000000000:parameter/demo/key")},
		{Name: aws.String("PASSWORD"), ValueFrom: aws.String(arn + ":password::")}, {Name: aws.String("PORT"), ValueFrom: aws.String(arn + ":port::")},
		{Name: aws.String("ALL"), ValueFrom: aws.String(arn)},
	}
	arnOfTask := *w.runTask(w.register(definition("job", c)), func(in *sdk.RunTaskInput) {
		in.Overrides = &types.TaskOverride{ContainerOverrides: []types.ContainerOverride{{
			Name: aws.String("job"), Command: []string{"migrate"}, Environment: []types.KeyValuePair{{Name: aws.String("PLAIN"), Value: aws.String("two")}},
		}}}
	}).TaskArn
	w.reaches(arnOfTask, "RUNNING")
	spec := w.run.Started()[0].Container
	want := []string{
		`ALL={"password":"hush","port":5432}`, "AWS_ACCESS_KEY_ID=local", "AWS_DEFAULT_REGION=us-east-1", "AWS_ENDPOINT_URL=http://127.0.0.1:4566",
		"AWS_EXECUTION_ENV=AWS_ECS_FARGATE", "AWS_REGION=eu-west-1", "AWS_SECRET_ACCESS_KEY=local", "KEY=from ssm", "KEY_ARN=from ssm", "PASSWORD=hush", "PLAIN=two", "PORT=5432",
	}
	if diff := cmp.Diff(want, spec.Env); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"migrate"}, spec.Command); diff != "" || spec.MemoryMiB != 512 {
		t.Error(diff, spec.MemoryMiB)
	}
}

func TestContainersStartInTheOrderOfTheirDependencies(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	migrate, db, web := container("migrate", "m:1"), container("db", "d:1"), container("web", "w:1")
	migrate.Essential = aws.Bool(false)
	migrate.PortMappings, db.PortMappings = nil, nil
	db.HealthCheck = &types.HealthCheck{Command: []string{"CMD", "ok"}, Interval: aws.Int32(5)}
	web.DependsOn = []types.ContainerDependency{
		{ContainerName: aws.String("migrate"), Condition: types.ContainerConditionSuccess}, {ContainerName: aws.String("db"), Condition: types.ContainerConditionHealthy},
	}
	migrate.DependsOn = []types.ContainerDependency{{ContainerName: aws.String("db"), Condition: types.ContainerConditionStart}}
	w.run.Script(virtual.Script{Container: "migrate", ExitCode: aws.Int(0), ExitAfter: virtual.Duration(3 * time.Second)})
	got := w.reaches(*w.runTask(w.register(definition("app", web, migrate, db))).TaskArn, "RUNNING")
	var order []string
	for _, s := range w.run.Started() {
		order = append(order, s.Container.Name)
	}
	if diff := cmp.Diff([]string{"db", "migrate", "web"}, order); diff != "" {
		t.Error(diff)
	}
	if got.HealthStatus != types.HealthStatusHealthy {
		t.Errorf("the task is %s", got.HealthStatus)
	}
}

func TestADependencyThatFailsStopsTheTask(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	migrate, web := container("migrate", "m:1"), container("web", "w:1")
	migrate.Essential, migrate.PortMappings = aws.Bool(false), nil
	web.DependsOn = []types.ContainerDependency{{ContainerName: aws.String("migrate"), Condition: types.ContainerConditionSuccess}}
	w.run.Script(virtual.Script{Container: "migrate", ExitCode: aws.Int(1)})
	got := w.reaches(*w.runTask(w.register(definition("app", web, migrate))).TaskArn, "STOPPED")
	if got.StopCode != types.TaskStopCodeTaskFailedToStart || !strings.Contains(*got.StoppedReason, "[migrate] for target [web]") {
		t.Errorf("it ended with %s: %s", got.StopCode, *got.StoppedReason)
	}
}

func TestATaskThatRunsOutOfMemorySaysSo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.run.Script(virtual.Script{OutOfMemory: true, ExitAfter: virtual.Duration(time.Second)})
	c := w.reaches(*w.runTask(w.register(definition("job", container("job", "job:1")))).TaskArn, "STOPPED").Containers[0]
	if *c.ExitCode != 137 || *c.Reason != "OutOfMemoryError: Container killed due to memory usage" {
		t.Errorf("it ended with %d: %s", *c.ExitCode, aws.ToString(c.Reason))
	}
}

func TestAnUnhealthyTaskIsReplaced(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := container("web", "web:1")
	c.HealthCheck = &types.HealthCheck{Command: []string{"CMD-SHELL", "exit 0"}, Interval: aws.Int32(5), Retries: aws.Int32(2)}
	w.run.Script(virtual.Script{Unhealthy: true, Times: 1})
	w.create("web", w.register(definition("web", c)), 1)
	w.ends("web", types.ServiceDeploymentStatusSuccessful)
	stopped := w.tasks(types.DesiredStatusStopped)
	if len(stopped) != 1 || stopped[0].StopCode != types.TaskStopCodeServiceSchedulerInitiated || *stopped[0].StoppedReason != "Task failed container health checks" {
		t.Errorf("%d tasks stopped: %+v", len(stopped), stopped)
	}
}

func TestAllTheTimesHoldOnAClockWhoseTimeOfDayIsTheWalls(t *testing.T) {
	t.Parallel()
	clk := clock.Real(500)
	w := newWorld(t, func(d *ecs.Deps) { d.Clock, d.Runtime = clk, virtual.New(clk) })
	w.run, w.clk = w.deps.Runtime.(*virtual.Runtime), clk
	t.Cleanup(func() { w.run.Close() })
	w.run.Script(virtual.Script{ExitCode: aws.Int(1), Times: 2})
	began := time.Now()
	w.create("web", w.register(definition("web", container("web", "web:1"))), 1)
	w.ends("web", types.ServiceDeploymentStatusSuccessful)
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("it took %s", took)
	}
}

func TestAClusterInWhichSomethingRunsIsNotDeleted(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	td := w.register(definition("web", container("web", "web:1")))
	w.create("web", td, 1)
	_, err := w.ecs.DeleteCluster(t.Context(), &sdk.DeleteClusterInput{Cluster: aws.String("demo")})
	var services *types.ClusterContainsServicesException
	if !errors.As(err, &services) {
		t.Error(err)
	}
	must(t)(w.ecs.DeleteService(t.Context(), &sdk.DeleteServiceInput{Cluster: aws.String("demo"), Service: aws.String("web"), Force: aws.Bool(true)}))
	w.until("the service is INACTIVE", func() bool { return *w.service("web").Status == "INACTIVE" })
	must(t)(w.ecs.DeleteCluster(t.Context(), &sdk.DeleteClusterInput{Cluster: aws.String("demo")}))
	out, err := w.ecs.DescribeClusters(t.Context(), &sdk.DescribeClustersInput{Clusters: []string{"demo", "other"}})
	described := get(t, out, err)
	if len(described.Clusters) != 1 || *described.Clusters[0].Status != "INACTIVE" || len(described.Failures) != 1 || *described.Failures[0].Reason != "MISSING" {
		t.Errorf("it is %+v", described)
	}
	var missing *types.ClusterNotFoundException
	if _, err := w.ecs.DescribeServices(t.Context(), &sdk.DescribeServicesInput{Cluster: aws.String("demo"), Services: []string{"web"}}); !errors.As(err, &missing) {
		t.Error(err)
	}
}

func TestServicesGoOnAfterARestart(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.create("web", w.register(definition("web", container("web", "web:1"))), 2)
	w.ends("web", types.ServiceDeploymentStatusSuccessful)
	old := w.tasks(types.DesiredStatusRunning)
	data := get2(t)(w.ecs.Save())
	if err := w.ecs.Close(); err != nil {
		t.Fatal(err)
	}
	w.ecs = ecs.New(w.deps)
	if err := w.ecs.Load(data); err != nil {
		t.Fatal(err)
	}
	w.until("two tasks run again", func() bool { return w.service("web").RunningCount == 2 })
	for _, task := range old {
		got := w.task(*task.TaskArn)
		if *got.LastStatus != "STOPPED" || got.StopCode != types.TaskStopCodeInfrastructureHealth {
			t.Errorf("a task of the old life is %s %s", *got.LastStatus, got.StopCode)
		}
	}
	if d := w.deployment("web"); d.Status != types.ServiceDeploymentStatusSuccessful {
		t.Errorf("the deployment is %s", d.Status)
	}
}

func get2(t testing.TB) func([]byte, error) []byte {
	return func(b []byte, err error) []byte {
		t.Helper()
		return get(t, b, err)
	}
}
