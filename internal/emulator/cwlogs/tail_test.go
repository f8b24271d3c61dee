package cwlogs_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
	"github.com/google/go-cmp/cmp"

	"ferry.dev/ferry/internal/emulator/clock"
	"ferry.dev/ferry/internal/emulator/cwlogs"
	"ferry.dev/ferry/internal/emulator/emulatortest"
)

// describer lets the SDK's paginators page over the service itself.
type describer struct{ s *cwlogs.Service }

func (d describer) DescribeLogStreams(ctx context.Context, in *sdk.DescribeLogStreamsInput, _ ...func(*sdk.Options)) (*sdk.DescribeLogStreamsOutput, error) {
	return d.s.DescribeLogStreams(ctx, in)
}

// buffered hands net/http a body that it knows to be in memory. With the SDK's own, a response that comes at once, as one
// on loopback does, can end the connection: the SDK closes the request's body while net/http still looks whether there is
// more of it, and net/http takes that for a failed write.
type buffered struct{ next aws.HTTPClient }

func (b buffered) Do(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
	}
	return b.next.Do(r)
}

// tail opens a live tail on a group with the SDK's own client.
func tail(t *testing.T, speed float64) (*sdk.Client, *sdk.StartLiveTailEventStream) {
	t.Helper()
	h := emulatortest.Start(t, emulatortest.WithClock(clock.Real(speed)))
	client := sdk.NewFromConfig(h.Config, func(o *sdk.Options) { o.HTTPClient = buffered{h.Config.HTTPClient} })
	done(t)(client.CreateLogGroup(t.Context(), &sdk.CreateLogGroupInput{LogGroupName: aws.String("g")}))
	for _, name := range []string{"web/1", "db/1"} {
		done(t)(client.CreateLogStream(t.Context(), &sdk.CreateLogStreamInput{LogGroupName: aws.String("g"), LogStreamName: &name}))
	}
	out := got[*sdk.StartLiveTailOutput](t)(client.StartLiveTail(t.Context(), &sdk.StartLiveTailInput{
		LogGroupIdentifiers: []string{"arn:aws:logs:us-east-1:000000000000:log-group:g"}, LogStreamNamePrefixes: []string{"web/"}, LogEventFilterPattern: aws.String("-noise"),
	}))
	stream := out.GetStream()
	t.Cleanup(func() { stream.Close() })
	return client, stream
}

func TestALiveTailShowsWhatComesInAndMatches(t *testing.T) {
	t.Parallel()
	client, stream := tail(t, 50)
	first, ok := (<-stream.Events()).(*types.StartLiveTailResponseStreamMemberSessionStart)
	if !ok || aws.ToString(first.Value.SessionId) == "" {
		t.Fatalf("the stream does not begin with a session: %v", stream.Err())
	}
	now := aws.Int64(time.Now().UnixMilli())
	for stream, text := range map[string]string{"web/1": "hello", "db/1": "another stream"} {
		done(t)(client.PutLogEvents(t.Context(), &sdk.PutLogEventsInput{LogGroupName: aws.String("g"), LogStreamName: &stream, LogEvents: []types.InputLogEvent{
			{Timestamp: now, Message: &text}, {Timestamp: now, Message: aws.String("noise")},
		}}))
	}
	var have []string
	for e := range stream.Events() {
		if u, ok := e.(*types.StartLiveTailResponseStreamMemberSessionUpdate); ok && len(u.Value.SessionResults) > 0 {
			for _, r := range u.Value.SessionResults {
				have = append(have, *r.LogGroupIdentifier+" "+*r.LogStreamName+" "+*r.Message)
			}
			break
		}
	}
	if diff := cmp.Diff([]string{"arn:aws:logs:us-east-1:000000000000:log-group:g web/1 hello"}, have); diff != "" {
		t.Error(diff, stream.Err())
	}
}

func TestALiveTailEndsAfterThreeHours(t *testing.T) {
	t.Parallel()
	_, stream := tail(t, 20_000)
	for range stream.Events() {
		continue
	}
	var over *types.SessionTimeoutException
	if !errors.As(stream.Err(), &over) {
		t.Errorf("it ended with %v", stream.Err())
	}
}
