package cwlogs

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
)

// GetLogEvents reads one stream, the newest events first unless StartFromHead, 10,000 to a page. As AWS does, it always
// answers both tokens: the forward one stands still at the end of the stream (and reads on from there later), the
// backward one at its beginning. EndTime is exclusive here, unlike in FilterLogEvents.
func (s *Service) GetLogEvents(_ context.Context, in *cloudwatchlogs.GetLogEventsInput) (*cloudwatchlogs.GetLogEventsOutput, error) {
	limit, err := eventLimit(in.Limit)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	g, st, err := s.stream(in.LogGroupName, in.LogGroupIdentifier, in.LogStreamName)
	if err != nil {
		return nil, err
	}
	end := in.EndTime
	if end != nil {
		end = aws.Int64(*end - 1)
	}
	events := s.between(g, st, in.StartTime, end)
	at, forward, err := startOf(in)
	if err != nil {
		return nil, err
	}
	lo, hi := window(events, at, forward, limit)
	forwardTo, backTo := at, at
	if hi > lo {
		forwardTo, backTo = events[hi-1].key(), events[lo].key()
	} else if in.NextToken == nil {
		forwardTo, backTo = key{}, key{}
	}
	out := &cloudwatchlogs.GetLogEventsOutput{
		Events:            []types.OutputLogEvent{},
		NextForwardToken:  aws.String("f/" + forwardTo.String()),
		NextBackwardToken: aws.String("b/" + backTo.String()),
	}
	for _, e := range events[lo:hi] {
		out.Events = append(out.Events, types.OutputLogEvent{Timestamp: aws.Int64(e.Time), Message: aws.String(e.Message), IngestionTime: aws.Int64(e.Ingested)})
	}
	return out, nil
}

// startOf reads where a page begins: a token "f/<key>" means after key, "b/<key>" before it.
func startOf(in *cloudwatchlogs.GetLogEventsInput) (at key, forward bool, err error) {
	if in.NextToken == nil {
		if aws.ToBool(in.StartFromHead) {
			return key{Time: -1}, true, nil
		}
		return key{Time: 1<<63 - 1}, false, nil
	}
	direction, digits, _ := strings.Cut(*in.NextToken, "/")
	at, ok := parseKey(digits)
	if !ok || (direction != "f" && direction != "b") {
		return key{}, false, invalid("The specified nextToken is invalid.")
	}
	return at, direction == "f", nil
}

// window finds the slice bounds of one page of sorted events after (forward) or before a place.
func window(events []event, at key, forward bool, limit int) (lo, hi int) {
	i, found := slices.BinarySearchFunc(events, at, func(e event, k key) int { return e.key().compare(k) })
	if !forward {
		return max(0, i-limit), i
	}
	if found {
		i++
	}
	return i, min(len(events), i+limit)
}

// eventLimit is the page size of the reading operations: 1 to 10,000 events.
func eventLimit(limit *int32) (int, error) {
	if limit == nil {
		return maxBatch, nil
	}
	if *limit < 1 || *limit > maxBatch {
		return 0, invalid("1 validation error detected: Value at 'limit' failed to satisfy constraint: Member must be between 1 and 10000")
	}
	return int(*limit), nil
}
