package cwlogs

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
)

// event is one log event. Time and Seq are its place: events of one time stay in the order in which they came.
type event struct {
	Time     int64 // milliseconds since 1970
	Seq      uint64
	Ingested int64
	Message  string
}

// key is an event's place in a stream or in a merge of streams.
type key struct {
	Time int64
	Seq  uint64
}

func (e event) key() key { return key{e.Time, e.Seq} }

func (k key) compare(o key) int {
	switch {
	case k.Time != o.Time:
		return int(min(max(k.Time-o.Time, -1), 1))
	case k.Seq < o.Seq:
		return -1
	case k.Seq > o.Seq:
		return 1
	}
	return 0
}

// String writes the key as the API writes event IDs and tokens: 56 digits that sort as the events do.
func (k key) String() string { return fmt.Sprintf("%020d%036d", k.Time, k.Seq) }

func parseKey(s string) (key, bool) {
	var k key
	if len(s) != 56 {
		return k, false
	}
	_, err := fmt.Sscanf(s[:20]+" "+s[20:], "%d %d", &k.Time, &k.Seq)
	return k, err == nil
}

// sequenceToken is what every PutLogEvents answers: the API has ignored sequence tokens since January 2023.
const sequenceToken = "49039859597999999999999999999999999999999999999999999999"

// Limits of one PutLogEvents call.
const (
	maxBatch = 10_000
	maxBytes = 1 << 20
	overhead = 26 // bytes that each event counts on top of its message
)

// PutLogEvents adds events to a stream. Events older than 14 days or the retention, or more than two hours ahead, are
// rejected and named in the answer, as the API does.
func (s *Service) PutLogEvents(_ context.Context, in *cloudwatchlogs.PutLogEventsInput) (*cloudwatchlogs.PutLogEventsOutput, error) {
	if err := checkBatch(in.LogEvents); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	g, st, err := s.stream(in.LogGroupName, nil, in.LogStreamName)
	if err != nil {
		return nil, err
	}
	out := &cloudwatchlogs.PutLogEventsOutput{NextSequenceToken: aws.String(sequenceToken)}
	kept, rejected := s.accept(g, in.LogEvents)
	out.RejectedLogEventsInfo = rejected
	now := s.millis()
	for _, e := range kept {
		s.seq++
		added := event{Time: *e.Timestamp, Seq: s.seq, Ingested: now, Message: *e.Message}
		st.add(added)
		s.feed(g, st, added)
	}
	if len(kept) > 0 {
		st.Ingested = now
	}
	return out, nil
}

func checkBatch(events []types.InputLogEvent) error {
	if len(events) == 0 || len(events) > maxBatch {
		return invalid(fmt.Sprintf("1 validation error detected: Value at 'logEvents' failed to satisfy constraint: Member must have length between 1 and %d", maxBatch))
	}
	size, last := 0, int64(0)
	for _, e := range events {
		if e.Timestamp == nil || *e.Timestamp < 0 || aws.ToString(e.Message) == "" {
			return invalid("1 validation error detected: Value at 'logEvents' failed to satisfy constraint: Member must have a timestamp and a message of length greater than or equal to 1")
		}
		if *e.Timestamp < last {
			return invalid("Log events in a single PutLogEvents request must be in chronological order.")
		}
		last = *e.Timestamp
		size += len(*e.Message) + overhead
	}
	if size > maxBytes {
		return invalid(fmt.Sprintf("Upload too large: %d bytes exceeds limit of %d", size, maxBytes))
	}
	return nil
}

// accept parts a batch into what the group takes and what it rejects for its age.
func (s *Service) accept(g *group, events []types.InputLogEvent) ([]types.InputLogEvent, *types.RejectedLogEventsInfo) {
	now := s.clock.Now()
	tooOld, tooNew := now.Add(-14*24*time.Hour).UnixMilli(), now.Add(2*time.Hour).UnixMilli()
	expired := s.oldest(g)
	var kept []types.InputLogEvent
	var info types.RejectedLogEventsInfo
	for i, e := range events {
		switch {
		case *e.Timestamp < expired:
			info.ExpiredLogEventEndIndex = aws.Int32(int32(i + 1))
		case *e.Timestamp < tooOld:
			info.TooOldLogEventEndIndex = aws.Int32(int32(i + 1))
		case *e.Timestamp > tooNew:
			if info.TooNewLogEventStartIndex == nil {
				info.TooNewLogEventStartIndex = aws.Int32(int32(i))
			}
		default:
			kept = append(kept, e)
		}
	}
	if len(kept) == len(events) {
		return kept, nil
	}
	return kept, &info
}

// oldest is the time before which the group's retention has removed everything.
func (s *Service) oldest(g *group) int64 {
	if g.Retention == 0 {
		return 0
	}
	return s.clock.Now().Add(-time.Duration(g.Retention) * 24 * time.Hour).UnixMilli()
}

// add puts an event in its place and drops the oldest ones beyond the stream's bound.
func (st *stream) add(e event) {
	at := len(st.Events)
	if at > 0 && e.key().compare(st.Events[at-1].key()) < 0 {
		at, _ = slices.BinarySearchFunc(st.Events, e.key(), func(o event, k key) int { return o.key().compare(k) })
	}
	st.Events = slices.Insert(st.Events, at, e)
	st.Bytes += int64(len(e.Message) + overhead)
	drop := 0
	for st.Bytes > MaxStreamBytes && drop < len(st.Events)-1 {
		st.Bytes -= int64(len(st.Events[drop].Message) + overhead)
		drop++
	}
	if drop > 0 {
		st.Events = slices.Delete(st.Events, 0, drop)
	}
}

// between returns the events from start to end, both inclusive, that retention has not removed. nil means no bound.
func (s *Service) between(g *group, st *stream, start, end *int64) []event {
	from := max(aws.ToInt64(start), s.oldest(g))
	lo, _ := slices.BinarySearchFunc(st.Events, key{Time: from}, func(e event, k key) int { return e.key().compare(k) })
	hi := len(st.Events)
	if end != nil {
		hi, _ = slices.BinarySearchFunc(st.Events, key{Time: *end + 1}, func(e event, k key) int { return e.key().compare(k) })
	}
	return st.Events[lo:max(lo, hi)]
}
