package sns

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"ferry.dev/ferry/internal/emulator/ids"
	"ferry.dev/ferry/internal/emulator/sqs"
	"ferry.dev/ferry/internal/emulator/wire"
)

const (
	maxMessage = 256 << 10
	doublesFor = 5 * time.Minute
)

// delivery is one message on its way to one queue.
type delivery struct {
	queue   string
	message *sqs.SendMessageInput
}

// Publish sends a message to every subscription of a topic whose filter lets it through.
func (s *Service) Publish(_ context.Context, in *PublishInput) (*PublishOutput, error) {
	if aws.ToString(in.PhoneNumber) != "" {
		return nil, invalid("PhoneNumber Reason: environment local sends no text messages")
	}
	arn := in.TopicArn
	if arn == nil {
		arn = in.TargetArn
	}
	out, deliveries, err := s.publish(arn, in)
	if err != nil {
		return nil, err
	}
	s.deliver(deliveries)
	return out, nil
}

// deliver puts messages into queues. One whose queue is gone, or refuses it, is lost, as on AWS.
func (s *Service) deliver(deliveries []delivery) {
	for _, d := range deliveries {
		s.Queues.Deliver(d.queue, d.message) //nolint:errcheck // SNS keeps no message either; its subscription's own dead-letter queue is not part of this
	}
}

// publish checks a message and finds whom it goes to.
func (s *Service) publish(arn *string, in *PublishInput) (*PublishOutput, []delivery, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, err := s.topic(arn)
	if err != nil {
		return nil, nil, err
	}
	text, err := checkMessage(t, in)
	if err != nil {
		return nil, nil, err
	}
	m := message{Type: "Notification", ID: ids.NewUUID(), Topic: t.ARN, Subject: aws.ToString(in.Subject), Text: text, Time: s.Clock.Now()}
	out := &PublishOutput{MessageId: &m.ID}
	if t.fifo() {
		first, double := s.single(t, in, &m)
		out.MessageId, out.SequenceNumber = &first.ID, &first.Sequence
		if double {
			return out, nil, nil
		}
	}
	var deliveries []delivery
	for _, key := range slices.Sorted(maps.Keys(s.state.Subscriptions)) {
		sub := s.state.Subscriptions[key]
		if sub.Topic == t.ARN && sub.wants(text, in.MessageAttributes) {
			deliveries = append(deliveries, delivery{sub.Endpoint, s.wrap(sub, m, in)})
		}
	}
	return out, deliveries, nil
}

// single numbers a message of a FIFO topic, unless it is a double of one that was published lately.
func (s *Service) single(t *topic, in *PublishInput, m *message) (sent, bool) {
	id := aws.ToString(in.MessageDeduplicationId)
	if id == "" {
		sum := sha256.Sum256([]byte(aws.ToString(in.Message)))
		id = hex.EncodeToString(sum[:])
		in.MessageDeduplicationId = &id
	}
	maps.DeleteFunc(t.Sent, func(_ string, old sent) bool { return s.Clock.Since(old.At) >= doublesFor })
	if first, ok := t.Sent[id]; ok {
		return first, true
	}
	t.Sequence++
	m.Sequence = fmt.Sprintf("1%019d", t.Sequence*1000)
	first := sent{At: m.Time, ID: m.ID, Sequence: m.Sequence}
	t.Sent[id] = first
	return first, false
}

// checkMessage refuses what SNS would, and returns the text for queues.
// https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
func checkMessage(t *topic, in *PublishInput) (string, error) {
	text, group := aws.ToString(in.Message), aws.ToString(in.MessageGroupId)
	switch {
	case text == "":
		return "", invalid("Empty message")
	case len(text) > maxMessage:
		return "", invalid("Message too long")
	case len(aws.ToString(in.Subject)) > 100 || in.Subject != nil && (*in.Subject == "" || strings.ContainsAny(*in.Subject, "\n\r")):
		return "", invalid("Subject")
	case t.fifo() && group == "":
		return "", invalid("The MessageGroupId parameter is required for FIFO topics")
	case t.fifo() && aws.ToString(in.MessageDeduplicationId) == "" && t.Attributes["ContentBasedDeduplication"] != "true":
		return "", invalid("The topic should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly")
	case !t.fifo() && aws.ToString(in.MessageDeduplicationId) != "":
		return "", invalid("MessageDeduplicationId Reason: The request includes MessageDeduplicationId parameter that is not valid for this topic type")
	}
	for _, name := range slices.Sorted(maps.Keys(in.MessageAttributes)) {
		a := in.MessageAttributes[name]
		kind, _, _ := strings.Cut(aws.ToString(a.DataType), ".")
		if name == "" || !slices.Contains([]string{"String", "Number", "Binary"}, kind) {
			return "", fail("ParameterValueInvalid", "The message attribute '%s' has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String.", name)
		}
		if kind == "Binary" && len(a.BinaryValue) == 0 || kind != "Binary" && aws.ToString(a.StringValue) == "" {
			return "", fail("ParameterValueInvalid", "The message attribute '%s' must contain non-empty message attribute value for message attribute type '%s'.", name, aws.ToString(a.DataType))
		}
	}
	if aws.ToString(in.MessageStructure) != "json" {
		return text, nil
	}
	var each map[string]string
	if err := json.Unmarshal([]byte(text), &each); err != nil {
		return "", invalid("Message Structure - JSON message body failed to parse")
	}
	if _, ok := each["default"]; !ok {
		return "", invalid("Message Structure - No default entry in JSON message body")
	}
	if own, ok := each["sqs"]; ok {
		return own, nil
	}
	return each["default"], nil
}

// message is what SNS puts into a queue.
// https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html
type message struct {
	Type     string
	ID       string    `json:"MessageId"`
	Sequence string    `json:"SequenceNumber,omitempty"`
	Topic    string    `json:"TopicArn"`
	Subject  string    `json:",omitempty"`
	Text     string    `json:"Message"`
	Time     time.Time `json:"-"`
}

// envelope is the JSON around a message. Nothing signs here: the signature says so.
func (m message) envelope(s *Service, sub *subscription, attributes map[string]Attribute) string {
	type value struct{ Type, Value string }
	wrapped := struct {
		message
		Timestamp         string
		SignatureVersion  string
		Signature         string
		SigningCertURL    string
		UnsubscribeURL    string
		MessageAttributes map[string]value `json:",omitempty"`
	}{message: m, Timestamp: m.Time.UTC().Format("2006-01-02T15:04:05.000Z"), SignatureVersion: "1", Signature: "bm90IHNpZ25lZCBvbiBlbnZpcm9ubWVudCBsb2NhbA==",
		SigningCertURL: "http://" + s.Host() + "/SimpleNotificationService.pem", UnsubscribeURL: "http://" + s.Host() + "/?Action=Unsubscribe&SubscriptionArn=" + sub.ARN}
	for name, a := range attributes {
		if wrapped.MessageAttributes == nil {
			wrapped.MessageAttributes = map[string]value{}
		}
		text := aws.ToString(a.StringValue)
		if strings.HasPrefix(aws.ToString(a.DataType), "Binary") {
			text = base64.StdEncoding.EncodeToString(a.BinaryValue)
		}
		wrapped.MessageAttributes[name] = value{aws.ToString(a.DataType), text}
	}
	data, _ := json.MarshalIndent(wrapped, "", "  ") //nolint:errcheck // texts always encode
	return string(data)
}

// wrap makes a queue's message of a topic's: in the envelope, or as it is with its attributes.
func (s *Service) wrap(sub *subscription, m message, in *PublishInput) *sqs.SendMessageInput {
	out := &sqs.SendMessageInput{MessageGroupId: in.MessageGroupId}
	if strings.HasSuffix(sub.Endpoint, ".fifo") {
		out.MessageDeduplicationId = in.MessageDeduplicationId
	}
	if sub.Attributes["RawMessageDelivery"] != "true" {
		out.MessageBody = aws.String(m.envelope(s, sub, in.MessageAttributes))
		return out
	}
	out.MessageBody = &m.Text
	for name, a := range in.MessageAttributes {
		if out.MessageAttributes == nil {
			out.MessageAttributes = map[string]sqs.Attribute{}
		}
		out.MessageAttributes[name] = sqs.Attribute{DataType: a.DataType, StringValue: a.StringValue, BinaryValue: a.BinaryValue}
	}
	return out
}

// wants tells whether a subscription's filter lets a message through.
func (sub *subscription) wants(text string, attributes map[string]Attribute) bool {
	policy := sub.Attributes["FilterPolicy"]
	if policy == "" {
		return true
	}
	body := sub.Attributes["FilterPolicyScope"] == "MessageBody"
	f, err := parseFilter(policy, body)
	if err != nil {
		return false // the scope was changed under it
	}
	if body {
		return f.matchBody(text)
	}
	return f.matchAttributes(attributes)
}

// PublishBatch publishes up to ten messages; each succeeds or fails by itself.
func (s *Service) PublishBatch(_ context.Context, in *PublishBatchInput) (*PublishBatchOutput, error) {
	entries := in.PublishBatchRequestEntries
	if err := checkBatch(entries); err != nil {
		return nil, err
	}
	s.mu.Lock()
	_, err := s.topic(in.TopicArn)
	s.mu.Unlock()
	if err != nil {
		return nil, err
	}
	out := &PublishBatchOutput{Successful: []PublishedEntry{}, Failed: []FailedEntry{}}
	for _, e := range entries {
		one, deliveries, err := s.publish(in.TopicArn, &PublishInput{Message: e.Message, MessageAttributes: e.MessageAttributes, Subject: e.Subject,
			MessageDeduplicationId: e.MessageDeduplicationId, MessageGroupId: e.MessageGroupId, MessageStructure: e.MessageStructure})
		if err != nil {
			failed := FailedEntry{Id: e.Id, SenderFault: true, Code: aws.String("InternalError"), Message: aws.String(err.Error())}
			var typed *wire.Error
			if errors.As(err, &typed) {
				failed.Code, failed.Message = &typed.Code, &typed.Message
			}
			out.Failed = append(out.Failed, failed)
			continue
		}
		s.deliver(deliveries)
		out.Successful = append(out.Successful, PublishedEntry{Id: e.Id, MessageId: one.MessageId, SequenceNumber: one.SequenceNumber})
	}
	return out, nil
}

func checkBatch(entries []PublishEntry) error {
	switch {
	case len(entries) == 0:
		return fail("EmptyBatchRequest", "The batch request doesn't contain any entries.")
	case len(entries) > 10:
		return fail("TooManyEntriesInBatchRequest", "The batch request contains more entries than permissible.")
	}
	seen := map[string]bool{}
	for _, e := range entries {
		id := aws.ToString(e.Id)
		if !ids.Word(id, 80) {
			return fail("InvalidBatchEntryId", "The Id of a batch entry in a batch request doesn't abide by the specification.")
		}
		if seen[id] {
			return fail("BatchEntryIdsNotDistinct", "Two or more batch entries in the request have the same Id.")
		}
		seen[id] = true
	}
	return nil
}
