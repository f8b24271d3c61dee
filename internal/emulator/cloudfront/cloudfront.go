// Package cloudfront is the emulator's CloudFront: distributions that stacks make, each really served on a port of
// loopback: behaviours by path, origins in S3 (through origin access control, as the bucket's policy lets it) and of one's
// own, caching with invalidations, error pages, and the one CloudFront Function that is known here.
//
// A distribution's domain name is 127.0.0.1:<port>, and it speaks plain HTTP: viewers are neither redirected to HTTPS nor
// is a certificate served. A function's code is not run but recognised (functions.go): an engine for JavaScript would
// outweigh all of this. Origin groups, signed URLs, field encryption, Lambda@Edge and logs are not part of it.
//
// API: https://docs.aws.amazon.com/cloudfront/latest/APIReference/
package cloudfront

import (
	"encoding/json"
	"errors"
	"maps"
	"sync"
	"time"

	"ferry.dev/ferry/internal/emulator/clock"
	"ferry.dev/ferry/internal/emulator/ids"
	"ferry.dev/ferry/internal/emulator/s3"
)

// Deps is what the service needs.
type Deps struct {
	Scope ids.Scope
	Clock *clock.Clock
	S3    *s3.Service
}

// Service is CloudFront. It is safe for concurrent use.
type Service struct {
	deps Deps
	wg   sync.WaitGroup

	mu     sync.Mutex
	state  state
	fronts map[string]*front // by distribution
}

type state struct {
	Distributions map[string]*distribution
	Access        map[string]AccessControl // origin access controls by ID
	Functions     map[string]*Function     // by name
	Policies      map[string]CachePolicy   // cache policies of one's own, by ID
}

type distribution struct {
	ID            string
	Config        Config
	Tags          map[string]string
	Port          int
	ETag          string
	Modified      time.Time
	Invalidations []*invalidation // the newest last
}

type invalidation struct {
	ID        string
	Reference string
	Paths     []string
	Created   time.Time
}

// New makes the service. Close ends what it serves.
func New(d Deps) *Service {
	return &Service{deps: d, fronts: map[string]*front{}, state: state{
		Distributions: map[string]*distribution{}, Access: map[string]AccessControl{}, Functions: map[string]*Function{}, Policies: map[string]CachePolicy{},
	}}
}

// Save returns the service's state. Caches are not part of it.
func (s *Service) Save() ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return json.Marshal(s.state)
}

// Load takes what Save returned and serves the distributions again, on the ports that they had where these are free.
func (s *Service) Load(data []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := json.Unmarshal(data, &s.state); err != nil {
		return err
	}
	for _, d := range s.state.Distributions {
		if err := s.openLocked(d); err != nil {
			return err
		}
	}
	return nil
}

// Close ends every port.
func (s *Service) Close() error {
	s.mu.Lock()
	var errs []error
	for _, f := range s.fronts {
		errs = append(errs, f.close())
	}
	clear(s.fronts)
	s.mu.Unlock()
	s.wg.Wait()
	return errors.Join(errs...)
}

// Tagged lists the distributions with their tags.
func (s *Service) Tagged() []ids.Tagged {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []ids.Tagged
	for _, d := range s.state.Distributions {
		all = append(all, ids.Tagged{ARN: s.arn("distribution/" + d.ID), Tags: maps.Clone(d.Tags)})
	}
	return all
}

// arn is global: CloudFront's have no region.
func (s *Service) arn(resource string) string {
	return "arn:aws:cloudfront::" + s.deps.Scope.Account + ":" + resource
}
