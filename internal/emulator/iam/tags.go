package iam

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"ferry.dev/ferry/internal/emulator/paging"
)

// TagRole adds or replaces tags.
func (s *Service) TagRole(_ context.Context, in *iam.TagRoleInput) (*iam.TagRoleOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, err := s.role(in.RoleName)
	if err != nil {
		return nil, err
	}
	for _, tag := range in.Tags {
		r.Role.Tags = append(without(r.Role.Tags, aws.ToString(tag.Key)), tag)
	}
	return &iam.TagRoleOutput{}, nil
}

// UntagRole removes tags.
func (s *Service) UntagRole(_ context.Context, in *iam.UntagRoleInput) (*iam.UntagRoleOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, err := s.role(in.RoleName)
	if err != nil {
		return nil, err
	}
	r.Role.Tags = without(r.Role.Tags, in.TagKeys...)
	return &iam.UntagRoleOutput{}, nil
}

// ListRoleTags lists a role's tags.
func (s *Service) ListRoleTags(_ context.Context, in *iam.ListRoleTagsInput) (*iam.ListRoleTagsOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, err := s.role(in.RoleName)
	if err != nil {
		return nil, err
	}
	page, next, err := paging.Page(append([]types.Tag{}, r.Role.Tags...), in.Marker, in.MaxItems, 100)
	if err != nil {
		return nil, invalid("Invalid Marker.")
	}
	return &iam.ListRoleTagsOutput{Tags: page, Marker: next, IsTruncated: next != nil}, nil
}

// TagPolicy adds or replaces tags of a managed policy.
func (s *Service) TagPolicy(_ context.Context, in *iam.TagPolicyInput) (*iam.TagPolicyOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, err := s.policy(in.PolicyArn)
	if err != nil {
		return nil, err
	}
	for _, tag := range in.Tags {
		p.Policy.Tags = append(without(p.Policy.Tags, aws.ToString(tag.Key)), tag)
	}
	return &iam.TagPolicyOutput{}, nil
}

// UntagPolicy removes tags of a managed policy.
func (s *Service) UntagPolicy(_ context.Context, in *iam.UntagPolicyInput) (*iam.UntagPolicyOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, err := s.policy(in.PolicyArn)
	if err != nil {
		return nil, err
	}
	p.Policy.Tags = without(p.Policy.Tags, in.TagKeys...)
	return &iam.UntagPolicyOutput{}, nil
}

// ListPolicyTags lists a managed policy's tags.
func (s *Service) ListPolicyTags(_ context.Context, in *iam.ListPolicyTagsInput) (*iam.ListPolicyTagsOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, err := s.policy(in.PolicyArn)
	if err != nil {
		return nil, err
	}
	page, next, err := paging.Page(append([]types.Tag{}, p.Policy.Tags...), in.Marker, in.MaxItems, 100)
	if err != nil {
		return nil, invalid("Invalid Marker.")
	}
	return &iam.ListPolicyTagsOutput{Tags: page, Marker: next, IsTruncated: next != nil}, nil
}

// without returns a new list without the tags of the given keys, so that an answer that holds the old one stays whole.
func without(tags []types.Tag, keys ...string) []types.Tag {
	return slices.DeleteFunc(slices.Clone(tags), func(t types.Tag) bool { return slices.Contains(keys, aws.ToString(t.Key)) })
}
