package ecs_test

import (
	"context"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	sdk "github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"ferry.dev/ferry/internal/emulator/clock"
	"ferry.dev/ferry/internal/emulator/cwlogs"
	"ferry.dev/ferry/internal/emulator/ecs"
	"ferry.dev/ferry/internal/emulator/ids"
	"ferry.dev/ferry/internal/emulator/runtime/virtual"
)

// world is an ECS with a cluster "demo", virtual tasks and a fast clock.
type world struct {
	t    testing.TB
	ecs  *ecs.Service
	logs *cwlogs.Service
	run  *virtual.Runtime
	clk  *clock.Clock
	deps ecs.Deps
}

func newWorld(t testing.TB, with ...func(*ecs.Deps)) *world {
	t.Helper()
	clk := clock.Scaled(time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC), 200)
	w := &world{t: t, clk: clk, run: virtual.New(clk), logs: cwlogs.New(ids.Default(), clk)}
	w.deps = ecs.Deps{Scope: ids.Default(), Clock: clk, Runtime: w.run, Logs: w.logs, Endpoint: func() string { return "http://127.0.0.1:4566" }}
	for _, f := range with {
		f(&w.deps)
	}
	w.ecs = ecs.New(w.deps)
	t.Cleanup(func() {
		if err := w.ecs.Close(); err != nil {
			t.Error(err)
		}
		if err := w.run.Close(); err != nil {
			t.Error(err)
		}
		w.logs.Close()
	})
	ctx := t.Context()
	must(t)(w.ecs.CreateCluster(ctx, &sdk.CreateClusterInput{ClusterName: aws.String("demo")}))
	must(t)(w.logs.CreateLogGroup(ctx, &cloudwatchlogs.CreateLogGroupInput{LogGroupName: aws.String("/demo")}))
	return w
}

// must fails the test on an error; must(t)(f()) discards the result.
func must(t testing.TB) func(any, error) {
	t.Helper()
	return func(_ any, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
}

func get[T any](t testing.TB, v T, err error) T {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// container is a container definition that logs to /demo.
func container(name, image string) types.ContainerDefinition {
	return types.ContainerDefinition{
		Name: aws.String(name), Image: aws.String(image),
		PortMappings: []types.PortMapping{{ContainerPort: aws.Int32(8080)}},
		LogConfiguration: &types.LogConfiguration{LogDriver: types.LogDriverAwslogs, Options: map[string]string{
			"awslogs-group": "/demo", "awslogs-region": "us-east-1", "awslogs-stream-prefix": "ferry",
		}},
	}
}

func definition(family string, containers ...types.ContainerDefinition) *sdk.RegisterTaskDefinitionInput {
	return &sdk.RegisterTaskDefinitionInput{
		Family: aws.String(family), Cpu: aws.String("256"), Memory: aws.String("512"), NetworkMode: types.NetworkModeAwsvpc,
		RequiresCompatibilities: []types.Compatibility{types.CompatibilityFargate},
		ExecutionRoleArn:        aws.String("arn:aws:iam::000000000000:role/exec"), ContainerDefinitions: containers,
	}
}

func (w *world) register(in *sdk.RegisterTaskDefinitionInput) string {
	w.t.Helper()
	out, err := w.ecs.RegisterTaskDefinition(w.t.Context(), in)
	return *get(w.t, out, err).TaskDefinition.TaskDefinitionArn
}

func network() *types.NetworkConfiguration {
	return &types.NetworkConfiguration{AwsvpcConfiguration: &types.AwsVpcConfiguration{Subnets: []string{"subnet-1", "subnet-2"}}}
}

func (w *world) create(name, td string, desired int32, with ...func(*sdk.CreateServiceInput)) *types.Service {
	w.t.Helper()
	in := &sdk.CreateServiceInput{
		Cluster: aws.String("demo"), ServiceName: aws.String(name), TaskDefinition: aws.String(td), DesiredCount: aws.Int32(desired),
		NetworkConfiguration: network(),
		DeploymentConfiguration: &types.DeploymentConfiguration{
			DeploymentCircuitBreaker: &types.DeploymentCircuitBreaker{Enable: true, Rollback: true},
		},
	}
	for _, f := range with {
		f(in)
	}
	out, err := w.ecs.CreateService(w.t.Context(), in)
	return get(w.t, out, err).Service
}

func (w *world) update(name, td string) *types.Service {
	w.t.Helper()
	out, err := w.ecs.UpdateService(w.t.Context(), &sdk.UpdateServiceInput{Cluster: aws.String("demo"), Service: aws.String(name), TaskDefinition: aws.String(td)})
	return get(w.t, out, err).Service
}

func (w *world) service(name string) types.Service {
	w.t.Helper()
	out, err := w.ecs.DescribeServices(w.t.Context(), &sdk.DescribeServicesInput{Cluster: aws.String("demo"), Services: []string{name}})
	return get(w.t, out, err).Services[0]
}

// deployment describes the newest service deployment.
func (w *world) deployment(name string) types.ServiceDeployment {
	w.t.Helper()
	list, err := w.ecs.ListServiceDeployments(w.t.Context(), &sdk.ListServiceDeploymentsInput{Cluster: aws.String("demo"), Service: aws.String(name)})
	arn := *get(w.t, list, err).ServiceDeployments[0].ServiceDeploymentArn
	out, err := w.ecs.DescribeServiceDeployments(w.t.Context(), &sdk.DescribeServiceDeploymentsInput{ServiceDeploymentArns: []string{arn}})
	return get(w.t, out, err).ServiceDeployments[0]
}

// tasks describes the tasks of a service, or of a family when it is no service, in one desired status.
func (w *world) tasks(status types.DesiredStatus) []types.Task {
	w.t.Helper()
	list, err := w.ecs.ListTasks(w.t.Context(), &sdk.ListTasksInput{Cluster: aws.String("demo"), DesiredStatus: status})
	arns := get(w.t, list, err).TaskArns
	if len(arns) == 0 {
		return nil
	}
	out, err := w.ecs.DescribeTasks(w.t.Context(), &sdk.DescribeTasksInput{Cluster: aws.String("demo"), Tasks: arns, Include: []types.TaskField{types.TaskFieldTags}})
	return get(w.t, out, err).Tasks
}

// until polls on the clock until the condition holds; ten minutes on the clock are too long.
func (w *world) until(what string, is func() bool) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), 20*time.Second)
	defer cancel()
	for !is() {
		if err := w.clk.Wait(ctx, time.Second); err != nil {
			w.t.Fatalf("waiting until %s: %v", what, err)
		}
	}
}

func (w *world) ends(name string, status types.ServiceDeploymentStatus) {
	w.t.Helper()
	w.until("the deployment is "+string(status), func() bool {
		d := w.deployment(name)
		if d.FinishedAt != nil && d.Status != status {
			w.t.Fatalf("the deployment ended as %s (%s), not %s", d.Status, aws.ToString(d.StatusReason), status)
		}
		return d.Status == status && d.FinishedAt != nil
	})
}
