package ecr

import (
	"context"
	"encoding/base64"
	"fmt"
	"slices"
	"strconv"
	"strings"

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
	reference := digest
	if reference == "" {
		reference = tag
	}
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

// BatchDeleteImage removes tags (an image goes with its last one) or, by digest, whole images, and frees their blobs.
func (s *Service) BatchDeleteImage(_ context.Context, in *ecr.BatchDeleteImageInput) (*ecr.BatchDeleteImageOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, err := s.findLocked(in.RepositoryName)
	if err != nil {
		return nil, err
	}
	out := &ecr.BatchDeleteImageOutput{Failures: []types.ImageFailure{}, ImageIds: []types.ImageIdentifier{}}
	for _, id := range in.ImageIds {
		im, failure := r.lookup(id)
		if failure == nil {
			failure = r.heldBy(im, id)
		}
		if failure != nil {
			out.Failures = append(out.Failures, *failure)
			continue
		}
		if id.ImageTag != nil && len(im.Tags) > 1 {
			im.Tags = slices.DeleteFunc(im.Tags, func(t string) bool { return t == *id.ImageTag })
			out.ImageIds = append(out.ImageIds, types.ImageIdentifier{ImageDigest: aws.String(im.Digest), ImageTag: id.ImageTag})
			continue
		}
		out.ImageIds = append(out.ImageIds, im.identifiers()...)
		r.Images = slices.DeleteFunc(r.Images, func(x *image) bool { return x == im })
		if err := s.freeLocked(r, im.blobDigests()); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (im *image) blobDigests() []string {
	c, err := parse(im.Manifest)
	if err != nil {
		return nil
	}
	var out []string
	for _, b := range c.blobs() {
		out = append(out, b.Digest.String())
	}
	return out
}

// heldBy refuses to delete an image that an index refers to.
func (r *repository) heldBy(im *image, id types.ImageIdentifier) *types.ImageFailure {
	for _, other := range r.Images {
		c, err := parse(other.Manifest)
		if err == nil && slices.ContainsFunc(c.Manifests, func(d v1.Descriptor) bool { return d.Digest.String() == im.Digest }) {
			return &types.ImageFailure{FailureCode: types.ImageFailureCodeImageReferencedByManifestList, ImageId: &id,
				FailureReason: aws.String(fmt.Sprintf("Requested image referenced by manifest list: [%s]", other.Digest))}
		}
	}
	return nil
}

// BatchCheckLayerAvailability tells which blobs a repository has.
func (s *Service) BatchCheckLayerAvailability(_ context.Context, in *ecr.BatchCheckLayerAvailabilityInput) (*ecr.BatchCheckLayerAvailabilityOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, err := s.findLocked(in.RepositoryName)
	if err != nil {
		return nil, err
	}
	out := &ecr.BatchCheckLayerAvailabilityOutput{Failures: []types.LayerFailure{}, Layers: []types.Layer{}}
	for _, d := range in.LayerDigests {
		h, err := v1.NewHash(d)
		if err != nil {
			out.Failures = append(out.Failures, types.LayerFailure{FailureCode: types.LayerFailureCodeInvalidLayerDigest, FailureReason: aws.String("Invalid request parameters: layer digest should satisfy the regex '[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+'"), LayerDigest: aws.String(d)})
			continue
		}
		l := types.Layer{LayerAvailability: types.LayerAvailabilityUnavailable, LayerDigest: aws.String(d)}
		if n, err := s.blobs.stat(h); err == nil && r.Blobs[d] {
			l.LayerAvailability, l.LayerSize = types.LayerAvailabilityAvailable, aws.Int64(n)
		}
		out.Layers = append(out.Layers, l)
	}
	return out, nil
}

// PutImage stores a manifest whose layers are here, or gives an image another tag.
func (s *Service) PutImage(_ context.Context, in *ecr.PutImageInput) (*ecr.PutImageOutput, error) {
	s.mu.Lock()
	r, err := s.findLocked(in.RepositoryName)
	if err == nil {
		err = r.already(in)
	}
	s.mu.Unlock()
	if err != nil {
		return nil, err
	}
	im, err := s.keep(r, []byte(aws.ToString(in.ImageManifest)), aws.ToString(in.ImageManifestMediaType), aws.ToString(in.ImageTag))
	if err != nil {
		return nil, err
	}
	if in.ImageDigest != nil && *in.ImageDigest != im.Digest {
		return nil, &types.ImageDigestDoesNotMatchException{Message: aws.String(fmt.Sprintf("The provided digest %s does not match the image manifest", *in.ImageDigest))}
	}
	return &ecr.PutImageOutput{Image: &types.Image{
		ImageId: &types.ImageIdentifier{ImageDigest: aws.String(im.Digest), ImageTag: in.ImageTag}, ImageManifest: in.ImageManifest,
		ImageManifestMediaType: aws.String(im.MediaType), RegistryId: r.RegistryId, RepositoryName: r.RepositoryName,
	}}, nil
}

// already refuses a put that would change nothing.
func (r *repository) already(in *ecr.PutImageInput) error {
	h, _, err := v1.SHA256(strings.NewReader(aws.ToString(in.ImageManifest)))
	if err != nil {
		return err
	}
	im := r.find(h.String())
	if im == nil || (in.ImageTag != nil && !slices.Contains(im.Tags, *in.ImageTag)) {
		return nil
	}
	return &types.ImageAlreadyExistsException{Message: aws.String(fmt.Sprintf("Image with digest '%s' and tag '%s' already exists in the repository with name '%s' in registry with id '%s'", im.Digest, orNull(in.ImageTag), *r.RepositoryName, *r.RegistryId))}
}

// StartImageScan ends at once: nothing is looked at here, and nothing is found.
func (s *Service) StartImageScan(_ context.Context, in *ecr.StartImageScanInput) (*ecr.StartImageScanOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, im, err := s.oneLocked(in.RepositoryName, in.ImageId)
	if err != nil {
		return nil, err
	}
	now := s.deps.Clock.Now()
	im.Scanned = &now
	return &ecr.StartImageScanOutput{ImageId: in.ImageId, ImageScanStatus: scanStatus(), RegistryId: r.RegistryId, RepositoryName: r.RepositoryName}, nil
}

func scanStatus() *types.ImageScanStatus {
	return &types.ImageScanStatus{Status: types.ScanStatusComplete, Description: aws.String("The scan was completed successfully: this endpoint has no scanner, so nothing was looked for.")}
}

// DescribeImageScanFindings has no findings.
func (s *Service) DescribeImageScanFindings(_ context.Context, in *ecr.DescribeImageScanFindingsInput) (*ecr.DescribeImageScanFindingsOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, im, err := s.oneLocked(in.RepositoryName, in.ImageId)
	if err != nil {
		return nil, err
	}
	if im.Scanned == nil {
		return nil, &types.ScanNotFoundException{Message: aws.String(fmt.Sprintf("Image scan does not exist for the image with '%s' in the repository with name '%s' in the registry with id '%s'", im.Digest, *r.RepositoryName, *r.RegistryId))}
	}
	return &ecr.DescribeImageScanFindingsOutput{
		ImageId: in.ImageId, ImageScanStatus: scanStatus(), RegistryId: r.RegistryId, RepositoryName: r.RepositoryName,
		ImageScanFindings: &types.ImageScanFindings{FindingSeverityCounts: map[string]int32{}, Findings: []types.ImageScanFinding{}, ImageScanCompletedAt: im.Scanned},
	}, nil
}

func (s *Service) oneLocked(name *string, id *types.ImageIdentifier) (*repository, *image, error) {
	r, err := s.findLocked(name)
	if err != nil {
		return nil, nil, err
	}
	if id == nil {
		return nil, nil, invalid("Invalid parameter at 'imageId' failed to satisfy constraint: 'must not be null'")
	}
	im, failure := r.lookup(*id)
	if failure != nil {
		return nil, nil, s.noImage(r, *id)
	}
	return r, im, nil
}

// page cuts one page out of a list; the token is the index of the next element.
func page[T any](all []T, token *string, size *int32) ([]T, *string, error) {
	start, n := 0, 100
	if t := aws.ToString(token); t != "" {
		i, err := strconv.Atoi(decode(t))
		if err != nil || i < 0 || i > len(all) {
			return nil, nil, invalid("Invalid parameter at 'nextToken' failed to satisfy constraint: 'must be a token that this operation returned'")
		}
		start = i
	}
	if size != nil {
		if n = int(*size); n < 1 || n > 1000 {
			return nil, nil, invalid("Invalid parameter at 'maxResults' failed to satisfy constraint: 'must be between 1 and 1000'")
		}
	}
	if start+n >= len(all) {
		return all[start:], nil, nil
	}
	return all[start : start+n], aws.String(base64.StdEncoding.EncodeToString([]byte(strconv.Itoa(start + n)))), nil
}

func decode(token string) string {
	b, err := base64.StdEncoding.DecodeString(token)
	if err != nil {
		return ""
	}
	return string(b)
}
