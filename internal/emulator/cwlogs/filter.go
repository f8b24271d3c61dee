package cwlogs

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
)

// found is an event with the stream that it came from.
type found struct {
	event
	stream string
}

// maxFilterBytes is about what one FilterLogEvents answer may hold: 1 MB.
const maxFilterBytes = 1 << 20

// FilterLogEvents merges the chosen streams of a group in time order and returns what matches the pattern, a page at a
// time: at most Limit events (10,000 by default) and about 1 MB. StartTime and EndTime are inclusive.
func (s *Service) FilterLogEvents(_ context.Context, in *cloudwatchlogs.FilterLogEventsInput) (*cloudwatchlogs.FilterLogEventsOutput, error) {
	limit, err := eventLimit(in.Limit)
	if err != nil {
		return nil, err
	}
	match, err := parsePattern(aws.ToString(in.FilterPattern))
	if err != nil {
		return nil, err
	}
	if len(in.LogStreamNames) > 0 && in.LogStreamNamePrefix != nil {
		return nil, invalid("LogStreamNames and LogStreamNamePrefix are mutually exclusive parameters.")
	}
	forward, after, err := filterStart(in)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	g, err := s.group(in.LogGroupName, in.LogGroupIdentifier)
	if err != nil {
		return nil, err
	}
	streams, err := chosen(g, in.LogStreamNames, aws.ToString(in.LogStreamNamePrefix))
	if err != nil {
		return nil, err
	}
	var all []found
	for _, st := range streams {
		for _, e := range s.between(g, st, in.StartTime, in.EndTime) {
			if place(after, e.key(), forward) && match(e.Message) {
				all = append(all, found{e, st.Name})
			}
		}
	}
	slices.SortFunc(all, func(a, b found) int {
		if forward {
			return a.key().compare(b.key())
		}
		return b.key().compare(a.key())
	})
	return filterPage(all, limit, forward), nil
}

// place tells whether an event lies beyond the last one of the page before.
func place(after *key, k key, forward bool) bool {
	if after == nil {
		return true
	}
	return (k.compare(*after) > 0) == forward && k != *after
}

func filterStart(in *cloudwatchlogs.FilterLogEventsInput) (forward bool, after *key, err error) {
	forward = in.StartFromHead == nil || *in.StartFromHead
	if in.NextToken == nil {
		if !forward && aws.ToInt64(in.StartTime) < time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC).UnixMilli() {
			return false, nil, invalid("startFromHead can be false only when startTime is on or after Jan 1, 2024 00:00:00 UTC.")
		}
		return forward, nil, nil
	}
	direction, digits, _ := strings.Cut(*in.NextToken, "-")
	k, ok := parseKey(digits)
	if !ok || (direction != "F" && direction != "B") {
		return false, nil, invalid("The specified nextToken is invalid.")
	}
	return direction == "F", &k, nil
}

// chosen picks streams by name or by prefix. A name that does not exist is an error, as in AWS.
func chosen(g *group, names []string, prefix string) ([]*stream, error) {
	var out []*stream
	for _, name := range names {
		st := g.Streams[name]
		if st == nil {
			return nil, notFound(noStream)
		}
		if !slices.Contains(out, st) {
			out = append(out, st)
		}
	}
	if len(names) > 0 {
		return out, nil
	}
	for name, st := range g.Streams {
		if strings.HasPrefix(name, prefix) {
			out = append(out, st)
		}
	}
	return out, nil
}

func filterPage(all []found, limit int, forward bool) *cloudwatchlogs.FilterLogEventsOutput {
	out := &cloudwatchlogs.FilterLogEventsOutput{Events: []types.FilteredLogEvent{}, SearchedLogStreams: []types.SearchedLogStream{}}
	size := 0
	for i, e := range all {
		if i == limit || (i > 0 && size+len(e.Message) > maxFilterBytes) {
			token := "F-"
			if !forward {
				token = "B-"
			}
			out.NextToken = aws.String(token + all[i-1].key().String())
			break
		}
		size += len(e.Message)
		out.Events = append(out.Events, types.FilteredLogEvent{
			EventId: aws.String(e.key().String()), LogStreamName: aws.String(e.stream), Timestamp: aws.Int64(e.Time),
			Message: aws.String(e.Message), IngestionTime: aws.Int64(e.Ingested),
		})
	}
	return out
}
