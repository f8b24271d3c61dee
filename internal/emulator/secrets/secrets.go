// Package secrets is the emulator's Secrets Manager: secrets with versions, stages, tags and a recovery window.
// Rotation, replication and resource policies are not part of it.
package secrets

import (
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"

	"ferry.dev/ferry/internal/emulator/clock"
	"ferry.dev/ferry/internal/emulator/ids"
	"ferry.dev/ferry/internal/emulator/persist"
	"ferry.dev/ferry/internal/emulator/wire"
)

// The stages that AWS moves by itself.
const (
	current  = "AWSCURRENT"
	previous = "AWSPREVIOUS"
)

// Service is Secrets Manager. It is safe for concurrent use.
type Service struct {
	scope ids.Scope
	clk   *clock.Clock

	mu      sync.Mutex
	secrets map[string]*secret // by name
}

type secret struct {
	Name        string
	ARN         string
	Description string
	KeyID       string
	Type        string
	Tags        map[string]string
	Created     time.Time
	Changed     time.Time
	Deleted     *time.Time // when it will be gone; nil while it is alive
	Versions    map[string]*version
}

type version struct {
	ID      string
	String  *string
	Binary  []byte
	Created time.Time
	Stages  []string
}

// New makes the service.
func New(scope ids.Scope, clk *clock.Clock) *Service {
	return &Service{scope: scope, clk: clk, secrets: map[string]*secret{}}
}

// Wire declares the service.
func (s *Service) Wire() wire.Service {
	return wire.Service{
		Name: "secretsmanager", Protocol: wire.JSON11, TargetPrefix: "secretsmanager", PascalNames: true,
		Operations: map[string]wire.Operation{
			"CreateSecret":         wire.Op(s.CreateSecret),
			"DeleteSecret":         wire.Op(s.DeleteSecret),
			"DescribeSecret":       wire.Op(s.DescribeSecret),
			"GetSecretValue":       wire.Op(s.GetSecretValue),
			"ListSecretVersionIds": wire.Op(s.ListSecretVersionIds),
			"ListSecrets":          wire.Op(s.ListSecrets),
			"PutSecretValue":       wire.Op(s.PutSecretValue),
			"RestoreSecret":        wire.Op(s.RestoreSecret),
			"TagResource":          wire.Op(s.TagResource),
			"UntagResource":        wire.Op(s.UntagResource),
			"UpdateSecret":         wire.Op(s.UpdateSecret),
		},
	}
}

// Save returns the service's state.
func (s *Service) Save() ([]byte, error) { return persist.Save(&s.mu, &s.secrets) }

// Load takes what Save returned.
func (s *Service) Load(data []byte) error { return persist.Load(&s.mu, data, &s.secrets) }

// Tagged lists the secrets with their tags.
func (s *Service) Tagged() []ids.Tagged {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []ids.Tagged
	for _, x := range s.secrets {
		all = append(all, ids.Tagged{ARN: x.ARN, Tags: maps.Clone(x.Tags)})
	}
	return all
}

// find resolves a name, an ARN, or an ARN without its random end. The caller holds the lock.
func (s *Service) find(id *string) (*secret, error) {
	s.purge()
	ref := aws.ToString(id)
	for _, x := range s.secrets {
		if x.Name == ref || x.ARN == ref || x.ARN[:len(x.ARN)-7] == ref {
			return x, nil
		}
	}
	return nil, &types.ResourceNotFoundException{Message: aws.String("Secrets Manager can't find the specified secret.")}
}

// alive is find for everything that a secret marked for deletion refuses.
func (s *Service) alive(id *string) (*secret, error) {
	x, err := s.find(id)
	if err == nil && x.Deleted != nil {
		return nil, &types.InvalidRequestException{Message: aws.String("You can't perform this operation on the secret because it was marked for deletion.")}
	}
	return x, err
}

// purge forgets the secrets whose recovery window has passed.
func (s *Service) purge() {
	now := s.clk.Now()
	maps.DeleteFunc(s.secrets, func(_ string, x *secret) bool { return x.Deleted != nil && now.After(*x.Deleted) })
}

// put adds a version and moves the stages: what was current becomes previous.
func (x *secret) put(v *version, stages []string) {
	if len(stages) == 0 {
		stages = []string{current}
	}
	for _, stage := range stages {
		if stage == current {
			x.demote()
		}
		x.strip(stage)
	}
	v.Stages = slices.Clone(stages)
	x.Versions[v.ID] = v
	maps.DeleteFunc(x.Versions, func(_ string, old *version) bool { return len(old.Stages) == 0 && len(x.Versions) > 100 })
	x.Changed = v.Created
}

func (x *secret) demote() {
	for _, v := range x.Versions {
		if slices.Contains(v.Stages, current) {
			x.strip(previous)
			v.Stages = append(slices.Clone(v.Stages), previous)
			return
		}
	}
}

func (x *secret) strip(stage string) {
	for _, v := range x.Versions {
		v.Stages = slices.DeleteFunc(slices.Clone(v.Stages), func(s string) bool { return s == stage })
	}
}

// stages returns the versions that have a stage, as descriptions carry them.
func (x *secret) stages() map[string][]string {
	out := map[string][]string{}
	for id, v := range x.Versions {
		if len(v.Stages) > 0 {
			out[id] = v.Stages
		}
	}
	return out
}

func (x *secret) tagList() []types.Tag {
	list := []types.Tag{}
	for _, key := range slices.Sorted(maps.Keys(x.Tags)) {
		list = append(list, types.Tag{Key: aws.String(key), Value: aws.String(x.Tags[key])})
	}
	return list
}

func (s *Service) now() time.Time { return s.clk.Now().Truncate(time.Millisecond) }

func invalidParameter(message string) error {
	return &types.InvalidParameterException{Message: &message}
}

func optional(s string) *string {
	if strings.TrimSpace(s) == "" {
		return nil
	}
	return &s
}
