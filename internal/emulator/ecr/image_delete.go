package ecr

import (
	"context"
	"fmt"
	"slices"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"
)

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
