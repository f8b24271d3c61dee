package ecr

import (
	"context"
	"fmt"
	"slices"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"
)

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
