package ecr

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	media "github.com/google/go-containerregistry/pkg/v1/types"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"
	"github.com/aws/smithy-go"
)

// find returns the image with a tag or digest, or nil.
func (r *repository) find(reference string) *image {
	for _, im := range r.Images {
		if im.Digest == reference || slices.Contains(im.Tags, reference) {
			return im
		}
	}
	return nil
}

// contents is what a manifest refers to: blobs of an image, or images of an index.
type contents struct {
	MediaType string          `json:"mediaType"`
	Config    *v1.Descriptor  `json:"config"`
	Layers    []v1.Descriptor `json:"layers"`
	Manifests []v1.Descriptor `json:"manifests"`
}

func (c contents) blobs() []v1.Descriptor {
	var out []v1.Descriptor
	if c.Config != nil {
		out = append(out, *c.Config)
	}
	for _, l := range c.Layers {
		if l.MediaType.IsDistributable() {
			out = append(out, l)
		}
	}
	return out
}

func parse(manifest []byte) (contents, error) {
	var c contents
	if err := json.Unmarshal(manifest, &c); err != nil || (c.Config == nil && c.Manifests == nil) {
		return c, invalid("Invalid parameter at 'ImageManifest' failed to satisfy constraint: 'Invalid JSON syntax or not a manifest'")
	}
	return c, nil
}

// keep stores a manifest and moves the tag to it, after checking that all it refers to is here.
func (s *Service) keep(r *repository, manifest []byte, mediaType, tag string) (*image, error) {
	c, err := parse(manifest)
	if err != nil {
		return nil, err
	}
	digest, _, err := v1.SHA256(bytes.NewReader(manifest))
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.repoLocked(*r.RepositoryName) != r { // deleted while the request came in
		return nil, s.noRepository(*r.RepositoryName)
	}
	size, err := s.measureLocked(r, c)
	if err != nil {
		return nil, err
	}
	if tag != "" {
		if err := r.moveTag(tag, digest.String()); err != nil {
			return nil, err
		}
	}
	im := r.find(digest.String())
	if im == nil {
		im = &image{Digest: digest.String(), MediaType: mediaTypeOf(mediaType, c), Manifest: manifest, Size: size, Pushed: s.deps.Clock.Now()}
		if r.ImageScanningConfiguration.ScanOnPush {
			now := s.deps.Clock.Now()
			im.Scanned = &now
		}
		r.Images = append(r.Images, im)
	}
	if tag != "" && !slices.Contains(im.Tags, tag) {
		im.Tags = append(im.Tags, tag)
	}
	return im, nil
}

func mediaTypeOf(header string, c contents) string {
	switch {
	case c.MediaType != "":
		return c.MediaType
	case header != "":
		return header
	case c.Manifests != nil:
		return string(media.OCIImageIndex)
	}
	return string(media.OCIManifestSchema1)
}

// measureLocked adds up what a manifest refers to; something that is not here is an error.
func (s *Service) measureLocked(r *repository, c contents) (int64, error) {
	var size int64
	for _, b := range c.blobs() {
		if !r.Blobs[b.Digest.String()] {
			return 0, &types.LayersNotFoundException{Message: aws.String(fmt.Sprintf("Image manifest references layer '%s' which does not exist in the repository", b.Digest))}
		}
		n, err := s.blobs.stat(b.Digest)
		if err != nil {
			return 0, err
		}
		size += n
	}
	for _, m := range c.Manifests {
		im := r.find(m.Digest.String())
		if im == nil {
			return 0, &types.ReferencedImagesNotFoundException{Message: aws.String(fmt.Sprintf("Manifest list references image '%s' which does not exist in the repository", m.Digest))}
		}
		size += im.Size
	}
	return size, nil
}

// moveTag takes a tag from the image that has it, unless the repository keeps tags where they are.
func (r *repository) moveTag(tag, digest string) error {
	old := r.find(tag)
	if old == nil || old.Digest == digest {
		return nil
	}
	if r.frozen(tag) {
		return &types.ImageTagAlreadyExistsException{Message: aws.String(fmt.Sprintf("The image tag '%s' already exists in the '%s' repository and cannot be overwritten because the tag is immutable.", tag, *r.RepositoryName))}
	}
	old.Tags = slices.DeleteFunc(old.Tags, func(t string) bool { return t == tag })
	return nil
}

func (r *repository) frozen(tag string) bool {
	excluded := slices.ContainsFunc(r.ImageTagMutabilityExclusionFilters, func(f types.ImageTagMutabilityExclusionFilter) bool {
		return wildcard(aws.ToString(f.Filter), tag)
	})
	switch r.ImageTagMutability {
	case types.ImageTagMutabilityImmutable:
		return true
	case types.ImageTagMutabilityImmutableWithExclusion:
		return !excluded
	case types.ImageTagMutabilityMutableWithExclusion:
		return excluded
	}
	return false
}

// wildcard matches a pattern in which * stands for any characters.
func wildcard(pattern, s string) bool {
	parts := strings.Split(pattern, "*")
	if len(parts) == 1 {
		return pattern == s
	}
	if !strings.HasPrefix(s, parts[0]) {
		return false
	}
	s = s[len(parts[0]):]
	for _, p := range parts[1 : len(parts)-1] {
		i := strings.Index(s, p)
		if i < 0 {
			return false
		}
		s = s[i+len(p):]
	}
	return strings.HasSuffix(s, parts[len(parts)-1])
}

// freeLocked drops those of the blobs that no image of the repository refers to any more, and from the store what no
// repository has.
func (s *Service) freeLocked(r *repository, digests []string) error {
	used := map[string]bool{}
	for _, im := range r.Images {
		if c, err := parse(im.Manifest); err == nil {
			for _, b := range c.blobs() {
				used[b.Digest.String()] = true
			}
		}
	}
	var errs []error
	for _, d := range digests {
		if used[d] {
			continue
		}
		delete(r.Blobs, d)
		if slices.ContainsFunc(s.repos, func(other *repository) bool { return other.Blobs[d] }) {
			continue
		}
		h, err := v1.NewHash(d)
		if err == nil {
			err = s.blobs.remove(h)
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// asRefusal says an error of the API in the registry's protocol.
func asRefusal(err error) *refusal {
	var api smithy.APIError
	if !errors.As(err, &api) {
		return &refusal{http.StatusInternalServerError, "UNKNOWN", err.Error()}
	}
	switch api.ErrorCode() {
	case "LayersNotFoundException":
		return &refusal{http.StatusNotFound, "MANIFEST_BLOB_UNKNOWN", api.ErrorMessage()}
	case "ReferencedImagesNotFoundException":
		return &refusal{http.StatusNotFound, "MANIFEST_UNKNOWN", api.ErrorMessage()}
	case "ImageTagAlreadyExistsException":
		return &refusal{http.StatusBadRequest, "TAG_INVALID", api.ErrorMessage()}
	case "RepositoryNotFoundException":
		return &refusal{http.StatusNotFound, "NAME_UNKNOWN", api.ErrorMessage()}
	}
	return &refusal{http.StatusBadRequest, "MANIFEST_INVALID", api.ErrorMessage()}
}
