package ecr

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"
)

func orNull(p *string) string {
	if p == nil {
		return "null"
	}
	return *p
}

func (s *Service) noImage(r *repository, id types.ImageIdentifier) error {
	return &types.ImageNotFoundException{Message: aws.String(fmt.Sprintf(
		"The image with imageId {imageDigest:'%s', imageTag:'%s'} does not exist within the repository with name '%s' in the registry with id '%s'",
		orNull(id.ImageDigest), orNull(id.ImageTag), *r.RepositoryName, s.deps.Scope.Account))}
}

// lookup finds an image by identifier, or says why not.
func (r *repository) lookup(id types.ImageIdentifier) (*image, *types.ImageFailure) {
	fail := func(code types.ImageFailureCode, reason string) (*image, *types.ImageFailure) {
		return nil, &types.ImageFailure{FailureCode: code, FailureReason: aws.String(reason), ImageId: &id}
	}
	digest, tag := aws.ToString(id.ImageDigest), aws.ToString(id.ImageTag)
	if digest == "" && tag == "" {
		return fail(types.ImageFailureCodeMissingDigestAndTag, "Invalid request parameters: both tag and digest cannot be null")
	}
	if digest != "" {
		if _, err := v1.NewHash(digest); err != nil {
			return fail(types.ImageFailureCodeInvalidImageDigest, "Invalid request parameters: image digest should satisfy the regex '[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+'")
		}
	}
	reference := cmp.Or(digest, tag)
	im := r.find(reference)
	if im == nil {
		return fail(types.ImageFailureCodeImageNotFound, "Requested image not found")
	}
	if tag != "" && !slices.Contains(im.Tags, tag) {
		return fail(types.ImageFailureCodeImageTagDoesNotMatchDigest, "Requested image tag does not match the digest")
	}
	return im, nil
}

// identifiers lists an image once for each of its tags, as ECR does.
func (im *image) identifiers() []types.ImageIdentifier {
	if len(im.Tags) == 0 {
		return []types.ImageIdentifier{{ImageDigest: aws.String(im.Digest)}}
	}
	out := make([]types.ImageIdentifier, len(im.Tags))
	for i, t := range im.Tags {
		out[i] = types.ImageIdentifier{ImageDigest: aws.String(im.Digest), ImageTag: aws.String(t)}
	}
	return out
}

// BatchGetImage returns manifests.
func (s *Service) BatchGetImage(_ context.Context, in *ecr.BatchGetImageInput) (*ecr.BatchGetImageOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, err := s.findLocked(in.RepositoryName)
	if err != nil {
		return nil, err
	}
	out := &ecr.BatchGetImageOutput{Failures: []types.ImageFailure{}, Images: []types.Image{}}
	for _, id := range in.ImageIds {
		im, failure := r.lookup(id)
		if failure != nil {
			out.Failures = append(out.Failures, *failure)
			continue
		}
		out.Images = append(out.Images, types.Image{
			ImageId: &types.ImageIdentifier{ImageDigest: aws.String(im.Digest), ImageTag: id.ImageTag}, ImageManifest: aws.String(string(im.Manifest)),
			ImageManifestMediaType: aws.String(im.MediaType), RegistryId: r.RegistryId, RepositoryName: r.RepositoryName,
		})
	}
	return out, nil
}

// DescribeImages tells digest, tags, size and times of images, the one pushed first at the front.
func (s *Service) DescribeImages(_ context.Context, in *ecr.DescribeImagesInput) (*ecr.DescribeImagesOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, err := s.findLocked(in.RepositoryName)
	if err != nil {
		return nil, err
	}
	details := []types.ImageDetail{}
	for _, id := range in.ImageIds {
		im, failure := r.lookup(id)
		if failure != nil {
			return nil, s.noImage(r, id)
		}
		details = append(details, r.detail(im))
	}
	if len(in.ImageIds) == 0 {
		for _, im := range r.Images {
			if in.Filter == nil || wanted(in.Filter.TagStatus, len(im.Tags) > 0) {
				details = append(details, r.detail(im))
			}
		}
	}
	cut, next, err := page(details, in.NextToken, in.MaxResults)
	if err != nil {
		return nil, err
	}
	return &ecr.DescribeImagesOutput{ImageDetails: cut, NextToken: next}, nil
}

func wanted(status types.TagStatus, tagged bool) bool {
	return status == "" || status == types.TagStatusAny || tagged == (status == types.TagStatusTagged)
}

func (r *repository) detail(im *image) types.ImageDetail {
	d := types.ImageDetail{
		ImageDigest: aws.String(im.Digest), ImageManifestMediaType: aws.String(im.MediaType), ImagePushedAt: aws.Time(im.Pushed),
		ImageSizeInBytes: aws.Int64(im.Size), ImageTags: slices.Clone(im.Tags), ImageStatus: types.ImageStatusActive, LastRecordedPullTime: im.Pulled,
		RegistryId: r.RegistryId, RepositoryName: r.RepositoryName,
	}
	if im.Scanned != nil {
		d.ImageScanStatus = scanStatus()
		d.ImageScanFindingsSummary = &types.ImageScanFindingsSummary{ImageScanCompletedAt: im.Scanned, FindingSeverityCounts: map[string]int32{}}
	}
	return d
}

// ListImages lists images, once for each tag.
func (s *Service) ListImages(_ context.Context, in *ecr.ListImagesInput) (*ecr.ListImagesOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, err := s.findLocked(in.RepositoryName)
	if err != nil {
		return nil, err
	}
	list := []types.ImageIdentifier{}
	for _, im := range r.Images {
		if in.Filter == nil || wanted(in.Filter.TagStatus, len(im.Tags) > 0) {
			list = append(list, im.identifiers()...)
		}
	}
	cut, next, err := page(list, in.NextToken, in.MaxResults)
	if err != nil {
		return nil, err
	}
	return &ecr.ListImagesOutput{ImageIds: cut, NextToken: next}, nil
}
