package sns_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sns/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	sqstypes "github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/google/go-cmp/cmp"

	"ferry.dev/ferry/internal/emulator/emulatortest"
)

type world struct {
	*sns.Client
	queues *sqs.Client
	t      *testing.T
}

func newWorld(t *testing.T) *world {
	t.Helper()
	h := emulatortest.Start(t)
	return &world{sns.NewFromConfig(h.Config), sqs.NewFromConfig(h.Config), t}
}

func (w *world) topic(name string, attributes map[string]string) *string {
	w.t.Helper()
	out, err := w.CreateTopic(w.t.Context(), &sns.CreateTopicInput{Name: &name, Attributes: attributes})
	if err != nil {
		w.t.Fatal(err)
	}
	return out.TopicArn
}

// queue makes a queue whose messages stay hidden for ever once they are received, and subscribes it.
func (w *world) queue(topic *string, name string, attributes map[string]string) *string {
	w.t.Helper()
	set := map[string]string{"VisibilityTimeout": "43200"}
	arn := "arn:aws:sqs:us-east-1:000000000000:" + name
	if name[len(name)-1] == 'o' {
		set["FifoQueue"] = "true"
	}
	out, err := w.queues.CreateQueue(w.t.Context(), &sqs.CreateQueueInput{QueueName: &name, Attributes: set})
	if err != nil {
		w.t.Fatal(err)
	}
	if _, err := w.Subscribe(w.t.Context(), &sns.SubscribeInput{TopicArn: topic, Protocol: aws.String("sqs"), Endpoint: &arn, Attributes: attributes}); err != nil {
		w.t.Fatal(err)
	}
	return out.QueueUrl
}

func (w *world) received(url *string) []sqstypes.Message {
	w.t.Helper()
	out, err := w.queues.ReceiveMessage(w.t.Context(), &sqs.ReceiveMessageInput{QueueUrl: url, MaxNumberOfMessages: 10, MessageAttributeNames: []string{"All"},
		MessageSystemAttributeNames: []sqstypes.MessageSystemAttributeName{"All"}})
	if err != nil {
		w.t.Fatal(err)
	}
	return out.Messages
}

func text(value string) types.MessageAttributeValue {
	return types.MessageAttributeValue{DataType: aws.String("String"), StringValue: &value}
}

func number(value string) types.MessageAttributeValue {
	return types.MessageAttributeValue{DataType: aws.String("Number"), StringValue: &value}
}

func TestAMessageReachesQueuesWrappedAndRaw(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	topic := w.topic("orders", nil)
	wrapped, raw := w.queue(topic, "wrapped", nil), w.queue(topic, "raw", map[string]string{"RawMessageDelivery": "true"})
	sent, err := w.Publish(t.Context(), &sns.PublishInput{TopicArn: topic, Message: aws.String("hello"), Subject: aws.String("greeting"),
		MessageAttributes: map[string]types.MessageAttributeValue{"kind": text("new")}})
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]any
	if err := json.Unmarshal([]byte(*w.received(wrapped)[0].Body), &got); err != nil {
		t.Fatal(err)
	}
	for _, changing := range []string{"Timestamp", "Signature", "SigningCertURL", "UnsubscribeURL"} {
		if got[changing] == nil {
			t.Errorf("the envelope has no %s", changing)
		}
		delete(got, changing)
	}
	want := map[string]any{"Type": "Notification", "MessageId": *sent.MessageId, "TopicArn": *topic, "Subject": "greeting", "Message": "hello", "SignatureVersion": "1",
		"MessageAttributes": map[string]any{"kind": map[string]any{"Type": "String", "Value": "new"}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	m := w.received(raw)[0]
	if *m.Body != "hello" || *m.MessageAttributes["kind"].StringValue != "new" {
		t.Errorf("raw: %+v", m)
	}
}

func TestAFilterLetsThroughWhatMatches(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	topic := w.topic("orders", nil)
	attributes := w.queue(topic, "attributes", map[string]string{"FilterPolicy": `{"store":["a",{"prefix":"b"}],"price":[{"numeric":[">=",100]}]}`, "RawMessageDelivery": "true"})
	body := w.queue(topic, "body", map[string]string{"FilterPolicy": `{"order":{"state":["paid"]}}`, "FilterPolicyScope": "MessageBody", "RawMessageDelivery": "true"})
	for i, m := range []map[string]types.MessageAttributeValue{
		{"store": text("a"), "price": number("100")}, {"store": text("big"), "price": number("1e3")}, {"store": text("a"), "price": number("99")}, {"store": text("c"), "price": number("100")}, nil,
	} {
		state := map[bool]string{true: "paid", false: "open"}[i%2 == 0]
		if _, err := w.Publish(t.Context(), &sns.PublishInput{TopicArn: topic, Message: aws.String(fmt.Sprintf(`{"n":%d,"order":{"state":%q}}`, i, state)), MessageAttributes: m}); err != nil {
			t.Fatal(err)
		}
	}
	numbers := func(list []sqstypes.Message) []int {
		var out []int
		for _, m := range list {
			var body struct{ N int }
			if err := json.Unmarshal([]byte(*m.Body), &body); err != nil {
				t.Fatal(err)
			}
			out = append(out, body.N)
		}
		return out
	}
	if diff := cmp.Diff([][]int{{0, 1}, {0, 2, 4}}, [][]int{numbers(w.received(attributes)), numbers(w.received(body))}); diff != "" {
		t.Error(diff)
	}
}

func TestAFIFOTopicKeepsGroupsAndDropsDoubles(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	topic := w.topic("orders.fifo", map[string]string{"FifoTopic": "true", "ContentBasedDeduplication": "true"})
	url := w.queue(topic, "orders.fifo", map[string]string{"RawMessageDelivery": "true"})
	for _, text := range []string{"one", "two", "one"} {
		out, err := w.Publish(t.Context(), &sns.PublishInput{TopicArn: topic, Message: &text, MessageGroupId: aws.String("g")})
		if err != nil || aws.ToString(out.SequenceNumber) == "" {
			t.Fatal(out, err)
		}
	}
	var got []string
	for _, m := range w.received(url) {
		got = append(got, m.Attributes["MessageGroupId"]+" "+*m.Body)
	}
	if diff := cmp.Diff([]string{"g one", "g two"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestTextsByProtocolAndBatches(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	topic := w.topic("orders", nil)
	url := w.queue(topic, "q", map[string]string{"RawMessageDelivery": "true"})
	out, err := w.PublishBatch(t.Context(), &sns.PublishBatchInput{TopicArn: topic, PublishBatchRequestEntries: []types.PublishBatchRequestEntry{
		{Id: aws.String("a"), Message: aws.String(`{"default":"d","sqs":"for queues"}`), MessageStructure: aws.String("json")},
		{Id: aws.String("b"), Message: aws.String("")},
		{Id: aws.String("c"), Message: aws.String(`{"default":"for all"}`), MessageStructure: aws.String("json")},
	}})
	if err != nil || len(out.Successful) != 2 || len(out.Failed) != 1 {
		t.Fatalf("%+v %v", out, err)
	}
	var got []string
	for _, m := range w.received(url) {
		got = append(got, *m.Body)
	}
	if diff := cmp.Diff([]string{"for queues", "for all"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestWhatSNSRefusesIsRefusedWithItsCodes(t *testing.T) {
	t.Parallel()
	w, ctx := newWorld(t), t.Context()
	topic, fifo := w.topic("t", nil), w.topic("t.fifo", map[string]string{"FifoTopic": "true"})
	none := aws.String("arn:aws:sns:us-east-1:000000000000:none")
	queue, fifoQueue := aws.String("arn:aws:sqs:us-east-1:000000000000:q"), aws.String("arn:aws:sqs:us-east-1:000000000000:q.fifo")
	var got []string
	note := func(_ any, err error) { got = append(got, emulatortest.Code(err)) }
	subscribe := func(topic *string, protocol string, endpoint *string, attributes map[string]string) {
		note(w.Subscribe(ctx, &sns.SubscribeInput{TopicArn: topic, Protocol: &protocol, Endpoint: endpoint, Attributes: attributes}))
	}
	note(w.CreateTopic(ctx, &sns.CreateTopicInput{Name: aws.String("t")}))
	note(w.CreateTopic(ctx, &sns.CreateTopicInput{Name: aws.String("t"), Attributes: map[string]string{"DisplayName": "x"}}))
	note(w.CreateTopic(ctx, &sns.CreateTopicInput{Name: aws.String("a b")}))
	note(w.CreateTopic(ctx, &sns.CreateTopicInput{Name: aws.String("x.fifo")}))
	subscribe(none, "sqs", queue, nil)
	subscribe(topic, "https", aws.String("https://example.com"), nil)
	subscribe(topic, "sqs", aws.String("q"), nil)
	subscribe(topic, "sqs", fifoQueue, nil)
	subscribe(fifo, "sqs", fifoQueue, nil)
	subscribe(topic, "sqs", queue, map[string]string{"FilterPolicy": `{"a":{"b":["c"]}}`})
	subscribe(topic, "sqs", queue, map[string]string{"FilterPolicy": `{"a":{"b":["c"]}}`, "FilterPolicyScope": "MessageBody"})
	subscribe(topic, "sqs", queue, map[string]string{"FilterPolicy": `{"a":["b"]}`})
	note(w.Publish(ctx, &sns.PublishInput{TopicArn: none, Message: aws.String("x")}))
	note(w.Publish(ctx, &sns.PublishInput{TopicArn: fifo, Message: aws.String("x")}))
	note(w.Publish(ctx, &sns.PublishInput{TopicArn: fifo, Message: aws.String("x"), MessageGroupId: aws.String("g")}))
	note(w.Publish(ctx, &sns.PublishInput{PhoneNumber: aws.String("+1"), Message: aws.String("x")}))
	note(w.GetTopicAttributes(ctx, &sns.GetTopicAttributesInput{TopicArn: none}))
	note(w.GetSubscriptionAttributes(ctx, &sns.GetSubscriptionAttributesInput{SubscriptionArn: none}))
	note(w.DeleteTopic(ctx, &sns.DeleteTopicInput{TopicArn: none}))
	note(w.Unsubscribe(ctx, &sns.UnsubscribeInput{SubscriptionArn: none}))
	note(w.TagResource(ctx, &sns.TagResourceInput{ResourceArn: none, Tags: []types.Tag{{Key: aws.String("k"), Value: aws.String("v")}}}))
	bad := "InvalidParameter"
	want := []string{"ok", bad, bad, bad, "NotFound", bad, bad, bad, "ok", bad, "ok", bad, "NotFound", bad, bad, bad, "NotFound", "NotFound", "ok", "ok", "ResourceNotFound"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestTopicsAndSubscriptionsAreListedAndGoTogether(t *testing.T) {
	t.Parallel()
	w, ctx := newWorld(t), t.Context()
	for i := range 101 {
		w.topic(fmt.Sprintf("t%03d", i), nil)
	}
	first, err := w.ListTopics(ctx, &sns.ListTopicsInput{})
	if err != nil || len(first.Topics) != 100 {
		t.Fatal(len(first.Topics), err)
	}
	rest, err := w.ListTopics(ctx, &sns.ListTopicsInput{NextToken: first.NextToken})
	if err != nil || len(rest.Topics) != 1 || rest.NextToken != nil {
		t.Fatal(len(rest.Topics), err)
	}
	topic := rest.Topics[0].TopicArn
	w.queue(topic, "q", map[string]string{"FilterPolicy": `{"a":["b"]}`})
	list, err := w.ListSubscriptionsByTopic(ctx, &sns.ListSubscriptionsByTopicInput{TopicArn: topic})
	if err != nil || len(list.Subscriptions) != 1 {
		t.Fatal(list, err)
	}
	attributes, err := w.GetSubscriptionAttributes(ctx, &sns.GetSubscriptionAttributesInput{SubscriptionArn: list.Subscriptions[0].SubscriptionArn})
	if err != nil || attributes.Attributes["FilterPolicyScope"] != "MessageAttributes" {
		t.Fatal(attributes, err)
	}
	of, err := w.GetTopicAttributes(ctx, &sns.GetTopicAttributesInput{TopicArn: topic})
	if err != nil || of.Attributes["SubscriptionsConfirmed"] != "1" {
		t.Fatal(of, err)
	}
	if _, err := w.DeleteTopic(ctx, &sns.DeleteTopicInput{TopicArn: topic}); err != nil {
		t.Fatal(err)
	}
	all, err := w.ListSubscriptions(ctx, &sns.ListSubscriptionsInput{})
	if err != nil || len(all.Subscriptions) != 0 {
		t.Error(all, err)
	}
}
