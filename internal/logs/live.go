package logs

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"ferry.dev/ferry/internal/awsconf"
)

// group returns the log group's ARN, which live tail wants, or "" where this identity may not look it up.
func (f *follower) group(ctx context.Context) (string, error) {
	pages := cloudwatchlogs.NewDescribeLogGroupsPaginator(f.client, &cloudwatchlogs.DescribeLogGroupsInput{LogGroupNamePrefix: &f.request.LogGroup})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if awsconf.AccessDenied(err) {
			return "", nil
		}
		if err != nil {
			return "", contextOr(ctx, f.request.explain(err))
		}
		for _, g := range page.LogGroups {
			if aws.ToString(g.LogGroupName) == f.request.LogGroup {
				return groupARN(g), nil
			}
		}
	}
	return "", f.request.missing(&types.ResourceNotFoundException{})
}

// groupARN is the ARN without the asterisk that the older field has.
func groupARN(g types.LogGroup) string {
	if g.LogGroupArn != nil {
		return *g.LogGroupArn
	}
	return strings.TrimSuffix(aws.ToString(g.Arn), ":*")
}

// sessionEnd says why a live tail session is over.
type sessionEnd int

const (
	reconnect sessionEnd = iota // the stream broke, went silent, or its three hours have passed
	refusal                     // live tail does not work here: poll
	finished                    // Follow is over
)

// live follows with live tail sessions, one after another. ended is false where live tail does not work.
func (f *follower) live(ctx context.Context, group string) (ended bool, err error) {
	for failures := 1; ; failures++ {
		f.heard = false
		end, err := f.session(ctx, group)
		switch {
		case err != nil:
			return true, err
		case end == finished:
			return true, f.drain(ctx)
		case end == refusal:
			return false, nil
		}
		if f.heard {
			failures = 1
		}
		if err := f.catchUp(ctx); err != nil {
			return true, err
		}
		if f.over(ctx) {
			return true, f.drain(ctx)
		}
		if err := wait(ctx, f.o.backoff(failures)); err != nil {
			return true, err
		}
	}
}

// session opens one live tail session and reads it to its end. err is the end of Follow.
func (f *follower) session(ctx context.Context, group string) (sessionEnd, error) {
	in := &cloudwatchlogs.StartLiveTailInput{LogGroupIdentifiers: []string{group}}
	if p := f.request.streamPrefix(); p != "" {
		in.LogStreamNamePrefixes = []string{p}
	}
	if f.request.Filter != "" {
		in.LogEventFilterPattern = &f.request.Filter
	}
	// The session's own context ends the request's body whatever state the stream is in.
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	out, err := f.client.StartLiveTail(ctx, in)
	if err != nil {
		if ctx.Err() != nil {
			return 0, ctx.Err()
		}
		return opening(err), nil
	}
	stream := out.GetStream()
	defer stream.Close() //nolint:errcheck // whatever ended the stream, the next step is the same
	return f.listen(ctx, stream)
}

// opening tells what a session that could not be opened means. Only what may pass is worth another attempt.
func opening(err error) sessionEnd {
	var api smithy.APIError
	if awsconf.Throttled(err) {
		return reconnect
	}
	if errors.As(err, &api) || awsconf.Foreign(err) {
		return refusal // AccessDenied, UnknownOperation, LimitExceeded, an endpoint without live tail
	}
	var answer *smithyhttp.ResponseError
	if errors.As(err, &answer) {
		return refusal
	}
	var send *smithyhttp.RequestSendError
	if errors.As(err, &send) {
		return reconnect
	}
	return refusal
}

// listen reads an open session. What was written between the last scan and the session's start is caught up once it has begun.
func (f *follower) listen(ctx context.Context, stream *cloudwatchlogs.StartLiveTailEventStream) (sessionEnd, error) {
	reading := f.seen.reading()
	tick := time.NewTicker(min(f.o.Poll, f.o.Check, f.o.Silence))
	defer tick.Stop()
	heard, scanned := time.Now(), false
	for {
		select {
		case <-ctx.Done():
			return 0, ctx.Err()
		case e, open := <-stream.Events():
			if !open {
				return reconnect, nil
			}
			f.heard = true
			if sampled := f.take(reading, e); sampled || !scanned {
				scanned = true
				if err := f.catchUp(ctx); err != nil {
					return 0, err
				}
			}
			heard = time.Now()
		case <-tick.C:
			if f.over(ctx) {
				return finished, nil
			}
			if time.Since(heard) > f.o.Silence {
				return reconnect, nil
			}
			if f.o.Now().Sub(f.deep) >= f.o.Deep {
				reading.forget(f.newest.Add(-2 * f.o.Lateness))
				if err := f.catchUp(ctx); err != nil { // for late lines, and equal ones of two sessions
					return 0, err
				}
				heard = time.Now()
			}
		}
	}
}

// take emits the lines of one event of the stream. sampled is true where live tail dropped lines, because there were too many.
func (f *follower) take(r *reading, e types.StartLiveTailResponseStream) (sampled bool) {
	update, ok := e.(*types.StartLiveTailResponseStreamMemberSessionUpdate)
	if !ok {
		return false
	}
	lines := make([]line, 0, len(update.Value.SessionResults))
	for _, s := range update.Value.SessionResults {
		lines = append(lines, f.request.newLine(aws.ToString(s.LogStreamName), aws.ToString(s.Message), aws.ToInt64(s.Timestamp)))
	}
	inOrder(lines)
	for _, l := range lines {
		f.emit(r, l)
	}
	return update.Value.SessionMetadata != nil && update.Value.SessionMetadata.Sampled
}
