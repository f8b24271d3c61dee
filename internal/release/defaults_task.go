package release

import (
	"cmp"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// registered turns a task definition as ECS returns it back into what was registered.
// Source: the two shapes' members of the same name, DescribeTaskDefinition and RegisterTaskDefinition.
func registered(t types.TaskDefinition) ecs.RegisterTaskDefinitionInput {
	return ecs.RegisterTaskDefinitionInput{
		ContainerDefinitions: t.ContainerDefinitions, Family: t.Family, Cpu: t.Cpu, Memory: t.Memory,
		EnableFaultInjection: t.EnableFaultInjection, EphemeralStorage: t.EphemeralStorage,
		ExecutionRoleArn: t.ExecutionRoleArn, TaskRoleArn: t.TaskRoleArn,
		IpcMode: t.IpcMode, PidMode: t.PidMode, NetworkMode: t.NetworkMode, PlacementConstraints: t.PlacementConstraints,
		ProxyConfiguration: t.ProxyConfiguration, RequiresCompatibilities: t.RequiresCompatibilities,
		RuntimePlatform: t.RuntimePlatform, Volumes: t.Volumes,
	}
}

// withTaskDefaults returns a copy in which AWS's defaults are written out, lists without an order are sorted, and
// tags are gone: they do not make a task definition another one.
// Source: RegisterTaskDefinition's API reference, the default of each member.
func withTaskDefaults(in ecs.RegisterTaskDefinitionInput) ecs.RegisterTaskDefinitionInput {
	t := clone(in)
	t.Tags = nil
	t.NetworkMode = cmp.Or(t.NetworkMode, types.NetworkModeBridge)
	if t.RuntimePlatform == nil {
		t.RuntimePlatform = &types.RuntimePlatform{}
	}
	t.RuntimePlatform.CpuArchitecture = cmp.Or(t.RuntimePlatform.CpuArchitecture, types.CPUArchitectureX8664)
	t.RuntimePlatform.OperatingSystemFamily = cmp.Or(t.RuntimePlatform.OperatingSystemFamily, types.OSFamilyLinux)
	slices.Sort(t.RequiresCompatibilities)
	t.ExecutionRoleArn, t.TaskRoleArn = roleName(t.ExecutionRoleArn), roleName(t.TaskRoleArn)
	for i := range t.Volumes {
		volumeDefaults(&t.Volumes[i])
	}
	for i := range t.ContainerDefinitions {
		containerDefaults(&t.ContainerDefinitions[i], t.NetworkMode)
	}
	return t
}

func containerDefaults(c *types.ContainerDefinition, network types.NetworkMode) {
	setDefault(&c.Essential, true)
	c.VersionConsistency = cmp.Or(c.VersionConsistency, types.VersionConsistencyEnabled)
	for i := range c.PortMappings {
		portDefaults(&c.PortMappings[i], network)
	}
	if h := c.HealthCheck; h != nil {
		setDefault(&h.Interval, 30)
		setDefault(&h.Timeout, 5)
		setDefault(&h.Retries, 3)
	}
	if r := c.RestartPolicy; r != nil && aws.ToBool(r.Enabled) {
		setDefault(&r.RestartAttemptPeriod, 300)
	}
	sortBy(c.PortMappings, func(p types.PortMapping) string {
		return string(p.Protocol) + "/" + number(p.ContainerPort) + aws.ToString(p.ContainerPortRange)
	})
	sortBy(c.DependsOn, func(d types.ContainerDependency) string { return aws.ToString(d.ContainerName) })
	sortBy(c.Ulimits, func(u types.Ulimit) string { return string(u.Name) })
	sortBy(c.MountPoints, func(m types.MountPoint) string { return aws.ToString(m.ContainerPath) })
	sortBy(c.EnvironmentFiles, func(e types.EnvironmentFile) string { return aws.ToString(e.Value) })
	sortBy(c.SystemControls, func(s types.SystemControl) string { return aws.ToString(s.Namespace) })
	sortBy(c.ResourceRequirements, func(r types.ResourceRequirement) string { return string(r.Type) })
}

// portDefaults: with awsvpc and host the host port is the container's; else 0 means one that is chosen.
// The name of a port that has none is not filled in by ECS.
func portDefaults(p *types.PortMapping, network types.NetworkMode) {
	p.Protocol = cmp.Or(p.Protocol, types.TransportProtocolTcp)
	if (network == types.NetworkModeAwsvpc || network == types.NetworkModeHost) && p.ContainerPortRange == nil &&
		aws.ToInt32(p.HostPort) == 0 {
		p.HostPort = p.ContainerPort
	}
}

// roleName reduces a role's ARN to its path and name: a task definition may name a role either way.
func roleName(r *string) *string {
	if r == nil {
		return nil
	}
	if _, name, ok := cutLast(*r, ":role/"); ok {
		return &name
	}
	return r
}

func setDefault[T any](p **T, value T) {
	if *p == nil {
		*p = &value
	}
}
