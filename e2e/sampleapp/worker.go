package main

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"
)

// queue is an SQS queue, spoken to over its JSON protocol with the credentials of the environment. A real application
// takes an AWS SDK; this one stays free of dependencies.
type queue struct {
	url, endpoint, region string
	key, secret, token    string
	client                *http.Client
}

// work receives messages until the context ends, and deletes those that it managed to work on. One whose text holds
// "poison" it never manages.
func work(ctx context.Context, log *slog.Logger, q queue) error {
	log.Info("waiting for messages", "queue", q.url)
	for ctx.Err() == nil {
		messages, err := q.receive(ctx)
		if err != nil && ctx.Err() == nil {
			log.Error("cannot receive", "error", err.Error())
			wait(ctx, time.Second)
		}
		for _, m := range messages {
			text := m.text()
			if strings.Contains(text, "poison") {
				log.Error("cannot work on message", "text", text)
				continue
			}
			log.Info("worked on message", "text", text)
			if err := q.delete(ctx, m); err != nil {
				log.Error("cannot delete", "error", err.Error())
			}
		}
	}
	log.Info("stopped")
	return nil
}

func wait(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

func newQueue(address string) queue {
	region := env("AWS_REGION", "us-east-1")
	return queue{
		url: address, region: region, endpoint: env("AWS_ENDPOINT_URL", "https://sqs."+region+".amazonaws.com"),
		key: os.Getenv("AWS_ACCESS_KEY_ID"), secret: os.Getenv("AWS_SECRET_ACCESS_KEY"), token: os.Getenv("AWS_SESSION_TOKEN"), client: &http.Client{},
	}
}

type received struct {
	Body          string
	ReceiptHandle string
}

// text is what was published: SNS wraps it.
func (m received) text() string {
	var wrapped struct{ Type, Message string }
	if json.Unmarshal([]byte(m.Body), &wrapped) == nil && wrapped.Type == "Notification" {
		return wrapped.Message
	}
	return m.Body
}

func (q queue) receive(ctx context.Context) ([]received, error) {
	var out struct{ Messages []received }
	err := q.call(ctx, "ReceiveMessage", map[string]any{"QueueUrl": q.url, "WaitTimeSeconds": 20, "MaxNumberOfMessages": 10}, &out)
	return out.Messages, err
}

func (q queue) delete(ctx context.Context, m received) error {
	return q.call(ctx, "DeleteMessage", map[string]any{"QueueUrl": q.url, "ReceiptHandle": m.ReceiptHandle}, nil)
}

func (q queue) call(ctx context.Context, operation string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, q.endpoint+"/", bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/x-amz-json-1.0")
	r.Header.Set("X-Amz-Target", "AmazonSQS."+operation)
	q.sign(r, body, time.Now().UTC())
	resp, err := q.client.Do(r)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	switch {
	case err != nil:
		return err
	case resp.StatusCode != http.StatusOK:
		return fmt.Errorf("%s: %s", resp.Status, bytes.TrimSpace(data))
	case out == nil:
		return nil
	}
	return json.Unmarshal(data, out)
}

// sign signs a request: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
func (q queue) sign(r *http.Request, body []byte, now time.Time) {
	at, day := now.Format("20060102T150405Z"), now.Format("20060102")
	r.Header.Set("X-Amz-Date", at)
	signed := "content-type;host;x-amz-date;x-amz-target"
	lines := []string{"POST", "/", "", "content-type:" + r.Header.Get("Content-Type"), "host:" + r.URL.Host, "x-amz-date:" + at}
	if q.token != "" {
		r.Header.Set("X-Amz-Security-Token", q.token)
		signed = "content-type;host;x-amz-date;x-amz-security-token;x-amz-target"
		lines = append(lines, "x-amz-security-token:"+q.token)
	}
	lines = append(lines, "x-amz-target:"+r.Header.Get("X-Amz-Target"), "", signed, digest(body))
	scope := day + "/" + q.region + "/sqs/aws4_request"
	text := strings.Join([]string{"AWS4-HMAC-SHA256", at, scope, digest([]byte(strings.Join(lines, "\n")))}, "\n")
	key := []byte("AWS4" + q.secret)
	for _, part := range []string{day, q.region, "sqs", "aws4_request", text} {
		h := hmac.New(sha256.New, key)
		h.Write([]byte(part))
		key = h.Sum(nil)
	}
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential="+q.key+"/"+scope+", SignedHeaders="+signed+", Signature="+hex.EncodeToString(key))
}

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// validQueue refuses an address that is none, before anything waits on it.
func validQueue(address string) error {
	if u, err := url.Parse(address); err != nil || u.Host == "" {
		return errors.New("FERRY_QUEUE_URI is no URL")
	}
	return nil
}
