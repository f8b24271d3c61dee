package render_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/google/go-cmp/cmp"

	"ferry.dev/ferry/internal/release"
	"ferry.dev/ferry/internal/render"
)

// The SDK's input types have no JSON names: encoding/json matches them without regard to case. A field that ECS does not have, or a value of another type, fails here.
func strict(doc []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(doc))
	d.DisallowUnknownFields()
	return d.Decode(into)
}

func TestEveryDocumentIsWhatECSTakes(t *testing.T) {
	t.Parallel()
	for name, c := range serviceCases(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			task, service := documents(t, c)
			if got := aws.ToString(task.Family); got != c.plan.Family {
				t.Errorf("family %q", got)
			}
			if c.plan.Capacity.Fargate() && (task.Cpu == nil || task.Memory == nil) || task.ExecutionRoleArn == nil || len(task.Tags) < 3 {
				t.Errorf("the task definition lacks something: %+v", task)
			}
			if c.plan.Express != nil {
				mainContainer(t, c, task)
				return
			}
			consistent(t, task, service)
			if b := service.DeploymentConfiguration.DeploymentCircuitBreaker; !strings.HasPrefix(name, "deployment-") && (!b.Enable || !b.Rollback) {
				t.Error("the circuit breaker is on, with rollback, where the manifest does not say otherwise")
			}
		})
	}
}

func TestAScalingDefinitionIsWhatApplicationAutoScalingTakes(t *testing.T) {
	t.Parallel()
	read := 0
	for name, c := range serviceCases(t) {
		doc, err := render.ScalingDefinition(c.plan)
		if err != nil || doc == nil {
			continue
		}
		var in struct {
			RegisterScalableTarget applicationautoscaling.RegisterScalableTargetInput
			PutScalingPolicy       []applicationautoscaling.PutScalingPolicyInput
			PutScheduledAction     []applicationautoscaling.PutScheduledActionInput
			PutMetricAlarm         []cloudwatch.PutMetricAlarmInput
		}
		if err := strict(doc, &in); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		for _, p := range in.PutScalingPolicy {
			if *p.ResourceId != *in.RegisterScalableTarget.ResourceId || (p.TargetTrackingScalingPolicyConfiguration == nil) == (p.StepScalingPolicyConfiguration == nil) {
				t.Errorf("%s: %+v", name, p)
			}
		}
		read++
	}
	if read < 2 {
		t.Errorf("only %d services scale: the test proves little", read)
	}
}

// documents renders both, fills the placeholders and reads them as a release does.
func documents(t *testing.T, c serviceCase) (ecs.RegisterTaskDefinitionInput, ecs.CreateServiceInput) {
	t.Helper()
	s := c.plan
	task, err := render.TaskDefinition(s, c.release)
	if err != nil {
		t.Fatal(err)
	}
	service, err := render.ServiceDefinition(s)
	if err != nil {
		t.Fatal(err)
	}
	service, err = render.Resolve(service, func(_, output string) (string, bool) {
		if output == "PublicSubnets" || output == "PrivateSubnets" {
			return "subnet-1,subnet-2", true
		}
		return "value-of-" + output, true
	}, "123456789012")
	if err != nil {
		t.Fatal(err)
	}
	d, err := release.Parse(task, service)
	if err != nil {
		t.Error(err)
	}
	return d.Task, d.Service
}

// mainContainer holds what Express Mode asks of a task definition, and that its own document is one.
// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateExpressGatewayService.html
func mainContainer(t *testing.T, c serviceCase, task ecs.RegisterTaskDefinitionInput) {
	t.Helper()
	doc, err := render.ExpressDefinition(c.plan)
	if err != nil {
		t.Fatal(err)
	}
	var in ecs.CreateExpressGatewayServiceInput
	if err := strict(doc, &in); err != nil {
		t.Error(err)
	}
	main := task.ContainerDefinitions[0]
	if aws.ToString(main.Name) != "Main" || len(main.PortMappings) != 1 || aws.ToString(main.PortMappings[0].Name) == "" {
		t.Errorf("the container is %q with the ports %+v", aws.ToString(main.Name), main.PortMappings)
	}
	if in.PrimaryContainer != nil || in.Cpu != nil || in.ExecutionRoleArn != nil || in.TaskRoleArn != nil {
		t.Error("it has what a task definition of one's own excludes")
	}
}

// consistent holds what no linter sees, because it crosses documents.
func consistent(t *testing.T, task ecs.RegisterTaskDefinitionInput, service ecs.CreateServiceInput) {
	t.Helper()
	ports, names, seen := map[string]map[int32]bool{}, map[string]bool{}, map[string]bool{}
	essential := false
	for _, c := range task.ContainerDefinitions {
		container := aws.ToString(c.Name)
		if seen[container] {
			t.Errorf("two containers are named %q", container)
		}
		seen[container], ports[container] = true, map[int32]bool{}
		essential = essential || aws.ToBool(c.Essential)
		for _, p := range c.PortMappings {
			ports[container][aws.ToInt32(p.ContainerPort)] = true
			names[aws.ToString(p.Name)] = true
		}
		if len(c.Secrets) > 0 && task.ExecutionRoleArn == nil {
			t.Error("secrets need an execution role")
		}
	}
	volumesExist(t, task, service)
	if !essential {
		t.Error("no container is essential")
	}
	for _, lb := range service.LoadBalancers {
		if !ports[aws.ToString(lb.ContainerName)][aws.ToInt32(lb.ContainerPort)] {
			t.Errorf("the load balancer's container and port are not in the task definition: %+v", lb)
		}
	}
	for _, s := range service.ServiceConnectConfiguration.Services {
		if !names[aws.ToString(s.PortName)] {
			t.Errorf("Service Connect's port is not in the task definition: %+v", s)
		}
	}
	if service.LaunchType != "" && len(service.CapacityProviderStrategy) > 0 {
		t.Error("launch type and capacity provider strategy exclude each other")
	}
	d := service.DeploymentConfiguration
	if aws.ToInt32(d.MinimumHealthyPercent) >= aws.ToInt32(d.MaximumPercent) {
		t.Error("a deployment with these percentages can never move")
	}
	if len(service.LoadBalancers) == 0 && service.HealthCheckGracePeriodSeconds != nil {
		t.Error("a grace period needs a load balancer")
	}
}

// volumesExist holds containers against the task's volumes, and these against what the service says of them.
func volumesExist(t *testing.T, task ecs.RegisterTaskDefinitionInput, service ecs.CreateServiceInput) {
	t.Helper()
	atLaunch := map[string]bool{}
	for _, v := range task.Volumes {
		atLaunch[aws.ToString(v.Name)] = aws.ToBool(v.ConfiguredAtLaunch)
	}
	for _, c := range task.ContainerDefinitions {
		for _, m := range c.MountPoints {
			if _, ok := atLaunch[aws.ToString(m.SourceVolume)]; !ok {
				t.Errorf("container %q mounts %q, which is no volume", aws.ToString(c.Name), aws.ToString(m.SourceVolume))
			}
		}
	}
	for _, v := range service.VolumeConfigurations {
		if name := aws.ToString(v.Name); !atLaunch[name] || aws.ToString(v.ManagedEBSVolume.RoleArn) == "" {
			t.Errorf("volume %q is not configured at launch, or without a role", name)
		}
		delete(atLaunch, aws.ToString(v.Name))
	}
	for name, open := range atLaunch {
		if open {
			t.Errorf("the service says nothing of volume %q", name)
		}
	}
}

func TestARunOfATaskIsWhatECSTakes(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]int32{"job-full": 2, "job": 1, "minimal": 1} {
		var run ecs.RunTaskInput
		doc, err := render.RunTask(serviceCases(t)[name].plan)
		if err != nil {
			t.Fatal(err)
		}
		if err := strict(doc, &run); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if got := aws.ToInt32(run.Count); got != want {
			t.Errorf("%s: %d tasks, not %d", name, got, want)
		}
	}
}

func TestPlacedSubnetsBecomeAList(t *testing.T) {
	t.Parallel()
	_, service := documents(t, serviceCases(t)["minimal"])
	got := service.NetworkConfiguration.AwsvpcConfiguration
	if diff := cmp.Diff([]string{"subnet-1", "subnet-2"}, got.Subnets); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"value-of-EnvironmentSecurityGroup"}, got.SecurityGroups); diff != "" {
		t.Error(diff)
	}
}
