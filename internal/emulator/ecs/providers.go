package ecs

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// knownProvider finds a capacity provider, AWS's own among them; nil where there is none. The caller holds the lock.
func (s *Service) knownProvider(name string) *types.CapacityProvider {
	if name == fargate || name == fargateSpot {
		return &types.CapacityProvider{
			CapacityProviderArn: aws.String(s.Scope.ARN("ecs", "capacity-provider/"+name)), Name: aws.String(name),
			Status: types.CapacityProviderStatusActive, Type: types.CapacityProviderType(name), Tags: []types.Tag{},
		}
	}
	return s.providers[name]
}

// CreateCapacityProvider makes a capacity provider of an Auto Scaling group or of Managed Instances. Its instances are there
// as soon as a task needs them: on this endpoint they are this machine.
func (s *Service) CreateCapacityProvider(_ context.Context, in *ecs.CreateCapacityProviderInput) (*ecs.CreateCapacityProviderOutput, error) {
	name := aws.ToString(in.Name)
	group, managed := in.AutoScalingGroupProvider, in.ManagedInstancesProvider
	switch lower := strings.ToLower(name); {
	case !validName(name), strings.HasPrefix(lower, "aws"), strings.HasPrefix(lower, "ecs"), strings.HasPrefix(lower, "fargate"):
		return nil, client("The specified capacity provider name is invalid. Up to 255 characters are allowed. They include letters (both upper and lowercase letters), numbers, underscores (_), and hyphens (-). The name can't be prefixed with \"aws\", \"ecs\", or \"fargate\". Specify a valid name and try again.")
	case (group == nil) == (managed == nil):
		return nil, client("Specify exactly one of autoScalingGroupProvider and managedInstancesProvider and try again.")
	case group != nil && aws.ToString(group.AutoScalingGroupArn) == "":
		return nil, client("The Auto Scaling group ARN should not be blank.")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.providers[name] != nil {
		return nil, client("The specified capacity provider already exists. To change the configuration of an existing capacity provider, update the capacity provider.")
	}
	p := &types.CapacityProvider{
		CapacityProviderArn: aws.String(s.Scope.ARN("ecs", "capacity-provider/"+name)), Name: in.Name, Status: types.CapacityProviderStatusActive,
		Tags: orEmpty(in.Tags), Type: types.CapacityProviderTypeEc2Autoscaling, AutoScalingGroupProvider: fillGroup(group),
	}
	if managed != nil {
		c, err := s.cluster(in.Cluster)
		if err != nil {
			return nil, err
		}
		p.Type, p.Cluster, p.ManagedInstancesProvider = types.CapacityProviderTypeManagedInstances, c.Cluster.ClusterArn, fillManaged(managed)
		if !slices.Contains(c.Cluster.CapacityProviders, name) {
			c.Cluster.CapacityProviders = append(c.Cluster.CapacityProviders, name)
		}
	}
	s.providers[name] = p
	return &ecs.CreateCapacityProviderOutput{CapacityProvider: p}, nil
}

func fillGroup(in *types.AutoScalingGroupProvider) *types.AutoScalingGroupProvider {
	if in == nil {
		return nil
	}
	p := *in
	scaling := types.ManagedScaling{Status: types.ManagedScalingStatusDisabled}
	if p.ManagedScaling != nil {
		scaling = *p.ManagedScaling
	}
	scaling.TargetCapacity, scaling.InstanceWarmupPeriod = orInt(scaling.TargetCapacity, 100), orInt(scaling.InstanceWarmupPeriod, 300)
	scaling.MinimumScalingStepSize, scaling.MaximumScalingStepSize = orInt(scaling.MinimumScalingStepSize, 1), orInt(scaling.MaximumScalingStepSize, 10000)
	p.ManagedScaling = &scaling
	if p.ManagedTerminationProtection == "" {
		p.ManagedTerminationProtection = types.ManagedTerminationProtectionDisabled
	}
	if p.ManagedDraining == "" {
		p.ManagedDraining = types.ManagedDrainingEnabled
	}
	return &p
}

func fillManaged(in *types.CreateManagedInstancesProviderConfiguration) *types.ManagedInstancesProvider {
	return &types.ManagedInstancesProvider{
		InfrastructureRoleArn: in.InfrastructureRoleArn, InstanceLaunchTemplate: in.InstanceLaunchTemplate, PropagateTags: in.PropagateTags,
		AutoRepairConfiguration: in.AutoRepairConfiguration, InfrastructureOptimization: in.InfrastructureOptimization,
	}
}

// UpdateCapacityProvider changes how a capacity provider scales. What is not given keeps its value.
func (s *Service) UpdateCapacityProvider(_ context.Context, in *ecs.UpdateCapacityProviderInput) (*ecs.UpdateCapacityProviderOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.providers[last(aws.ToString(in.Name))]
	if p == nil {
		return nil, noProvider()
	}
	if g := in.AutoScalingGroupProvider; g != nil && p.AutoScalingGroupProvider != nil {
		next := *p.AutoScalingGroupProvider
		if g.ManagedScaling != nil {
			next.ManagedScaling = g.ManagedScaling
		}
		if g.ManagedTerminationProtection != "" {
			next.ManagedTerminationProtection = g.ManagedTerminationProtection
		}
		if g.ManagedDraining != "" {
			next.ManagedDraining = g.ManagedDraining
		}
		p.AutoScalingGroupProvider = fillGroup(&next)
	}
	if m := in.ManagedInstancesProvider; m != nil && p.ManagedInstancesProvider != nil {
		next := *p.ManagedInstancesProvider
		if m.InfrastructureRoleArn != nil {
			next.InfrastructureRoleArn = m.InfrastructureRoleArn
		}
		if m.PropagateTags != "" {
			next.PropagateTags = m.PropagateTags
		}
		p.ManagedInstancesProvider = &next
	}
	p.UpdateStatus = types.CapacityProviderUpdateStatusUpdateComplete
	return &ecs.UpdateCapacityProviderOutput{CapacityProvider: p}, nil
}

// DeleteCapacityProvider deletes a capacity provider that no cluster offers any more. One of Managed Instances leaves its
// cluster by itself.
func (s *Service) DeleteCapacityProvider(_ context.Context, in *ecs.DeleteCapacityProviderInput) (*ecs.DeleteCapacityProviderOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	name := last(aws.ToString(in.CapacityProvider))
	p := s.providers[name]
	if p == nil {
		return nil, noProvider()
	}
	for _, c := range s.clusters {
		if !c.active() || !slices.Contains(c.Cluster.CapacityProviders, name) {
			continue
		}
		if p.ManagedInstancesProvider == nil {
			return nil, client("The capacity provider cannot be deleted because it is associated with cluster: %s. Remove the capacity provider from the cluster and try again.", c.name())
		}
		c.Cluster.CapacityProviders = slices.DeleteFunc(slices.Clone(c.Cluster.CapacityProviders), func(n string) bool { return n == name })
	}
	delete(s.providers, name)
	gone := *p
	gone.Status, gone.UpdateStatus = types.CapacityProviderStatusInactive, types.CapacityProviderUpdateStatusDeleteComplete
	return &ecs.DeleteCapacityProviderOutput{CapacityProvider: &gone}, nil
}

func noProvider() error {
	return client("The specified capacity provider does not exist. Specify a valid name or ARN and try again.")
}

// DescribeCapacityProviders describes capacity providers by name or ARN; none named: all.
func (s *Service) DescribeCapacityProviders(_ context.Context, in *ecs.DescribeCapacityProvidersInput) (*ecs.DescribeCapacityProvidersOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	names := in.CapacityProviders
	if len(names) == 0 {
		names = append([]string{fargate, fargateSpot}, slices.Sorted(maps.Keys(s.providers))...)
	}
	out := &ecs.DescribeCapacityProvidersOutput{CapacityProviders: []types.CapacityProvider{}, Failures: []types.Failure{}}
	for _, name := range names {
		p := s.knownProvider(last(name))
		if p == nil {
			out.Failures = append(out.Failures, failure(s.Scope.ARN("ecs", "capacity-provider/"+last(name)), "MISSING"))
			continue
		}
		out.CapacityProviders = append(out.CapacityProviders, *p)
	}
	return out, nil
}

// pick chooses the capacity provider of a strategy that gets the next task, given how many tasks each has: first the one
// whose base is not full, then the one that is furthest below its weight's share.
// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CapacityProviderStrategyItem.html
func pick(strategy []types.CapacityProviderStrategyItem, has map[string]int) string {
	best, least := "", -1.0
	for _, item := range strategy {
		name := last(aws.ToString(item.CapacityProvider))
		above := has[name] - int(item.Base)
		if above < 0 {
			return name
		}
		if item.Weight <= 0 {
			continue
		}
		if share := float64(above) / float64(item.Weight); least < 0 || share < least {
			best, least = name, share
		}
	}
	return best
}
