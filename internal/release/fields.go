package release

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// serviceFields is the table of what UpdateService can change. An empty list is sent as such, because nil keeps the
// old value: removing one block from a manifest never silently keeps, or drops, another.
func serviceFields() []serviceField {
	return append(restartingFields(), quietFields()...)
}

// restartingFields are those for which UpdateService starts a service deployment.
func restartingFields() []serviceField {
	return []serviceField{
		{"network", "NetworkConfiguration", true, func(u *ecs.UpdateServiceInput, s ecs.CreateServiceInput) {
			u.NetworkConfiguration = s.NetworkConfiguration
		}},
		{"load balancer", "LoadBalancers", true, func(u *ecs.UpdateServiceInput, s ecs.CreateServiceInput) {
			u.LoadBalancers = orEmpty(s.LoadBalancers)
		}},
		{"service registries", "ServiceRegistries", true, func(u *ecs.UpdateServiceInput, s ecs.CreateServiceInput) {
			u.ServiceRegistries = orEmpty(s.ServiceRegistries)
		}},
		{"service connect", "ServiceConnectConfiguration", true, func(u *ecs.UpdateServiceInput, s ecs.CreateServiceInput) {
			if u.ServiceConnectConfiguration = s.ServiceConnectConfiguration; u.ServiceConnectConfiguration == nil {
				u.ServiceConnectConfiguration = &types.ServiceConnectConfiguration{Enabled: false}
			}
		}},
		{"platform version", "PlatformVersion", true, func(u *ecs.UpdateServiceInput, s ecs.CreateServiceInput) {
			if u.PlatformVersion = s.PlatformVersion; u.PlatformVersion == nil {
				u.PlatformVersion = aws.String("LATEST")
			}
		}},
		{"volumes", "VolumeConfigurations", true, func(u *ecs.UpdateServiceInput, s ecs.CreateServiceInput) {
			u.VolumeConfigurations = orEmpty(s.VolumeConfigurations)
		}},
		{"lattice", "VpcLatticeConfigurations", true, func(u *ecs.UpdateServiceInput, s ecs.CreateServiceInput) {
			u.VpcLatticeConfigurations = orEmpty(s.VpcLatticeConfigurations)
		}},
	}
}

// quietFields are those that it changes without one.
func quietFields() []serviceField {
	return []serviceField{
		{"capacity providers", "CapacityProviderStrategy", false, func(u *ecs.UpdateServiceInput, s ecs.CreateServiceInput) {
			u.CapacityProviderStrategy = orEmpty(s.CapacityProviderStrategy)
		}},
		{"deployment", "DeploymentConfiguration", false, func(u *ecs.UpdateServiceInput, s ecs.CreateServiceInput) {
			u.DeploymentConfiguration = s.DeploymentConfiguration
		}},
		{"availability zone rebalancing", "AvailabilityZoneRebalancing", false, func(u *ecs.UpdateServiceInput, s ecs.CreateServiceInput) {
			u.AvailabilityZoneRebalancing = s.AvailabilityZoneRebalancing
		}},
		{"managed tags", "EnableECSManagedTags", false, func(u *ecs.UpdateServiceInput, s ecs.CreateServiceInput) {
			u.EnableECSManagedTags = aws.Bool(s.EnableECSManagedTags)
		}},
		{"exec", "EnableExecuteCommand", false, func(u *ecs.UpdateServiceInput, s ecs.CreateServiceInput) {
			u.EnableExecuteCommand = aws.Bool(s.EnableExecuteCommand)
		}},
		{"health check grace period", "HealthCheckGracePeriodSeconds", false, func(u *ecs.UpdateServiceInput, s ecs.CreateServiceInput) {
			u.HealthCheckGracePeriodSeconds = aws.Int32(aws.ToInt32(s.HealthCheckGracePeriodSeconds))
		}},
		{"placement constraints", "PlacementConstraints", false, func(u *ecs.UpdateServiceInput, s ecs.CreateServiceInput) {
			u.PlacementConstraints = orEmpty(s.PlacementConstraints)
		}},
		{"placement strategy", "PlacementStrategy", false, func(u *ecs.UpdateServiceInput, s ecs.CreateServiceInput) {
			u.PlacementStrategy = orEmpty(s.PlacementStrategy)
		}},
		{"propagated tags", "PropagateTags", false, func(u *ecs.UpdateServiceInput, s ecs.CreateServiceInput) {
			if u.PropagateTags = s.PropagateTags; u.PropagateTags == "" {
				u.PropagateTags = types.PropagateTagsNone
			}
		}},
	}
}

func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}
