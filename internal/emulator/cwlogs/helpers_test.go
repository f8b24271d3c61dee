package cwlogs_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"

	"ferry.dev/ferry/internal/emulator/clock"
	"ferry.dev/ferry/internal/emulator/cwlogs"
	"ferry.dev/ferry/internal/emulator/ids"
)

// epoch is when the tests' clock starts; at is so many milliseconds later.
func epoch() time.Time { return time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC) }

func at(ms int64) *int64 { return aws.Int64(epoch().UnixMilli() + ms) }

// service is one with the log group "g" and the streams a/1 and b/1.
func service(t testing.TB) *cwlogs.Service {
	t.Helper()
	s := cwlogs.New(ids.Default(), clock.Scaled(epoch(), 1))
	t.Cleanup(func() { s.Close() })
	done(t)(s.CreateLogGroup(t.Context(), &sdk.CreateLogGroupInput{LogGroupName: aws.String("g")}))
	for _, name := range []string{"a/1", "b/1"} {
		done(t)(s.CreateLogStream(t.Context(), &sdk.CreateLogStreamInput{LogGroupName: aws.String("g"), LogStreamName: &name}))
	}
	return s
}

func done(t testing.TB) func(any, error) {
	return func(_ any, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
}

func got[T any](t testing.TB) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// line is an event at so many milliseconds.
type line struct {
	At   int64
	Text string
}

func put(t testing.TB, s *cwlogs.Service, stream string, lines ...line) {
	t.Helper()
	in := &sdk.PutLogEventsInput{LogGroupName: aws.String("g"), LogStreamName: &stream}
	for _, l := range lines {
		in.LogEvents = append(in.LogEvents, types.InputLogEvent{Timestamp: at(l.At), Message: aws.String(l.Text)})
	}
	done(t)(s.PutLogEvents(t.Context(), in))
}

func linesOf[E any](events []E, f func(E) (*int64, *string)) []line {
	out := []line{}
	for _, e := range events {
		when, text := f(e)
		out = append(out, line{*when - epoch().UnixMilli(), *text})
	}
	return out
}
