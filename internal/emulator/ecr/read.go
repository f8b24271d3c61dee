package ecr

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"runtime"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/partial"
	media "github.com/google/go-containerregistry/pkg/v1/types"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"
)

func (s *Service) read(ref string) (v1.Image, error) {
	name, id := s.parseRef(ref)
	s.mu.Lock()
	defer s.mu.Unlock()
	r, err := s.findLocked(&name)
	if err != nil {
		return nil, err
	}
	im, failure := r.lookup(id)
	if failure != nil {
		return nil, s.noImage(r, id)
	}
	for range 4 { // an index may lead to an index
		c, err := parse(im.Manifest)
		if err != nil {
			return nil, err
		}
		if len(c.Manifests) == 0 {
			return partial.CompressedToImage(&stored{store: s.blobs, image: im, contents: c})
		}
		want := forHere(c.Manifests)
		if im = r.find(want.Digest.String()); im == nil {
			return nil, s.noImage(r, types.ImageIdentifier{ImageDigest: aws.String(want.Digest.String())})
		}
	}
	return nil, s.noImage(r, id)
}

// parseRef splits [host/]name[:tag][@digest]. A host is dropped when it is this registry's: loopback (the port may have
// changed since the reference was written) or ECR's own name.
func (s *Service) parseRef(ref string) (string, types.ImageIdentifier) {
	if host, rest, ok := strings.Cut(ref, "/"); ok && s.ownHost(host) {
		ref = rest
	}
	var id types.ImageIdentifier
	if name, digest, ok := strings.Cut(ref, "@"); ok {
		ref, id.ImageDigest = name, aws.String(digest)
	}
	if i := strings.LastIndex(ref, ":"); i > strings.LastIndex(ref, "/") {
		if id.ImageDigest == nil {
			id.ImageTag = aws.String(ref[i+1:])
		}
		ref = ref[:i]
	}
	if id.ImageDigest == nil && id.ImageTag == nil {
		id.ImageTag = aws.String("latest")
	}
	return ref, id
}

func (s *Service) ownHost(host string) bool {
	if host == s.deps.Host() || strings.HasPrefix(host, s.deps.Scope.Account+".dkr.ecr.") {
		return true
	}
	name, _, err := net.SplitHostPort(host)
	if err != nil {
		return false
	}
	ip := net.ParseIP(name)
	return name == "localhost" || ip != nil && ip.IsLoopback()
}

// forHere picks the image for Linux on this machine's architecture; attestations have the platform "unknown".
func forHere(manifests []v1.Descriptor) v1.Descriptor {
	for _, arch := range []string{runtime.GOARCH, "amd64"} {
		for _, m := range manifests {
			if m.Platform != nil && m.Platform.OS == "linux" && m.Platform.Architecture == arch {
				return m
			}
		}
	}
	return manifests[0]
}

// stored is an image whose blobs are in the store.
type stored struct {
	store    blobStore
	image    *image
	contents contents
}

// RawManifest returns the manifest as it was pushed.
func (i *stored) RawManifest() ([]byte, error) { return i.image.Manifest, nil }

// MediaType returns the manifest's media type.
func (i *stored) MediaType() (media.MediaType, error) { return media.MediaType(i.image.MediaType), nil }

// RawConfigFile returns the configuration blob.
func (i *stored) RawConfigFile() ([]byte, error) {
	rc, err := i.store.get(i.contents.Config.Digest)
	if err != nil {
		return nil, fmt.Errorf("configuration of %s: %w", i.image.Digest, err)
	}
	defer rc.Close()
	b, err := io.ReadAll(rc)
	if err == nil && !json.Valid(b) {
		return nil, fmt.Errorf("configuration of %s is not JSON", i.image.Digest)
	}
	return b, err
}

// LayerByDigest returns one layer.
func (i *stored) LayerByDigest(h v1.Hash) (partial.CompressedLayer, error) {
	for _, d := range i.contents.blobs() {
		if d.Digest == h {
			return &layer{i.store, d}, nil
		}
	}
	return nil, fmt.Errorf("image %s has no layer %s", i.image.Digest, h)
}

type layer struct {
	store blobStore
	desc  v1.Descriptor
}

// Digest returns the digest of the compressed layer.
func (l *layer) Digest() (v1.Hash, error) { return l.desc.Digest, nil }

// Compressed opens the layer.
func (l *layer) Compressed() (io.ReadCloser, error) { return l.store.get(l.desc.Digest) }

// Size returns the compressed size in bytes.
func (l *layer) Size() (int64, error) { return l.desc.Size, nil }

// MediaType returns the layer's media type.
func (l *layer) MediaType() (media.MediaType, error) { return l.desc.MediaType, nil }
