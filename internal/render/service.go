package render

import "ferry.dev/ferry/internal/plan"

// ServiceDefinition renders what `aws ecs create-service --cli-input-json` takes. It names the task definition by its
// family: ECS takes the newest revision, which is right for who uses the file by hand; a release names the one it made.
// Subnets, security groups, the target group and the namespace are placeholders for Resolve.
func ServiceDefinition(s plan.Service) ([]byte, error) {
	return document(newService(s), s.Extras.Patches.Service)
}

func newService(s plan.Service) service {
	out := service{
		Cluster:                     s.Cluster,
		ServiceName:                 s.ServiceName,
		TaskDefinition:              s.Family,
		LoadBalancers:               []loadBalancer{},
		ServiceRegistries:           []serviceRegistry{},
		DesiredCount:                s.DesiredCount(),
		LaunchType:                  s.Capacity.LaunchType,
		DeploymentConfiguration:     newDeployment(s),
		NetworkConfiguration:        newNetworkConfiguration(s),
		SchedulingStrategy:          "REPLICA",
		DeploymentController:        deploymentController{Type: "ECS"},
		Tags:                        tags(s.Tags),
		EnableECSManagedTags:        true,
		PropagateTags:               "SERVICE",
		EnableExecuteCommand:        s.Manifest.Exec,
		AvailabilityZoneRebalancing: enabled(s.Manifest.Capacity.Rebalances() && s.Rebalances()),
		ServiceConnectConfiguration: newServiceConnect(s),
		VolumeConfigurations:        volumeConfigurations(s),
	}
	place(&out, s)
	for _, arn := range s.Registries() {
		out.ServiceRegistries = append(out.ServiceRegistries, serviceRegistry{RegistryArn: arn})
	}
	if names := s.FinerMetrics(); len(names) > 0 {
		out.Monitoring = &monitoring{MetricConfigurations: []metricConfiguration{{MetricNames: names, ResolutionSeconds: 20}}}
	}
	if grace, matters := s.GracePeriod(); matters {
		out.HealthCheckGracePeriodSeconds = &grace
	}
	if r := s.Routing; r != nil {
		for _, t := range r.Targets {
			out.LoadBalancers = append(out.LoadBalancers, loadBalancer{
				TargetGroupArn: t.ARN(s.Stack), ContainerName: t.Container, ContainerPort: t.ContainerPort, AdvancedConfiguration: newAdvanced(s, t),
			})
		}
	}
	return out
}

func enabled(on bool) string {
	if on {
		return "ENABLED"
	}
	return "DISABLED"
}
