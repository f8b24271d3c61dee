// Package cwlogs owns CloudWatch Logs as the emulator serves it: log groups, log streams, their events, filter patterns
// and live tail sessions. It knows nothing of who writes the events.
//
// Memory is bounded: a stream keeps its newest MaxStreamBytes of messages and drops the oldest beyond that; retention
// policies are applied when events are read and when they are saved.
//
// Source of shapes, limits and error texts: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/.
package cwlogs

import (
	"context"
	"sync"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"

	"ferry.dev/ferry/internal/emulator/clock"
	"ferry.dev/ferry/internal/emulator/ids"
	"ferry.dev/ferry/internal/emulator/wire"
)

// MaxStreamBytes is what one log stream keeps of its messages, in bytes.
const MaxStreamBytes = 4 << 20

// Service is CloudWatch Logs. It is safe for concurrent use.
type Service struct {
	scope ids.Scope
	clock *clock.Clock
	ctx   context.Context // ends live tail sessions when the service closes
	stop  context.CancelFunc

	mu     sync.Mutex
	groups map[string]*group
	seq    uint64 // of the last event that was accepted: makes event IDs unique
	tails  map[*tail]struct{}
}

// New makes a service without any log group.
func New(scope ids.Scope, clk *clock.Clock) *Service {
	ctx, stop := context.WithCancel(context.Background())
	return &Service{
		scope: scope, clock: clk, ctx: ctx, stop: stop,
		groups: map[string]*group{}, tails: map[*tail]struct{}{},
	}
}

// Close ends every live tail session. The other operations go on working.
func (s *Service) Close() error {
	s.stop()
	return nil
}

// Wire declares the service to the endpoint.
func (s *Service) Wire() wire.Service {
	return wire.Service{
		Name:         "logs",
		Protocol:     wire.JSON11,
		TargetPrefix: "Logs_20140328",
		Operations: map[string]wire.Operation{
			"CreateLogGroup":        wire.Op(s.CreateLogGroup),
			"DeleteLogGroup":        wire.Op(s.DeleteLogGroup),
			"DescribeLogGroups":     wire.Op(s.DescribeLogGroups),
			"PutRetentionPolicy":    wire.Op(s.PutRetentionPolicy),
			"DeleteRetentionPolicy": wire.Op(s.DeleteRetentionPolicy),
			"CreateLogStream":       wire.Op(s.CreateLogStream),
			"DeleteLogStream":       wire.Op(s.DeleteLogStream),
			"DescribeLogStreams":    wire.Op(s.DescribeLogStreams),
			"PutLogEvents":          wire.Op(s.PutLogEvents),
			"GetLogEvents":          wire.Op(s.GetLogEvents),
			"FilterLogEvents":       wire.Op(s.FilterLogEvents),
			"StartLiveTail":         wire.Stream(s.StartLiveTail),
			"TagResource":           wire.Op(s.TagResource),
			"UntagResource":         wire.Op(s.UntagResource),
			"ListTagsForResource":   wire.Op(s.ListTagsForResource),
			"ListTagsLogGroup":      wire.Op(s.ListTagsLogGroup),
		},
	}
}

// millis is the clock's time as the API writes times: milliseconds since 1970.
func (s *Service) millis() int64 { return s.clock.Now().UnixMilli() }

func invalid(message string) error {
	return &types.InvalidParameterException{Message: &message}
}

func notFound(message string) error {
	return &types.ResourceNotFoundException{Message: &message}
}

func exists(message string) error {
	return &types.ResourceAlreadyExistsException{Message: &message}
}

const (
	noGroup  = "The specified log group does not exist."
	noStream = "The specified log stream does not exist."
)
