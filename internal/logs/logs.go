// Package logs owns reading container logs out of CloudWatch Logs: the last lines of a time range, or all of them from now on.
//
// It emits event.LogLine in time order and knows nothing of terminals. Which log group and which tasks, its callers say.
//
// A line is known by its stream, its time and its text, counted: two equal lines of one millisecond are two. That is what
// live tail and FilterLogEvents have in common, so a reader can change from one to the other and lose or repeat nothing.
package logs

import (
	"context"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"ferry.dev/ferry/internal/awsconf"
	"ferry.dev/ferry/internal/event"
)

// Request says which lines are wanted.
type Request struct {
	Service   string    // goes into each event.LogLine
	LogGroup  string    // name of the log group
	Prefix    string    // awslogs-stream-prefix; "" = any
	Container string    // "" = all
	TaskIDs   []string  // as ECS writes them, or the first digits; empty = all
	Since     time.Time // inclusive; zero = everything that is kept (Query), from now on (Follow)
	Until     time.Time // inclusive; zero = now (Query), no end (Follow)
	Filter    string    // CloudWatch Logs filter pattern; "" = all
	Limit     int       // Query: only the last so many lines; 0 = all
}

// NewClient makes the CloudWatch Logs client for this package: on a loopback endpoint live tail's host prefix "stream-"
// is left out, because no name on this machine has it.
func NewClient(cfg aws.Config) *cloudwatchlogs.Client {
	return cloudwatchlogs.NewFromConfig(cfg, func(o *cloudwatchlogs.Options) {
		if o.BaseEndpoint == nil || !awsconf.Loopback(*o.BaseEndpoint) {
			return
		}
		o.APIOptions = append(o.APIOptions, func(stack *middleware.Stack) error {
			return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("NoHostPrefix", withoutHostPrefix), middleware.Before)
		})
	})
}

func withoutHostPrefix(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
	return next.HandleInitialize(smithyhttp.DisableEndpointHostPrefix(ctx, true), in)
}

// line is one log event with its identity.
type line struct {
	id string // CloudWatch's event ID; "" from live tail
	event.LogLine
	stream string
}

// newLine reads a stream's name as the awslogs driver builds it: prefix/container/task.
//
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using_awslogs.html
func (r Request) newLine(stream, message string, millis int64) line {
	l := line{stream: stream, LogLine: event.LogLine{
		Time: time.UnixMilli(millis).UTC(), Service: r.Service, TaskID: stream, Message: strings.TrimRight(message, "\r\n"),
	}}
	if parts := strings.Split(stream, "/"); len(parts) > 1 {
		l.Container, l.TaskID = parts[len(parts)-2], parts[len(parts)-1]
	}
	return l
}

// wants tells whether a line comes from a container and a task that were asked for.
func (r Request) wants(l line) bool {
	if r.Container != "" && l.Container != r.Container {
		return false
	}
	for _, id := range r.TaskIDs {
		if strings.HasPrefix(l.TaskID, id) {
			return true
		}
	}
	return len(r.TaskIDs) == 0
}

// streamPrefix is the longest beginning that all wanted streams have in common. Streams are asked for by prefix, not by
// name: a task that has not written yet has no stream, and naming it would be an error.
func (r Request) streamPrefix() string {
	switch {
	case r.Prefix == "":
		return ""
	case r.Container == "":
		return r.Prefix + "/"
	case len(r.TaskIDs) == 1:
		return r.Prefix + "/" + r.Container + "/" + r.TaskIDs[0]
	}
	return r.Prefix + "/" + r.Container + "/"
}
