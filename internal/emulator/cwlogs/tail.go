package cwlogs

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/protocol/eventstream"
	"github.com/aws/aws-sdk-go-v2/aws/protocol/eventstream/eventstreamapi"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"

	"ferry.dev/ferry/internal/emulator/ids"
)

// Limits of a live tail session, as AWS documents them.
const (
	tailSession = 3 * time.Hour // then the session ends with SessionTimeoutException
	tailEvery   = time.Second   // between two updates
	tailUpdate  = 500           // events in one update; more are dropped and the update says that it is sampled
)

// tail is one live tail session.
type tail struct {
	groups   map[string]string // log group name → the identifier that the request used
	streams  []string
	prefixes []string
	match    matcher

	mu      sync.Mutex
	pending []tailEvent
	sampled bool
}

// The events of the stream, as they go over the wire.
type (
	tailStart struct {
		RequestID   string   `json:"requestId"`
		SessionID   string   `json:"sessionId"`
		Identifiers []string `json:"logGroupIdentifiers"`
		Streams     []string `json:"logStreamNames,omitempty"`
		Prefixes    []string `json:"logStreamNamePrefixes,omitempty"`
		Pattern     string   `json:"logEventFilterPattern,omitempty"`
	}
	tailUpdateEvent struct {
		Metadata tailMetadata `json:"sessionMetadata"`
		Results  []tailEvent  `json:"sessionResults"`
	}
	tailMetadata struct {
		Sampled bool `json:"sampled"`
	}
	tailEvent struct {
		Identifier string `json:"logGroupIdentifier"`
		Stream     string `json:"logStreamName"`
		Message    string `json:"message"`
		Time       int64  `json:"timestamp"`
		Ingested   int64  `json:"ingestionTime"`
	}
)

// StartLiveTail streams what comes in from now on: `initial-response`, sessionStart, then a sessionUpdate every second
// (empty when nothing came in) until the client leaves, the service closes, or three hours have passed on the clock.
func (s *Service) StartLiveTail(ctx context.Context, in *cloudwatchlogs.StartLiveTailInput, w http.ResponseWriter) error {
	t, err := s.newTail(in)
	if err != nil {
		return err
	}
	defer s.drop(t)
	w.Header().Set("Content-Type", "application/vnd.amazon.eventstream")
	w.WriteHeader(http.StatusOK)
	out := tailWriter{w: w, flush: http.NewResponseController(w).Flush}
	out.send("initial-response", struct{}{})
	out.send("sessionStart", tailStart{
		RequestID: ids.NewUUID(), SessionID: ids.NewUUID(), Identifiers: in.LogGroupIdentifiers,
		Streams: in.LogStreamNames, Prefixes: in.LogStreamNamePrefixes, Pattern: aws.ToString(in.LogEventFilterPattern),
	})
	s.follow(ctx, t, &out)
	return nil
}

// newTail checks the request and registers the session, so that no event after the answer's start is missed.
func (s *Service) newTail(in *cloudwatchlogs.StartLiveTailInput) (*tail, error) {
	if n := len(in.LogGroupIdentifiers); n < 1 || n > 10 {
		return nil, invalid("1 validation error detected: Value at 'logGroupIdentifiers' failed to satisfy constraint: Member must have length between 1 and 10")
	}
	if len(in.LogStreamNames) > 0 && len(in.LogStreamNamePrefixes) > 0 {
		return nil, invalid("LogStreamNames and LogStreamNamePrefixes are mutually exclusive parameters.")
	}
	if len(in.LogGroupIdentifiers) > 1 && len(in.LogStreamNames)+len(in.LogStreamNamePrefixes) > 0 {
		return nil, invalid("Log streams can be named only when one log group is.")
	}
	match, err := parsePattern(aws.ToString(in.LogEventFilterPattern))
	if err != nil {
		return nil, err
	}
	t := &tail{groups: map[string]string{}, streams: in.LogStreamNames, prefixes: in.LogStreamNamePrefixes, match: match}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range in.LogGroupIdentifiers {
		if !strings.HasPrefix(id, "arn:") || strings.HasSuffix(id, "*") {
			return nil, invalid("The log group identifiers of a live tail session must be ARNs that do not end with an asterisk.")
		}
		if _, err := s.group(nil, &id); err != nil {
			return nil, err
		}
		t.groups[groupName(id)] = id
	}
	s.tails[t] = struct{}{}
	return t, nil
}

func (s *Service) drop(t *tail) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.tails, t)
}

// feed hands a new event to the sessions that want it. The caller holds the service's lock.
func (s *Service) feed(g *group, st *stream, e event) {
	for t := range s.tails {
		if id, ok := t.groups[g.Name]; ok && t.wants(st.Name) && t.match(e.Message) {
			t.add(tailEvent{Identifier: id, Stream: st.Name, Message: e.Message, Time: e.Time, Ingested: e.Ingested})
		}
	}
}

func (t *tail) wants(stream string) bool {
	if len(t.streams) > 0 {
		return slices.Contains(t.streams, stream)
	}
	return len(t.prefixes) == 0 || slices.ContainsFunc(t.prefixes, func(p string) bool { return strings.HasPrefix(stream, p) })
}

func (t *tail) add(e tailEvent) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.pending) == tailUpdate {
		t.pending, t.sampled = t.pending[1:], true
	}
	t.pending = append(t.pending, e)
}

func (t *tail) take() tailUpdateEvent {
	t.mu.Lock()
	defer t.mu.Unlock()
	u := tailUpdateEvent{Metadata: tailMetadata{Sampled: t.sampled}, Results: t.pending}
	if u.Results == nil {
		u.Results = []tailEvent{}
	}
	t.pending, t.sampled = nil, false
	return u
}

// follow sends updates until the session ends.
func (s *Service) follow(ctx context.Context, t *tail, out *tailWriter) {
	end := s.clock.Now().Add(tailSession)
	over := make(chan struct{})
	timer := s.clock.AfterFunc(tailSession, func() { close(over) })
	defer timer.Stop()
	ticker := time.NewTicker(s.tailPeriod())
	defer ticker.Stop()
	for out.err == nil {
		select {
		case <-ctx.Done():
			return
		case <-s.ctx.Done():
			return
		case <-over:
			out.send("sessionUpdate", t.take())
			out.fail("SessionTimeoutException", "The Live Tail session timed out after three hours, at "+end.Format(time.RFC3339)+".")
			return
		case <-ticker.C:
			out.send("sessionUpdate", t.take())
		}
	}
}

// tailPeriod is a second on the clock, but never so short that an idle session keeps a processor busy.
func (s *Service) tailPeriod() time.Duration {
	return max(s.clock.Shorten(tailEvery), 10*time.Millisecond)
}

// tailWriter writes event stream frames and remembers the first error.
type tailWriter struct {
	w     http.ResponseWriter
	flush func() error
	err   error
}

func (o *tailWriter) send(event string, payload any) {
	o.frame(eventstream.Headers{
		{Name: eventstreamapi.MessageTypeHeader, Value: eventstream.StringValue(eventstreamapi.EventMessageType)},
		{Name: eventstreamapi.EventTypeHeader, Value: eventstream.StringValue(event)},
	}, payload)
}

func (o *tailWriter) fail(exception, message string) {
	o.frame(eventstream.Headers{
		{Name: eventstreamapi.MessageTypeHeader, Value: eventstream.StringValue(eventstreamapi.ExceptionMessageType)},
		{Name: eventstreamapi.ExceptionTypeHeader, Value: eventstream.StringValue(exception)},
	}, map[string]string{"message": message})
}

func (o *tailWriter) frame(headers eventstream.Headers, payload any) {
	if o.err != nil {
		return
	}
	headers.Set(eventstreamapi.ContentTypeHeader, eventstream.StringValue("application/json"))
	data, err := json.Marshal(payload)
	if err == nil {
		err = eventstream.NewEncoder().Encode(o.w, eventstream.Message{Headers: headers, Payload: data})
	}
	if err == nil {
		err = o.flush()
	}
	o.err = err
}
