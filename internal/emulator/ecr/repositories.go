package ecr

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"
)

func (s *Service) repoLocked(name string) *repository {
	for _, r := range s.repos {
		if *r.RepositoryName == name {
			return r
		}
	}
	return nil
}

// findLocked is repoLocked with ECR's error.
func (s *Service) findLocked(name *string) (*repository, error) {
	if r := s.repoLocked(aws.ToString(name)); r != nil {
		return r, nil
	}
	return nil, s.noRepository(aws.ToString(name))
}

func (s *Service) noRepository(name string) error {
	return &types.RepositoryNotFoundException{Message: aws.String(fmt.Sprintf("The repository with name '%s' does not exist in the registry with id '%s'", name, s.deps.Scope.Account))}
}

func invalid(format string, args ...any) error {
	return &types.InvalidParameterException{Message: aws.String(fmt.Sprintf(format, args...))}
}

func validName(name string) bool {
	ok, err := regexp.MatchString(`^(?:[a-z0-9]+(?:[._-][a-z0-9]+)*/)*[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*$`, name)
	return err == nil && ok && len(name) >= 2 && len(name) <= 256
}

// CreateRepository makes a repository.
func (s *Service) CreateRepository(_ context.Context, in *ecr.CreateRepositoryInput) (*ecr.CreateRepositoryOutput, error) {
	name := aws.ToString(in.RepositoryName)
	if !validName(name) {
		return nil, invalid("Invalid parameter at 'repositoryName' failed to satisfy constraint: 'must satisfy regular expression '(?:[a-z0-9]+(?:[._-][a-z0-9]+)*/)*[a-z0-9]+(?:[._-][a-z0-9]+)*''")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.repoLocked(name) != nil {
		return nil, &types.RepositoryAlreadyExistsException{Message: aws.String(fmt.Sprintf("The repository with name '%s' already exists in the registry with id '%s'", name, s.deps.Scope.Account))}
	}
	r := &repository{Blobs: map[string]bool{}, Tags: map[string]string{}, Repository: types.Repository{
		CreatedAt:                          aws.Time(s.deps.Clock.Now()),
		EncryptionConfiguration:            in.EncryptionConfiguration,
		ImageScanningConfiguration:         in.ImageScanningConfiguration,
		ImageTagMutability:                 in.ImageTagMutability,
		ImageTagMutabilityExclusionFilters: in.ImageTagMutabilityExclusionFilters,
		RegistryId:                         aws.String(s.deps.Scope.Account),
		RepositoryArn:                      aws.String(s.deps.Scope.ARN("ecr", "repository/"+name)),
		RepositoryName:                     in.RepositoryName,
	}}
	if r.EncryptionConfiguration == nil {
		r.EncryptionConfiguration = &types.EncryptionConfiguration{EncryptionType: types.EncryptionTypeAes256}
	}
	if r.ImageScanningConfiguration == nil {
		r.ImageScanningConfiguration = &types.ImageScanningConfiguration{}
	}
	r.ImageTagMutability = cmp.Or(r.ImageTagMutability, types.ImageTagMutabilityMutable)
	if err := r.tag(in.Tags); err != nil {
		return nil, err
	}
	s.attach(r)
	s.repos = append(s.repos, r)
	return &ecr.CreateRepositoryOutput{Repository: s.view(r)}, nil
}

// view is the repository as it is described now: its URI has the host at which the endpoint listens today.
func (s *Service) view(r *repository) *types.Repository {
	v := r.Repository
	v.RepositoryUri = aws.String(s.deps.Host() + "/" + *r.RepositoryName)
	return &v
}

// DescribeRepositories lists repositories, all of them by name or those named.
func (s *Service) DescribeRepositories(_ context.Context, in *ecr.DescribeRepositoriesInput) (*ecr.DescribeRepositoriesOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var views []types.Repository
	for _, name := range in.RepositoryNames {
		r, err := s.findLocked(&name)
		if err != nil {
			return nil, err
		}
		views = append(views, *s.view(r))
	}
	if len(in.RepositoryNames) == 0 {
		for _, r := range s.repos {
			views = append(views, *s.view(r))
		}
		slices.SortFunc(views, func(a, b types.Repository) int { return strings.Compare(*a.RepositoryName, *b.RepositoryName) })
	}
	cut, next, err := page(views, in.NextToken, in.MaxResults)
	if err != nil {
		return nil, err
	}
	return &ecr.DescribeRepositoriesOutput{Repositories: cut, NextToken: next}, nil
}

// DeleteRepository removes a repository; with images in it only by force. Its blobs go, too.
func (s *Service) DeleteRepository(_ context.Context, in *ecr.DeleteRepositoryInput) (*ecr.DeleteRepositoryOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, err := s.findLocked(in.RepositoryName)
	if err != nil {
		return nil, err
	}
	if len(r.Images) > 0 && !in.Force {
		return nil, &types.RepositoryNotEmptyException{Message: aws.String(fmt.Sprintf("The repository with name '%s' in registry with id '%s' cannot be deleted because it still contains images", *r.RepositoryName, s.deps.Scope.Account))}
	}
	view := s.view(r)
	s.repos = slices.DeleteFunc(s.repos, func(x *repository) bool { return x == r })
	r.Images = nil
	if err := s.freeLocked(r, slices.Collect(maps.Keys(r.Blobs))); err != nil {
		return nil, err
	}
	return &ecr.DeleteRepositoryOutput{Repository: view}, nil
}

// PutImageTagMutability sets whether a tag may move.
func (s *Service) PutImageTagMutability(_ context.Context, in *ecr.PutImageTagMutabilityInput) (*ecr.PutImageTagMutabilityOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, err := s.findLocked(in.RepositoryName)
	if err != nil {
		return nil, err
	}
	r.ImageTagMutability, r.ImageTagMutabilityExclusionFilters = in.ImageTagMutability, in.ImageTagMutabilityExclusionFilters
	return &ecr.PutImageTagMutabilityOutput{ImageTagMutability: r.ImageTagMutability, ImageTagMutabilityExclusionFilters: r.ImageTagMutabilityExclusionFilters, RegistryId: r.RegistryId, RepositoryName: r.RepositoryName}, nil
}

// PutImageScanningConfiguration sets whether a push starts a scan.
func (s *Service) PutImageScanningConfiguration(_ context.Context, in *ecr.PutImageScanningConfigurationInput) (*ecr.PutImageScanningConfigurationOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, err := s.findLocked(in.RepositoryName)
	if err != nil {
		return nil, err
	}
	if in.ImageScanningConfiguration == nil {
		return nil, invalid("Invalid parameter at 'imageScanningConfiguration' failed to satisfy constraint: 'must not be null'")
	}
	r.ImageScanningConfiguration = in.ImageScanningConfiguration
	return &ecr.PutImageScanningConfigurationOutput{ImageScanningConfiguration: r.ImageScanningConfiguration, RegistryId: r.RegistryId, RepositoryName: r.RepositoryName}, nil
}

func (r *repository) tag(tags []types.Tag) error {
	for _, t := range tags {
		if aws.ToString(t.Key) == "" {
			return &types.InvalidTagParameterException{Message: aws.String("A tag must have a key")}
		}
		r.Tags[*t.Key] = aws.ToString(t.Value)
	}
	return nil
}

func (s *Service) byARNLocked(arn *string) (*repository, error) {
	_, name, ok := strings.Cut(aws.ToString(arn), ":repository/")
	if !ok {
		return nil, invalid("Invalid parameter at 'resourceArn' failed to satisfy constraint: 'must be the ARN of a repository'")
	}
	return s.findLocked(&name)
}

// TagResource adds tags to a repository.
func (s *Service) TagResource(_ context.Context, in *ecr.TagResourceInput) (*ecr.TagResourceOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, err := s.byARNLocked(in.ResourceArn)
	if err != nil {
		return nil, err
	}
	return &ecr.TagResourceOutput{}, r.tag(in.Tags)
}

// UntagResource removes tags by key.
func (s *Service) UntagResource(_ context.Context, in *ecr.UntagResourceInput) (*ecr.UntagResourceOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, err := s.byARNLocked(in.ResourceArn)
	if err != nil {
		return nil, err
	}
	for _, k := range in.TagKeys {
		delete(r.Tags, k)
	}
	return &ecr.UntagResourceOutput{}, nil
}

// ListTagsForResource lists a repository's tags by key.
func (s *Service) ListTagsForResource(_ context.Context, in *ecr.ListTagsForResourceInput) (*ecr.ListTagsForResourceOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, err := s.byARNLocked(in.ResourceArn)
	if err != nil {
		return nil, err
	}
	out := &ecr.ListTagsForResourceOutput{Tags: []types.Tag{}}
	for _, k := range slices.Sorted(maps.Keys(r.Tags)) {
		out.Tags = append(out.Tags, types.Tag{Key: aws.String(k), Value: aws.String(r.Tags[k])})
	}
	return out, nil
}

func checkJSON(what, text string) error {
	if !json.Valid([]byte(text)) {
		return invalid("Invalid parameter at '%s' failed to satisfy constraint: 'must be valid JSON'", what)
	}
	return nil
}
