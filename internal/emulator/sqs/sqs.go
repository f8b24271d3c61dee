// Package sqs is the emulator's Simple Queue Service: standard and FIFO queues with visibility timeouts, delays, retention,
// long polling and dead-letter queues. Queue policies and keys are kept and not enforced; moving messages back from a
// dead-letter queue and permissions by label are not part of it.
//
// A message that was received stays hidden for real seconds where tasks are real processes, which take as long as they
// take; every other time passes on the emulator's clock.
package sqs

import (
	"maps"
	"sync"
	"time"

	"ferry.dev/ferry/internal/emulator/clock"
	"ferry.dev/ferry/internal/emulator/ids"
	"ferry.dev/ferry/internal/emulator/persist"
	"ferry.dev/ferry/internal/emulator/wire"
)

// Deps is what the service is made of.
type Deps struct {
	Scope ids.Scope
	Clock *clock.Clock
	Work  *clock.Clock  // on which visibility timeouts pass; nil = Clock
	Host  func() string // host:port of the endpoint, which queue URLs begin with
}

// Service is SQS. It is safe for concurrent use.
type Service struct {
	Deps
	done chan struct{} // closed by Close: nobody waits for messages any more
	once sync.Once

	mu     sync.Mutex
	queues map[string]*queue // by name
	news   chan struct{}     // closed and replaced whenever a message may have become visible
}

// queue is one queue with its messages, oldest first.
type queue struct {
	Name       string
	ARN        string
	Attributes map[string]string // those that were set
	Tags       map[string]string
	Created    time.Time
	Modified   time.Time
	Purged     time.Time
	Sequence   uint64
	Messages   []*message
	Sent       map[string]sent // FIFO: what was sent lately, by deduplication ID
}

// sent is a message whose doubles are dropped.
type sent struct {
	At       time.Time
	ID       string
	Sequence string
}

// New makes the service.
func New(d Deps) *Service {
	if d.Work == nil {
		d.Work = d.Clock
	}
	return &Service{Deps: d, done: make(chan struct{}), queues: map[string]*queue{}, news: make(chan struct{})}
}

// Wire declares the service. Its JSON protocol is the one that clients have spoken since the end of 2023; the older Query
// protocol is refused.
func (s *Service) Wire() wire.Service {
	return wire.Service{
		Name: "sqs", Protocol: wire.JSON11, TargetPrefix: "AmazonSQS", PascalNames: true,
		ContentType: "application/x-amz-json-1.0", QueryErrors: queryErrors(),
		Operations: map[string]wire.Operation{
			"ChangeMessageVisibility":      wire.Op(s.ChangeMessageVisibility),
			"ChangeMessageVisibilityBatch": wire.Op(s.ChangeMessageVisibilityBatch),
			"CreateQueue":                  wire.Op(s.CreateQueue),
			"DeleteMessage":                wire.Op(s.DeleteMessage),
			"DeleteMessageBatch":           wire.Op(s.DeleteMessageBatch),
			"DeleteQueue":                  wire.Op(s.DeleteQueue),
			"GetQueueAttributes":           wire.Op(s.GetQueueAttributes),
			"GetQueueUrl":                  wire.Op(s.GetQueueUrl),
			"ListDeadLetterSourceQueues":   wire.Op(s.ListDeadLetterSourceQueues),
			"ListQueueTags":                wire.Op(s.ListQueueTags),
			"ListQueues":                   wire.Op(s.ListQueues),
			"PurgeQueue":                   wire.Op(s.PurgeQueue),
			"ReceiveMessage":               wire.Op(s.ReceiveMessage),
			"SendMessage":                  wire.Op(s.SendMessage),
			"SendMessageBatch":             wire.Op(s.SendMessageBatch),
			"SetQueueAttributes":           wire.Op(s.SetQueueAttributes),
			"TagQueue":                     wire.Op(s.TagQueue),
			"UntagQueue":                   wire.Op(s.UntagQueue),
		},
	}
}

// Save returns the service's state, the messages too.
func (s *Service) Save() ([]byte, error) { return persist.Save(&s.mu, &s.queues) }

// Load takes what Save returned.
func (s *Service) Load(data []byte) error { return persist.Load(&s.mu, data, &s.queues) }

// Close ends every wait for messages.
func (s *Service) Close() error {
	s.once.Do(func() { close(s.done) })
	return nil
}

// Tagged lists the queues with their tags.
func (s *Service) Tagged() []ids.Tagged {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []ids.Tagged
	for _, q := range s.queues {
		all = append(all, ids.Tagged{ARN: q.ARN, Tags: maps.Clone(q.Tags)})
	}
	return all
}

// announce wakes who waits for messages. The caller holds the lock.
func (s *Service) announce() {
	close(s.news)
	s.news = make(chan struct{})
}
