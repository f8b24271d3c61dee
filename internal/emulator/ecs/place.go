package ecs

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// Where tasks run. This endpoint has no container instances of its own: with the launch types EC2 and EXTERNAL it says what
// ECS says where none has joined the cluster. A capacity provider of an Auto Scaling group or of Managed Instances brings an
// instance for every task, which is this machine.

// launchOf is the launch type that tasks get from a capacity provider. The caller holds the lock.
func (s *Service) launchOf(provider string) types.LaunchType {
	switch p := s.knownProvider(provider); {
	case p == nil, provider == fargate, provider == fargateSpot:
		return types.LaunchTypeFargate
	case p.ManagedInstancesProvider != nil:
		return types.LaunchTypeManagedInstances
	}
	return types.LaunchTypeEc2
}

// unplaced tells whether tasks would have to wait for a container instance that nobody brings.
func unplaced(launch types.LaunchType, strategy []types.CapacityProviderStrategyItem) bool {
	return len(strategy) == 0 && (launch == types.LaunchTypeEc2 || launch == types.LaunchTypeExternal)
}

// checkPlace holds a task definition and a network against where the tasks are to run. The caller holds the lock.
func (s *Service) checkPlace(td types.TaskDefinition, launch types.LaunchType, strategy []types.CapacityProviderStrategyItem, network *types.NetworkConfiguration, constraints []types.PlacementConstraint, placement []types.PlacementStrategy) error {
	if len(strategy) > 0 {
		launch = s.launchOf(last(aws.ToString(strategy[0].CapacityProvider)))
	}
	if launch == "" {
		launch = types.LaunchTypeFargate
	}
	if !slices.Contains(td.Compatibilities, types.Compatibility(launch)) {
		return invalid("Task definition does not support launch_type %s.", launch)
	}
	if launch == types.LaunchTypeFargate {
		if len(constraints) > 0 || len(placement) > 0 {
			return invalid("Placement constraints and strategies are not supported with the FARGATE launch type.")
		}
		return nil
	}
	if network != nil && network.AwsvpcConfiguration != nil && network.AwsvpcConfiguration.AssignPublicIp == types.AssignPublicIpEnabled {
		return invalid("Assign public IP is not supported for this launch type.")
	}
	return nil
}

// counted counts a service's tasks by their capacity providers. The caller holds the lock.
func (svc *service) counted(deployment string) map[string]int {
	has := map[string]int{}
	for _, t := range svc.tasks() {
		if t.Deployment == deployment && t.wanted() {
			has[aws.ToString(t.Task.CapacityProviderName)]++
		}
	}
	return has
}

// onFargate tells whether a strategy's tasks run on Fargate. The caller holds the lock.
func onFargate(s *Service, strategy []types.CapacityProviderStrategyItem) bool {
	return len(strategy) > 0 && s.launchOf(last(aws.ToString(strategy[0].CapacityProvider))) == types.LaunchTypeFargate
}

// checkRun checks where tasks without a service are to run. The caller holds the lock.
func (s *Service) checkRun(c *cluster, td types.TaskDefinition, in *ecs.RunTaskInput, strategy []types.CapacityProviderStrategyItem) error {
	if err := s.checkStrategyOf(c, in.CapacityProviderStrategy); err != nil {
		return err
	}
	if err := s.checkPlace(td, in.LaunchType, strategy, in.NetworkConfiguration, in.PlacementConstraints, in.PlacementStrategy); err != nil {
		return err
	}
	if unplaced(in.LaunchType, strategy) {
		return invalid("No Container Instances were found in your cluster.")
	}
	return nil
}
