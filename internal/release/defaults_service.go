package release

import (
	"cmp"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// created turns a service as ECS returns it back into what CreateService was given. Service Connect, volumes and
// Lattice stand on its primary deployment. Monitoring and gateways are not returned at all.
func created(s types.Service) ecs.CreateServiceInput {
	in := ecs.CreateServiceInput{
		ServiceName: s.ServiceName, AvailabilityZoneRebalancing: s.AvailabilityZoneRebalancing,
		CapacityProviderStrategy: s.CapacityProviderStrategy, DeploymentConfiguration: s.DeploymentConfiguration,
		EnableECSManagedTags: s.EnableECSManagedTags, EnableExecuteCommand: s.EnableExecuteCommand,
		HealthCheckGracePeriodSeconds: s.HealthCheckGracePeriodSeconds, LoadBalancers: s.LoadBalancers,
		NetworkConfiguration: s.NetworkConfiguration, PlacementConstraints: s.PlacementConstraints,
		PlacementStrategy: s.PlacementStrategy, PlatformVersion: s.PlatformVersion, PropagateTags: s.PropagateTags,
		ServiceRegistries: s.ServiceRegistries, LaunchType: s.LaunchType,
	}
	if d := primary(s); d != nil {
		in.ServiceConnectConfiguration = d.ServiceConnectConfiguration
		in.VolumeConfigurations = d.VolumeConfigurations
		in.VpcLatticeConfigurations = d.VpcLatticeConfigurations
	}
	return in
}

func primary(s types.Service) *types.Deployment {
	for i := range s.Deployments {
		if aws.ToString(s.Deployments[i].Status) == "PRIMARY" {
			return &s.Deployments[i]
		}
	}
	return nil
}

// withServiceDefaults returns a copy in which AWS's defaults are written out and lists without an order are sorted.
// Source: CreateService's API reference, the default of each member.
func withServiceDefaults(in ecs.CreateServiceInput) ecs.CreateServiceInput {
	s := clone(in)
	s.PlatformVersion = aws.String(platformVersion(aws.ToString(s.PlatformVersion)))
	s.PropagateTags = cmp.Or(s.PropagateTags, types.PropagateTagsNone)
	if len(s.CapacityProviderStrategy) > 0 {
		s.LaunchType = ""
	} else {
		s.LaunchType = cmp.Or(s.LaunchType, types.LaunchTypeEc2)
	}
	s.DeploymentConfiguration = deploymentDefaults(s.DeploymentConfiguration)
	networkDefaults(s.NetworkConfiguration)
	connectDefaults(s.ServiceConnectConfiguration)
	for i := range s.VolumeConfigurations {
		ebsDefaults(s.VolumeConfigurations[i].ManagedEBSVolume)
	}
	sortBy(s.LoadBalancers, func(l types.LoadBalancer) string {
		return aws.ToString(l.TargetGroupArn) + aws.ToString(l.ContainerName) + number(l.ContainerPort)
	})
	sortBy(s.CapacityProviderStrategy, func(c types.CapacityProviderStrategyItem) string { return aws.ToString(c.CapacityProvider) })
	sortBy(s.ServiceRegistries, func(r types.ServiceRegistry) string { return aws.ToString(r.RegistryArn) })
	return s
}

// platformVersion maps the versions that LATEST stands for, on Linux and on Windows, to it: ECS gives back the number.
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/platform-fargate.html
func platformVersion(v string) string {
	switch v {
	case "", "1.4.0", "1.0.0":
		return "LATEST"
	}
	return v
}

func deploymentDefaults(d *types.DeploymentConfiguration) *types.DeploymentConfiguration {
	if d == nil {
		d = &types.DeploymentConfiguration{}
	}
	d.Strategy = cmp.Or(d.Strategy, types.DeploymentStrategyRolling)
	setDefault(&d.MaximumPercent, 200)
	setDefault(&d.MinimumHealthyPercent, 100)
	if a := d.Alarms; a != nil {
		slices.Sort(a.AlarmNames)
		if len(a.AlarmNames) == 0 && !a.Enable {
			d.Alarms = nil
		}
	}
	if e := d.EarlySuccessCriteria; e != nil && !e.Enable {
		d.EarlySuccessCriteria = nil
	}
	if d.Strategy == types.DeploymentStrategyRolling && aws.ToInt32(d.BakeTimeInMinutes) == 0 {
		d.BakeTimeInMinutes = nil
	}
	hookDefaults(d.LifecycleHooks)
	if b := d.DeploymentCircuitBreaker; b != nil {
		setDefault(&b.ResetOnHealthyTask, true)
		if b.ThresholdConfiguration == nil {
			b.ThresholdConfiguration = &types.ThresholdConfiguration{Type: types.ThresholdTypeBoundedPercent, Value: 50}
		}
		if !b.Enable && !b.Rollback {
			d.DeploymentCircuitBreaker = nil
		}
	}
	return d
}

func hookDefaults(hooks []types.DeploymentLifecycleHook) {
	for i := range hooks {
		h := &hooks[i]
		h.TargetType = cmp.Or(h.TargetType, types.DeploymentLifecycleHookTargetTypeAwsLambda)
		if h.TimeoutConfiguration == nil {
			h.TimeoutConfiguration = &types.DeploymentLifecycleHookTimeoutConfiguration{}
		}
		h.TimeoutConfiguration.Action = cmp.Or(h.TimeoutConfiguration.Action, types.DeploymentLifecycleHookActionRollback)
		setDefault(&h.TimeoutConfiguration.TimeoutInMinutes, 1440)
	}
}

// takenAway returns a copy that says of what a service has and is to have no more that it is off: ECS keeps what it is not told.
func takenAway(live, want *types.DeploymentConfiguration) *types.DeploymentConfiguration {
	if live == nil || want == nil {
		return want
	}
	out := *want
	if live.Alarms != nil && out.Alarms == nil {
		out.Alarms = &types.DeploymentAlarms{AlarmNames: []string{}}
	}
	if len(live.LifecycleHooks) > 0 {
		out.LifecycleHooks = orEmpty(out.LifecycleHooks)
	}
	if live.EarlySuccessCriteria != nil && out.EarlySuccessCriteria == nil {
		out.EarlySuccessCriteria = &types.DeploymentEarlySuccessCriteria{}
	}
	return &out
}

func networkDefaults(n *types.NetworkConfiguration) {
	if n == nil || n.AwsvpcConfiguration == nil {
		return
	}
	v := n.AwsvpcConfiguration
	v.AssignPublicIp = cmp.Or(v.AssignPublicIp, types.AssignPublicIpDisabled)
	slices.Sort(v.Subnets)
	slices.Sort(v.SecurityGroups)
}

// ownTimeout stands for ECS's own, which depends on what is spoken and is not 0: that is no time-out at all.
const ownTimeout = -1

func connectDefaults(c *types.ServiceConnectConfiguration) {
	if c == nil {
		return
	}
	for i := range c.Services {
		s := &c.Services[i]
		if aws.ToString(s.DiscoveryName) == "" {
			s.DiscoveryName = s.PortName
		}
		if s.Timeout == nil {
			s.Timeout = &types.TimeoutConfiguration{}
		}
		setDefault(&s.Timeout.IdleTimeoutSeconds, ownTimeout)
		setDefault(&s.Timeout.PerRequestTimeoutSeconds, ownTimeout)
	}
	if l := c.AccessLogConfiguration; l != nil {
		l.IncludeQueryParameters = cmp.Or(l.IncludeQueryParameters, types.ServiceConnectIncludeQueryParametersDisabled)
	}
	if c.Enabled && len(c.ContainerConfigurations) == 0 {
		c.ContainerConfigurations = []types.ServiceConnectContainerConfiguration{
			&types.ServiceConnectContainerConfigurationMemberLogLevel{Value: types.ServiceConnectContainerLogLevelInfo},
		}
	}
	sortBy(c.Services, func(s types.ServiceConnectService) string { return aws.ToString(s.PortName) })
}

// sameNamespace makes a namespace that one side names and the other gives by ARN alike: ECS keeps either form.
func sameNamespace(live, want *types.ServiceConnectConfiguration) {
	if live == nil || want == nil {
		return
	}
	l, w := aws.ToString(live.Namespace), aws.ToString(want.Namespace)
	if strings.HasPrefix(l, "arn:") != strings.HasPrefix(w, "arn:") {
		live.Namespace = want.Namespace
	}
}
