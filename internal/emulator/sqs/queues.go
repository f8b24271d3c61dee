package sqs

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"ferry.dev/ferry/internal/emulator/ids"
	"ferry.dev/ferry/internal/emulator/paging"
)

// CreateQueue makes a queue. One that has the name and the same attributes is answered; with others it is refused.
func (s *Service) CreateQueue(_ context.Context, in *CreateQueueInput) (*CreateQueueOutput, error) {
	name := aws.ToString(in.QueueName)
	bare, fifo := strings.CutSuffix(name, ".fifo")
	switch {
	case name == "":
		return nil, missing("QueueName")
	case !ids.Word(bare, 80) || len(name) > 80:
		return nil, fail("InvalidParameterValue", "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length")
	case fifo != (in.Attributes["FifoQueue"] == "true") && fifo:
		return nil, fail("InvalidParameterValue", "The queue name can only include the suffix .fifo if the attribute FifoQueue is true.")
	case fifo != (in.Attributes["FifoQueue"] == "true"):
		return nil, fail("InvalidParameterValue", "The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, must end with .fifo suffix and be 1 to 80 in length.")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.Clock.Now()
	q := &queue{Name: name, ARN: s.Scope.ARN("sqs", name), Attributes: map[string]string{}, Tags: map[string]string{}, Created: now, Modified: now, Sent: map[string]sent{}}
	if err := s.checkAttributes(q, in.Attributes); err != nil {
		return nil, err
	}
	maps.Copy(q.Attributes, in.Attributes)
	maps.Copy(q.Tags, in.Tags)
	if old := s.queues[name]; old != nil {
		have := old.settings()
		for key, value := range in.Attributes {
			if have[key] != value {
				return nil, fail("QueueNameExists", "A queue already exists with the same name and a different value for attribute %s", key)
			}
		}
		return &CreateQueueOutput{QueueUrl: s.url(old)}, nil
	}
	s.queues[name] = q
	return &CreateQueueOutput{QueueUrl: s.url(q)}, nil
}

// DeleteQueue deletes a queue with its messages. On AWS its name is taken for another minute, which nobody has to wait here.
func (s *Service) DeleteQueue(_ context.Context, in *DeleteQueueInput) (*Empty, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q, err := s.find(in.QueueUrl)
	if err != nil {
		return nil, err
	}
	delete(s.queues, q.Name)
	s.announce()
	return &Empty{}, nil
}

// GetQueueUrl finds a queue by its name.
func (s *Service) GetQueueUrl(_ context.Context, in *GetQueueUrlInput) (*GetQueueUrlOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q := s.queues[aws.ToString(in.QueueName)]
	if owner := aws.ToString(in.QueueOwnerAWSAccountId); q == nil || owner != "" && owner != s.Scope.Account {
		return nil, noQueue()
	}
	return &GetQueueUrlOutput{QueueUrl: s.url(q)}, nil
}

// ListQueues lists queues by name. Like SQS it pages only when asked to.
func (s *Service) ListQueues(_ context.Context, in *ListQueuesInput) (*ListQueuesOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var urls []string
	for _, name := range slices.Sorted(maps.Keys(s.queues)) {
		if strings.HasPrefix(name, aws.ToString(in.QueueNamePrefix)) {
			urls = append(urls, *s.url(s.queues[name]))
		}
	}
	page, next, err := paging.Page(urls, in.NextToken, in.MaxResults, 1000)
	if err != nil {
		return nil, invalid(aws.ToString(in.NextToken), "NextToken", "it was not made here.")
	}
	if in.MaxResults == nil {
		next = nil
	}
	return &ListQueuesOutput{QueueUrls: page, NextToken: next}, nil
}

// ListDeadLetterSourceQueues lists the queues whose messages end in a queue.
func (s *Service) ListDeadLetterSourceQueues(_ context.Context, in *ListDeadLetterSourceQueuesInput) (*ListDeadLetterSourceQueuesOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q, err := s.find(in.QueueUrl)
	if err != nil {
		return nil, err
	}
	urls := []string{}
	for _, name := range slices.Sorted(maps.Keys(s.queues)) {
		if r, ok := parseRedrive(s.queues[name].Attributes["RedrivePolicy"]); ok && r.Target == q.ARN {
			urls = append(urls, *s.url(s.queues[name]))
		}
	}
	page, next, err := paging.Page(urls, in.NextToken, in.MaxResults, 1000)
	if err != nil {
		return nil, invalid(aws.ToString(in.NextToken), "NextToken", "it was not made here.")
	}
	return &ListDeadLetterSourceQueuesOutput{QueueUrls: page, NextToken: next}, nil
}

// GetQueueAttributes returns attributes of a queue, none when none is named.
func (s *Service) GetQueueAttributes(_ context.Context, in *GetQueueAttributesInput) (*GetQueueAttributesOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q, err := s.find(in.QueueUrl)
	if err != nil {
		return nil, err
	}
	s.sweep(q)
	all := s.attributes(q)
	if slices.Contains(in.AttributeNames, "All") {
		return &GetQueueAttributesOutput{Attributes: all}, nil
	}
	out := map[string]string{}
	for _, name := range in.AttributeNames {
		if _, other := known()[name]; !other {
			return nil, fail("InvalidAttributeName", "Unknown Attribute %s.", name)
		}
		if value, ok := all[name]; ok {
			out[name] = value
		}
	}
	return &GetQueueAttributesOutput{Attributes: out}, nil
}

// known are the names of all attributes.
func known() map[string]bool {
	out := map[string]bool{}
	for name := range limits() {
		out[name] = true
	}
	for name := range words() {
		out[name] = true
	}
	for _, name := range []string{
		"Policy", "RedrivePolicy", "RedriveAllowPolicy", "KmsMasterKeyId", "QueueArn", "CreatedTimestamp", "LastModifiedTimestamp",
		"ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible", "ApproximateNumberOfMessagesDelayed",
	} {
		out[name] = true
	}
	return out
}

// SetQueueAttributes changes attributes; an empty policy is taken away.
func (s *Service) SetQueueAttributes(_ context.Context, in *SetQueueAttributesInput) (*Empty, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q, err := s.find(in.QueueUrl)
	if err != nil {
		return nil, err
	}
	if v, ok := in.Attributes["FifoQueue"]; ok && (v == "true") != q.fifo() {
		return nil, fail("InvalidAttributeName", "Unknown Attribute FifoQueue.")
	}
	if err := s.checkAttributes(q, in.Attributes); err != nil {
		return nil, err
	}
	for name, value := range in.Attributes {
		if value == "" {
			delete(q.Attributes, name)
			continue
		}
		q.Attributes[name] = value
	}
	q.Modified = s.Clock.Now()
	s.announce()
	return &Empty{}, nil
}

// PurgeQueue deletes every message of a queue, once a minute.
func (s *Service) PurgeQueue(_ context.Context, in *PurgeQueueInput) (*Empty, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q, err := s.find(in.QueueUrl)
	if err != nil {
		return nil, err
	}
	if !q.Purged.IsZero() && s.Clock.Since(q.Purged) < time.Minute {
		return nil, fail("PurgeQueueInProgress", "Only one PurgeQueue operation on %s is allowed every 60 seconds.", q.Name)
	}
	q.Messages, q.Purged = nil, s.Clock.Now()
	return &Empty{}, nil
}

// TagQueue adds or replaces tags.
func (s *Service) TagQueue(_ context.Context, in *TagQueueInput) (*Empty, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q, err := s.find(in.QueueUrl)
	if err != nil {
		return nil, err
	}
	maps.Copy(q.Tags, in.Tags)
	return &Empty{}, nil
}

// UntagQueue removes tags.
func (s *Service) UntagQueue(_ context.Context, in *UntagQueueInput) (*Empty, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q, err := s.find(in.QueueUrl)
	if err != nil {
		return nil, err
	}
	maps.DeleteFunc(q.Tags, func(key, _ string) bool { return slices.Contains(in.TagKeys, key) })
	return &Empty{}, nil
}

// ListQueueTags returns a queue's tags.
func (s *Service) ListQueueTags(_ context.Context, in *ListQueueTagsInput) (*ListQueueTagsOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q, err := s.find(in.QueueUrl)
	if err != nil {
		return nil, err
	}
	return &ListQueueTagsOutput{Tags: maps.Clone(q.Tags)}, nil
}

// url is where a queue is reached.
func (s *Service) url(q *queue) *string {
	return aws.String("http://" + s.Host() + "/" + s.Scope.Account + "/" + q.Name)
}

// find finds a queue by its URL, of which only the path counts: a container may know this machine by another name. The
// caller holds the lock.
func (s *Service) find(url *string) (*queue, error) {
	if aws.ToString(url) == "" {
		return nil, missing("QueueUrl")
	}
	parts := strings.Split(*url, "/")
	q := s.queues[parts[len(parts)-1]]
	if q == nil || len(parts) > 1 && parts[len(parts)-2] != s.Scope.Account {
		return nil, noQueue()
	}
	return q, nil
}

// byARN finds a queue, or nil. The caller holds the lock.
func (s *Service) byARN(arn string) *queue {
	q := s.queues[arn[strings.LastIndexByte(arn, ':')+1:]]
	if q == nil || q.ARN != arn {
		return nil
	}
	return q
}
