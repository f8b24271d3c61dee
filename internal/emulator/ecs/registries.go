package ecs

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/aws-sdk-go-v2/service/servicediscovery"
)

// CloudMap is what ECS does with a service's names.
type CloudMap interface {
	RegisterInstance(context.Context, *servicediscovery.RegisterInstanceInput) (*servicediscovery.RegisterInstanceOutput, error)
	DeregisterInstance(context.Context, *servicediscovery.DeregisterInstanceInput) (*servicediscovery.DeregisterInstanceOutput, error)
	GetService(context.Context, *servicediscovery.GetServiceInput) (*servicediscovery.GetServiceOutput, error)
	GetNamespace(context.Context, *servicediscovery.GetNamespaceInput) (*servicediscovery.GetNamespaceOutput, error)
}

// checkRegistries refuses names that are not there.
func (s *Service) checkRegistries(ctx context.Context, registries []types.ServiceRegistry) error {
	for _, r := range registries {
		if s.CloudMap == nil {
			return invalid("Service discovery is not available on this endpoint.")
		}
		if _, err := s.CloudMap.GetService(ctx, &servicediscovery.GetServiceInput{Id: r.RegistryArn}); err != nil {
			return invalid("The service registry %s does not exist.", aws.ToString(r.RegistryArn))
		}
	}
	return nil
}

// name puts the task's address behind its service's names.
func (s *Service) name(t *task) error {
	for _, r := range t.Registries {
		_, err := s.CloudMap.RegisterInstance(t.ctx, &servicediscovery.RegisterInstanceInput{
			ServiceId: r.RegistryArn, InstanceId: aws.String(t.id()),
			Attributes: map[string]string{
				"AWS_INSTANCE_IPV4": t.address(), "AWS_INIT_HEALTH_STATUS": "HEALTHY", "AVAILABILITY_ZONE": aws.ToString(t.Task.AvailabilityZone),
				"REGION": s.Scope.Region, "ECS_SERVICE_NAME": t.Service, "ECS_CLUSTER_NAME": t.cluster.name(),
				"ECS_TASK_DEFINITION_FAMILY": aws.ToString(t.Definition.Family),
			},
		})
		if err != nil {
			return fmt.Errorf("ResourceInitializationError: failed to register with (service registry %s): %w", aws.ToString(r.RegistryArn), err)
		}
	}
	return nil
}

// unname takes it out again.
func (s *Service) unname(ctx context.Context, t *task) {
	for _, r := range t.Registries {
		s.CloudMap.DeregisterInstance(ctx, &servicediscovery.DeregisterInstanceInput{ServiceId: r.RegistryArn, InstanceId: aws.String(t.id())}) //nolint:errcheck // a name that is gone has no instance
	}
}
