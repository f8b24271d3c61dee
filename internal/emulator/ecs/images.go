package ecs

import (
	"context"
	"errors"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	goruntime "runtime"
)

// image finds the image that a reference names, and its digest: in the local registry when the reference names that,
// else where it says. The virtual runtime needs none, and an engine pulls what the local registry does not have: for
// them the image is nil.
func (s *Service) image(ctx context.Context, ref string) (v1.Image, string, error) {
	if s.local(ref) {
		if s.ECR == nil {
			return nil, "", errors.New("not found")
		}
		image, err := s.ECR.Image(ref)
		if err != nil {
			return nil, "", err
		}
		digest, err := image.Digest()
		return image, digest.String(), err
	}
	if s.Runtime.Name() != "process" {
		return nil, digestOf(ref), nil
	}
	parsed, err := name.ParseReference(ref)
	if err != nil {
		return nil, "", err
	}
	image, err := remote.Image(parsed, remote.WithContext(ctx), remote.WithPlatform(v1.Platform{OS: "linux", Architecture: goruntime.GOARCH}))
	if err != nil {
		return nil, "", err
	}
	digest, err := image.Digest()
	return image, digest.String(), err
}

// local tells whether a reference names the endpoint's own registry, by its address or by the name that AWS would give
// it. The virtual runtime takes the latter without looking: rehearsals have no images.
func (s *Service) local(ref string) bool {
	host, _, _ := strings.Cut(ref, "/")
	if strings.HasPrefix(host, s.Scope.Account+".dkr.ecr.") {
		return s.Runtime.Name() != "virtual"
	}
	return host != "" && host == s.endpointHost()
}

// digest is what DescribeServiceRevisions says of an image: the digest that its reference resolves to now, if it is known
// without asking another registry.
func (s *Service) digest(ref string) string {
	if s.local(ref) && s.ECR != nil {
		if image, err := s.ECR.Image(ref); err == nil {
			if digest, err := image.Digest(); err == nil {
				return digest.String()
			}
		}
	}
	return digestOf(ref)
}

// digestOf is the digest that a reference itself names.
func digestOf(ref string) string {
	_, digest, _ := strings.Cut(ref, "@")
	return digest
}
