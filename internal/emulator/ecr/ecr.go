// Package ecr owns Elastic Container Registry as the emulator serves it: repositories, policies, tokens and images over
// the API, and the OCI registry that docker and other clients push to and pull from under /v2/.
//
// The upload protocol of blobs is go-containerregistry's; this package adds what makes it ECR: Basic authentication with
// tokens that expire, pushes only into repositories that exist, tag mutability, manifests and blobs that survive a
// restart, and deletion that frees what nothing refers to any more. A repository's URI is "<host:port>/<name>" on
// loopback. Policies are kept and not evaluated; a scan finds nothing, as nothing scans. Replication, pull-through
// caches, signing and layer uploads over the API (clients use /v2/) are left out.
//
// API: https://docs.aws.amazon.com/AmazonECR/latest/APIReference/
package ecr

import (
	"encoding/json"
	"net/http"
	"sync"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/aws/aws-sdk-go-v2/service/ecr/types"

	"ferry.dev/ferry/internal/emulator/clock"
	"ferry.dev/ferry/internal/emulator/ids"
)

// Deps is what the service needs from its endpoint.
type Deps struct {
	Scope ids.Scope
	Clock *clock.Clock
	Host  func() string // host:port at which the endpoint serves /v2/
	Dir   string        // where blobs are kept; "" keeps them in memory
}

// Service is Elastic Container Registry. Its exported methods are its operations, with the SDK's signatures.
type Service struct {
	deps  Deps
	blobs blobStore

	mu     sync.Mutex
	repos  []*repository
	tokens map[string]time.Time // password → when it expires
}

type repository struct {
	types.Repository
	Images    []*image
	Blobs     map[string]bool // digests of the blobs that were pushed here
	Tags      map[string]string
	Lifecycle string // policy text, "" when there is none
	Policy    string
	uploads   http.Handler // the blob protocol of this repository
}

type image struct {
	Digest    string
	MediaType string
	Manifest  []byte
	Size      int64 // of configuration and layers, compressed
	Pushed    time.Time
	Pulled    *time.Time
	Scanned   *time.Time
	Tags      []string
}

// New returns a registry without repositories.
func New(d Deps) *Service {
	s := &Service{deps: d, tokens: map[string]time.Time{}, blobs: newMemory()}
	if d.Dir != "" {
		s.blobs = &disk{dir: d.Dir}
	}
	return s
}

// Registry returns the OCI registry; it serves every path under /v2/.
func (s *Service) Registry() http.Handler { return http.HandlerFunc(s.serve) }

// Image returns an image by repository:tag or repository@digest, with or without the registry's host before it. Of an
// image index it returns the image for Linux on this machine's architecture, else the first.
// When it is not there, the error is ECR's own: RepositoryNotFoundException or ImageNotFoundException.
func (s *Service) Image(ref string) (v1.Image, error) { return s.read(ref) }

// saved is the service's state between two runs of the endpoint. Blobs are not in it: they are in Dir.
type saved struct {
	Repositories []*repository
	Tokens       map[string]time.Time
}

// Save returns the state for Load.
func (s *Service) Save() ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return json.Marshal(saved{s.repos, s.tokens})
}

// Load takes over a saved state.
func (s *Service) Load(data []byte) error {
	var st saved
	if err := json.Unmarshal(data, &st); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.repos = st.Repositories
	if st.Tokens != nil {
		s.tokens = st.Tokens
	}
	for _, r := range s.repos {
		if r.Blobs == nil {
			r.Blobs = map[string]bool{}
		}
		if r.Tags == nil {
			r.Tags = map[string]string{}
		}
		s.attach(r)
	}
	return nil
}

// Close releases nothing: the registry holds no goroutine and no open file.
func (s *Service) Close() error { return nil }
