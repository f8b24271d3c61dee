package ecs

import (
	"cmp"
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// CreateService makes a service and starts its first deployment. An active service of the same name is an error, unless
// the client token is the same: then that service is the answer.
func (s *Service) CreateService(ctx context.Context, in *ecs.CreateServiceInput) (*ecs.CreateServiceOutput, error) {
	if !validName(aws.ToString(in.ServiceName)) {
		return nil, invalid("Invalid service name: %s", aws.ToString(in.ServiceName))
	}
	td, err := s.lookUp(in.Cluster, in.TaskDefinition)
	if err != nil {
		return nil, err
	}
	if err := s.checkRevision(ctx, td, in.NetworkConfiguration, in.LoadBalancers); err != nil {
		return nil, err
	}
	if err := s.checkRegistries(ctx, in.ServiceRegistries); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	c, err := s.cluster(in.Cluster)
	if err != nil {
		return nil, err
	}
	definition, err := s.usable(*td.TaskDefinitionArn)
	if err != nil {
		return nil, err
	}
	if old := c.Services[*in.ServiceName]; old != nil && old.status() != "INACTIVE" {
		if in.ClientToken != nil && *in.ClientToken == old.Token && old.status() == "ACTIVE" {
			return &ecs.CreateServiceOutput{Service: s.describeService(old, true)}, nil
		}
		if old.status() == "DRAINING" {
			return nil, invalid("Unable to Start a service that is still Draining.")
		}
		return nil, invalid("Creation of service was not idempotent.")
	}
	if err := s.checkCreate(c, definition, in); err != nil {
		return nil, err
	}
	svc := s.newService(c, definition, in)
	c.Services[*in.ServiceName] = svc
	s.deploy(svc, s.newRevision(svc, definition, in.LoadBalancers, in.ServiceConnectConfiguration, in.VolumeConfigurations))
	s.schedule(svc)
	return &ecs.CreateServiceOutput{Service: s.describeService(svc, true)}, nil
}

// lookUp finds the task definition for checks that must run without the lock.
func (s *Service) lookUp(clusterName, definition *string) (types.TaskDefinition, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.cluster(clusterName); err != nil {
		return types.TaskDefinition{}, err
	}
	td, err := s.usable(aws.ToString(definition))
	if err != nil {
		return types.TaskDefinition{}, err
	}
	return td.Definition, nil
}

// newService fills in what ECS fills in.
func (s *Service) newService(c *cluster, td *taskDefinition, in *ecs.CreateServiceInput) *service {
	name := *in.ServiceName
	svc := &service{
		Tags: orEmpty(in.Tags), Token: aws.ToString(in.ClientToken), Revision: map[string]*revision{},
		cluster: c, kick: make(chan struct{}, 1),
		Service: types.Service{
			ServiceArn: aws.String(s.Scope.ARN("ecs", "service/"+c.name()+"/"+name)), ServiceName: aws.String(name),
			ClusterArn: c.Cluster.ClusterArn, Status: aws.String("ACTIVE"), DesiredCount: aws.ToInt32(in.DesiredCount),
			LaunchType: in.LaunchType, CapacityProviderStrategy: in.CapacityProviderStrategy,
			PlatformVersion: platform(in.PlatformVersion), PlatformFamily: aws.String("Linux"), TaskDefinition: aws.String(td.arn()),
			DeploymentConfiguration: fillDeploymentConfiguration(in.DeploymentConfiguration, nil),
			DeploymentController:    &types.DeploymentController{Type: types.DeploymentControllerTypeEcs},
			NetworkConfiguration:    fillNetwork(in.NetworkConfiguration), LoadBalancers: orEmpty(in.LoadBalancers),
			ServiceRegistries: orEmpty(in.ServiceRegistries), SchedulingStrategy: cmp.Or(in.SchedulingStrategy, types.SchedulingStrategyReplica),
			PlacementConstraints: orEmpty(in.PlacementConstraints), PlacementStrategy: orEmpty(in.PlacementStrategy),
			HealthCheckGracePeriodSeconds: orInt(in.HealthCheckGracePeriodSeconds, 0), EnableECSManagedTags: in.EnableECSManagedTags,
			EnableExecuteCommand: in.EnableExecuteCommand, PropagateTags: in.PropagateTags,
			AvailabilityZoneRebalancing: in.AvailabilityZoneRebalancing, CreatedAt: s.now(),
			CreatedBy: aws.String(s.Scope.ARN("iam", "root")), ResourceManagementType: types.ResourceManagementTypeCustomer,
		},
	}
	d := &svc.Service
	if d.LaunchType == "" && len(d.CapacityProviderStrategy) == 0 {
		if d.CapacityProviderStrategy = c.Cluster.DefaultCapacityProviderStrategy; len(d.CapacityProviderStrategy) == 0 {
			d.LaunchType = types.LaunchTypeFargate
		}
	}
	if d.LaunchType != types.LaunchTypeFargate && !onFargate(s, d.CapacityProviderStrategy) {
		d.PlatformVersion, d.PlatformFamily = nil, nil
	}
	d.PropagateTags = cmp.Or(d.PropagateTags, types.PropagateTagsNone)
	d.AvailabilityZoneRebalancing = cmp.Or(d.AvailabilityZoneRebalancing, types.AvailabilityZoneRebalancingEnabled)
	if len(d.LoadBalancers) > 0 || len(d.ServiceRegistries) > 0 {
		d.RoleArn = aws.String(s.Scope.ARN("iam", "role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS"))
	}
	return svc
}

// platform resolves what LATEST means.
func platform(version *string) *string {
	if v := aws.ToString(version); v == "" || v == "LATEST" {
		return aws.String("1.4.0")
	}
	return version
}

func fillNetwork(in *types.NetworkConfiguration) *types.NetworkConfiguration {
	if in == nil || in.AwsvpcConfiguration == nil {
		return in
	}
	vpc := *in.AwsvpcConfiguration
	vpc.SecurityGroups = orEmpty(vpc.SecurityGroups)
	vpc.AssignPublicIp = cmp.Or(vpc.AssignPublicIp, types.AssignPublicIpDisabled)
	return &types.NetworkConfiguration{AwsvpcConfiguration: &vpc}
}

// fillDeploymentConfiguration puts a change over what was there, and defaults under both.
func fillDeploymentConfiguration(in, old *types.DeploymentConfiguration) *types.DeploymentConfiguration {
	out := types.DeploymentConfiguration{
		MaximumPercent: aws.Int32(200), MinimumHealthyPercent: aws.Int32(100), Strategy: types.DeploymentStrategyRolling,
		BakeTimeInMinutes: aws.Int32(0), DeploymentCircuitBreaker: &types.DeploymentCircuitBreaker{},
	}
	for _, c := range []*types.DeploymentConfiguration{old, in} {
		if c == nil {
			continue
		}
		if c.MaximumPercent != nil {
			out.MaximumPercent = c.MaximumPercent
		}
		if c.MinimumHealthyPercent != nil {
			out.MinimumHealthyPercent = c.MinimumHealthyPercent
		}
		if c.DeploymentCircuitBreaker != nil {
			out.DeploymentCircuitBreaker = c.DeploymentCircuitBreaker
		}
		if c.Alarms != nil {
			out.Alarms = c.Alarms
		}
		if c.BakeTimeInMinutes != nil {
			out.BakeTimeInMinutes = c.BakeTimeInMinutes
		}
	}
	breaker := *out.DeploymentCircuitBreaker
	if breaker.ResetOnHealthyTask == nil {
		breaker.ResetOnHealthyTask = aws.Bool(true)
	}
	if breaker.ThresholdConfiguration == nil {
		breaker.ThresholdConfiguration = &types.ThresholdConfiguration{Type: types.ThresholdTypeBoundedPercent, Value: 50}
	}
	out.DeploymentCircuitBreaker = &breaker
	return &out
}

// DeleteService drains a service: it stops all tasks and becomes INACTIVE once they have stopped. A service that wants
// tasks is refused without force.
func (s *Service) DeleteService(_ context.Context, in *ecs.DeleteServiceInput) (*ecs.DeleteServiceOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	svc, err := s.service(in.Cluster, in.Service)
	if err != nil {
		return nil, err
	}
	if svc.status() == "INACTIVE" {
		return nil, noService()
	}
	if svc.Express != nil {
		return nil, invalid("%s has ResourceManagementType=ECS use DeleteExpressGatewayService to delete", *svc.Service.ServiceArn)
	}
	if svc.Service.DesiredCount > 0 && !aws.ToBool(in.Force) {
		return nil, invalid("The service cannot be stopped while it is scaled above 0.")
	}
	s.retireService(svc)
	return &ecs.DeleteServiceOutput{Service: s.describeService(svc, true)}, nil
}

// retireService begins the end of a service. The caller holds the lock.
func (s *Service) retireService(svc *service) {
	svc.Service.Status = aws.String("DRAINING")
	svc.Service.DesiredCount = 0
	s.reintroduce()
	if r := svc.current(); r != nil && r.inProgress() {
		s.finish(r, types.ServiceDeploymentStatusStopped, "Service deployment was stopped because the service was deleted.")
	}
	svc.wake()
}

// service finds a service by name or ARN, INACTIVE ones included. The caller holds the lock.
func (s *Service) service(clusterName, id *string) (*service, error) {
	name := aws.ToString(clusterName)
	if kind, parts := resource(aws.ToString(id)); kind == "service" && len(parts) == 2 && name == "" {
		name = parts[0]
	}
	c, err := s.cluster(&name)
	if err != nil {
		return nil, err
	}
	if svc := c.Services[last(aws.ToString(id))]; svc != nil {
		return svc, nil
	}
	return nil, noService()
}
