package sns

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"ferry.dev/ferry/internal/emulator/ids"
	"ferry.dev/ferry/internal/emulator/paging"
)

// Subscribe brings a topic's messages to a queue. The same subscription again is answered; with other attributes it is
// refused.
func (s *Service) Subscribe(_ context.Context, in *SubscribeInput) (*SubscribeOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, err := s.topic(in.TopicArn)
	if err != nil {
		return nil, err
	}
	endpoint := aws.ToString(in.Endpoint)
	if err := checkEndpoint(t, aws.ToString(in.Protocol), endpoint); err != nil {
		return nil, err
	}
	sub := &subscription{ARN: t.ARN + ":" + ids.NewUUID(), Topic: t.ARN, Protocol: *in.Protocol, Endpoint: endpoint, Attributes: map[string]string{}}
	// The scope says how the policy is to be read.
	for _, key := range slices.SortedFunc(maps.Keys(in.Attributes), func(a, b string) int { return strings.Compare(b, a) }) {
		if err := sub.set(key, in.Attributes[key]); err != nil {
			return nil, err
		}
	}
	for _, old := range s.state.Subscriptions {
		if old.Topic != sub.Topic || old.Endpoint != sub.Endpoint {
			continue
		}
		if !maps.Equal(old.Attributes, sub.Attributes) {
			return nil, invalid("Attributes Reason: Subscription already exists with different attributes")
		}
		return &SubscribeOutput{SubscriptionArn: &old.ARN}, nil
	}
	s.state.Subscriptions[sub.ARN] = sub
	return &SubscribeOutput{SubscriptionArn: &sub.ARN}, nil
}

func checkEndpoint(t *topic, protocol, endpoint string) error {
	parts := strings.Split(endpoint, ":")
	switch {
	case slices.Contains([]string{"http", "https", "email", "email-json", "sms", "application", "lambda", "firehose"}, protocol):
		return invalid("Protocol Reason: environment local delivers to sqs only, not to %s", protocol)
	case protocol != "sqs":
		return invalid("Amazon SNS does not support this protocol string: %s", protocol)
	case len(parts) != 6 || parts[2] != "sqs":
		return invalid("SQS endpoint ARN")
	case !t.fifo() && strings.HasSuffix(endpoint, ".fifo"):
		return invalid("Invalid parameter: Endpoint Reason: FIFO SQS Queues can not be subscribed to standard SNS topics")
	}
	return nil
}

// set checks and sets an attribute; an empty value takes it away.
func (sub *subscription) set(name, value string) error {
	switch name {
	case "RawMessageDelivery":
		if value != "true" && value != "false" {
			return invalid("Attributes Reason: RawMessageDelivery: Invalid value [%s]. Must be true or false.", value)
		}
	case "FilterPolicyScope":
		if value != "MessageAttributes" && value != "MessageBody" {
			return invalid("Attributes Reason: FilterPolicyScope: Invalid value [%s]. Please use either MessageBody or MessageAttributes", value)
		}
	case "FilterPolicy":
		if value != "" && value != "{}" {
			if _, err := parseFilter(value, sub.Attributes["FilterPolicyScope"] == "MessageBody"); err != nil {
				return invalid("Attributes Reason: FilterPolicy: %v", err)
			}
		}
	case "RedrivePolicy", "DeliveryPolicy":
		if value != "" && !json.Valid([]byte(value)) {
			return invalid("Attributes Reason: %s: it is no JSON", name)
		}
	default:
		return invalid("AttributeName")
	}
	if value == "" || name == "FilterPolicy" && value == "{}" {
		delete(sub.Attributes, name)
		return nil
	}
	sub.Attributes[name] = value
	return nil
}

// Unsubscribe deletes a subscription; one that is gone already is fine.
func (s *Service) Unsubscribe(_ context.Context, in *SubscriptionInput) (*Empty, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	sub := s.state.Subscriptions[aws.ToString(in.SubscriptionArn)]
	if sub == nil {
		return &Empty{}, nil
	}
	if t := s.state.Topics[sub.Topic]; t != nil {
		t.Deleted++
	}
	delete(s.state.Subscriptions, sub.ARN)
	return &Empty{}, nil
}

func (s *Service) subscription(arn *string) (*subscription, error) {
	sub := s.state.Subscriptions[aws.ToString(arn)]
	if sub == nil {
		return nil, notFound("Subscription")
	}
	return sub, nil
}

// GetSubscriptionAttributes returns every attribute of a subscription.
func (s *Service) GetSubscriptionAttributes(_ context.Context, in *SubscriptionInput) (*AttributesOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	sub, err := s.subscription(in.SubscriptionArn)
	if err != nil {
		return nil, err
	}
	all := map[string]string{
		"SubscriptionArn": sub.ARN, "TopicArn": sub.Topic, "Protocol": sub.Protocol, "Endpoint": sub.Endpoint, "Owner": s.Scope.Account,
		"RawMessageDelivery": "false", "PendingConfirmation": "false", "ConfirmationWasAuthenticated": "true",
		"SubscriptionPrincipal": "arn:aws:iam::" + s.Scope.Account + ":root",
	}
	if sub.Attributes["FilterPolicy"] != "" {
		all["FilterPolicyScope"] = "MessageAttributes"
	}
	maps.Copy(all, sub.Attributes)
	return &AttributesOutput{Attributes: all}, nil
}

// SetSubscriptionAttributes changes one attribute.
func (s *Service) SetSubscriptionAttributes(_ context.Context, in *SetSubscriptionAttributesInput) (*Empty, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	sub, err := s.subscription(in.SubscriptionArn)
	if err != nil {
		return nil, err
	}
	return &Empty{}, sub.set(aws.ToString(in.AttributeName), aws.ToString(in.AttributeValue))
}

// ListSubscriptions lists all subscriptions by ARN.
func (s *Service) ListSubscriptions(_ context.Context, in *ListSubscriptionsInput) (*ListSubscriptionsOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.list("", in.NextToken)
}

// ListSubscriptionsByTopic lists a topic's subscriptions.
func (s *Service) ListSubscriptionsByTopic(_ context.Context, in *ListSubscriptionsByTopicInput) (*ListSubscriptionsOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, err := s.topic(in.TopicArn)
	if err != nil {
		return nil, err
	}
	return s.list(t.ARN, in.NextToken)
}

// list lists the subscriptions of a topic, of all for "". The caller holds the lock.
func (s *Service) list(topic string, token *string) (*ListSubscriptionsOutput, error) {
	all := []Subscription{}
	for _, arn := range slices.Sorted(maps.Keys(s.state.Subscriptions)) {
		sub := s.state.Subscriptions[arn]
		if topic == "" || sub.Topic == topic {
			all = append(all, Subscription{Endpoint: &sub.Endpoint, Owner: aws.String(s.Scope.Account), Protocol: &sub.Protocol, SubscriptionArn: &sub.ARN, TopicArn: &sub.Topic})
		}
	}
	page, next, err := paging.Page(all, token, nil, pageSize)
	if err != nil {
		return nil, invalid("NextToken")
	}
	return &ListSubscriptionsOutput{Subscriptions: page, NextToken: next}, nil
}
