package ecs

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// The capacity providers that exist without being made.
const (
	fargate     = "FARGATE"
	fargateSpot = "FARGATE_SPOT"
)

// checkStrategy checks a capacity provider strategy against the providers of a cluster. The caller holds the lock.
func (s *Service) checkStrategy(strategy []types.CapacityProviderStrategyItem, providers []string) error {
	for _, p := range providers {
		if s.knownProvider(last(p)) == nil {
			return invalid("The specified capacity provider '%s' was not found. Specify a valid name and try again.", p)
		}
	}
	if len(strategy) > 20 {
		return invalid("A capacity provider strategy can contain a maximum of 20 capacity providers.")
	}
	bases := 0
	for _, item := range strategy {
		if !slices.Contains(providers, aws.ToString(item.CapacityProvider)) {
			return invalid("The specified capacity provider strategy cannot contain a capacity provider that is not associated with the cluster. Associate the capacity provider with the cluster and try again.")
		}
		if item.Base > 0 {
			bases++
		}
		if item.Base < 0 || item.Base > 100000 || item.Weight < 0 || item.Weight > 1000 {
			return invalid("The capacity provider strategy's base must be between 0 and 100000 and its weight between 0 and 1000.")
		}
	}
	if bases > 1 {
		return invalid("Only one capacity provider in a capacity provider strategy can have a base defined.")
	}
	return nil
}

// PutClusterCapacityProviders replaces a cluster's capacity providers and default strategy.
func (s *Service) PutClusterCapacityProviders(_ context.Context, in *ecs.PutClusterCapacityProvidersInput) (*ecs.PutClusterCapacityProvidersOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.checkStrategy(in.DefaultCapacityProviderStrategy, in.CapacityProviders); err != nil {
		return nil, err
	}
	c, err := s.cluster(in.Cluster)
	if err != nil {
		return nil, err
	}
	for _, svc := range c.Services {
		for _, item := range svc.Service.CapacityProviderStrategy {
			if svc.status() == "ACTIVE" && !slices.Contains(in.CapacityProviders, aws.ToString(item.CapacityProvider)) {
				return nil, &types.ResourceInUseException{Message: aws.String("The specified capacity provider is in use and cannot be removed.")}
			}
		}
	}
	c.Cluster.CapacityProviders = orEmpty(in.CapacityProviders)
	c.Cluster.DefaultCapacityProviderStrategy = orEmpty(in.DefaultCapacityProviderStrategy)
	return &ecs.PutClusterCapacityProvidersOutput{Cluster: s.describeCluster(c, everyClusterField())}, nil
}
