package sns

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"ferry.dev/ferry/internal/emulator/ids"
	"ferry.dev/ferry/internal/emulator/paging"
)

// pageSize is how many topics or subscriptions SNS answers at once.
const pageSize = 100

// CreateTopic makes a topic. One that has the name and the same attributes is answered; with others it is refused.
func (s *Service) CreateTopic(_ context.Context, in *CreateTopicInput) (*CreateTopicOutput, error) {
	name := aws.ToString(in.Name)
	bare, fifo := strings.CutSuffix(name, ".fifo")
	switch {
	case !ids.Word(bare, 256) || len(name) > 256:
		return nil, invalid("Topic Name")
	case fifo && in.Attributes["FifoTopic"] != "true":
		return nil, invalid("Topic Name")
	case !fifo && in.Attributes["FifoTopic"] == "true":
		return nil, invalid("Fifo Topic names must end with .fifo and must be made up of only uppercase and lowercase ASCII letters, numbers, underscores, and hyphens, and must be between 1 and 256 characters long.")
	case in.DataProtectionPolicy != nil:
		return nil, invalid("DataProtectionPolicy Reason: it is not part of environment local")
	}
	t := &topic{ARN: s.Scope.ARN("sns", name), Name: name, Attributes: map[string]string{}, Tags: map[string]string{}, Sent: map[string]sent{}}
	for _, key := range slices.Sorted(maps.Keys(in.Attributes)) {
		if err := t.set(key, in.Attributes[key], true); err != nil {
			return nil, err
		}
	}
	for _, tag := range in.Tags {
		t.Tags[aws.ToString(tag.Key)] = aws.ToString(tag.Value)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if old := s.state.Topics[t.ARN]; old != nil {
		for key, value := range in.Attributes {
			if old.Attributes[key] != value && (key != "FifoTopic" || value == "true") {
				return nil, invalid("Attributes Reason: Topic already exists with different attributes")
			}
		}
		if len(in.Tags) > 0 && !maps.Equal(old.Tags, t.Tags) {
			return nil, invalid("Tags Reason: Topic already exists with different tags")
		}
		return &CreateTopicOutput{TopicArn: &old.ARN}, nil
	}
	s.state.Topics[t.ARN] = t
	return &CreateTopicOutput{TopicArn: &t.ARN}, nil
}

// set checks and sets an attribute; an empty value takes it away.
func (t *topic) set(name, value string, creating bool) error {
	switch name {
	case "DisplayName", "KmsMasterKeyId", "TracingConfig", "SignatureVersion", "FifoThroughputScope":
	case "Policy", "DeliveryPolicy":
		if value != "" && !json.Valid([]byte(value)) {
			return invalid("%s Reason: it is no JSON", name)
		}
	case "ContentBasedDeduplication":
		if _, err := strconv.ParseBool(value); err != nil || !t.fifo() {
			return invalid("ContentBasedDeduplication can only be set on FIFO topics, to true or false")
		}
	case "FifoTopic":
		if !creating || value != "true" && value != "false" {
			return invalid("FifoTopic")
		}
	default:
		return invalid("AttributeName")
	}
	if value == "" {
		delete(t.Attributes, name)
		return nil
	}
	t.Attributes[name] = value
	return nil
}

func (t *topic) fifo() bool { return strings.HasSuffix(t.Name, ".fifo") }

// DeleteTopic deletes a topic with its subscriptions; one that is gone already is fine.
func (s *Service) DeleteTopic(_ context.Context, in *TopicInput) (*Empty, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := checkARN(aws.ToString(in.TopicArn)); err != nil {
		return nil, err
	}
	delete(s.state.Topics, *in.TopicArn)
	maps.DeleteFunc(s.state.Subscriptions, func(_ string, sub *subscription) bool { return sub.Topic == *in.TopicArn })
	return &Empty{}, nil
}

// GetTopicAttributes returns every attribute of a topic.
func (s *Service) GetTopicAttributes(_ context.Context, in *TopicInput) (*AttributesOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, err := s.topic(in.TopicArn)
	if err != nil {
		return nil, err
	}
	confirmed := 0
	for _, sub := range s.state.Subscriptions {
		if sub.Topic == t.ARN {
			confirmed++
		}
	}
	all := map[string]string{
		"TopicArn": t.ARN, "Owner": s.Scope.Account, "DisplayName": "", "SubscriptionsConfirmed": strconv.Itoa(confirmed), "SubscriptionsPending": "0",
		"SubscriptionsDeleted": strconv.Itoa(t.Deleted), "Policy": s.defaultPolicy(t.ARN),
		"EffectiveDeliveryPolicy": `{"http":{"defaultHealthyRetryPolicy":{"minDelayTarget":20,"maxDelayTarget":20,"numRetries":3}}}`,
	}
	if t.fifo() {
		all["FifoTopic"], all["ContentBasedDeduplication"] = "true", "false"
	}
	maps.Copy(all, t.Attributes)
	return &AttributesOutput{Attributes: all}, nil
}

// defaultPolicy lets the account do everything.
func (s *Service) defaultPolicy(arn string) string {
	return `{"Version":"2008-10-17","Id":"__default_policy_ID","Statement":[{"Sid":"__default_statement_ID","Effect":"Allow","Principal":{"AWS":"*"},` +
		`"Action":["SNS:GetTopicAttributes","SNS:SetTopicAttributes","SNS:AddPermission","SNS:RemovePermission","SNS:DeleteTopic","SNS:Subscribe","SNS:ListSubscriptionsByTopic","SNS:Publish"],` +
		`"Resource":"` + arn + `","Condition":{"StringEquals":{"AWS:SourceOwner":"` + s.Scope.Account + `"}}}]}`
}

// SetTopicAttributes changes one attribute.
func (s *Service) SetTopicAttributes(_ context.Context, in *SetTopicAttributesInput) (*Empty, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, err := s.topic(in.TopicArn)
	if err != nil {
		return nil, err
	}
	return &Empty{}, t.set(aws.ToString(in.AttributeName), aws.ToString(in.AttributeValue), false)
}

// ListTopics lists topics by ARN.
func (s *Service) ListTopics(_ context.Context, in *ListTopicsInput) (*ListTopicsOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := []Topic{}
	for _, arn := range slices.Sorted(maps.Keys(s.state.Topics)) {
		all = append(all, Topic{TopicArn: &arn})
	}
	page, next, err := paging.Page(all, in.NextToken, nil, pageSize)
	if err != nil {
		return nil, invalid("NextToken")
	}
	return &ListTopicsOutput{Topics: page, NextToken: next}, nil
}

// topic finds a topic. The caller holds the lock.
func (s *Service) topic(arn *string) (*topic, error) {
	if err := checkARN(aws.ToString(arn)); err != nil {
		return nil, err
	}
	t := s.state.Topics[*arn]
	if t == nil {
		return nil, notFound("Topic")
	}
	return t, nil
}

func checkARN(arn string) error {
	parts := strings.Split(arn, ":")
	if len(parts) != 6 || parts[0] != "arn" || parts[2] != "sns" || parts[5] == "" {
		return invalid("TopicArn Reason: An ARN must have at least 6 elements, not %d", len(parts))
	}
	return nil
}

// tagged finds what tags are about: topics only. The caller holds the lock.
func (s *Service) tagged(arn *string) (*topic, error) {
	t := s.state.Topics[aws.ToString(arn)]
	if t == nil {
		return nil, fail("ResourceNotFound", "Resource does not exist")
	}
	return t, nil
}

// TagResource adds or replaces tags of a topic.
func (s *Service) TagResource(_ context.Context, in *TagResourceInput) (*Empty, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, err := s.tagged(in.ResourceArn)
	if err != nil {
		return nil, err
	}
	for _, tag := range in.Tags {
		t.Tags[aws.ToString(tag.Key)] = aws.ToString(tag.Value)
	}
	return &Empty{}, nil
}

// UntagResource removes tags of a topic.
func (s *Service) UntagResource(_ context.Context, in *UntagResourceInput) (*Empty, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, err := s.tagged(in.ResourceArn)
	if err != nil {
		return nil, err
	}
	maps.DeleteFunc(t.Tags, func(key, _ string) bool { return slices.Contains(in.TagKeys, key) })
	return &Empty{}, nil
}

// ListTagsForResource lists a topic's tags by key.
func (s *Service) ListTagsForResource(_ context.Context, in *ListTagsForResourceInput) (*ListTagsForResourceOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, err := s.tagged(in.ResourceArn)
	if err != nil {
		return nil, err
	}
	out := &ListTagsForResourceOutput{Tags: []Tag{}}
	for _, key := range slices.Sorted(maps.Keys(t.Tags)) {
		out.Tags = append(out.Tags, Tag{Key: aws.String(key), Value: aws.String(t.Tags[key])})
	}
	return out, nil
}
