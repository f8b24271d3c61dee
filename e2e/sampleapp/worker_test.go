package main

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestAWorkerDeletesWhatItManagesAndLeavesPoison(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(t.Context())
	var deleted []string
	given := false
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.Header.Get("Authorization"), "AWS4-HMAC-SHA256 Credential=id/") {
			t.Errorf("unsigned: %v", r.Header)
		}
		switch r.Header.Get("X-Amz-Target") {
		case "AmazonSQS.ReceiveMessage":
			if given {
				stop()
				w.Write([]byte("{}"))
				return
			}
			given = true
			w.Write([]byte(`{"Messages":[{"Body":"poison","ReceiptHandle":"1"},{"Body":"{\"Type\":\"Notification\",\"Message\":\"hello\"}","ReceiptHandle":"2"}]}`))
		case "AmazonSQS.DeleteMessage":
			var in struct{ ReceiptHandle string }
			if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
				t.Error(err)
			}
			deleted = append(deleted, in.ReceiptHandle)
			w.Write([]byte("{}"))
		}
	}))
	defer server.Close()
	var out bytes.Buffer
	q := queue{url: server.URL + "/0/q", endpoint: server.URL, region: "us-east-1", key: "id", secret: "s", client: server.Client()}
	if err := work(ctx, slog.New(slog.NewJSONHandler(&out, nil)), q); err != nil {
		t.Fatal(err)
	}
	if len(deleted) != 1 || deleted[0] != "2" {
		t.Errorf("deleted %v", deleted)
	}
	for _, line := range []string{`"worked on message","text":"hello"`, `"cannot work on message","text":"poison"`} {
		if !strings.Contains(out.String(), line) {
			t.Errorf("not logged: %s\n%s", line, out.String())
		}
	}
}
