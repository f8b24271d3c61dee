package sqs_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/google/go-cmp/cmp"

	"ferry.dev/ferry/internal/emulator/clock"
	"ferry.dev/ferry/internal/emulator/emulatortest"
)

// world is a client of a running endpoint.
type world struct {
	*sqs.Client
	t *testing.T
	h *emulatortest.Handle
}

func newWorld(t *testing.T, opts ...emulatortest.Option) *world {
	t.Helper()
	h := emulatortest.Start(t, opts...)
	return &world{sqs.NewFromConfig(h.Config), t, h}
}

// slow is a clock on which nothing passes during a test that nobody waits for.
func slow() emulatortest.Option { return emulatortest.WithClock(clock.Real(1)) }

func (w *world) queue(name string, attributes map[string]string) *string {
	w.t.Helper()
	out, err := w.CreateQueue(w.t.Context(), &sqs.CreateQueueInput{QueueName: &name, Attributes: attributes})
	if err != nil {
		w.t.Fatal(err)
	}
	return out.QueueUrl
}

func (w *world) send(url *string, body string, more ...func(*sqs.SendMessageInput)) *sqs.SendMessageOutput {
	w.t.Helper()
	in := &sqs.SendMessageInput{QueueUrl: url, MessageBody: &body}
	for _, m := range more {
		m(in)
	}
	out, err := w.SendMessage(w.t.Context(), in)
	if err != nil {
		w.t.Fatal(err)
	}
	return out
}

func group(id, double string) func(*sqs.SendMessageInput) {
	return func(in *sqs.SendMessageInput) { in.MessageGroupId, in.MessageDeduplicationId = &id, &double }
}

func (w *world) receive(url *string, more ...func(*sqs.ReceiveMessageInput)) []types.Message {
	w.t.Helper()
	in := &sqs.ReceiveMessageInput{QueueUrl: url, MaxNumberOfMessages: 10, MessageSystemAttributeNames: []types.MessageSystemAttributeName{"All"}, MessageAttributeNames: []string{"All"}}
	for _, m := range more {
		m(in)
	}
	out, err := w.ReceiveMessage(w.t.Context(), in)
	if err != nil {
		w.t.Fatal(err)
	}
	return out.Messages
}

func wait(in *sqs.ReceiveMessageInput) { in.WaitTimeSeconds = 20 }

func bodies(list []types.Message) []string {
	out := []string{}
	for _, m := range list {
		out = append(out, *m.Body)
	}
	return out
}

func (w *world) attribute(url *string, name types.QueueAttributeName) string {
	w.t.Helper()
	out, err := w.GetQueueAttributes(w.t.Context(), &sqs.GetQueueAttributesInput{QueueUrl: url, AttributeNames: []types.QueueAttributeName{name}})
	if err != nil {
		w.t.Fatal(err)
	}
	return out.Attributes[string(name)]
}

func TestAMessageIsReceivedOnceAndGoneWhenDeleted(t *testing.T) {
	t.Parallel()
	w := newWorld(t, slow())
	url := w.queue("q", nil)
	w.send(url, "hello", func(in *sqs.SendMessageInput) {
		in.MessageAttributes = map[string]types.MessageAttributeValue{"n": {DataType: aws.String("Number"), StringValue: aws.String("1")}, "b": {DataType: aws.String("Binary"), BinaryValue: []byte{1}}}
	})
	first := w.receive(url)
	if len(first) != 1 || len(w.receive(url)) != 0 || len(first[0].MessageAttributes) != 2 || first[0].Attributes["ApproximateReceiveCount"] != "1" {
		t.Fatalf("received %+v", first)
	}
	if got := w.attribute(url, "ApproximateNumberOfMessagesNotVisible"); got != "1" {
		t.Errorf("%s messages are in flight", got)
	}
	if _, err := w.DeleteMessage(t.Context(), &sqs.DeleteMessageInput{QueueUrl: url, ReceiptHandle: first[0].ReceiptHandle}); err != nil {
		t.Fatal(err)
	}
	if got := w.attribute(url, "ApproximateNumberOfMessagesNotVisible"); got != "0" {
		t.Errorf("%s messages are left", got)
	}
}

func TestAMessageComesBackUntilItsDeadLetterQueueTakesIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	dead := w.queue("dead", nil)
	url := w.queue("q", map[string]string{"VisibilityTimeout": "1", "RedrivePolicy": `{"deadLetterTargetArn":"` + w.attribute(dead, "QueueArn") + `","maxReceiveCount":"2"}`})
	w.send(url, "poison")
	var counts []string
	for range 2 {
		counts = append(counts, w.receive(url, wait)[0].Attributes["ApproximateReceiveCount"])
	}
	if diff := cmp.Diff([]string{"1", "2"}, counts); diff != "" {
		t.Error(diff)
	}
	if more := w.receive(url, wait); len(more) != 0 {
		t.Errorf("received again: %v", bodies(more))
	}
	buried := w.receive(dead)
	if len(buried) != 1 || buried[0].Attributes["DeadLetterQueueSourceArn"] != w.attribute(url, "QueueArn") {
		t.Fatalf("the dead-letter queue has %+v", buried)
	}
	out, err := w.ListDeadLetterSourceQueues(t.Context(), &sqs.ListDeadLetterSourceQueuesInput{QueueUrl: dead})
	if err != nil || !cmp.Equal(out.QueueUrls, []string{*url}) {
		t.Errorf("its sources are %v, %v", out, err)
	}
}

func TestALongPollEndsWithTheMessage(t *testing.T) {
	t.Parallel()
	w := newWorld(t, slow())
	url := w.queue("q", nil)
	got := make(chan []types.Message, 1)
	go func() {
		out, err := w.ReceiveMessage(context.WithoutCancel(t.Context()), &sqs.ReceiveMessageInput{QueueUrl: url, WaitTimeSeconds: 20})
		if err != nil {
			t.Error(err)
			got <- nil
			return
		}
		got <- out.Messages
	}()
	w.send(url, "now")
	select {
	case list := <-got:
		if diff := cmp.Diff([]string{"now"}, bodies(list)); diff != "" {
			t.Error(diff)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("it goes on")
	}
}

func TestALongPollEndsByItselfAndWithTheEndpoint(t *testing.T) {
	t.Parallel()
	w := newWorld(t) // 20 seconds are 20 milliseconds
	if got := w.receive(w.queue("q", nil), wait); len(got) != 0 {
		t.Error(bodies(got))
	}
	still := newWorld(t, slow())
	url := still.queue("q", nil)
	done := make(chan struct{})
	go func() {
		defer close(done)
		still.ReceiveMessage(context.WithoutCancel(t.Context()), &sqs.ReceiveMessageInput{QueueUrl: url, WaitTimeSeconds: 20}) //nolint:errcheck // what it answers is not the point
	}()
	if err := still.h.Server.Services().SQS.Close(); err != nil {
		t.Fatal(err)
	}
	<-done
}

func TestADelayedMessageIsNotThereBefore(t *testing.T) {
	t.Parallel()
	w := newWorld(t, slow())
	url := w.queue("q", map[string]string{"DelaySeconds": "1"})
	w.send(url, "later")
	if got := w.attribute(url, "ApproximateNumberOfMessagesDelayed"); got != "1" {
		t.Errorf("%s are delayed", got)
	}
	if got := w.receive(url); len(got) != 0 {
		t.Error(bodies(got))
	}
	if diff := cmp.Diff([]string{"later"}, bodies(w.receive(url, wait))); diff != "" {
		t.Error(diff)
	}
}

func TestAFIFOQueueKeepsTheOrderOfAGroupAndDropsDoubles(t *testing.T) {
	t.Parallel()
	w := newWorld(t, slow())
	url := w.queue("q.fifo", map[string]string{"FifoQueue": "true"})
	first := w.send(url, "a1", group("a", "1"))
	w.send(url, "a2", group("a", "2"))
	w.send(url, "b1", group("b", "3"))
	if again := w.send(url, "a1 again", group("a", "1")); *again.MessageId != *first.MessageId || *again.SequenceNumber != *first.SequenceNumber {
		t.Error("a double is a message of its own")
	}
	one := func(in *sqs.ReceiveMessageInput) { in.MaxNumberOfMessages = 1 }
	a1 := w.receive(url, one)
	got := [][]string{bodies(a1), bodies(w.receive(url)), bodies(w.receive(url))}
	if _, err := w.DeleteMessage(t.Context(), &sqs.DeleteMessageInput{QueueUrl: url, ReceiptHandle: a1[0].ReceiptHandle}); err != nil {
		t.Fatal(err)
	}
	got = append(got, bodies(w.receive(url)))
	if diff := cmp.Diff([][]string{{"a1"}, {"b1"}, {}, {"a2"}}, got); diff != "" {
		t.Error(diff)
	}
}

func TestVisibilityCanBeChangedWhileAMessageIsInFlight(t *testing.T) {
	t.Parallel()
	w := newWorld(t, slow())
	url := w.queue("q", nil)
	w.send(url, "x")
	m := w.receive(url)[0]
	var codes []string
	change := func(handle string, seconds int32) {
		_, err := w.ChangeMessageVisibility(t.Context(), &sqs.ChangeMessageVisibilityInput{QueueUrl: url, ReceiptHandle: &handle, VisibilityTimeout: seconds})
		codes = append(codes, emulatortest.Code(err))
	}
	change(*m.ReceiptHandle, 0)
	change(*m.ReceiptHandle, 5)
	change("nonsense", 5)
	want := []string{"ok", "AWS.SimpleQueueService.MessageNotInflight", "ReceiptHandleIsInvalid"}
	if diff := cmp.Diff(want, codes); diff != "" {
		t.Error(diff)
	}
	if got := w.receive(url); len(got) != 1 || got[0].Attributes["ApproximateReceiveCount"] != "2" {
		t.Errorf("received %+v", got)
	}
}

func TestBatchesSucceedAndFailByTheEntry(t *testing.T) {
	t.Parallel()
	w := newWorld(t, slow())
	url := w.queue("q", nil)
	sent, err := w.SendMessageBatch(t.Context(), &sqs.SendMessageBatchInput{QueueUrl: url, Entries: []types.SendMessageBatchRequestEntry{
		{Id: aws.String("a"), MessageBody: aws.String("A")}, {Id: aws.String("b"), MessageBody: aws.String("\x01")}, {Id: aws.String("c"), MessageBody: aws.String("C")},
	}})
	if err != nil || len(sent.Successful) != 2 || len(sent.Failed) != 1 || *sent.Failed[0].Code != "InvalidMessageContents" {
		t.Fatalf("sent %+v, %v", sent, err)
	}
	got := w.receive(url)
	deleted, err := w.DeleteMessageBatch(t.Context(), &sqs.DeleteMessageBatchInput{QueueUrl: url, Entries: []types.DeleteMessageBatchRequestEntry{
		{Id: aws.String("a"), ReceiptHandle: got[0].ReceiptHandle}, {Id: aws.String("b"), ReceiptHandle: aws.String("?")},
	}})
	if err != nil || len(deleted.Successful) != 1 || len(deleted.Failed) != 1 {
		t.Fatalf("deleted %+v, %v", deleted, err)
	}
	shown, err := w.ChangeMessageVisibilityBatch(t.Context(), &sqs.ChangeMessageVisibilityBatchInput{QueueUrl: url, Entries: []types.ChangeMessageVisibilityBatchRequestEntry{
		{Id: aws.String("a"), ReceiptHandle: got[1].ReceiptHandle},
	}})
	if err != nil || len(shown.Successful) != 1 || len(w.receive(url)) != 1 {
		t.Fatalf("shown again %+v, %v", shown, err)
	}
}

func TestWhatSQSRefusesIsRefusedWithItsCodes(t *testing.T) {
	t.Parallel()
	w, ctx := newWorld(t, slow()), t.Context()
	url, fifo := w.queue("q", nil), w.queue("q.fifo", map[string]string{"FifoQueue": "true", "ContentBasedDeduplication": "true"})
	var got []string
	note := func(_ any, err error) { got = append(got, emulatortest.Code(err)) }
	create := func(name string, attributes map[string]string) {
		note(w.CreateQueue(ctx, &sqs.CreateQueueInput{QueueName: &name, Attributes: attributes}))
	}
	create("q", nil)
	create("q", map[string]string{"DelaySeconds": "5"})
	create("bad name", nil)
	create("x.fifo", nil)
	create("x", map[string]string{"FifoQueue": "true"})
	create("x", map[string]string{"MessageRetentionPeriod": "59"})
	create("x", map[string]string{"Nonsense": "1"})
	create("x", map[string]string{"RedrivePolicy": `{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:000000000000:none","maxReceiveCount":1}`})
	create("x", map[string]string{"DeduplicationScope": "queue"})
	note(w.GetQueueUrl(ctx, &sqs.GetQueueUrlInput{QueueName: aws.String("none")}))
	note(w.SendMessage(ctx, &sqs.SendMessageInput{QueueUrl: fifo, MessageBody: aws.String("no group")}))
	note(w.SendMessage(ctx, &sqs.SendMessageInput{QueueUrl: url, MessageBody: aws.String("x"), MessageDeduplicationId: aws.String("d")}))
	note(w.SendMessage(ctx, &sqs.SendMessageInput{QueueUrl: url, MessageBody: aws.String(strings.Repeat("x", 1<<20+1))}))
	note(w.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{QueueUrl: url, MaxNumberOfMessages: 11}))
	note(w.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{QueueUrl: url, WaitTimeSeconds: 21}))
	note(w.SendMessageBatch(ctx, &sqs.SendMessageBatchInput{QueueUrl: url, Entries: []types.SendMessageBatchRequestEntry{}}))
	note(w.PurgeQueue(ctx, &sqs.PurgeQueueInput{QueueUrl: url}))
	note(w.PurgeQueue(ctx, &sqs.PurgeQueueInput{QueueUrl: url}))
	note(w.DeleteQueue(ctx, &sqs.DeleteQueueInput{QueueUrl: url}))
	note(w.DeleteQueue(ctx, &sqs.DeleteQueueInput{QueueUrl: url}))
	const service = "AWS.SimpleQueueService."
	want := []string{
		"ok", "QueueAlreadyExists", "InvalidParameterValue", "InvalidParameterValue", "InvalidParameterValue", "InvalidAttributeValue", "InvalidAttributeName",
		"InvalidParameterValue", "InvalidAttributeName", service + "NonExistentQueue", "MissingParameter", "InvalidParameterValue", "InvalidParameterValue",
		"InvalidParameterValue", "InvalidParameterValue", service + "EmptyBatchRequest", "ok", service + "PurgeQueueInProgress", "ok", service + "NonExistentQueue",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestQueuesAreListedTaggedAndSurviveARestart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	before, err := emulatortest.New(emulatortest.WithDir(dir), slow())
	if err != nil {
		t.Fatal(err)
	}
	c := sqs.NewFromConfig(before.Config)
	for _, name := range []string{"b", "a", "other"} {
		if _, err := c.CreateQueue(t.Context(), &sqs.CreateQueueInput{QueueName: &name, Tags: map[string]string{"k": name}}); err != nil {
			t.Fatal(err)
		}
	}
	url, err := c.GetQueueUrl(t.Context(), &sqs.GetQueueUrlInput{QueueName: aws.String("a")})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.SendMessage(t.Context(), &sqs.SendMessageInput{QueueUrl: url.QueueUrl, MessageBody: aws.String("kept")}); err != nil {
		t.Fatal(err)
	}
	if err := before.Close(); err != nil {
		t.Fatal(err)
	}
	w := newWorld(t, emulatortest.WithDir(dir), slow())
	page, err := w.ListQueues(t.Context(), &sqs.ListQueuesInput{MaxResults: aws.Int32(2)})
	if err != nil || len(page.QueueUrls) != 2 || page.NextToken == nil {
		t.Fatalf("%+v, %v", page, err)
	}
	rest, err := w.ListQueues(t.Context(), &sqs.ListQueuesInput{MaxResults: aws.Int32(2), NextToken: page.NextToken})
	if err != nil || len(rest.QueueUrls) != 1 || rest.NextToken != nil {
		t.Fatalf("%+v, %v", rest, err)
	}
	if diff := cmp.Diff([]string{"kept"}, bodies(w.receive(&page.QueueUrls[0]))); diff != "" {
		t.Error(diff)
	}
	if _, err := w.UntagQueue(t.Context(), &sqs.UntagQueueInput{QueueUrl: &page.QueueUrls[0], TagKeys: []string{"k"}}); err != nil {
		t.Fatal(err)
	}
	tags, err := w.ListQueueTags(t.Context(), &sqs.ListQueueTagsInput{QueueUrl: &page.QueueUrls[0]})
	if err != nil || len(tags.Tags) != 0 {
		t.Errorf("%v, %v", tags, err)
	}
}
