package ecs

import (
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// mainContainer is the name of the container that gets the requests.
const mainContainer = "Main"

// checkExpressCreate refuses what the members' documentation rules out.
func checkExpressCreate(name string, in *ecs.CreateExpressGatewayServiceInput) error {
	switch {
	case !validName(name):
		return invalid("Invalid service name: %s", name)
	case aws.ToString(in.InfrastructureRoleArn) == "":
		return invalid("infrastructureRoleArn should not be blank.")
	case in.TaskDefinitionArn == nil && in.PrimaryContainer == nil:
		return invalid("Either primaryContainer or taskDefinitionArn must be specified.")
	case in.TaskDefinitionArn == nil && aws.ToString(in.ExecutionRoleArn) == "":
		return invalid("executionRoleArn should not be blank.")
	case in.NetworkConfiguration == nil || len(in.NetworkConfiguration.Subnets) == 0:
		return invalid("networkConfiguration: no default VPC was found. Specify subnets and try again.")
	}
	if err := checkOneDefinition(in.TaskDefinitionArn, given(in.PrimaryContainer != nil, in.ExecutionRoleArn, in.TaskRoleArn, in.Cpu, in.Memory, in.CpuArchitecture)); err != nil {
		return err
	}
	return checkExpressValues(in.HealthCheckPath, in.ScalingTarget, in.PrimaryContainer)
}

// given names the members with which ECS makes the task definition itself.
func given(container bool, execution, task, cpu, memory *string, arch types.ExpressCpuArchitecture) []string {
	var names []string
	for _, m := range []struct {
		name string
		set  bool
	}{
		{"primaryContainer", container}, {"executionRoleArn", execution != nil}, {"taskRoleArn", task != nil}, {"cpu", cpu != nil},
		{"memory", memory != nil}, {"cpuArchitecture", arch != ""},
	} {
		if m.set {
			names = append(names, m.name)
		}
	}
	return names
}

// checkOneDefinition: a task definition of the customer's own stands instead of the members that would make one.
func checkOneDefinition(arn *string, others []string) error {
	if arn == nil || len(others) == 0 {
		return nil
	}
	return invalid("taskDefinitionArn cannot be specified together with %s.", strings.Join(others, ", "))
}

func checkExpressValues(path *string, t *types.ExpressGatewayScalingTarget, c *types.ExpressGatewayContainer) error {
	switch {
	case path != nil && !strings.HasPrefix(*path, "/"):
		return invalid("healthCheckPath must start with a forward slash: %s", *path)
	case c != nil && aws.ToString(c.Image) == "":
		return invalid("primaryContainer.image should not be blank.")
	case t == nil:
		return nil
	case t.AutoScalingMetric != "" && !slices.Contains(t.AutoScalingMetric.Values(), t.AutoScalingMetric):
		return invalid("Invalid scalingTarget.autoScalingMetric: %s", t.AutoScalingMetric)
	case t.AutoScalingTargetValue != nil && *t.AutoScalingTargetValue < 1:
		return invalid("scalingTarget.autoScalingTargetValue must be greater than 0.")
	}
	full := fillScalingTarget(t, nil)
	if low, high := *full.MinTaskCount, *full.MaxTaskCount; low < 0 || high < 1 || low > high {
		return invalid("scalingTarget.maxTaskCount must be greater than or equal to minTaskCount.")
	}
	return nil
}

// mainPort finds the port that requests go to, and refuses a task definition that Express Mode does not take.
func mainPort(td types.TaskDefinition) (int32, error) {
	if !slices.Contains(td.Compatibilities, types.CompatibilityFargate) {
		return 0, invalid("taskDefinitionArn: the task definition %s is not compatible with FARGATE.", aws.ToString(td.TaskDefinitionArn))
	}
	i := slices.IndexFunc(td.ContainerDefinitions, func(c types.ContainerDefinition) bool { return aws.ToString(c.Name) == mainContainer })
	if i < 0 {
		return 0, invalid("taskDefinitionArn: the task definition %s must have a container named %s.", aws.ToString(td.TaskDefinitionArn), mainContainer)
	}
	ports := td.ContainerDefinitions[i].PortMappings
	if len(ports) != 1 || ports[0].Protocol != types.TransportProtocolTcp || ports[0].ContainerPort == nil || aws.ToString(ports[0].Name) == "" {
		return 0, invalid("taskDefinitionArn: the container %s must have a single TCP port mapping with a container port and a port name.", mainContainer)
	}
	return *ports[0].ContainerPort, nil
}
