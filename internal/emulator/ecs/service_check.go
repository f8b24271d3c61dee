package ecs

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	elbv2 "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
)

// checkCreate refuses what ECS refuses when a service is made. The caller holds the lock.
func (s *Service) checkCreate(c *cluster, td *taskDefinition, in *ecs.CreateServiceInput) error {
	switch {
	case in.SchedulingStrategy == types.SchedulingStrategyDaemon && in.LaunchType != types.LaunchTypeEc2 && in.LaunchType != types.LaunchTypeExternal:
		return invalid("The daemon scheduling strategy is not supported for AWS Fargate. Change to a supported scheduling strategy and try again.")
	case in.DeploymentController != nil && in.DeploymentController.Type != types.DeploymentControllerTypeEcs && in.DeploymentController.Type != "":
		return &types.UnsupportedFeatureException{Message: aws.String("The deployment controller " + string(in.DeploymentController.Type) + " is not supported by this endpoint.")}
	case aws.ToInt32(in.DesiredCount) < 0:
		return invalid("desiredCount must not be negative.")
	case in.LaunchType != "" && len(in.CapacityProviderStrategy) > 0:
		return invalid("Specifying both a launch type and capacity provider strategy is not supported. Remove one and try again.")
	case in.SchedulingStrategy == types.SchedulingStrategyDaemon && in.DesiredCount != nil && *in.DesiredCount != 0:
		return invalid("The daemon scheduling strategy does not support a desired count for services. Remove the desired count value and try again.")
	case in.LaunchType == types.LaunchTypeExternal && len(in.LoadBalancers) > 0:
		return invalid("Service load balancing is not supported for the EXTERNAL launch type.")
	case in.LaunchType == types.LaunchType(types.CompatibilityManagedInstances):
		return invalid("The MANAGED_INSTANCES launch type is not supported. Specify a capacity provider strategy and try again.")
	case in.HealthCheckGracePeriodSeconds != nil && *in.HealthCheckGracePeriodSeconds > 0 && len(in.LoadBalancers)+len(in.ServiceRegistries)+len(in.GatewayConnectors) == 0 && !checkedDefinition(td):
		return invalid("Health check grace period is only valid for services configured to use load balancers or container health checks.")
	}
	if err := checkDisks(td.Definition, serviceDisks(in.VolumeConfigurations)); err != nil {
		return err
	}
	if err := s.checkStrategyOf(c, in.CapacityProviderStrategy); err != nil {
		return err
	}
	if err := s.checkPlace(td.Definition, in.LaunchType, in.CapacityProviderStrategy, in.NetworkConfiguration, in.PlacementConstraints, in.PlacementStrategy); err != nil {
		return err
	}
	if err := checkPlatform(in.PlatformVersion); err != nil {
		return err
	}
	if err := checkConnect(td.Definition, in.ServiceConnectConfiguration); err != nil {
		return err
	}
	return checkDeploymentConfiguration(in.DeploymentConfiguration)
}

func checkedDefinition(td *taskDefinition) bool {
	return slices.ContainsFunc(td.Definition.ContainerDefinitions, hasCheck)
}

func (s *Service) checkStrategyOf(c *cluster, strategy []types.CapacityProviderStrategyItem) error {
	return s.checkStrategy(strategy, c.Cluster.CapacityProviders)
}

func checkPlatform(version *string) error {
	if version == nil || slices.Contains([]string{"", "LATEST", "1.4.0", "1.3.0"}, *version) {
		return nil
	}
	return &types.PlatformUnknownException{Message: aws.String("The specified platform does not exist.")}
}

// checkDeploymentConfiguration refuses percentages with which no deployment could move, and what is not served here.
func checkDeploymentConfiguration(c *types.DeploymentConfiguration) error {
	if c == nil {
		return nil
	}
	if c.Strategy != "" && c.Strategy != types.DeploymentStrategyRolling {
		return &types.UnsupportedFeatureException{Message: aws.String("The deployment strategy " + string(c.Strategy) + " is not supported by this endpoint.")}
	}
	minimum, maximum := aws.ToInt32(orInt(c.MinimumHealthyPercent, 100)), aws.ToInt32(orInt(c.MaximumPercent, 200))
	if minimum < 0 || maximum < 1 || maximum <= minimum {
		return invalid("maximumPercent must be greater than minimumHealthyPercent.")
	}
	if b := c.DeploymentCircuitBreaker; b != nil && b.ThresholdConfiguration != nil && b.ThresholdConfiguration.Value < 1 {
		return invalid("Invalid deploymentCircuitBreaker threshold: %d", b.ThresholdConfiguration.Value)
	}
	return nil
}

// checkRevision checks what tasks will need: network, and load balancers whose containers and target groups exist.
// It asks elb and must not be called with the lock held.
func (s *Service) checkRevision(ctx context.Context, td types.TaskDefinition, network *types.NetworkConfiguration, balancers []types.LoadBalancer) error {
	if td.NetworkMode == types.NetworkModeAwsvpc {
		if network == nil || network.AwsvpcConfiguration == nil {
			return invalid("Network Configuration must be provided when networkMode 'awsvpc' is specified.")
		}
		if len(network.AwsvpcConfiguration.Subnets) == 0 {
			return invalid("subnets can not be empty.")
		}
	} else if network != nil && network.AwsvpcConfiguration != nil {
		return invalid("Network Configuration is not valid for the given networkMode of this task definition.")
	}
	for _, lb := range balancers {
		if err := s.checkBalancer(ctx, td, lb); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) checkBalancer(ctx context.Context, td types.TaskDefinition, lb types.LoadBalancer) error {
	name, port := aws.ToString(lb.ContainerName), aws.ToInt32(lb.ContainerPort)
	at := slices.IndexFunc(td.ContainerDefinitions, func(c types.ContainerDefinition) bool { return *c.Name == name })
	if at < 0 {
		return invalid("The container %s does not exist in the task definition.", name)
	}
	if !slices.ContainsFunc(td.ContainerDefinitions[at].PortMappings, func(p types.PortMapping) bool { return aws.ToInt32(p.ContainerPort) == port }) {
		return invalid("The container %s did not have a container port %d defined.", name, port)
	}
	group := aws.ToString(lb.TargetGroupArn)
	if group == "" || s.ELB == nil {
		return invalid("targetGroupArn should not be blank.")
	}
	out, err := s.ELB.DescribeTargetGroups(ctx, &elbv2.DescribeTargetGroupsInput{TargetGroupArns: []string{group}})
	if err != nil || len(out.TargetGroups) == 0 {
		return invalid("The target group with targetGroupArn %s does not exist.", group)
	}
	tg := out.TargetGroups[0]
	if len(tg.LoadBalancerArns) == 0 {
		return invalid("The target group with targetGroupArn %s does not have an associated load balancer.", group)
	}
	if (td.NetworkMode == types.NetworkModeAwsvpc) != (tg.TargetType == "ip") {
		return invalid("The provided target group %s has target type %s, which is incompatible with the %s network mode specified in the task definition.", group, tg.TargetType, td.NetworkMode)
	}
	return nil
}
