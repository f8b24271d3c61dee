package ecs

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// checkTaskDefinition refuses what ECS refuses at registration, with its words.
func checkTaskDefinition(in *ecs.RegisterTaskDefinitionInput) error {
	if !validName(aws.ToString(in.Family)) {
		return client("Invalid 'family' setting for task definition. Family should match the pattern ^[a-zA-Z0-9-_]{1,255}$.")
	}
	if len(in.ContainerDefinitions) == 0 {
		return client("Container list cannot be empty.")
	}
	if len(in.ContainerDefinitions) > 10 {
		return client("Task definition does not support more than 10 containers.")
	}
	onFargate := slices.Contains(in.RequiresCompatibilities, types.CompatibilityFargate)
	if onFargate {
		if err := checkFargateTask(in); err != nil {
			return err
		}
	}
	if err := checkInstanceTask(in); err != nil {
		return err
	}
	essential := false
	seen := map[string]bool{}
	for _, c := range in.ContainerDefinitions {
		name := aws.ToString(c.Name)
		if seen[name] {
			return client("Container.name contains duplicates.")
		}
		seen[name] = true
		essential = essential || c.Essential == nil || *c.Essential
		if err := checkContainer(in, c, onFargate); err != nil {
			return err
		}
	}
	if !essential {
		return client("A task definition must have at least one essential container.")
	}
	if err := checkVolumes(in, onFargate); err != nil {
		return err
	}
	return checkDependencies(in.ContainerDefinitions)
}

// checkInstanceTask checks what tasks on instances of a kind cannot have.
func checkInstanceTask(in *ecs.RegisterTaskDefinitionInput) error {
	switch {
	case slices.Contains(in.RequiresCompatibilities, types.CompatibilityExternal) && in.NetworkMode == types.NetworkModeAwsvpc:
		return client("The 'awsvpc' network mode is not supported for tasks using the EXTERNAL launch type.")
	case slices.Contains(in.RequiresCompatibilities, types.CompatibilityManagedInstances) && in.NetworkMode != types.NetworkModeAwsvpc && in.NetworkMode != types.NetworkModeHost:
		return client("Managed Instances only supports network modes 'awsvpc' and 'host'.")
	}
	return nil
}

func checkFargateTask(in *ecs.RegisterTaskDefinitionInput) error {
	if in.NetworkMode != types.NetworkModeAwsvpc {
		return client("Fargate only supports network mode ‘awsvpc’.")
	}
	if err := checkFargateSize(aws.ToString(in.Cpu), aws.ToString(in.Memory)); err != nil {
		return err
	}
	if e := in.EphemeralStorage; e != nil && (e.SizeInGiB < 21 || e.SizeInGiB > 200) {
		return client("Ephemeral storage size must be between 21 GiB and 200 GiB.")
	}
	if len(in.PlacementConstraints) > 0 {
		return client("Placement constraints are not supported with FARGATE launch type.")
	}
	if in.IpcMode != "" {
		return client("Invalid setting for container. ipcMode is not supported on FARGATE.")
	}
	for _, c := range in.ContainerDefinitions {
		if in.ExecutionRoleArn == nil && len(c.Secrets) > 0 {
			return client("When you are specifying container secrets, you must also specify a value for 'executionRoleArn'.")
		}
		if lc := c.LogConfiguration; in.ExecutionRoleArn == nil && lc != nil && lc.LogDriver == types.LogDriverAwslogs {
			return client("Fargate requires task definition to have execution role ARN to support log driver awslogs.")
		}
	}
	return nil
}

func checkContainer(in *ecs.RegisterTaskDefinitionInput, c types.ContainerDefinition, onFargate bool) error {
	name := aws.ToString(c.Name)
	switch {
	case !validName(name):
		return client("Container.name should not be null or empty.")
	case aws.ToString(c.Image) == "":
		return client("Container.image should not be null or empty.")
	case in.Memory == nil && c.Memory == nil && c.MemoryReservation == nil:
		return client("Invalid setting for container '%s'. At least one of 'memory' or 'memoryReservation' must be specified.", name)
	case c.Memory != nil && c.MemoryReservation != nil && *c.Memory < *c.MemoryReservation:
		return client("Invalid setting for container '%s'. 'memory' must be greater than or equal to 'memoryReservation'.", name)
	case c.Memory != nil && *c.Memory < 6:
		return client("Invalid setting for container '%s'. The Docker daemon minimum memory is 6 MiB.", name)
	}
	if err := checkSizes(in, c); err != nil {
		return err
	}
	if err := checkPorts(in.NetworkMode, c); err != nil {
		return err
	}
	if err := checkHealthCheck(c); err != nil {
		return err
	}
	if err := checkOptions(c, onFargate); err != nil {
		return err
	}
	return checkLogs(c, onFargate)
}

// checkSizes holds a container against its task's size.
func checkSizes(in *ecs.RegisterTaskDefinitionInput, c types.ContainerDefinition) error {
	if memory, ok := units(aws.ToString(in.Memory), "gb"); ok && int(aws.ToInt32(c.Memory)) > memory {
		return client("Invalid 'memory' setting for container '%s'. It exceeds the task's memory.", *c.Name)
	}
	cpu, ok := units(aws.ToString(in.Cpu), "vcpu")
	total, reserved := 0, 0
	for _, each := range in.ContainerDefinitions {
		total += int(each.Cpu)
		reserved += int(aws.ToInt32(cmp.Or(each.MemoryReservation, each.Memory)))
	}
	if memory, ok := units(aws.ToString(in.Memory), "gb"); ok && reserved > memory {
		return client("Invalid setting for task. The total memory of its containers, %d MiB, exceeds the task's, %d MiB.", reserved, memory)
	}
	if ok && total > cpu {
		return client("The sum of container cpu settings must be less than or equal to the task cpu: %d > %d.", total, cpu)
	}
	return nil
}

func checkPorts(mode types.NetworkMode, c types.ContainerDefinition) error {
	seen := map[string]bool{}
	for _, p := range c.PortMappings {
		port := aws.ToInt32(p.ContainerPort)
		key := fmt.Sprintf("%d/%s", port, cmp.Or(p.Protocol, types.TransportProtocolTcp))
		switch {
		case p.ContainerPort == nil && p.ContainerPortRange == nil:
			return client("Invalid setting for container '%s'. A port mapping requires 'containerPort'.", *c.Name)
		case p.ContainerPort != nil && (port < 1 || port > 65535):
			return client("Invalid setting for container '%s'. 'containerPort' %d is outside 1-65535.", *c.Name, port)
		case mode == types.NetworkModeNone:
			return client("Port mappings are not supported when networkMode=none.")
		case (mode == types.NetworkModeAwsvpc || mode == types.NetworkModeHost) && p.HostPort != nil && *p.HostPort != 0 && *p.HostPort != port:
			return client("When networkMode=%s, the host ports and container ports in port mappings must match.", mode)
		case p.ContainerPort != nil && seen[key]:
			return client("Invalid setting for container '%s'. Port mappings contain duplicates: %d.", *c.Name, port)
		}
		seen[key] = true
	}
	return nil
}

func checkHealthCheck(c types.ContainerDefinition) error {
	h := c.HealthCheck
	if h == nil {
		return nil
	}
	within := func(v *int32, low, high int32) bool { return v == nil || (*v >= low && *v <= high) }
	switch {
	case len(h.Command) == 0:
		return client("Invalid setting for container '%s'. The health check command must not be empty.", *c.Name)
	case !slices.Contains([]string{"CMD", "CMD-SHELL", "NONE"}, h.Command[0]):
		return client("Invalid setting for container '%s'. The health check command must begin with CMD or CMD-SHELL.", *c.Name)
	case !within(h.Interval, 5, 300), !within(h.Timeout, 2, 60), !within(h.Retries, 1, 10), !within(h.StartPeriod, 0, 300):
		return client("Invalid setting for container '%s'. Health check: interval 5-300, timeout 2-60, retries 1-10, startPeriod 0-300.", *c.Name)
	}
	return nil
}

func checkLogs(c types.ContainerDefinition, onFargate bool) error {
	lc := c.LogConfiguration
	if lc == nil {
		return nil
	}
	if onFargate && !slices.Contains([]types.LogDriver{types.LogDriverAwslogs, types.LogDriverSplunk, types.LogDriverAwsfirelens}, lc.LogDriver) {
		return client("Fargate does not support log driver '%s'.", lc.LogDriver)
	}
	if lc.LogDriver != types.LogDriverAwslogs {
		return nil
	}
	for _, option := range []string{"awslogs-group", "awslogs-region"} {
		if lc.Options[option] == "" {
			return client("Log driver awslogs requires options: %s", option)
		}
	}
	if onFargate && lc.Options["awslogs-stream-prefix"] == "" {
		return client("Log driver awslogs requires options: awslogs-stream-prefix")
	}
	return nil
}

// checkDependencies refuses dependencies on what is not there, on oneself in a circle, or on a health that nobody checks.
func checkDependencies(containers []types.ContainerDefinition) error {
	byName := map[string]types.ContainerDefinition{}
	for _, c := range containers {
		byName[*c.Name] = c
	}
	for _, c := range containers {
		for _, d := range c.DependsOn {
			on, ok := byName[aws.ToString(d.ContainerName)]
			switch {
			case !ok:
				return client("Invalid setting for container '%s'. Dependency container '%s' does not exist in the task definition.", *c.Name, aws.ToString(d.ContainerName))
			case d.Condition == types.ContainerConditionHealthy && on.HealthCheck == nil:
				return client("Invalid setting for container '%s'. Container '%s' with a HEALTHY dependency must have a health check.", *c.Name, *on.Name)
			case (d.Condition == types.ContainerConditionComplete || d.Condition == types.ContainerConditionSuccess) && (on.Essential == nil || *on.Essential):
				return client("Invalid setting for container '%s'. A container with a %s dependency must not be essential.", *on.Name, d.Condition)
			}
		}
		if reaches(byName, *c.Name, *c.Name, map[string]bool{}) {
			return client("Invalid setting for container '%s'. Container dependencies contain a cycle.", *c.Name)
		}
	}
	return nil
}

func reaches(byName map[string]types.ContainerDefinition, from, to string, seen map[string]bool) bool {
	for _, d := range byName[from].DependsOn {
		next := aws.ToString(d.ContainerName)
		if next == to {
			return true
		}
		if !seen[next] {
			seen[next] = true
			if reaches(byName, next, to, seen) {
				return true
			}
		}
	}
	return false
}
