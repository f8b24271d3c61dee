package sqs

import (
	"testing"
)

func FuzzReceiptsAndRedrivePoliciesNeverPanic(f *testing.F) {
	f.Add(newHandle("q", "id"))
	f.Add(`{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:0:q","maxReceiveCount":3}`)
	f.Add("")
	f.Fuzz(func(t *testing.T, text string) {
		if queue, id, ok := parseHandle(text); ok && (queue == "" || id == "") {
			t.Errorf("%q names nothing", text)
		}
		if r, ok := parseRedrive(text); ok && (r.Target == "" || r.Count < 1 || r.Count > 1000) {
			t.Errorf("%q gives %+v", text, r)
		}
		checkMessage(&queue{Name: "q"}, &SendMessageInput{MessageBody: &text}) //nolint:errcheck // it must not panic
		wantQueue, wantID := "q", "id"
		if q, id, ok := parseHandle(newHandle(wantQueue, wantID)); !ok || q != wantQueue || id != wantID {
			t.Error("a receipt is not read as it was made")
		}
	})
}
