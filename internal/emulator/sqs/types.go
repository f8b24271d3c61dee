package sqs

// The inputs and outputs have the shape of the SDK's, member by member, but for numbers that may be left out: they are
// pointers here, since zero seconds is not the queue's own default. The SDK's module is needed for nothing else.
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/

// Attribute is an attribute of a message.
type Attribute struct {
	BinaryListValues [][]byte
	BinaryValue      []byte
	DataType         *string
	StringListValues []string
	StringValue      *string
}

// Message is a message as it is received.
type Message struct {
	Attributes             map[string]string
	Body                   *string
	MD5OfBody              *string
	MD5OfMessageAttributes *string
	MessageAttributes      map[string]Attribute
	MessageId              *string
	ReceiptHandle          *string
}

// CreateQueueInput is the input of CreateQueue.
type CreateQueueInput struct {
	QueueName  *string
	Attributes map[string]string
	Tags       map[string]string `wire:"tags"`
}

// CreateQueueOutput is the output of CreateQueue.
type CreateQueueOutput struct{ QueueUrl *string }

// DeleteQueueInput is the input of DeleteQueue.
type DeleteQueueInput struct{ QueueUrl *string }

// GetQueueUrlInput is the input of GetQueueUrl.
type GetQueueUrlInput struct{ QueueName, QueueOwnerAWSAccountId *string }

// GetQueueUrlOutput is the output of GetQueueUrl.
type GetQueueUrlOutput struct{ QueueUrl *string }

// ListQueuesInput is the input of ListQueues.
type ListQueuesInput struct {
	MaxResults                 *int32
	NextToken, QueueNamePrefix *string
}

// ListQueuesOutput is the output of ListQueues.
type ListQueuesOutput struct {
	NextToken *string
	QueueUrls []string
}

// ListDeadLetterSourceQueuesInput is the input of ListDeadLetterSourceQueues.
type ListDeadLetterSourceQueuesInput struct {
	QueueUrl   *string
	MaxResults *int32
	NextToken  *string
}

// ListDeadLetterSourceQueuesOutput is the output of ListDeadLetterSourceQueues.
type ListDeadLetterSourceQueuesOutput struct {
	NextToken *string
	QueueUrls []string `wire:"queueUrls"`
}

// GetQueueAttributesInput is the input of GetQueueAttributes.
type GetQueueAttributesInput struct {
	QueueUrl       *string
	AttributeNames []string
}

// GetQueueAttributesOutput is the output of GetQueueAttributes.
type GetQueueAttributesOutput struct{ Attributes map[string]string }

// SetQueueAttributesInput is the input of SetQueueAttributes.
type SetQueueAttributesInput struct {
	Attributes map[string]string
	QueueUrl   *string
}

// PurgeQueueInput is the input of PurgeQueue.
type PurgeQueueInput struct{ QueueUrl *string }

// TagQueueInput is the input of TagQueue.
type TagQueueInput struct {
	QueueUrl *string
	Tags     map[string]string
}

// UntagQueueInput is the input of UntagQueue.
type UntagQueueInput struct {
	QueueUrl *string
	TagKeys  []string
}

// ListQueueTagsInput is the input of ListQueueTags.
type ListQueueTagsInput struct{ QueueUrl *string }

// ListQueueTagsOutput is the output of ListQueueTags.
type ListQueueTagsOutput struct{ Tags map[string]string }

// SendMessageInput is the input of SendMessage.
type SendMessageInput struct {
	MessageBody             *string
	QueueUrl                *string
	DelaySeconds            *int32
	MessageAttributes       map[string]Attribute
	MessageDeduplicationId  *string
	MessageGroupId          *string
	MessageSystemAttributes map[string]Attribute
}

// SendMessageOutput is the output of SendMessage.
type SendMessageOutput struct {
	MD5OfMessageAttributes       *string
	MD5OfMessageBody             *string
	MD5OfMessageSystemAttributes *string
	MessageId                    *string
	SequenceNumber               *string
}

// SendMessageBatchInput is the input of SendMessageBatch.
type SendMessageBatchInput struct {
	Entries  []SendEntry
	QueueUrl *string
}

// SendEntry is one message of a batch.
type SendEntry struct {
	Id                      *string
	MessageBody             *string
	DelaySeconds            *int32
	MessageAttributes       map[string]Attribute
	MessageDeduplicationId  *string
	MessageGroupId          *string
	MessageSystemAttributes map[string]Attribute
}

// SendMessageBatchOutput is the output of SendMessageBatch.
type SendMessageBatchOutput struct {
	Failed     []FailedEntry
	Successful []SentEntry
}

// SentEntry is one message of a batch that was sent.
type SentEntry struct {
	Id                           *string
	MD5OfMessageBody             *string
	MessageId                    *string
	MD5OfMessageAttributes       *string
	MD5OfMessageSystemAttributes *string
	SequenceNumber               *string
}

// FailedEntry is one entry of a batch that failed.
type FailedEntry struct {
	Code        *string
	Id          *string
	SenderFault bool
	Message     *string
}

// ReceiveMessageInput is the input of ReceiveMessage.
type ReceiveMessageInput struct {
	QueueUrl                    *string
	AttributeNames              []string
	MaxNumberOfMessages         *int32
	MessageAttributeNames       []string
	MessageSystemAttributeNames []string
	ReceiveRequestAttemptId     *string
	VisibilityTimeout           *int32
	WaitTimeSeconds             *int32
}

// ReceiveMessageOutput is the output of ReceiveMessage.
type ReceiveMessageOutput struct{ Messages []Message }

// DeleteMessageInput is the input of DeleteMessage.
type DeleteMessageInput struct{ QueueUrl, ReceiptHandle *string }

// DeleteMessageBatchInput is the input of DeleteMessageBatch.
type DeleteMessageBatchInput struct {
	Entries  []DeleteEntry
	QueueUrl *string
}

// DeleteEntry is one message of a batch.
type DeleteEntry struct{ Id, ReceiptHandle *string }

// BatchOutput is the output of DeleteMessageBatch and ChangeMessageVisibilityBatch.
type BatchOutput struct {
	Failed     []FailedEntry
	Successful []DoneEntry
}

// DoneEntry is one entry of a batch that succeeded.
type DoneEntry struct{ Id *string }

// ChangeMessageVisibilityInput is the input of ChangeMessageVisibility.
type ChangeMessageVisibilityInput struct {
	QueueUrl          *string
	ReceiptHandle     *string
	VisibilityTimeout *int32
}

// ChangeMessageVisibilityBatchInput is the input of ChangeMessageVisibilityBatch.
type ChangeMessageVisibilityBatchInput struct {
	Entries  []VisibilityEntry
	QueueUrl *string
}

// VisibilityEntry is one message of a batch.
type VisibilityEntry struct {
	Id                *string
	ReceiptHandle     *string
	VisibilityTimeout *int32
}

// Empty is the output of operations that answer nothing.
type Empty struct{}
