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

// newServiceConnect lets the service call others by their short names, and, where it has a port, be called.
func newServiceConnect(s plan.Service) serviceConnect {
	if !s.Manifest.Network.Connect {
		return serviceConnect{}
	}
	c := serviceConnect{
		Enabled:          true,
		Namespace:        plan.Ref(s.EnvStack, plan.OutputNamespaceARN),
		LogConfiguration: newLog(s.CloudWatchLog()),
	}
	if p, ok := s.ConnectPort(); ok {
		c.Services = append(c.Services, connectService{
			PortName:      p.Name,
			DiscoveryName: s.ConnectName(),
			ClientAliases: []connectAlias{{Port: p.Number, DNSName: s.ConnectAlias(), TestTrafficRules: newTestRules(s)}},
		})
	}
	return c
}

// newTestRules says which calls reach a new revision before all others do.
func newTestRules(s plan.Service) *testRules {
	t := s.Manifest.Deployment.TestTraffic
	if t == nil {
		return nil
	}
	return &testRules{testHeader{Name: t.Header, Value: testValue{t.Value}}}
}

func enabled(on bool) string {
	if on {
		return "ENABLED"
	}
	return "DISABLED"
}
