package ecs_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/google/go-cmp/cmp"
)

// onInstances is a task definition for instances, in a network mode.
func onInstances(mode types.NetworkMode) *sdk.RegisterTaskDefinitionInput {
	in := definition("web", container("web", "web:1"))
	in.NetworkMode, in.RequiresCompatibilities = mode, []types.Compatibility{types.CompatibilityEc2}
	return in
}

func on(launch types.LaunchType, providers ...string) func(*sdk.CreateServiceInput) {
	return func(in *sdk.CreateServiceInput) {
		in.LaunchType, in.NetworkConfiguration = launch, nil
		for _, p := range providers {
			in.CapacityProviderStrategy = append(in.CapacityProviderStrategy, types.CapacityProviderStrategyItem{CapacityProvider: aws.String(p), Weight: 1})
		}
	}
}

// offer makes capacity providers of Auto Scaling groups and gives them to the cluster.
func (w *world) offer(names ...string) {
	w.t.Helper()
	for _, name := range names {
		must(w.t)(w.ecs.CreateCapacityProvider(w.t.Context(), &sdk.CreateCapacityProviderInput{
			Name: aws.String(name), AutoScalingGroupProvider: &types.AutoScalingGroupProvider{AutoScalingGroupArn: aws.String("group")},
		}))
	}
	must(w.t)(w.ecs.PutClusterCapacityProviders(w.t.Context(), &sdk.PutClusterCapacityProvidersInput{
		Cluster: aws.String("demo"), CapacityProviders: append(names, "FARGATE", "FARGATE_SPOT"), DefaultCapacityProviderStrategy: []types.CapacityProviderStrategyItem{},
	}))
}

func TestWithoutContainerInstancesTasksOfTheirLaunchTypesAreNeverPlaced(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	td := w.register(onInstances(types.NetworkModeBridge))
	for _, launch := range []types.LaunchType{types.LaunchTypeEc2, types.LaunchTypeExternal} {
		name := strings.ToLower(string(launch))
		w.create(name, td, 1, on(launch))
		w.until("the service says so", func() bool {
			svc := w.service(name)
			return len(svc.Events) > 0 && strings.Contains(*svc.Events[0].Message, "unable to place a task because no container instance met all of its requirements")
		})
		if svc := w.service(name); svc.RunningCount+svc.PendingCount != 0 || svc.Deployments[0].RolloutState != types.DeploymentRolloutStateInProgress {
			t.Errorf("%+v", svc)
		}
		_, err := w.ecs.RunTask(t.Context(), &sdk.RunTaskInput{Cluster: aws.String("demo"), TaskDefinition: aws.String(td), LaunchType: launch})
		if err == nil || !strings.Contains(err.Error(), "No Container Instances were found in your cluster.") {
			t.Error(err)
		}
	}
}

func TestADaemonHasNoTasksWhereThereAreNoInstances(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.create("agent", w.register(onInstances(types.NetworkModeHost)), 0, on(types.LaunchTypeEc2), func(in *sdk.CreateServiceInput) {
		in.SchedulingStrategy, in.DesiredCount = types.SchedulingStrategyDaemon, nil
	})
	w.ends("agent", types.ServiceDeploymentStatusSuccessful)
	if got := w.service("agent").SchedulingStrategy; got != types.SchedulingStrategyDaemon {
		t.Errorf("it is scheduled as %s", got)
	}
}

func TestAGroupOfInstancesRunsTasks(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.offer("instances", "cheap")
	w.create("web", w.register(onInstances(types.NetworkModeBridge)), 5, on("", "instances", "cheap"), func(in *sdk.CreateServiceInput) {
		in.CapacityProviderStrategy[0].Base, in.CapacityProviderStrategy[1].Weight = 1, 3
	})
	w.ends("web", types.ServiceDeploymentStatusSuccessful)
	got := map[string]int{}
	for _, task := range w.tasks(types.DesiredStatusRunning) {
		got[aws.ToString(task.CapacityProviderName)]++
		if task.LaunchType != types.LaunchTypeEc2 || task.ContainerInstanceArn == nil || task.PlatformVersion != nil {
			t.Errorf("%+v", task)
		}
	}
	if diff := cmp.Diff(map[string]int{"instances": 2, "cheap": 3}, got); diff != "" {
		t.Error(diff)
	}
}

func TestSpotTasksRunOnFargate(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.offer()
	td := w.register(definition("web", container("web", "web:1")))
	out, err := w.ecs.RunTask(t.Context(), &sdk.RunTaskInput{
		Cluster: aws.String("demo"), TaskDefinition: aws.String(td), NetworkConfiguration: network(),
		CapacityProviderStrategy: []types.CapacityProviderStrategyItem{{CapacityProvider: aws.String("FARGATE_SPOT"), Weight: 1}},
	})
	task := get(t, out, err).Tasks[0]
	if task.LaunchType != types.LaunchTypeFargate || aws.ToString(task.CapacityProviderName) != "FARGATE_SPOT" {
		t.Errorf("%+v", task)
	}
}

func TestAServiceGoesBackFromACapacityProviderToItsLaunchType(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.offer()
	td := w.register(definition("web", container("web", "web:1")))
	w.create("web", td, 1, on("", "FARGATE_SPOT"), func(in *sdk.CreateServiceInput) { in.NetworkConfiguration = network() })
	out, err := w.ecs.UpdateService(t.Context(), &sdk.UpdateServiceInput{Cluster: aws.String("demo"), Service: aws.String("web"), CapacityProviderStrategy: []types.CapacityProviderStrategyItem{}})
	if got := get(t, out, err).Service; got.LaunchType != types.LaunchTypeFargate || len(got.CapacityProviderStrategy) > 0 {
		t.Errorf("%s and %v", got.LaunchType, got.CapacityProviderStrategy)
	}
}

func TestWhereTasksCannotRunIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.offer("instances")
	bridge, fargate := w.register(onInstances(types.NetworkModeBridge)), w.register(definition("fargate", container("web", "web:1")))
	public := network()
	public.AwsvpcConfiguration.AssignPublicIp = types.AssignPublicIpEnabled
	for want, c := range map[string]struct {
		td   string
		with []func(*sdk.CreateServiceInput)
	}{
		"Task definition does not support launch_type FARGATE": {bridge, []func(*sdk.CreateServiceInput){on(types.LaunchTypeFargate)}},
		"not associated with the cluster":                      {bridge, []func(*sdk.CreateServiceInput){on("", "other")}},
		"both a launch type and capacity provider":             {bridge, []func(*sdk.CreateServiceInput){on(types.LaunchTypeEc2, "instances")}},
		"daemon scheduling strategy is not supported": {fargate, []func(*sdk.CreateServiceInput){func(in *sdk.CreateServiceInput) {
			in.SchedulingStrategy, in.LaunchType = types.SchedulingStrategyDaemon, types.LaunchTypeFargate
		}}},
		"Assign public IP is not supported": {fargate, []func(*sdk.CreateServiceInput){on("", "instances"), func(in *sdk.CreateServiceInput) { in.NetworkConfiguration = public }}},
		"Placement constraints and strategies": {fargate, []func(*sdk.CreateServiceInput){func(in *sdk.CreateServiceInput) {
			in.PlacementStrategy = []types.PlacementStrategy{{Type: types.PlacementStrategyTypeRandom}}
		}}},
	} {
		in := &sdk.CreateServiceInput{Cluster: aws.String("demo"), ServiceName: aws.String("web"), TaskDefinition: aws.String(c.td), DesiredCount: aws.Int32(1), NetworkConfiguration: network()}
		for _, f := range c.with {
			f(in)
		}
		if _, err := w.ecs.CreateService(t.Context(), in); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
}

func TestACapacityProviderIsMadeChangedAndDeleted(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.offer("instances")
	must(t)(w.ecs.UpdateCapacityProvider(t.Context(), &sdk.UpdateCapacityProviderInput{
		Name: aws.String("instances"), AutoScalingGroupProvider: &types.AutoScalingGroupProviderUpdate{ManagedTerminationProtection: types.ManagedTerminationProtectionEnabled},
	}))
	remove := func(name string) error {
		_, err := w.ecs.DeleteCapacityProvider(t.Context(), &sdk.DeleteCapacityProviderInput{CapacityProvider: aws.String(name)})
		return err
	}
	if err := remove("instances"); err == nil || !strings.Contains(err.Error(), "associated with cluster: demo") {
		t.Error(err)
	}
	must(t)(w.ecs.CreateCapacityProvider(t.Context(), &sdk.CreateCapacityProviderInput{
		Name: aws.String("managed"), Cluster: aws.String("demo"), ManagedInstancesProvider: &types.CreateManagedInstancesProviderConfiguration{InfrastructureRoleArn: aws.String("role")},
	}))
	out, err := w.ecs.DescribeCapacityProviders(t.Context(), &sdk.DescribeCapacityProvidersInput{})
	got := map[string]types.CapacityProviderType{}
	for _, p := range get(t, out, err).CapacityProviders {
		got[*p.Name] = p.Type
	}
	want := map[string]types.CapacityProviderType{"FARGATE": "FARGATE", "FARGATE_SPOT": "FARGATE_SPOT", "instances": "EC2_AUTOSCALING", "managed": "MANAGED_INSTANCES"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if err := remove("managed"); err != nil {
		t.Error(err)
	}
	if err := remove("managed"); err == nil || !strings.Contains(err.Error(), "does not exist") {
		t.Error(err)
	}
	data, err := w.ecs.Save()
	if err != nil || !strings.Contains(string(data), `"instances"`) {
		t.Errorf("it does not survive a restart: %v", err)
	}
}
