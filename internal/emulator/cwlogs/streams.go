package cwlogs

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
)

// stream is one log stream. Events are sorted by their key.
type stream struct {
	Name     string
	Created  int64
	Ingested int64 // when the newest event came in; 0 = none yet
	Bytes    int64
	Events   []event
}

// CreateLogStream makes a stream in a group that exists.
func (s *Service) CreateLogStream(_ context.Context, in *cloudwatchlogs.CreateLogStreamInput) (*cloudwatchlogs.CreateLogStreamOutput, error) {
	name := aws.ToString(in.LogStreamName)
	if err := checkName("log stream", "logStreamName", name, `^[^:*]*$`); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	g, err := s.group(in.LogGroupName, nil)
	if err != nil {
		return nil, err
	}
	if g.Streams[name] != nil {
		return nil, exists("The specified log stream already exists")
	}
	g.Streams[name] = &stream{Name: name, Created: s.millis()}
	return &cloudwatchlogs.CreateLogStreamOutput{}, nil
}

// DeleteLogStream deletes a stream with its events.
func (s *Service) DeleteLogStream(_ context.Context, in *cloudwatchlogs.DeleteLogStreamInput) (*cloudwatchlogs.DeleteLogStreamOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g, st, err := s.stream(in.LogGroupName, nil, in.LogStreamName)
	if err != nil {
		return nil, err
	}
	delete(g.Streams, st.Name)
	return &cloudwatchlogs.DeleteLogStreamOutput{}, nil
}

// DescribeLogStreams lists the streams of a group, by name or by the time of their last event, 50 to a page at most.
func (s *Service) DescribeLogStreams(_ context.Context, in *cloudwatchlogs.DescribeLogStreamsInput) (*cloudwatchlogs.DescribeLogStreamsOutput, error) {
	byTime := in.OrderBy == types.OrderByLastEventTime
	if byTime && in.LogStreamNamePrefix != nil {
		return nil, invalid("Cannot order by LastEventTime with a logStreamNamePrefix.")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	g, err := s.group(in.LogGroupName, in.LogGroupIdentifier)
	if err != nil {
		return nil, err
	}
	// A sort key per stream keeps one paging rule for both orders.
	byKey := map[string]*stream{}
	var keys []string
	for name, st := range g.Streams {
		if !strings.HasPrefix(name, aws.ToString(in.LogStreamNamePrefix)) {
			continue
		}
		key := name
		if byTime {
			key = fmt.Sprintf("%020d %s", st.lastEvent(), name)
		}
		byKey[key], keys = st, append(keys, key)
	}
	slices.Sort(keys)
	less := strings.Compare
	if aws.ToBool(in.Descending) {
		slices.Reverse(keys)
		less = func(a, b string) int { return strings.Compare(b, a) }
	}
	keys, next, err := page(keys, less, in.Limit, 50, 50, in.NextToken)
	if err != nil {
		return nil, err
	}
	out := &cloudwatchlogs.DescribeLogStreamsOutput{LogStreams: []types.LogStream{}, NextToken: next}
	for _, key := range keys {
		out.LogStreams = append(out.LogStreams, s.describeStream(g, byKey[key]))
	}
	return out, nil
}

func (s *Service) describeStream(g *group, st *stream) types.LogStream {
	out := types.LogStream{
		Arn:           aws.String(s.groupARN(g.Name) + ":log-stream:" + st.Name),
		LogStreamName: aws.String(st.Name), CreationTime: aws.Int64(st.Created),
		StoredBytes:         aws.Int64(0), //nolint:staticcheck // AWS still answers it, and always 0
		UploadSequenceToken: aws.String(sequenceToken),
	}
	if len(st.Events) > 0 {
		out.FirstEventTimestamp = aws.Int64(st.Events[0].Time)
		out.LastEventTimestamp = aws.Int64(st.lastEvent())
	}
	if st.Ingested > 0 {
		out.LastIngestionTime = aws.Int64(st.Ingested)
	}
	return out
}

func (st *stream) lastEvent() int64 {
	if len(st.Events) == 0 {
		return 0
	}
	return st.Events[len(st.Events)-1].Time
}

// stream finds a stream. The caller holds the lock.
func (s *Service) stream(groupName, groupIdentifier, streamName *string) (*group, *stream, error) {
	g, err := s.group(groupName, groupIdentifier)
	if err != nil {
		return nil, nil, err
	}
	st := g.Streams[aws.ToString(streamName)]
	if st == nil {
		return nil, nil, notFound(noStream)
	}
	return g, st, nil
}
