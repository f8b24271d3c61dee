// Package logs owns reading container logs out of CloudWatch Logs: the last lines of a time range, or all of them from now on.
//
// It emits event.LogLine in time order and knows nothing of terminals. Which group and which tasks, its callers say.
package logs

import (
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"

	"ferry.dev/ferry/internal/event"
)

// Request says which lines are wanted.
type Request struct {
	Service   string    // goes into each event.LogLine
	LogGroup  string    // name of the log group
	Prefix    string    // awslogs-stream-prefix; "" = any
	Container string    // "" = all
	TaskIDs   []string  // empty = all
	Since     time.Time // zero = everything that is kept (Query), from now on (Follow)
	Until     time.Time // zero = now (Query), no end (Follow)
	Filter    string    // CloudWatch Logs filter pattern; "" = all
	Limit     int       // Query: only the last so many lines; 0 = all
}

// FollowOptions says how to wait, and for how long. The zero value is right outside of tests.
type FollowOptions struct {
	// Alive tells whether what is followed can still write. Once it says no, the last lines are drained and Follow
	// returns nil. Nil means that it lives until the context ends.
	Alive func(context.Context) (bool, error)
	Poll  time.Duration // between two readings; default 2 s
}

// NewClient makes the CloudWatch Logs client that Follow needs: on a loopback endpoint live tail's own host prefix is left out.
func NewClient(cfg aws.Config) *cloudwatchlogs.Client { return cloudwatchlogs.NewFromConfig(cfg) }

// Last returns the lines that r asks for, oldest first.
func Last(ctx context.Context, client *cloudwatchlogs.Client, r Request) ([]event.LogLine, error) {
	return nil, errors.ErrUnsupported
}

// Query emits the lines that r asks for, oldest first.
func Query(ctx context.Context, client *cloudwatchlogs.Client, r Request, sink event.Sink) error {
	return errors.ErrUnsupported
}

// Follow emits lines as they come in, until the context ends, r.Until has passed or what is followed is gone.
func Follow(ctx context.Context, client *cloudwatchlogs.Client, r Request, o FollowOptions, sink event.Sink) error {
	return errors.ErrUnsupported
}
