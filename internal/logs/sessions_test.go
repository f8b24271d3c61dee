package logs

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/google/go-cmp/cmp"

	"ferry.dev/ferry/internal/event"
)

// gaps is a network on which something happens in the moment before each live tail session, and the first two are cut off.
type gaps struct {
	next   http.RoundTripper
	before func(session int)
	opened atomic.Int64
}

func (g *gaps) RoundTrip(r *http.Request) (*http.Response, error) {
	if !strings.HasSuffix(r.Header.Get("X-Amz-Target"), "StartLiveTail") {
		return g.next.RoundTrip(r)
	}
	session := int(g.opened.Add(1))
	g.before(session)
	res, err := g.next.RoundTrip(r)
	if err == nil && session <= 2 {
		res.Body = &oneUpdate{ReadCloser: res.Body}
	}
	return res, err
}

// oneUpdate is a stream that ends after the session's first update.
type oneUpdate struct {
	io.ReadCloser
	read []byte
}

func (b *oneUpdate) Read(p []byte) (int, error) {
	if bytes.Contains(b.read, []byte("sessionUpdate")) {
		return 0, io.EOF
	}
	n, err := b.ReadCloser.Read(p[:min(1, len(p))])
	b.read = append(b.read, p[:n]...)
	return n, err
}

// A session brings only what is written while it is open, and AWS ends each after three hours: what came in between must
// be shown then, not when the next session ends.
func TestWhatIsWrittenBetweenTwoSessionsIsShownOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	begin := time.Now()
	cfg := w.Config.Copy()
	cfg.Retryer = func() aws.Retryer { return aws.NopRetryer{} }
	cfg.HTTPClient = &http.Client{Transport: &gaps{
		next:   cfg.HTTPClient.(*http.Client).Transport,
		before: func(session int) { w.put("web", "aaa111", time.Now(), fmt.Sprint("between ", session)) },
	}}
	o := quick()
	o.Deep = time.Hour // so that no later reading makes good for it
	r := request()
	r.Since = begin.Add(-time.Minute)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	var got collected
	err := Follow(ctx, NewClient(cfg), r, o, func(e event.Event) {
		got.sink(e)
		if l, ok := e.(event.LogLine); ok && l.Message == "between 3" {
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if diff := cmp.Diff([]string{"between 1", "between 2", "between 3"}, got.messages()); diff != "" {
		t.Error(diff)
	}
}
