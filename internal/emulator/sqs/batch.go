package sqs

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"

	"ferry.dev/ferry/internal/emulator/ids"
	"ferry.dev/ferry/internal/emulator/wire"
)

// checkBatch refuses a batch as a whole.
func checkBatch(list []*string) error {
	if len(list) == 0 {
		return fail("EmptyBatchRequest", "There should be at least one entry in the request.")
	}
	if len(list) > 10 {
		return fail("TooManyEntriesInBatchRequest", "Maximum number of entries per request are 10. You have sent %d.", len(list))
	}
	seen := map[string]bool{}
	for _, p := range list {
		id := aws.ToString(p)
		if !ids.Word(id, 80) {
			return fail("InvalidBatchEntryId", "A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.")
		}
		if seen[id] {
			return fail("BatchEntryIdsNotDistinct", "Id %s repeated.", id)
		}
		seen[id] = true
	}
	return nil
}

func failed(id *string, err error) FailedEntry {
	e := FailedEntry{Id: id, SenderFault: true, Code: aws.String("InternalError"), Message: aws.String(err.Error())}
	var typed *wire.Error
	if errors.As(err, &typed) {
		e.Code, e.Message = &typed.Code, &typed.Message
	}
	return e
}

// SendMessageBatch sends up to ten messages; each succeeds or fails by itself.
func (s *Service) SendMessageBatch(ctx context.Context, in *SendMessageBatchInput) (*SendMessageBatchOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q, err := s.find(in.QueueUrl)
	if err != nil {
		return nil, err
	}
	var list []*string
	total := 0
	for _, e := range in.Entries {
		list = append(list, e.Id)
		total += size(aws.ToString(e.MessageBody), e.MessageAttributes)
	}
	if err := checkBatch(list); err != nil {
		return nil, err
	}
	if total > maxBody {
		return nil, fail("BatchRequestTooLong", "Batch requests cannot be longer than %d bytes. You have sent %d bytes.", maxBody, total)
	}
	out := &SendMessageBatchOutput{Successful: []SentEntry{}}
	for _, e := range in.Entries {
		sent, err := s.send(q, &SendMessageInput{
			MessageBody: e.MessageBody, DelaySeconds: e.DelaySeconds, MessageAttributes: e.MessageAttributes, MessageGroupId: e.MessageGroupId,
			MessageDeduplicationId: e.MessageDeduplicationId, MessageSystemAttributes: e.MessageSystemAttributes,
		}, wire.Caller(ctx))
		if err != nil {
			out.Failed = append(out.Failed, failed(e.Id, err))
			continue
		}
		out.Successful = append(out.Successful, SentEntry{Id: e.Id, MD5OfMessageBody: sent.MD5OfMessageBody, MessageId: sent.MessageId,
			MD5OfMessageAttributes: sent.MD5OfMessageAttributes, MD5OfMessageSystemAttributes: sent.MD5OfMessageSystemAttributes, SequenceNumber: sent.SequenceNumber})
	}
	return out, nil
}

// DeleteMessageBatch deletes up to ten messages.
func (s *Service) DeleteMessageBatch(_ context.Context, in *DeleteMessageBatchInput) (*BatchOutput, error) {
	var list []*string
	for _, e := range in.Entries {
		list = append(list, e.Id)
	}
	return s.each(in.QueueUrl, list, func(q *queue, i int) error { return s.remove(q, in.Entries[i].ReceiptHandle) })
}

// ChangeMessageVisibilityBatch hides up to ten messages for longer, or shows them again.
func (s *Service) ChangeMessageVisibilityBatch(_ context.Context, in *ChangeMessageVisibilityBatchInput) (*BatchOutput, error) {
	var list []*string
	for _, e := range in.Entries {
		list = append(list, e.Id)
	}
	return s.each(in.QueueUrl, list, func(q *queue, i int) error {
		return s.hide(q, in.Entries[i].ReceiptHandle, in.Entries[i].VisibilityTimeout)
	})
}

// each does something for every entry of a batch.
func (s *Service) each(url *string, list []*string, do func(*queue, int) error) (*BatchOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q, err := s.find(url)
	if err != nil {
		return nil, err
	}
	if err := checkBatch(list); err != nil {
		return nil, err
	}
	out := &BatchOutput{Successful: []DoneEntry{}}
	for i, id := range list {
		if err := do(q, i); err != nil {
			out.Failed = append(out.Failed, failed(id, err))
			continue
		}
		out.Successful = append(out.Successful, DoneEntry{Id: id})
	}
	return out, nil
}
