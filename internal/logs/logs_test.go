package logs

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
	"github.com/google/go-cmp/cmp"

	"ferry.dev/ferry/internal/emulator"
	"ferry.dev/ferry/internal/emulator/clock"
	"ferry.dev/ferry/internal/emulator/emulatortest"
	"ferry.dev/ferry/internal/event"
	"ferry.dev/ferry/internal/fault"
)

const group = "/ferry/demo/test/web"

// world is an emulator with one log group.
type world struct {
	*emulatortest.Handle
	t testing.TB
}

func newWorld(t testing.TB, opts ...emulatortest.Option) world {
	t.Helper()
	w := world{emulatortest.Start(t, opts...), t}
	w.must(w.api().CreateLogGroup(t.Context(), &cloudwatchlogs.CreateLogGroupInput{LogGroupName: aws.String(group)}))
	return w
}

func (w world) must(_ any, err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w world) api() logsAPI { return w.Server.Services().Logs }

// logsAPI is what the tests do on the writing side.
type logsAPI interface {
	CreateLogGroup(context.Context, *cloudwatchlogs.CreateLogGroupInput) (*cloudwatchlogs.CreateLogGroupOutput, error)
	CreateLogStream(context.Context, *cloudwatchlogs.CreateLogStreamInput) (*cloudwatchlogs.CreateLogStreamOutput, error)
	PutLogEvents(context.Context, *cloudwatchlogs.PutLogEventsInput) (*cloudwatchlogs.PutLogEventsOutput, error)
}

// put writes lines to the stream of a container of a task, which it makes when it is missing.
func (w world) put(container, task string, at time.Time, messages ...string) {
	w.t.Helper()
	stream := "ferry/" + container + "/" + task
	_, err := w.api().CreateLogStream(w.t.Context(), &cloudwatchlogs.CreateLogStreamInput{LogGroupName: aws.String(group), LogStreamName: &stream})
	var there *types.ResourceAlreadyExistsException
	if err != nil && !errors.As(err, &there) {
		w.t.Fatal(err)
	}
	events := make([]types.InputLogEvent, len(messages))
	for i, m := range messages {
		events[i] = types.InputLogEvent{Timestamp: aws.Int64(at.UnixMilli()), Message: aws.String(m)}
	}
	w.must(w.api().PutLogEvents(w.t.Context(), &cloudwatchlogs.PutLogEventsInput{LogGroupName: aws.String(group), LogStreamName: &stream, LogEvents: events}))
}

func (w world) client() *cloudwatchlogs.Client { return NewClient(w.Config) }

func request() Request { return Request{Service: "web", LogGroup: group, Prefix: "ferry"} }

// collected is a sink that keeps what the tests look at.
type collected struct {
	mu      sync.Mutex
	lines   []event.LogLine
	notices []event.Notice
}

func (c *collected) sink(e event.Event) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch e := e.(type) {
	case event.LogLine:
		c.lines = append(c.lines, e)
	case event.Notice:
		c.notices = append(c.notices, e)
	}
}

func (c *collected) messages() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := make([]string, len(c.lines))
	for i, l := range c.lines {
		out[i] = l.Message
	}
	return out
}

func TestAQueryMergesTheStreamsInTheOrderOfTime(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	start := time.Now().Add(-time.Minute).Truncate(time.Millisecond).UTC()
	at := func(s int) time.Time { return start.Add(time.Duration(s) * time.Second) }
	w.put("web", "aaa111", at(1), "one\n")
	w.put("web", "bbb222", at(2), "two")
	w.put("web", "aaa111", at(3), "three")
	w.put("proxy", "aaa111", at(4), "four")
	line := func(s int, container, task, message string) event.LogLine {
		return event.LogLine{Time: at(s), Service: "web", Container: container, TaskID: task, Message: message}
	}
	one, two, three, four := line(1, "web", "aaa111", "one"), line(2, "web", "bbb222", "two"), line(3, "web", "aaa111", "three"), line(4, "proxy", "aaa111", "four")
	tests := map[string]struct {
		change func(*Request)
		want   []event.LogLine
	}{
		"all":                   {func(*Request) {}, []event.LogLine{one, two, three, four}},
		"the last ones":         {func(r *Request) { r.Limit = 2 }, []event.LogLine{three, four}},
		"more than there are":   {func(r *Request) { r.Limit = 10 }, []event.LogLine{one, two, three, four}},
		"one container":         {func(r *Request) { r.Container = "web" }, []event.LogLine{one, two, three}},
		"one task":              {func(r *Request) { r.TaskIDs = []string{"aaa111"} }, []event.LogLine{one, three, four}},
		"one task by its start": {func(r *Request) { r.TaskIDs, r.Container = []string{"bbb"}, "web" }, []event.LogLine{two}},
		"several tasks":         {func(r *Request) { r.TaskIDs = []string{"bbb222", "aaa111"}; r.Container = "web" }, []event.LogLine{one, two, three}},
		"a task without a line": {func(r *Request) { r.TaskIDs, r.Container = []string{"ccc333"}, "web" }, nil},
		"a range":               {func(r *Request) { r.Since, r.Until = at(2), at(3) }, []event.LogLine{two, three}},
		"a range's last":        {func(r *Request) { r.Since, r.Limit = at(2), 1 }, []event.LogLine{four}},
		"a range from long ago": {func(r *Request) { r.Since, r.Limit = time.Unix(0, 0), 1 }, []event.LogLine{four}},
		"a filter":              {func(r *Request) { r.Filter = "three" }, []event.LogLine{three}},
		"a filter's last":       {func(r *Request) { r.Filter, r.Limit = "?one ?two", 1 }, []event.LogLine{two}},
		"no prefix":             {func(r *Request) { r.Prefix = "" }, []event.LogLine{one, two, three, four}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			r := request()
			tt.change(&r)
			var got collected
			w.must(nil, Query(t.Context(), w.client(), r, got.sink))
			if diff := cmp.Diff(tt.want, got.lines); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestALongQueryIsReadPageByPage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	start := time.Now().Add(-time.Hour)
	var want []string
	for i := range 25 {
		batch := make([]string, 1000)
		for j := range batch {
			batch[j] = fmt.Sprintf("%05d", i*1000+j)
		}
		w.put("web", "aaa111", start.Add(time.Duration(i)*time.Second), batch...)
		want = append(want, batch...)
	}
	var calls atomic.Int64
	cfg := w.Config.Copy()
	cfg.HTTPClient = &http.Client{Transport: counting{cfg.HTTPClient.(*http.Client).Transport, &calls}}
	client := NewClient(cfg)
	var all collected
	w.must(nil, Query(t.Context(), client, request(), all.sink))
	if diff := cmp.Diff(want, all.messages()); diff != "" {
		t.Error(diff)
	}
	if n := calls.Swap(0); n != 3 {
		t.Errorf("%d pages", n)
	}
	r := request()
	r.Limit = 3
	last, err := Last(t.Context(), client, r)
	w.must(nil, err)
	if len(last) != 3 || last[0].Message != "24997" || last[2].Message != "24999" {
		t.Errorf("%+v", last)
	}
	if n := calls.Load(); n != 1 {
		t.Errorf("the last lines took %d calls", n)
	}
}

// counting counts requests as they leave.
type counting struct {
	next http.RoundTripper
	n    *atomic.Int64
}

func (c counting) RoundTrip(r *http.Request) (*http.Response, error) {
	c.n.Add(1)
	return c.next.RoundTrip(r)
}

// fromTheHead is an endpoint that does not know startFromHead, as many do not.
type fromTheHead struct{ next http.RoundTripper }

func (f fromTheHead) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	text := strings.Replace(string(body), `"startFromHead":false`, `"startFromHead":true`, 1)
	r = r.Clone(r.Context())
	r.Body, r.ContentLength = io.NopCloser(strings.NewReader(text)), int64(len(text))
	return f.next.RoundTrip(r)
}

func TestAnEndpointThatAlwaysBeginsAtTheHeadStillGivesTheLastLines(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for i := range 300 {
		w.put("web", "aaa111", time.Now().Add(time.Duration(i-400)*time.Second), fmt.Sprint(i))
	}
	cfg := w.Config.Copy()
	cfg.HTTPClient = &http.Client{Transport: fromTheHead{cfg.HTTPClient.(*http.Client).Transport}}
	r := request()
	r.Limit = 2
	got, err := Last(t.Context(), NewClient(cfg), r)
	w.must(nil, err)
	if len(got) != 2 || got[0].Message != "298" || got[1].Message != "299" {
		t.Errorf("%+v", got)
	}
}

func TestErrorsOfAQuerySayWhatToDo(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		change func(*Request)
		want   fault.Error
	}{
		"no log group": {func(r *Request) { r.LogGroup = "/ferry/demo/test/api" }, fault.Error{
			What: "web: there is no log group /ferry/demo/test/api",
			Hint: "it comes with the first deploy of the service, and goes with `ferry delete`",
		}},
		"a bad filter": {func(r *Request) { r.Filter = "{ $.level = " }, fault.Error{
			Code: fault.Usage, What: `CloudWatch Logs does not accept the filter "{ $.level = "`,
			Hint: `a pattern is words ("GET" "error"), or a JSON condition: { $.level = "error" }`,
		}},
	}
	w := newWorld(t)
	for name, tt := range tests {
		for _, how := range []string{"query", "follow"} {
			if name == "a bad filter" && how == "follow" {
				continue
			}
			t.Run(name+", "+how, func(t *testing.T) {
				r := request()
				tt.change(&r)
				var err error
				if how == "query" {
					err = Query(t.Context(), w.client(), r, event.Discard)
				} else {
					err = Follow(t.Context(), w.client(), r, FollowOptions{}, event.Discard)
				}
				var f *fault.Error
				if !errors.As(err, &f) {
					t.Fatalf("no fault: %v", err)
				}
				got := *f
				got.Err = nil
				if diff := cmp.Diff(tt.want, got); diff != "" {
					t.Error(diff)
				}
			})
		}
	}
}

// quick are waits for a test.
func quick() FollowOptions {
	return FollowOptions{
		Poll: 5 * time.Millisecond, Check: 5 * time.Millisecond, Deep: 25 * time.Millisecond, Drain: 60 * time.Millisecond,
		Overlap: 10 * time.Second, Lateness: time.Minute, Silence: 5 * time.Second,
	}
}

func TestFollowLosesNothingAndRepeatsNothing(t *testing.T) {
	t.Parallel()
	refuse := func(code string, status int) func(world) {
		return func(w world) { w.Fault(emulator.Fault{Operation: "StartLiveTail", Code: code, Status: status}) }
	}
	tests := map[string]struct {
		opts   []emulatortest.Option
		break_ func(world)
		wrap   func(http.RoundTripper) http.RoundTripper
	}{
		"live":                            {},
		"live, sessions end all the time": {opts: []emulatortest.Option{emulatortest.WithClock(clock.Real(100_000))}},
		"live, the stream breaks":         {wrap: func(next http.RoundTripper) http.RoundTripper { return &cutting{next: next} }},
		"live, throttled at first": {break_: func(w world) {
			w.Fault(emulator.Fault{Operation: "StartLiveTail", Code: "ThrottlingException", Times: 3})
		}},
		"live is not permitted":       {break_: refuse("AccessDeniedException", 400)},
		"live is not known":           {break_: refuse("UnknownOperationException", 404)},
		"live answers with a failure": {break_: refuse("InternalFailure", 500)},
		"reading is throttled": {break_: func(w world) {
			w.Fault(emulator.Fault{Operation: "StartLiveTail", Code: "AccessDeniedException"})
			w.Fault(emulator.Fault{Operation: "FilterLogEvents", Code: "ThrottlingException", After: 3, Times: 5})
		}},
		"reading loses its connections": {break_: func(w world) {
			w.Fault(emulator.Fault{Operation: "StartLiveTail", Code: "AccessDeniedException"})
			w.Fault(emulator.Fault{Operation: "FilterLogEvents", Drop: true, After: 3, Times: 5})
		}},
		"groups must not be listed": {break_: func(w world) {
			w.Fault(emulator.Fault{Operation: "DescribeLogGroups", Code: "AccessDeniedException"})
		}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, tt.opts...)
			if tt.break_ != nil {
				tt.break_(w)
			}
			cfg := w.Config.Copy()
			cfg.Retryer = func() aws.Retryer { return aws.NopRetryer{} }
			if tt.wrap != nil {
				cfg.HTTPClient = &http.Client{Transport: tt.wrap(cfg.HTTPClient.(*http.Client).Transport)}
			}
			checkFollow(t, w, NewClient(cfg))
		})
	}
}

// checkFollow writes lines while they are followed: in two streams, some late, some equal, and the last ones when the
// task is gone already.
func checkFollow(t *testing.T, w world, client *cloudwatchlogs.Client) {
	t.Helper()
	begin := time.Now()
	w.put("web", "aaa111", begin.Add(-time.Hour), "too early")
	w.put("web", "aaa111", begin.Add(time.Millisecond), "early")
	want := []string{"early"}
	var got collected
	var step atomic.Int64
	o := quick()
	o.Alive = func(context.Context) (bool, error) {
		// Alive is the test's clock: each question writes the next lines.
		n := step.Add(1)
		if n > 40 {
			w.put("web", "bbb222", time.Now(), "last words")
			return false, nil
		}
		if n%7 == 0 {
			return false, errors.New("ECS does not answer")
		}
		now := time.Now()
		w.put("web", "aaa111", now, fmt.Sprint("a ", n))
		w.put("web", "bbb222", now.Add(-20*time.Second), fmt.Sprint("late ", n))
		w.put("web", "bbb222", begin.Add(30*time.Second), "equal", "equal")
		w.put("proxy", "aaa111", now, "of another container")
		return true, nil
	}
	for n := range 40 {
		if n++; n%7 != 0 {
			want = append(want, fmt.Sprint("a ", n), fmt.Sprint("late ", n), "equal", "equal")
		}
	}
	want = append(want, "last words")
	r := request()
	r.Container, r.Since = "web", begin.Add(-30*time.Second)
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	if err := Follow(ctx, client, r, o, got.sink); err != nil {
		t.Fatal(err)
	}
	messages := got.messages()
	slices.Sort(messages)
	slices.Sort(want)
	if diff := cmp.Diff(want, messages); diff != "" {
		t.Error(diff)
	}
}

// cutting is a network that breaks every live tail stream after a few reads.
type cutting struct {
	next http.RoundTripper
}

func (c *cutting) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := c.next.RoundTrip(r)
	if err == nil && strings.HasSuffix(r.Header.Get("X-Amz-Target"), "StartLiveTail") {
		res.Body = &cutBody{ReadCloser: res.Body, left: 200}
	}
	return res, err
}

type cutBody struct {
	io.ReadCloser
	left int
}

func (b *cutBody) Read(p []byte) (int, error) {
	if b.left--; b.left < 0 {
		return 0, io.ErrUnexpectedEOF
	}
	return b.ReadCloser.Read(p)
}

func TestFollowEndsWithItsContext(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for name, refused := range map[string]bool{"live": false, "polling": true} {
		if refused {
			w.Fault(emulator.Fault{Operation: "StartLiveTail", Code: "AccessDeniedException"})
		}
		ctx, cancel := context.WithCancel(t.Context())
		var got collected
		w.put("web", name, time.Now(), "first")
		r := request()
		r.Since, r.TaskIDs = time.Now().Add(-time.Minute), []string{name}
		o := quick()
		o.Alive = func(context.Context) (bool, error) { cancel(); return true, nil }
		if err := Follow(ctx, w.client(), r, o, got.sink); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", name, err)
		}
		if diff := cmp.Diff([]string{"first"}, got.messages()); diff != "" {
			t.Error(diff)
		}
	}
}

func TestFollowEndsAtTheTimeItWasGiven(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	now := time.Now()
	w.put("web", "aaa111", now.Add(-2*time.Second), "before")
	w.put("web", "aaa111", now.Add(time.Second), "after")
	r := request()
	r.Since, r.Until = now.Add(-time.Minute), now.Add(-time.Second)
	var got collected
	w.must(nil, Follow(t.Context(), w.client(), r, quick(), got.sink))
	if diff := cmp.Diff([]string{"before"}, got.messages()); diff != "" {
		t.Error(diff)
	}
}

func TestADelayIsToldOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Fault(emulator.Fault{Operation: "StartLiveTail", Code: "AccessDeniedException"})
	w.Fault(emulator.Fault{Operation: "FilterLogEvents", Code: "ThrottlingException", Message: "Rate exceeded", Times: 4})
	cfg := w.Config.Copy()
	cfg.Retryer = func() aws.Retryer { return aws.NopRetryer{} }
	o := quick()
	o.Alive = func(context.Context) (bool, error) { return false, nil }
	var got collected
	w.must(nil, Follow(t.Context(), NewClient(cfg), request(), o, got.sink))
	want := []event.Notice{{Level: event.Warning, Subject: "web",
		Text: "log lines are delayed: logs:FilterLogEvents was throttled, and the retries are used up: Rate exceeded (ThrottlingException)"}}
	if diff := cmp.Diff(want, got.notices); diff != "" {
		t.Error(diff)
	}
}
