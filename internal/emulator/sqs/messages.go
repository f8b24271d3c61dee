package sqs

import (
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"ferry.dev/ferry/internal/emulator/ids"
)

// message is a message in a queue.
type message struct {
	ID          string
	Body        string
	Attributes  map[string]Attribute
	Trace       string // AWSTraceHeader
	Sender      string
	Group       string
	Double      string // its deduplication ID
	Sequence    string
	Source      string // ARN of the queue that it was moved from to a dead-letter queue
	Sent        time.Time
	Delay       time.Duration
	Receives    int
	First, Last time.Time     // received
	Hidden      time.Duration // since Last
	Handle      string        // of the last receive
}

// delayed tells whether a message has not been visible yet. The caller holds the lock.
func (s *Service) delayed(m *message) bool {
	return m.Receives == 0 && m.Delay > 0 && s.Clock.Since(m.Sent) < m.Delay
}

// hidden tells whether a message is being worked on. The caller holds the lock.
func (s *Service) hidden(m *message) bool {
	return m.Handle != "" && s.Work.Since(m.Last) < m.Hidden
}

// until returns how long, by the wall's clock, a message stays out of sight.
func (s *Service) until(m *message) time.Duration {
	switch {
	case s.hidden(m):
		return s.Work.Shorten(m.Hidden - s.Work.Since(m.Last))
	case s.delayed(m):
		return s.Clock.Shorten(m.Delay - s.Clock.Since(m.Sent))
	}
	return 0
}

// sweep drops the messages that are too old, and moves those to the dead-letter queue that were received often enough and
// have come back. The caller holds the lock.
func (s *Service) sweep(q *queue) {
	retention := q.seconds("MessageRetentionPeriod")
	r, redriven := parseRedrive(q.Attributes["RedrivePolicy"])
	target := s.byARN(r.Target)
	kept := q.Messages[:0]
	for _, m := range q.Messages {
		switch {
		case s.Clock.Since(m.Sent) >= retention:
		case redriven && target != nil && m.Receives >= r.Count && !s.hidden(m):
			s.bury(m, q, target)
		default:
			kept = append(kept, m)
		}
	}
	clear(q.Messages[len(kept):])
	q.Messages = kept
	for id, double := range q.Sent {
		if s.Clock.Since(double.At) >= doublesFor {
			delete(q.Sent, id)
		}
	}
}

// bury moves a message to a dead-letter queue. It keeps the time at which it was sent, which its retention counts from; in
// a FIFO queue it starts anew.
func (s *Service) bury(m *message, from, to *queue) {
	moved := *m
	moved.Source, moved.Handle, moved.Hidden, moved.Delay, moved.Receives = from.ARN, "", 0, 0, 0
	moved.First, moved.Last = time.Time{}, time.Time{}
	if to.fifo() {
		moved.Sent, moved.Sequence = s.Clock.Now(), to.nextSequence()
	}
	to.Messages = append(to.Messages, &moved)
	s.announce()
}

// nextSequence numbers the messages of a FIFO queue, in 20 digits.
func (q *queue) nextSequence() string {
	q.Sequence++
	const first = 10_000_000_000_000_000_000
	return strconv.FormatUint(first+q.Sequence*256, 10)
}

// take hides up to n visible messages and returns them as they are received. In a FIFO queue a message waits until those
// before it in its group are done with. The caller holds the lock and has swept.
func (s *Service) take(q *queue, n int, hide time.Duration, in *ReceiveMessageInput) []Message {
	var out []Message
	waiting := map[string]bool{}
	if q.fifo() {
		for _, m := range q.Messages {
			if s.hidden(m) {
				waiting[m.Group] = true
			}
		}
	}
	for _, m := range q.Messages {
		if len(out) == n {
			break
		}
		if s.hidden(m) {
			continue
		}
		if s.delayed(m) || q.fifo() && waiting[m.Group] {
			waiting[m.Group] = true
			continue
		}
		now := s.Work.Now()
		m.Receives, m.Last, m.Hidden = m.Receives+1, now, hide
		if m.First.IsZero() {
			m.First = now
		}
		m.Handle = newHandle(q.Name, m.ID)
		out = append(out, m.received(in))
	}
	return out
}

// next returns how long, by the wall's clock, nothing can become visible by itself; false when nothing ever will.
func (s *Service) next(q *queue) (time.Duration, bool) {
	soonest, any := time.Duration(0), false
	for _, m := range q.Messages {
		if d := s.until(m); d > 0 && (!any || d < soonest) {
			soonest, any = d, true
		}
	}
	return soonest, any
}

// newMessage makes a message of what is sent. The caller holds the lock.
func (s *Service) newMessage(q *queue, in *SendMessageInput, sender string) *message {
	m := &message{
		ID: ids.NewUUID(), Body: *in.MessageBody, Attributes: in.MessageAttributes, Sender: sender,
		Group: aws.ToString(in.MessageGroupId), Double: aws.ToString(in.MessageDeduplicationId),
		Sent: s.Clock.Now(), Delay: q.seconds("DelaySeconds"),
	}
	if in.DelaySeconds != nil {
		m.Delay = time.Duration(*in.DelaySeconds) * time.Second
	}
	if trace, ok := in.MessageSystemAttributes["AWSTraceHeader"]; ok {
		m.Trace = aws.ToString(trace.StringValue)
	}
	return m
}
