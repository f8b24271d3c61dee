package logs

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"

	"ferry.dev/ferry/internal/awsconf"
	"ferry.dev/ferry/internal/event"
	"ferry.dev/ferry/internal/fault"
)

const (
	pageMax  = 10_000 // events in one answer of FilterLogEvents
	tailPage = 100    // least number of events to ask for from the end
)

// Query emits the lines that r asks for, oldest first. A log group that does not exist is a *fault.Error.
//
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html
func Query(ctx context.Context, client *cloudwatchlogs.Client, r Request, sink event.Sink) error {
	if r.Limit > 0 {
		lines, err := Last(ctx, client, r)
		for _, l := range lines {
			sink(l)
		}
		return err
	}
	return forward(ctx, client, r, func(page []line) {
		for _, l := range page {
			sink(l.LogLine)
		}
	})
}

// Last returns the lines that r asks for, oldest first: the last r.Limit of them, or all.
func Last(ctx context.Context, client *cloudwatchlogs.Client, r Request) ([]event.LogLine, error) {
	var lines []line
	done := false
	if r.Limit > 0 {
		var err error
		if lines, done, err = backward(ctx, client, r); err != nil {
			return nil, err
		}
	}
	if !done {
		lines = nil
		err := forward(ctx, client, r, func(page []line) {
			lines = append(lines, page...)
			if r.Limit > 0 && len(lines) > 2*(r.Limit+pageMax) { // of a long range only the end is kept
				inOrder(lines)
				lines = slices.Clone(lines[len(lines)-r.Limit-pageMax:])
			}
		})
		if err != nil {
			return nil, err
		}
	}
	inOrder(lines)
	if r.Limit > 0 && len(lines) > r.Limit {
		lines = lines[len(lines)-r.Limit:]
	}
	out := make([]event.LogLine, len(lines))
	for i, l := range lines {
		out[i] = l.LogLine
	}
	return out, nil
}

// inOrder sorts by time; lines of one millisecond keep the order in which they came.
func inOrder(lines []line) {
	slices.SortStableFunc(lines, func(a, b line) int { return a.Time.Compare(b.Time) })
}

// forward reads a range from its beginning and hands on each page in time order. A line is handed on once.
func forward(ctx context.Context, client *cloudwatchlogs.Client, r Request, each func([]line)) error {
	in := r.input()
	ids := map[string]bool{}
	for {
		out, err := client.FilterLogEvents(ctx, in)
		if err != nil {
			return r.explain(err)
		}
		page := slices.DeleteFunc(r.lines(out.Events), func(l line) bool {
			twice := l.id != "" && ids[l.id]
			ids[l.id] = true
			return twice
		})
		inOrder(page)
		each(page)
		if out.NextToken == nil || in.NextToken != nil && *in.NextToken == *out.NextToken {
			return nil
		}
		in.NextToken = out.NextToken
	}
}

// headless is the earliest time from which FilterLogEvents can read backwards.
func headless() time.Time { return time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC) }

// backward reads the last lines from the end, which spares the pages before. ok is false where that cannot be done: the
// range begins too early, or the endpoint does not know the direction and begins at the head all the same.
func backward(ctx context.Context, client *cloudwatchlogs.Client, r Request) (lines []line, ok bool, err error) {
	if !r.Since.IsZero() && r.Since.Before(headless()) {
		return nil, false, nil
	}
	in := r.input()
	if r.Since.IsZero() {
		in.StartTime = aws.Int64(headless().UnixMilli())
	}
	in.StartFromHead = aws.Bool(false)
	in.Limit = aws.Int32(int32(min(max(r.Limit, tailPage), pageMax)))
	for {
		out, err := client.FilterLogEvents(ctx, in)
		if err != nil {
			return nil, false, r.explain(err)
		}
		page := r.lines(out.Events)
		if len(out.Events) > 1 && !slices.IsSortedFunc(out.Events, newestFirst) {
			return nil, false, nil
		}
		slices.Reverse(page)
		lines = append(page, lines...)
		if len(lines) >= r.Limit || out.NextToken == nil {
			return lines, true, nil
		}
		in.NextToken = out.NextToken
	}
}

func newestFirst(a, b types.FilteredLogEvent) int {
	return int(aws.ToInt64(b.Timestamp) - aws.ToInt64(a.Timestamp))
}

// input is the part of the request that every page has.
func (r Request) input() *cloudwatchlogs.FilterLogEventsInput {
	in := &cloudwatchlogs.FilterLogEventsInput{LogGroupName: &r.LogGroup}
	if p := r.streamPrefix(); p != "" {
		in.LogStreamNamePrefix = &p
	}
	if r.Filter != "" {
		in.FilterPattern = &r.Filter
	}
	if !r.Since.IsZero() {
		in.StartTime = aws.Int64(r.Since.UnixMilli())
	}
	if !r.Until.IsZero() {
		in.EndTime = aws.Int64(r.Until.UnixMilli())
	}
	return in
}

// lines are the events of one page that were asked for.
func (r Request) lines(events []types.FilteredLogEvent) []line {
	out := make([]line, 0, len(events))
	for _, e := range events {
		l := r.newLine(aws.ToString(e.LogStreamName), aws.ToString(e.Message), aws.ToInt64(e.Timestamp))
		l.id = aws.ToString(e.EventId)
		if r.wants(l) {
			out = append(out, l)
		}
	}
	return out
}

// explain turns an error of CloudWatch Logs into one for the user.
func (r Request) explain(err error) error {
	var bad *types.InvalidParameterException
	switch {
	case awsconf.NotFound(err):
		return r.missing(err)
	case errors.As(err, &bad) && r.Filter != "":
		return &fault.Error{
			Code: fault.Usage,
			What: fmt.Sprintf("CloudWatch Logs does not accept the filter %q", r.Filter),
			Hint: `a pattern is words ("GET" "error"), or a JSON condition: { $.level = "error" }`,
			Err:  errors.New(bad.ErrorMessage()),
		}
	}
	return awsconf.Explain(err)
}

// missing says that there is no log group, which the service's stack makes.
func (r Request) missing(err error) error {
	what := "there is no log group " + r.LogGroup
	if r.Service != "" {
		what = r.Service + ": " + what
	}
	return &fault.Error{What: what, Hint: "it comes with the first deploy of the service, and goes with `ferry delete`", Err: notFound{err}}
}

// notFound keeps the SDK's error for errors.As and shows nothing of it: What has said it already.
type notFound struct{ err error }

func (notFound) Error() string   { return "CloudWatch Logs has no such group in this account and region" }
func (n notFound) Unwrap() error { return n.err }
