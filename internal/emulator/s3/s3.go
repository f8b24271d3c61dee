// Package s3 is the emulator's S3: buckets with their settings, objects with versions, metadata, checksums and multipart
// uploads, kept on disk below a directory. It speaks S3's own protocol, XML over REST with streamed bodies, path style, so
// it is an HTTP handler of its own and declares no operations to package wire.
//
// Who may do what is not checked, but for what a bucket's policy lets CloudFront read. ACLs, replication, object lock,
// inventory, select and storage classes are not part of it.
//
// https://docs.aws.amazon.com/AmazonS3/latest/API/Welcome.html
package s3

import (
	"encoding/json"
	"maps"
	"sync"
	"time"

	"ferry.dev/ferry/internal/emulator/clock"
	"ferry.dev/ferry/internal/emulator/ids"
)

// Deps is what the service needs.
type Deps struct {
	Scope ids.Scope
	Clock *clock.Clock
	Dir   string // where objects lie; "" is memory
}

// Service is S3. It is safe for concurrent use.
type Service struct {
	deps  Deps
	blobs *blobs

	mu    sync.Mutex
	state state
}

type state struct {
	Buckets map[string]*bucket
	Uploads map[string]*upload // multipart uploads under way, by their IDs
}

type bucket struct {
	Name     string
	Created  time.Time
	Settings map[string]string     // sub-resource → the document that was put: "policy", "tagging", "encryption", …
	Tags     map[string]string     // the bucket's
	Objects  map[string][]*version // by key, the newest version last
	Versions string                // "" (never), Enabled or Suspended
}

// version is one version of an object, or the mark of its deletion.
type version struct {
	ID       string // "null" where versions are not kept
	Deleted  bool   // a delete marker
	Blob     string // in blobs
	Size     int64
	ETag     string // without quotes
	Modified time.Time
	Headers  map[string]string // Content-Type and the like, as they were put
	Meta     map[string]string // x-amz-meta-…, without the prefix
	Tags     map[string]string
	Checksum map[string]string // x-amz-checksum-… → value, as put
}

// New makes the service.
func New(d Deps) *Service {
	return &Service{deps: d, blobs: newBlobs(d.Dir), state: state{Buckets: map[string]*bucket{}, Uploads: map[string]*upload{}}}
}

// Save returns the service's state without the objects' contents, which are on disk already.
func (s *Service) Save() ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return json.Marshal(s.state)
}

// Load takes what Save returned, and removes contents that no object has: what an endpoint left that was killed.
func (s *Service) Load(data []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := json.Unmarshal(data, &s.state); err != nil {
		return err
	}
	used := map[string]bool{}
	for _, b := range s.state.Buckets {
		for _, versions := range b.Objects {
			for _, v := range versions {
				used[v.Blob] = true
			}
		}
	}
	for _, u := range s.state.Uploads {
		for _, p := range u.Parts {
			used[p.Blob] = true
		}
	}
	return s.blobs.keep(used)
}

// Tagged lists the buckets with their tags.
func (s *Service) Tagged() []ids.Tagged {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []ids.Tagged
	for _, b := range s.state.Buckets {
		all = append(all, ids.Tagged{ARN: "arn:aws:s3:::" + b.Name, Tags: maps.Clone(b.Tags)})
	}
	return all
}

// current is an object's newest version; nil where there is none or it is deleted.
func (b *bucket) current(key string) *version {
	versions := b.Objects[key]
	if len(versions) == 0 || versions[len(versions)-1].Deleted {
		return nil
	}
	return versions[len(versions)-1]
}
