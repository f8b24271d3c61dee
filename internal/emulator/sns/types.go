package sns

// The inputs and outputs have the shape of the SDK's, member by member; its module is needed for nothing else.
// https://docs.aws.amazon.com/sns/latest/api/

// Tag is a tag.
type Tag struct{ Key, Value *string }

// Attribute is an attribute of a message.
type Attribute struct {
	DataType    *string
	BinaryValue []byte
	StringValue *string
}

// CreateTopicInput is the input of CreateTopic.
type CreateTopicInput struct {
	Name                 *string
	Attributes           map[string]string
	DataProtectionPolicy *string
	Tags                 []Tag
}

// CreateTopicOutput is the output of CreateTopic.
type CreateTopicOutput struct{ TopicArn *string }

// TopicInput is the input of DeleteTopic and GetTopicAttributes.
type TopicInput struct{ TopicArn *string }

// AttributesOutput is the output of GetTopicAttributes and GetSubscriptionAttributes.
type AttributesOutput struct{ Attributes map[string]string }

// SetTopicAttributesInput is the input of SetTopicAttributes.
type SetTopicAttributesInput struct{ AttributeName, TopicArn, AttributeValue *string }

// ListTopicsInput is the input of ListTopics.
type ListTopicsInput struct{ NextToken *string }

// Topic is a topic in a list.
type Topic struct{ TopicArn *string }

// ListTopicsOutput is the output of ListTopics.
type ListTopicsOutput struct {
	NextToken *string
	Topics    []Topic
}

// SubscribeInput is the input of Subscribe.
type SubscribeInput struct {
	Protocol              *string
	TopicArn              *string
	Attributes            map[string]string
	Endpoint              *string
	ReturnSubscriptionArn bool
}

// SubscribeOutput is the output of Subscribe.
type SubscribeOutput struct{ SubscriptionArn *string }

// SubscriptionInput is the input of Unsubscribe and GetSubscriptionAttributes.
type SubscriptionInput struct{ SubscriptionArn *string }

// SetSubscriptionAttributesInput is the input of SetSubscriptionAttributes.
type SetSubscriptionAttributesInput struct{ AttributeName, SubscriptionArn, AttributeValue *string }

// Subscription is a subscription in a list.
type Subscription struct{ Endpoint, Owner, Protocol, SubscriptionArn, TopicArn *string }

// ListSubscriptionsInput is the input of ListSubscriptions.
type ListSubscriptionsInput struct{ NextToken *string }

// ListSubscriptionsByTopicInput is the input of ListSubscriptionsByTopic.
type ListSubscriptionsByTopicInput struct{ TopicArn, NextToken *string }

// ListSubscriptionsOutput is the output of both.
type ListSubscriptionsOutput struct {
	NextToken     *string
	Subscriptions []Subscription
}

// PublishInput is the input of Publish.
type PublishInput struct {
	Message                *string
	MessageAttributes      map[string]Attribute
	MessageDeduplicationId *string
	MessageGroupId         *string
	MessageStructure       *string
	PhoneNumber            *string
	Subject                *string
	TargetArn              *string
	TopicArn               *string
}

// PublishOutput is the output of Publish.
type PublishOutput struct{ MessageId, SequenceNumber *string }

// PublishBatchInput is the input of PublishBatch.
type PublishBatchInput struct {
	PublishBatchRequestEntries []PublishEntry
	TopicArn                   *string
}

// PublishEntry is one message of a batch.
type PublishEntry struct {
	Id                     *string
	Message                *string
	MessageAttributes      map[string]Attribute
	MessageDeduplicationId *string
	MessageGroupId         *string
	MessageStructure       *string
	Subject                *string
}

// PublishBatchOutput is the output of PublishBatch.
type PublishBatchOutput struct {
	Failed     []FailedEntry
	Successful []PublishedEntry
}

// PublishedEntry is one message of a batch that was published.
type PublishedEntry struct{ Id, MessageId, SequenceNumber *string }

// FailedEntry is one message of a batch that was not.
type FailedEntry struct {
	Code        *string
	Id          *string
	SenderFault bool
	Message     *string
}

// TagResourceInput is the input of TagResource.
type TagResourceInput struct {
	ResourceArn *string
	Tags        []Tag
}

// UntagResourceInput is the input of UntagResource.
type UntagResourceInput struct {
	ResourceArn *string
	TagKeys     []string
}

// ListTagsForResourceInput is the input of ListTagsForResource.
type ListTagsForResourceInput struct{ ResourceArn *string }

// ListTagsForResourceOutput is the output of ListTagsForResource.
type ListTagsForResourceOutput struct{ Tags []Tag }

// Empty is the output of operations that answer nothing.
type Empty struct{}
