// Package sns is the emulator's Simple Notification Service: standard and FIFO topics whose messages go to the queues of
// package sqs, wrapped or raw, through filter policies. Topic policies and keys are kept and not enforced. Subscriptions of
// other kinds (HTTP, e-mail, Lambda, mobile), data protection and archives are refused.
package sns

import (
	"maps"
	"sync"
	"time"

	"ferry.dev/ferry/internal/emulator/clock"
	"ferry.dev/ferry/internal/emulator/ids"
	"ferry.dev/ferry/internal/emulator/persist"
	"ferry.dev/ferry/internal/emulator/sqs"
	"ferry.dev/ferry/internal/emulator/wire"
)

// Deps is what the service is made of.
type Deps struct {
	Scope  ids.Scope
	Clock  *clock.Clock
	Queues *sqs.Service
	Host   func() string // host:port of the endpoint, which the links in messages begin with
}

// Service is SNS. It is safe for concurrent use.
type Service struct {
	Deps

	mu    sync.Mutex
	state state
}

type state struct {
	Topics        map[string]*topic        // by ARN
	Subscriptions map[string]*subscription // by ARN
}

type topic struct {
	ARN        string
	Name       string
	Attributes map[string]string // those that were set
	Tags       map[string]string
	Sequence   uint64
	Sent       map[string]sent // FIFO: what was published lately, by deduplication ID
	Deleted    int             // subscriptions
}

// sent is a message whose doubles are dropped.
type sent struct {
	At       time.Time
	ID       string
	Sequence string
}

type subscription struct {
	ARN        string
	Topic      string
	Protocol   string
	Endpoint   string
	Attributes map[string]string
}

// New makes the service.
func New(d Deps) *Service {
	return &Service{Deps: d, state: state{Topics: map[string]*topic{}, Subscriptions: map[string]*subscription{}}}
}

// Wire declares the service.
func (s *Service) Wire() wire.Service {
	return wire.Service{
		Name: "sns", Protocol: wire.Query, Version: "2010-03-31", Namespace: "http://sns.amazonaws.com/doc/2010-03-31/",
		Statuses: map[string]int{"NotFound": 404, "ResourceNotFound": 404},
		Operations: map[string]wire.Operation{
			"CreateTopic":               wire.Op(s.CreateTopic),
			"DeleteTopic":               wire.Op(s.DeleteTopic),
			"GetSubscriptionAttributes": wire.Op(s.GetSubscriptionAttributes),
			"GetTopicAttributes":        wire.Op(s.GetTopicAttributes),
			"ListSubscriptions":         wire.Op(s.ListSubscriptions),
			"ListSubscriptionsByTopic":  wire.Op(s.ListSubscriptionsByTopic),
			"ListTagsForResource":       wire.Op(s.ListTagsForResource),
			"ListTopics":                wire.Op(s.ListTopics),
			"Publish":                   wire.Op(s.Publish),
			"PublishBatch":              wire.Op(s.PublishBatch),
			"SetSubscriptionAttributes": wire.Op(s.SetSubscriptionAttributes),
			"SetTopicAttributes":        wire.Op(s.SetTopicAttributes),
			"Subscribe":                 wire.Op(s.Subscribe),
			"TagResource":               wire.Op(s.TagResource),
			"Unsubscribe":               wire.Op(s.Unsubscribe),
			"UntagResource":             wire.Op(s.UntagResource),
		},
	}
}

// Save returns the service's state.
func (s *Service) Save() ([]byte, error) { return persist.Save(&s.mu, &s.state) }

// Load takes what Save returned.
func (s *Service) Load(data []byte) error { return persist.Load(&s.mu, data, &s.state) }

// Tagged lists the topics with their tags.
func (s *Service) Tagged() []ids.Tagged {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []ids.Tagged
	for _, t := range s.state.Topics {
		all = append(all, ids.Tagged{ARN: t.ARN, Tags: maps.Clone(t.Tags)})
	}
	return all
}
