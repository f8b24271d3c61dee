package ecs

import (
	"context"
	"encoding/json"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// UpdateService changes a service. A field that is not given keeps its value. A new deployment starts when it is forced,
// or when the task definition, network, load balancers, registries, Service Connect, platform version or volumes change;
// the other fields only change what the scheduler does from now on.
// Source: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateService.html
func (s *Service) UpdateService(ctx context.Context, in *ecs.UpdateServiceInput) (*ecs.UpdateServiceOutput, error) {
	if err := checkDeploymentConfiguration(in.DeploymentConfiguration); err != nil {
		return nil, err
	}
	if err := checkPlatform(in.PlatformVersion); err != nil {
		return nil, err
	}
	if err := s.checkUpdate(ctx, in); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	svc, err := s.activeService(in.Cluster, in.Service)
	if err != nil {
		return nil, err
	}
	if len(in.CapacityProviderStrategy) > 0 {
		if err := s.checkStrategyOf(svc.cluster, in.CapacityProviderStrategy); err != nil {
			return nil, err
		}
	}
	if svc.Express != nil && (in.LoadBalancers != nil || in.DeploymentConfiguration != nil) {
		return nil, invalid("%s has ResourceManagementType=ECS: loadBalancers and deploymentConfiguration cannot be updated", *svc.Service.ServiceArn)
	}
	next, td, err := s.nextRevision(svc, in)
	if err != nil {
		return nil, err
	}
	if in.CapacityProviderStrategy != nil && len(in.CapacityProviderStrategy) == 0 && len(svc.Service.CapacityProviderStrategy) > 0 {
		// an empty strategy goes back to the launch type of the one before
		svc.Service.LaunchType = s.launchOf(last(aws.ToString(svc.Service.CapacityProviderStrategy[0].CapacityProvider)))
	}
	svc.adjust(in)
	if in.ForceNewDeployment || !same(next, svc.Revision[svc.primary().ID].Revision) {
		svc.adopt(next)
		rev := s.addRevision(svc, td, next)
		rev.Express = svc.Revision[svc.primary().ID].Express
		s.deploy(svc, rev)
	}
	svc.Steady = false
	svc.wake()
	return &ecs.UpdateServiceOutput{Service: s.describeService(svc, true)}, nil
}

func (s *Service) activeService(clusterName, id *string) (*service, error) {
	svc, err := s.service(clusterName, id)
	if err != nil {
		return nil, err
	}
	if svc.status() != "ACTIVE" {
		return nil, &types.ServiceNotActiveException{Message: aws.String("Service was not ACTIVE.")}
	}
	return svc, nil
}

// checkUpdate checks the revision that the update would make, without the lock.
func (s *Service) checkUpdate(ctx context.Context, in *ecs.UpdateServiceInput) error {
	s.mu.Lock()
	svc, err := s.activeService(in.Cluster, in.Service)
	if err != nil {
		s.mu.Unlock()
		return err
	}
	next, td, err := s.nextRevision(svc, in)
	s.mu.Unlock()
	if err != nil {
		return err
	}
	if err := checkDisks(td.Definition, serviceDisks(next.VolumeConfigurations)); err != nil {
		return err
	}
	if err := checkConnect(td.Definition, next.ServiceConnectConfiguration); err != nil {
		return err
	}
	if err := s.checkRegistries(ctx, in.ServiceRegistries); err != nil {
		return err
	}
	if in.TaskDefinition == nil && in.LoadBalancers == nil && in.NetworkConfiguration == nil && !in.ForceNewDeployment {
		return nil
	}
	return s.checkRevision(ctx, td.Definition, next.NetworkConfiguration, next.LoadBalancers)
}

// nextRevision is the service's primary revision with the update's changes. The caller holds the lock.
func (s *Service) nextRevision(svc *service, in *ecs.UpdateServiceInput) (types.ServiceRevision, *taskDefinition, error) {
	next := svc.Revision[svc.primary().ID].Revision
	id := aws.ToString(svc.Service.TaskDefinition)
	find := s.taskDefinition // a service may stay on a definition that was deregistered since
	if in.TaskDefinition != nil {
		id, find = *in.TaskDefinition, s.usable
	}
	td, err := find(id)
	if err != nil {
		return next, nil, err
	}
	next.TaskDefinition = aws.String(td.arn())
	if in.NetworkConfiguration != nil {
		next.NetworkConfiguration = fillNetwork(in.NetworkConfiguration)
	}
	if in.LoadBalancers != nil {
		next.LoadBalancers = in.LoadBalancers
	}
	if in.ServiceRegistries != nil {
		next.ServiceRegistries = in.ServiceRegistries
	}
	if in.ServiceConnectConfiguration != nil {
		next.ServiceConnectConfiguration = in.ServiceConnectConfiguration
	}
	if in.PlatformVersion != nil {
		next.PlatformVersion = platform(in.PlatformVersion)
	}
	if in.VolumeConfigurations != nil {
		next.VolumeConfigurations = in.VolumeConfigurations
	}
	return next, td, nil
}

// same compares what a deployment is made from; ECS treats empty and absent alike.
func same(a, b types.ServiceRevision) bool {
	text := func(r types.ServiceRevision) string {
		data, err := json.Marshal([]any{
			r.TaskDefinition, r.NetworkConfiguration, orEmpty(r.LoadBalancers), orEmpty(r.ServiceRegistries),
			r.ServiceConnectConfiguration, r.PlatformVersion, orEmpty(r.VolumeConfigurations),
		})
		if err != nil {
			return err.Error()
		}
		return string(data)
	}
	return text(a) == text(b)
}

// adjust takes over the fields that start no deployment.
func (svc *service) adjust(in *ecs.UpdateServiceInput) {
	d := &svc.Service
	if in.DesiredCount != nil {
		d.DesiredCount = *in.DesiredCount
	}
	if in.DeploymentConfiguration != nil {
		d.DeploymentConfiguration = fillDeploymentConfiguration(in.DeploymentConfiguration, d.DeploymentConfiguration)
	}
	if in.CapacityProviderStrategy != nil {
		d.CapacityProviderStrategy = in.CapacityProviderStrategy
		if len(in.CapacityProviderStrategy) > 0 {
			d.LaunchType = ""
		}
	}
	if in.HealthCheckGracePeriodSeconds != nil {
		d.HealthCheckGracePeriodSeconds = in.HealthCheckGracePeriodSeconds
	}
	if in.EnableExecuteCommand != nil {
		d.EnableExecuteCommand = *in.EnableExecuteCommand
	}
	if in.EnableECSManagedTags != nil {
		d.EnableECSManagedTags = *in.EnableECSManagedTags
	}
	if in.PropagateTags != "" {
		d.PropagateTags = in.PropagateTags
	}
	if in.AvailabilityZoneRebalancing != "" {
		d.AvailabilityZoneRebalancing = in.AvailabilityZoneRebalancing
	}
	if in.PlacementConstraints != nil {
		d.PlacementConstraints = in.PlacementConstraints
	}
	if in.PlacementStrategy != nil {
		d.PlacementStrategy = in.PlacementStrategy
	}
}

// adopt makes the service say what a revision says.
func (svc *service) adopt(r types.ServiceRevision) {
	d := &svc.Service
	d.TaskDefinition, d.NetworkConfiguration, d.PlatformVersion = r.TaskDefinition, r.NetworkConfiguration, r.PlatformVersion
	d.LoadBalancers, d.ServiceRegistries = orEmpty(r.LoadBalancers), orEmpty(r.ServiceRegistries)
}
