package iam

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"ferry.dev/ferry/internal/emulator/paging"
)

// mostVersions is how many versions a managed policy may have.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
const mostVersions = 5

// CreatePolicyVersion adds a version, which the policy's roles get when it is set as the default.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreatePolicyVersion.html
func (s *Service) CreatePolicyVersion(_ context.Context, in *iam.CreatePolicyVersionInput) (*iam.CreatePolicyVersionOutput, error) {
	if err := checkManaged(in.PolicyDocument); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	p, err := s.policy(in.PolicyArn)
	if err != nil {
		return nil, err
	}
	if len(p.Versions) >= mostVersions {
		return nil, limit("A managed policy can have up to " + strconv.Itoa(mostVersions) + " versions. Before you create a new version, you must delete an existing version.")
	}
	v := p.add(in.PolicyDocument, in.SetAsDefault, s.now())
	v.Document = nil // which only GetPolicyVersion tells
	return &iam.CreatePolicyVersionOutput{PolicyVersion: &v}, nil
}

// GetPolicyVersion returns a version with its document, URL-encoded. The documents of AWS's own policies are not known here.
func (s *Service) GetPolicyVersion(_ context.Context, in *iam.GetPolicyVersionInput) (*iam.GetPolicyVersionOutput, error) {
	if managed(aws.ToString(in.PolicyArn)) {
		return nil, invalid("The documents of AWS's own policies are not available on this endpoint.")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	p, i, err := s.version(in.PolicyArn, in.VersionId)
	if err != nil {
		return nil, err
	}
	v := p.Versions[i]
	v.Document = encoded(aws.ToString(v.Document))
	return &iam.GetPolicyVersionOutput{PolicyVersion: &v}, nil
}

// ListPolicyVersions lists the versions, the newest first, without their documents. A policy of AWS's shows its default.
func (s *Service) ListPolicyVersions(_ context.Context, in *iam.ListPolicyVersionsInput) (*iam.ListPolicyVersionsOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := []types.PolicyVersion{}
	if managed(aws.ToString(in.PolicyArn)) {
		all = append(all, types.PolicyVersion{VersionId: aws.String("v1"), IsDefaultVersion: true})
	} else {
		p, err := s.policy(in.PolicyArn)
		if err != nil {
			return nil, err
		}
		for _, v := range slices.Backward(p.Versions) {
			v.Document = nil
			all = append(all, v)
		}
	}
	page, next, err := paging.Page(all, in.Marker, in.MaxItems, 100)
	if err != nil {
		return nil, invalid("Invalid Marker.")
	}
	return &iam.ListPolicyVersionsOutput{Versions: page, Marker: next, IsTruncated: next != nil}, nil
}

// SetDefaultPolicyVersion makes a version the one that holds.
func (s *Service) SetDefaultPolicyVersion(_ context.Context, in *iam.SetDefaultPolicyVersionInput) (*iam.SetDefaultPolicyVersionOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, i, err := s.version(in.PolicyArn, in.VersionId)
	if err != nil {
		return nil, err
	}
	p.prefer(i, s.now())
	return &iam.SetDefaultPolicyVersionOutput{}, nil
}

// DeletePolicyVersion deletes a version that is not the default.
func (s *Service) DeletePolicyVersion(_ context.Context, in *iam.DeletePolicyVersionInput) (*iam.DeletePolicyVersionOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, i, err := s.version(in.PolicyArn, in.VersionId)
	if err != nil {
		return nil, err
	}
	if p.Versions[i].IsDefaultVersion {
		return nil, conflict("Cannot delete the default version of a policy.")
	}
	p.Versions = slices.Delete(p.Versions, i, i+1)
	return &iam.DeletePolicyVersionOutput{}, nil
}

// version finds a version of a policy. The caller holds the lock.
func (s *Service) version(arn, id *string) (*policy, int, error) {
	p, err := s.policy(arn)
	if err != nil {
		return nil, 0, err
	}
	i := slices.IndexFunc(p.Versions, func(v types.PolicyVersion) bool { return aws.ToString(v.VersionId) == aws.ToString(id) })
	if i < 0 {
		return nil, 0, noSuchEntity("Policy " + aws.ToString(arn) + " version " + aws.ToString(id) + " does not exist or is not attachable.")
	}
	return p, i, nil
}

// add appends a version and returns it.
func (p *policy) add(document *string, prefer bool, now *time.Time) types.PolicyVersion {
	p.Last++
	p.Versions = append(p.Versions, types.PolicyVersion{VersionId: aws.String("v" + strconv.Itoa(p.Last)), Document: document, CreateDate: now})
	last := len(p.Versions) - 1
	if prefer {
		p.prefer(last, now)
	}
	p.Policy.UpdateDate = now
	return p.Versions[last]
}

// prefer makes a version the default.
func (p *policy) prefer(version int, now *time.Time) {
	for i := range p.Versions {
		p.Versions[i].IsDefaultVersion = i == version
	}
	p.Policy.DefaultVersionId, p.Policy.UpdateDate = p.Versions[version].VersionId, now
}
