package ecs

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	cwltypes "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// logWriter makes the log stream <prefix>/<container>/<task ID> and returns what writes to it. A container without the
// awslogs driver, and without a log router that has it, writes to nowhere. The log group must exist, unless awslogs-create-group says to make it.
func (s *Service) logWriter(t *task, def types.ContainerDefinition) (*logWriter, error) {
	w := &logWriter{service: s}
	lc := routed(t, def)
	if lc == nil || lc.LogDriver != types.LogDriverAwslogs || s.Logs == nil {
		return w, nil
	}
	w.group = lc.Options["awslogs-group"]
	w.stream = t.id()
	if prefix := lc.Options["awslogs-stream-prefix"]; prefix != "" {
		w.stream = strings.Join([]string{prefix, aws.ToString(def.Name), t.id()}, "/")
	}
	if lc.Options["awslogs-create-group"] == "true" {
		var taken *cwltypes.ResourceAlreadyExistsException
		_, err := s.Logs.CreateLogGroup(t.ctx, &cloudwatchlogs.CreateLogGroupInput{LogGroupName: &w.group})
		if err != nil && !errors.As(err, &taken) {
			return nil, loggerError(err)
		}
	}
	_, err := s.Logs.CreateLogStream(t.ctx, &cloudwatchlogs.CreateLogStreamInput{LogGroupName: &w.group, LogStreamName: &w.stream})
	if err != nil {
		return nil, loggerError(err)
	}
	return w, nil
}

func loggerError(err error) error {
	return fmt.Errorf("ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times: failed to create Cloudwatch log stream: %w : exit status 1", err)
}

// maxLine is where a line is cut into several events, as the awslogs driver cuts it.
const maxLine = 256<<10 - 26

// logWriter turns what a container writes into log events, one per line.
type logWriter struct {
	service       *Service
	group, stream string

	mu   sync.Mutex
	rest []byte // a line that has not ended yet
}

var _ io.WriteCloser = (*logWriter)(nil)

// Write sends every line that is complete. It never fails: a container must not block on its log.
func (w *logWriter) Write(p []byte) (int, error) {
	if w.group == "" {
		return len(p), nil
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.rest = append(w.rest, p...)
	var lines []string
	for {
		i := bytes.IndexByte(w.rest, '\n')
		switch {
		case i >= 0 && i <= maxLine:
			lines = append(lines, string(w.rest[:i]))
			w.rest = w.rest[i+1:]
			continue
		case len(w.rest) > maxLine:
			lines = append(lines, string(w.rest[:maxLine]))
			w.rest = w.rest[maxLine:]
			continue
		}
		break
	}
	w.send(lines)
	w.rest = bytes.Clone(w.rest)
	return len(p), nil
}

// Close sends what is left of the last line.
func (w *logWriter) Close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.rest) > 0 && w.group != "" {
		w.send([]string{string(w.rest)})
	}
	w.rest = nil
	return nil
}

// send puts lines into the stream; empty ones are left out, as the API refuses them.
func (w *logWriter) send(lines []string) {
	now := aws.Int64(w.service.Clock.Now().UnixMilli())
	var batch []cwltypes.InputLogEvent
	size := 0
	flush := func() {
		if len(batch) > 0 {
			// A group that was deleted while its tasks run loses their lines, as in AWS.
			w.service.Logs.PutLogEvents(context.Background(), &cloudwatchlogs.PutLogEventsInput{LogGroupName: &w.group, LogStreamName: &w.stream, LogEvents: batch}) //nolint:errcheck // see above
		}
		batch, size = nil, 0
	}
	for _, line := range lines {
		line = strings.TrimSuffix(line, "\r")
		if line == "" {
			continue
		}
		if size += len(line) + 26; size > 1<<20 || len(batch) == 10_000 {
			flush()
			size = len(line) + 26
		}
		batch = append(batch, cwltypes.InputLogEvent{Timestamp: now, Message: aws.String(line)})
	}
	flush()
}
