package sqs

import (
	"context"
	"encoding/base64"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"ferry.dev/ferry/internal/emulator/ids"
)

// ReceiveMessage hides visible messages and returns them. With a wait time it returns as soon as there is one.
func (s *Service) ReceiveMessage(ctx context.Context, in *ReceiveMessageInput) (*ReceiveMessageOutput, error) {
	began := s.Clock.Now()
	for {
		out, sleep, news, err := s.receive(in, s.Clock.Since(began))
		if err != nil || len(out) > 0 || sleep <= 0 {
			return &ReceiveMessageOutput{Messages: out}, err
		}
		timer := time.NewTimer(sleep)
		select {
		case <-news:
		case <-timer.C:
		case <-s.done:
			sleep = 0
		case <-ctx.Done():
			sleep = 0
		}
		timer.Stop()
		if sleep == 0 { // the client has gone, or the endpoint goes: nothing may be hidden for nobody
			return &ReceiveMessageOutput{}, nil
		}
	}
}

// receive takes what is visible. Where nothing is and there is time left, it returns how long to sleep at most, by the
// wall's clock, and what to listen to meanwhile.
func (s *Service) receive(in *ReceiveMessageInput, waited time.Duration) ([]Message, time.Duration, <-chan struct{}, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q, err := s.find(in.QueueUrl)
	if err != nil {
		return nil, 0, nil, err
	}
	most, wait, hide, err := q.receiving(in)
	if err != nil {
		return nil, 0, nil, err
	}
	s.sweep(q)
	if out := s.take(q, most, hide, in); len(out) > 0 || waited >= wait {
		return out, 0, nil, nil
	}
	sleep := max(s.Clock.Shorten(wait-waited), time.Millisecond)
	if next, any := s.next(q); any {
		sleep = min(sleep, max(next, time.Millisecond))
	}
	return nil, sleep, s.news, nil
}

// receiving reads the numbers of a request, by default the queue's own.
func (q *queue) receiving(in *ReceiveMessageInput) (most int, wait, hide time.Duration, err error) {
	most, wait, hide = 1, q.seconds("ReceiveMessageWaitTimeSeconds"), q.seconds("VisibilityTimeout")
	if n := in.MaxNumberOfMessages; n != nil {
		if *n < 1 || *n > 10 {
			return 0, 0, 0, invalid(*n, "MaxNumberOfMessages", "Must be between 1 and 10, if provided.")
		}
		most = int(*n)
	}
	if n := in.WaitTimeSeconds; n != nil {
		if *n < 0 || *n > 20 {
			return 0, 0, 0, invalid(*n, "WaitTimeSeconds", "Must be >= 0 and <= 20, if provided.")
		}
		wait = time.Duration(*n) * time.Second
	}
	if n := in.VisibilityTimeout; n != nil {
		if *n < 0 || *n > 43200 {
			return 0, 0, 0, invalid(*n, "VisibilityTimeout", "Must be between 0 and 43200.")
		}
		hide = time.Duration(*n) * time.Second
	}
	return most, wait, hide, nil
}

// received is the message as its receiver asked for it.
func (m *message) received(in *ReceiveMessageInput) Message {
	out := Message{Body: &m.Body, MD5OfBody: aws.String(digest(m.Body)), MessageId: &m.ID, ReceiptHandle: aws.String(m.Handle)}
	if attributes := chosen(m.Attributes, in.MessageAttributeNames); len(attributes) > 0 {
		out.MessageAttributes, out.MD5OfMessageAttributes = attributes, aws.String(attributesDigest(attributes))
	}
	names := slices.Concat(in.AttributeNames, in.MessageSystemAttributeNames)
	for name, value := range m.system() {
		if value != "" && (slices.Contains(names, "All") || slices.Contains(names, name)) {
			if out.Attributes == nil {
				out.Attributes = map[string]string{}
			}
			out.Attributes[name] = value
		}
	}
	return out
}

// system are the attributes that SQS gives a message.
func (m *message) system() map[string]string {
	milliseconds := func(t time.Time) string { return strconv.FormatInt(t.UnixMilli(), 10) }
	return map[string]string{
		"SenderId": m.Sender, "SentTimestamp": milliseconds(m.Sent), "ApproximateReceiveCount": strconv.Itoa(m.Receives),
		"ApproximateFirstReceiveTimestamp": milliseconds(m.First), "SequenceNumber": m.Sequence, "MessageDeduplicationId": m.Double,
		"MessageGroupId": m.Group, "AWSTraceHeader": m.Trace, "DeadLetterQueueSourceArn": m.Source,
	}
}

// newHandle makes a receipt: it says which message of which queue, and is another for every receive.
func newHandle(queue, id string) string {
	return base64.StdEncoding.EncodeToString([]byte(ids.NewHex(16) + " " + queue + " " + id))
}

// parseHandle reads a receipt; false for what was not made here.
func parseHandle(handle string) (queue, id string, ok bool) {
	data, err := base64.StdEncoding.DecodeString(handle)
	parts := strings.Split(string(data), " ")
	if err != nil || len(parts) != 3 || len(parts[0]) != 16 || parts[1] == "" || parts[2] == "" {
		return "", "", false
	}
	return parts[1], parts[2], true
}

// DeleteMessage deletes a message that was received. An older receipt than the last one deletes nothing.
func (s *Service) DeleteMessage(_ context.Context, in *DeleteMessageInput) (*Empty, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q, err := s.find(in.QueueUrl)
	if err != nil {
		return nil, err
	}
	return &Empty{}, s.remove(q, in.ReceiptHandle)
}

func (s *Service) remove(q *queue, handle *string) error {
	id, err := q.receipt(handle)
	if err != nil {
		return err
	}
	q.Messages = slices.DeleteFunc(q.Messages, func(m *message) bool { return m.ID == id && m.Handle == *handle })
	s.announce() // the next message of its group may have become visible
	return nil
}

// receipt reads a receipt of a queue's.
func (q *queue) receipt(handle *string) (string, error) {
	if aws.ToString(handle) == "" {
		return "", missing("ReceiptHandle")
	}
	name, id, ok := parseHandle(*handle)
	if !ok || name != q.Name {
		return "", fail("ReceiptHandleIsInvalid", "The input receipt handle \"%.100s\" is not a valid receipt handle.", *handle)
	}
	return id, nil
}

// ChangeMessageVisibility hides a message that is being worked on for longer, or shows it again.
func (s *Service) ChangeMessageVisibility(_ context.Context, in *ChangeMessageVisibilityInput) (*Empty, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q, err := s.find(in.QueueUrl)
	if err != nil {
		return nil, err
	}
	return &Empty{}, s.hide(q, in.ReceiptHandle, in.VisibilityTimeout)
}

func (s *Service) hide(q *queue, handle *string, seconds *int32) error {
	id, err := q.receipt(handle)
	if err != nil {
		return err
	}
	n := aws.ToInt32(seconds)
	if n < 0 || n > 43200 {
		return invalid(n, "VisibilityTimeout", "Must be between 0 and 43200.")
	}
	i := slices.IndexFunc(q.Messages, func(m *message) bool { return m.ID == id })
	switch {
	case i < 0:
		return invalid(*handle, "ReceiptHandle", "Message does not exist or is not available for visibility timeout change.")
	case q.Messages[i].Handle != *handle || !s.hidden(q.Messages[i]):
		return fail("MessageNotInflight", "The specified message isn't in flight.")
	}
	q.Messages[i].Last, q.Messages[i].Hidden = s.Work.Now(), time.Duration(n)*time.Second
	s.announce()
	return nil
}
