package sqs

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"time"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/aws"

	"ferry.dev/ferry/internal/emulator/wire"
)

// doublesFor is how long SQS remembers what was sent to a FIFO queue.
const doublesFor = 5 * time.Minute

// SendMessage puts a message into a queue. A double of a FIFO queue's message is accepted and dropped.
func (s *Service) SendMessage(ctx context.Context, in *SendMessageInput) (*SendMessageOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q, err := s.find(in.QueueUrl)
	if err != nil {
		return nil, err
	}
	return s.send(q, in, wire.Caller(ctx))
}

// Deliver puts a message into a queue that is named by its ARN, as SNS does. It returns an error where the queue is gone
// or refuses the message.
func (s *Service) Deliver(arn string, in *SendMessageInput) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	q := s.byARN(arn)
	if q == nil {
		return noQueue()
	}
	_, err := s.send(q, in, "sns.amazonaws.com")
	return err
}

// Exists tells whether there is a queue with an ARN.
func (s *Service) Exists(arn string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.byARN(arn) != nil
}

// send checks a message and queues it. The caller holds the lock.
func (s *Service) send(q *queue, in *SendMessageInput, sender string) (*SendMessageOutput, error) {
	if err := checkMessage(q, in); err != nil {
		return nil, err
	}
	m := s.newMessage(q, in, sender)
	out := &SendMessageOutput{MD5OfMessageBody: aws.String(digest(m.Body)), MessageId: &m.ID}
	if len(in.MessageAttributes) > 0 {
		out.MD5OfMessageAttributes = aws.String(attributesDigest(in.MessageAttributes))
	}
	if len(in.MessageSystemAttributes) > 0 {
		out.MD5OfMessageSystemAttributes = aws.String(attributesDigest(in.MessageSystemAttributes))
	}
	if q.fifo() {
		first, double := s.single(q, m)
		out.SequenceNumber = &first.Sequence
		if double {
			out.MessageId = &first.ID
			return out, nil
		}
	}
	q.Messages = append(q.Messages, m)
	s.announce()
	return out, nil
}

// single numbers a message of a FIFO queue, unless it is a double of one that was sent lately. The caller holds the lock.
func (s *Service) single(q *queue, m *message) (sent, bool) {
	if m.Double == "" {
		sum := sha256.Sum256([]byte(m.Body))
		m.Double = hex.EncodeToString(sum[:])
	}
	key := m.Double
	if q.Attributes["DeduplicationScope"] == "messageGroup" {
		key = m.Group + "\x00" + m.Double
	}
	if first, ok := q.Sent[key]; ok && s.Clock.Since(first.At) < doublesFor {
		return first, true
	}
	m.Sequence = q.nextSequence()
	first := sent{At: m.Sent, ID: m.ID, Sequence: m.Sequence}
	q.Sent[key] = first
	return first, false
}

// checkMessage refuses what SQS would.
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
func checkMessage(q *queue, in *SendMessageInput) error {
	body := aws.ToString(in.MessageBody)
	group, double := aws.ToString(in.MessageGroupId), aws.ToString(in.MessageDeduplicationId)
	switch {
	case body == "":
		return missing("MessageBody")
	case size(body, in.MessageAttributes) > q.number("MaximumMessageSize"):
		return fail("InvalidParameterValue", "One or more parameters are invalid. Reason: Message must be shorter than %d bytes.", q.number("MaximumMessageSize"))
	case !allowed(body):
		return fail("InvalidMessageContents", "Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF")
	case in.DelaySeconds != nil && (*in.DelaySeconds < 0 || *in.DelaySeconds > 900):
		return invalid(*in.DelaySeconds, "DelaySeconds", "DelaySeconds must be >= 0 and <= 900.")
	case q.fifo() && group == "":
		return missing("MessageGroupId")
	case q.fifo() && double == "" && q.Attributes["ContentBasedDeduplication"] != "true":
		return fail("InvalidParameterValue", "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly")
	case q.fifo() && in.DelaySeconds != nil && *in.DelaySeconds > 0:
		return invalid(*in.DelaySeconds, "DelaySeconds", "The request include parameter that is not valid for this queue type.")
	case !q.fifo() && double != "":
		return invalid(double, "MessageDeduplicationId", "The request include parameter that is not valid for this queue type.")
	case len(group) > 128 || len(double) > 128:
		return fail("InvalidParameterValue", "MessageGroupId and MessageDeduplicationId can only include alphanumeric and punctuation characters. 1 to 128 in length.")
	}
	return checkAttributesOf(in.MessageAttributes)
}

// allowed tells whether a text holds only the characters that XML could carry.
func allowed(s string) bool {
	if !utf8.ValidString(s) {
		return false
	}
	for _, r := range s {
		if r < 0x20 && r != '\t' && r != '\n' && r != '\r' || r == 0xFFFE || r == 0xFFFF {
			return false
		}
	}
	return true
}
