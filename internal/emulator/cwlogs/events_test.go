package cwlogs_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
	"github.com/google/go-cmp/cmp"

	"ferry.dev/ferry/internal/emulator/clock"
	"ferry.dev/ferry/internal/emulator/cwlogs"
	"ferry.dev/ferry/internal/emulator/ids"
)

func TestTokensOfOneStreamStandStillAtItsEnds(t *testing.T) {
	t.Parallel()
	s := service(t)
	put(t, s, "a/1", line{1, "one"}, line{2, "two"}, line{2, "three"})
	read := func(token *string, head bool) *sdk.GetLogEventsOutput {
		return got[*sdk.GetLogEventsOutput](t)(s.GetLogEvents(t.Context(), &sdk.GetLogEventsInput{
			LogGroupName: aws.String("g"), LogStreamName: aws.String("a/1"), NextToken: token, StartFromHead: &head, Limit: aws.Int32(2),
		}))
	}
	texts := func(o *sdk.GetLogEventsOutput) []line {
		return linesOf(o.Events, func(e types.OutputLogEvent) (*int64, *string) { return e.Timestamp, e.Message })
	}
	first := read(nil, true)
	second := read(first.NextForwardToken, false)
	third := read(second.NextForwardToken, false)
	if *third.NextForwardToken != *second.NextForwardToken {
		t.Error("the forward token moved at the end")
	}
	put(t, s, "a/1", line{3, "four"})
	fourth := read(third.NextForwardToken, false)
	latest := read(nil, false)
	before := read(latest.NextBackwardToken, false)
	start := read(before.NextBackwardToken, false)
	if *start.NextBackwardToken != *before.NextBackwardToken {
		t.Error("the backward token moved at the beginning")
	}
	pages := [][]line{texts(first), texts(second), texts(third), texts(fourth), texts(latest), texts(before), texts(start)}
	want := [][]line{
		{{1, "one"}, {2, "two"}}, {{2, "three"}}, {}, {{3, "four"}},
		{{2, "three"}, {3, "four"}}, {{1, "one"}, {2, "two"}}, {},
	}
	if diff := cmp.Diff(want, pages); diff != "" {
		t.Error(diff)
	}
}

func TestFilterMergesStreamsInTimeOrderPageByPage(t *testing.T) {
	t.Parallel()
	s := service(t)
	put(t, s, "a/1", line{1, "a1"}, line{3, "a3"}, line{5, "a5"})
	put(t, s, "b/1", line{2, "b2"}, line{3, "b3"}, line{4, "b4"})
	var pages [][]line
	seen := map[string]bool{}
	in := &sdk.FilterLogEventsInput{LogGroupName: aws.String("g"), StartTime: at(2), EndTime: at(5), Limit: aws.Int32(2)}
	for {
		out := got[*sdk.FilterLogEventsOutput](t)(s.FilterLogEvents(t.Context(), in))
		pages = append(pages, linesOf(out.Events, func(e types.FilteredLogEvent) (*int64, *string) {
			if seen[*e.EventId] {
				t.Errorf("event ID %s came twice", *e.EventId)
			}
			seen[*e.EventId] = true
			return e.Timestamp, e.Message
		}))
		if in.NextToken = out.NextToken; in.NextToken == nil {
			break
		}
		put(t, s, "a/1", line{1, "late, and before the page"})
	}
	want := [][]line{{{2, "b2"}, {3, "a3"}}, {{3, "b3"}, {4, "b4"}}, {{5, "a5"}}}
	if diff := cmp.Diff(want, pages); diff != "" {
		t.Error(diff)
	}
}

func TestFilterChoosesStreams(t *testing.T) {
	t.Parallel()
	s := service(t)
	put(t, s, "a/1", line{1, "a"})
	put(t, s, "b/1", line{2, "b"})
	for _, c := range []struct {
		name string
		in   sdk.FilterLogEventsInput
		want []line
	}{
		{"all", sdk.FilterLogEventsInput{}, []line{{1, "a"}, {2, "b"}}},
		{"by prefix", sdk.FilterLogEventsInput{LogStreamNamePrefix: aws.String("b/")}, []line{{2, "b"}}},
		{"by name", sdk.FilterLogEventsInput{LogStreamNames: []string{"a/1", "a/1"}}, []line{{1, "a"}}},
		{"latest first", sdk.FilterLogEventsInput{StartFromHead: aws.Bool(false), StartTime: at(0)}, []line{{2, "b"}, {1, "a"}}},
	} {
		in := c.in
		in.LogGroupName = aws.String("g")
		out := got[*sdk.FilterLogEventsOutput](t)(s.FilterLogEvents(t.Context(), &in))
		have := linesOf(out.Events, func(e types.FilteredLogEvent) (*int64, *string) { return e.Timestamp, e.Message })
		if diff := cmp.Diff(c.want, have); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
	}
}

func TestWhatIsNotThereAndWhatIsThereAlreadyAreTypedErrors(t *testing.T) {
	t.Parallel()
	s := service(t)
	var missing *types.ResourceNotFoundException
	var taken *types.ResourceAlreadyExistsException
	var wrong *types.InvalidParameterException
	_, err := s.FilterLogEvents(t.Context(), &sdk.FilterLogEventsInput{LogGroupName: aws.String("no")})
	if !errors.As(err, &missing) || *missing.Message != "The specified log group does not exist." {
		t.Error(err)
	}
	_, err = s.GetLogEvents(t.Context(), &sdk.GetLogEventsInput{LogGroupName: aws.String("g"), LogStreamName: aws.String("no")})
	if !errors.As(err, &missing) || *missing.Message != "The specified log stream does not exist." {
		t.Error(err)
	}
	if _, err = s.CreateLogGroup(t.Context(), &sdk.CreateLogGroupInput{LogGroupName: aws.String("g")}); !errors.As(err, &taken) {
		t.Error(err)
	}
	if _, err = s.CreateLogStream(t.Context(), &sdk.CreateLogStreamInput{LogGroupName: aws.String("g"), LogStreamName: aws.String("a/1")}); !errors.As(err, &taken) {
		t.Error(err)
	}
	for _, token := range []string{"", "f/1", "x/" + strings.Repeat("0", 56)} {
		_, err = s.GetLogEvents(t.Context(), &sdk.GetLogEventsInput{LogGroupName: aws.String("g"), LogStreamName: aws.String("a/1"), NextToken: &token})
		if !errors.As(err, &wrong) {
			t.Errorf("token %q: %v", token, err)
		}
	}
	_, err = s.PutLogEvents(t.Context(), &sdk.PutLogEventsInput{LogGroupName: aws.String("g"), LogStreamName: aws.String("a/1"), LogEvents: []types.InputLogEvent{
		{Timestamp: at(2), Message: aws.String("b")}, {Timestamp: at(1), Message: aws.String("a")},
	}})
	if !errors.As(err, &wrong) {
		t.Error(err)
	}
}

func TestEventsThatAreTooOldOrTooNewAreRejectedAndNamed(t *testing.T) {
	t.Parallel()
	s := service(t)
	day := (24 * time.Hour).Milliseconds()
	out := got[*sdk.PutLogEventsOutput](t)(s.PutLogEvents(t.Context(), &sdk.PutLogEventsInput{LogGroupName: aws.String("g"), LogStreamName: aws.String("a/1"), LogEvents: []types.InputLogEvent{
		{Timestamp: at(-15 * day), Message: aws.String("old")}, {Timestamp: at(0), Message: aws.String("now")}, {Timestamp: at(day), Message: aws.String("new")},
	}}))
	want := &types.RejectedLogEventsInfo{TooOldLogEventEndIndex: aws.Int32(1), TooNewLogEventStartIndex: aws.Int32(2)}
	if diff := cmp.Diff(want, out.RejectedLogEventsInfo, cmp.AllowUnexported(types.RejectedLogEventsInfo{})); diff != "" {
		t.Error(diff)
	}
}

func TestAStreamKeepsItsNewestEventsWithinItsBound(t *testing.T) {
	t.Parallel()
	s := service(t)
	const n = 30
	for i := range n {
		put(t, s, "a/1", line{int64(i), fmt.Sprint(i, strings.Repeat("x", 200_000))})
	}
	out := got[*sdk.GetLogEventsOutput](t)(s.GetLogEvents(t.Context(), &sdk.GetLogEventsInput{LogGroupName: aws.String("g"), LogStreamName: aws.String("a/1")}))
	size := 0
	for _, e := range out.Events {
		size += len(*e.Message)
	}
	if last := *out.Events[len(out.Events)-1].Message; size > cwlogs.MaxStreamBytes || !strings.HasPrefix(last, fmt.Sprint(n-1)) {
		t.Errorf("%d bytes are kept, the last begins with %.4s", size, last)
	}
}

func TestStreamsAreListedInEitherOrder(t *testing.T) {
	t.Parallel()
	s := service(t)
	put(t, s, "a/1", line{5, "later"})
	put(t, s, "b/1", line{1, "earlier"})
	for _, c := range []struct {
		by         types.OrderBy
		descending bool
		want       []string
	}{
		{"", false, []string{"a/1", "b/1"}}, {types.OrderByLogStreamName, true, []string{"b/1", "a/1"}},
		{types.OrderByLastEventTime, false, []string{"b/1", "a/1"}}, {types.OrderByLastEventTime, true, []string{"a/1", "b/1"}},
	} {
		var names []string
		pages := sdk.NewDescribeLogStreamsPaginator(describer{s}, &sdk.DescribeLogStreamsInput{LogGroupName: aws.String("g"), OrderBy: c.by, Descending: &c.descending, Limit: aws.Int32(1)})
		for pages.HasMorePages() {
			for _, st := range got[*sdk.DescribeLogStreamsOutput](t)(pages.NextPage(t.Context())).LogStreams {
				names = append(names, *st.LogStreamName)
			}
		}
		if diff := cmp.Diff(c.want, names); diff != "" {
			t.Errorf("%s %v: %s", c.by, c.descending, diff)
		}
	}
}

func TestEverythingSurvivesSaveAndLoad(t *testing.T) {
	t.Parallel()
	s := service(t)
	put(t, s, "a/1", line{1, "one"}, line{1, "two"})
	done(t)(s.PutRetentionPolicy(t.Context(), &sdk.PutRetentionPolicyInput{LogGroupName: aws.String("g"), RetentionInDays: aws.Int32(7)}))
	done(t)(s.TagResource(t.Context(), &sdk.TagResourceInput{ResourceArn: aws.String("arn:aws:logs:us-east-1:000000000000:log-group:g"), Tags: map[string]string{"k": "v"}}))
	data := got[[]byte](t)(s.Save())
	other := cwlogs.New(ids.Default(), clock.Scaled(epoch(), 1))
	defer other.Close()
	if err := other.Load(data); err != nil {
		t.Fatal(err)
	}
	if again := got[[]byte](t)(other.Save()); !cmp.Equal(data, again) {
		t.Errorf("%s\n%s", data, again)
	}
	put(t, other, "a/1", line{1, "three"})
	out := got[*sdk.FilterLogEventsOutput](t)(other.FilterLogEvents(t.Context(), &sdk.FilterLogEventsInput{LogGroupName: aws.String("g")}))
	have := linesOf(out.Events, func(e types.FilteredLogEvent) (*int64, *string) { return e.Timestamp, e.Message })
	if diff := cmp.Diff([]line{{1, "one"}, {1, "two"}, {1, "three"}}, have); diff != "" {
		t.Error(diff)
	}
	tags := got[*sdk.ListTagsForResourceOutput](t)(other.ListTagsForResource(t.Context(), &sdk.ListTagsForResourceInput{ResourceArn: aws.String("arn:aws:logs:us-east-1:000000000000:log-group:g:*")}))
	if diff := cmp.Diff(map[string]string{"k": "v"}, tags.Tags); diff != "" {
		t.Error(diff)
	}
}
