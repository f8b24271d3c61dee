package ecr

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"
)

func (s *Service) noLifecycle(r *repository) error {
	return &types.LifecyclePolicyNotFoundException{Message: aws.String(fmt.Sprintf("Lifecycle policy does not exist for the repository with name '%s' in the registry with id '%s'", *r.RepositoryName, s.deps.Scope.Account))}
}

func (s *Service) noPolicy(r *repository) error {
	return &types.RepositoryPolicyNotFoundException{Message: aws.String(fmt.Sprintf("Repository policy does not exist for the repository with name '%s' in the registry with id '%s'", *r.RepositoryName, s.deps.Scope.Account))}
}

// PutLifecyclePolicy keeps a lifecycle policy. Nothing expires here: ECR itself looks only once a day.
func (s *Service) PutLifecyclePolicy(_ context.Context, in *ecr.PutLifecyclePolicyInput) (*ecr.PutLifecyclePolicyOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, err := s.findLocked(in.RepositoryName)
	if err != nil {
		return nil, err
	}
	if err := checkJSON("LifecyclePolicyText", aws.ToString(in.LifecyclePolicyText)); err != nil {
		return nil, err
	}
	r.Lifecycle = *in.LifecyclePolicyText
	return &ecr.PutLifecyclePolicyOutput{LifecyclePolicyText: in.LifecyclePolicyText, RegistryId: r.RegistryId, RepositoryName: r.RepositoryName}, nil
}

// GetLifecyclePolicy returns the lifecycle policy.
func (s *Service) GetLifecyclePolicy(_ context.Context, in *ecr.GetLifecyclePolicyInput) (*ecr.GetLifecyclePolicyOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, err := s.findLocked(in.RepositoryName)
	if err != nil {
		return nil, err
	}
	if r.Lifecycle == "" {
		return nil, s.noLifecycle(r)
	}
	return &ecr.GetLifecyclePolicyOutput{LifecyclePolicyText: aws.String(r.Lifecycle), RegistryId: r.RegistryId, RepositoryName: r.RepositoryName}, nil
}

// DeleteLifecyclePolicy removes the lifecycle policy and returns it.
func (s *Service) DeleteLifecyclePolicy(_ context.Context, in *ecr.DeleteLifecyclePolicyInput) (*ecr.DeleteLifecyclePolicyOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, err := s.findLocked(in.RepositoryName)
	if err != nil {
		return nil, err
	}
	if r.Lifecycle == "" {
		return nil, s.noLifecycle(r)
	}
	out := &ecr.DeleteLifecyclePolicyOutput{LifecyclePolicyText: aws.String(r.Lifecycle), RegistryId: r.RegistryId, RepositoryName: r.RepositoryName}
	r.Lifecycle = ""
	return out, nil
}

// SetRepositoryPolicy keeps a repository policy.
func (s *Service) SetRepositoryPolicy(_ context.Context, in *ecr.SetRepositoryPolicyInput) (*ecr.SetRepositoryPolicyOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, err := s.findLocked(in.RepositoryName)
	if err != nil {
		return nil, err
	}
	if err := checkJSON("PolicyText", aws.ToString(in.PolicyText)); err != nil {
		return nil, err
	}
	r.Policy = *in.PolicyText
	return &ecr.SetRepositoryPolicyOutput{PolicyText: in.PolicyText, RegistryId: r.RegistryId, RepositoryName: r.RepositoryName}, nil
}

// GetRepositoryPolicy returns the repository policy.
func (s *Service) GetRepositoryPolicy(_ context.Context, in *ecr.GetRepositoryPolicyInput) (*ecr.GetRepositoryPolicyOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, err := s.findLocked(in.RepositoryName)
	if err != nil {
		return nil, err
	}
	if r.Policy == "" {
		return nil, s.noPolicy(r)
	}
	return &ecr.GetRepositoryPolicyOutput{PolicyText: aws.String(r.Policy), RegistryId: r.RegistryId, RepositoryName: r.RepositoryName}, nil
}

// DeleteRepositoryPolicy removes the repository policy and returns it.
func (s *Service) DeleteRepositoryPolicy(_ context.Context, in *ecr.DeleteRepositoryPolicyInput) (*ecr.DeleteRepositoryPolicyOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, err := s.findLocked(in.RepositoryName)
	if err != nil {
		return nil, err
	}
	if r.Policy == "" {
		return nil, s.noPolicy(r)
	}
	out := &ecr.DeleteRepositoryPolicyOutput{PolicyText: aws.String(r.Policy), RegistryId: r.RegistryId, RepositoryName: r.RepositoryName}
	r.Policy = ""
	return out, nil
}
