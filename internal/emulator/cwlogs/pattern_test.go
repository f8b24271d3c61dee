package cwlogs_test

import (
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
	"github.com/google/go-cmp/cmp"
)

func TestPatternsMatchAsTheirGrammarSays(t *testing.T) {
	t.Parallel()
	s := service(t)
	messages := []string{
		"[ERROR 500] upstream down", "WARN slow upstream", "all well", `{"level":"error","status":502,"user":{"name":"eve"},"tags":["a","b"],"ok":false,"gone":null}`,
		`{"level":"info","status":200}`,
	}
	for i, m := range messages {
		put(t, s, "a/1", line{int64(i), m})
	}
	for pattern, want := range map[string][]int{
		"":                      {0, 1, 2, 3, 4},
		"upstream":              {0, 1},
		"ERROR upstream":        {0},
		`"upstream down"`:       {0},
		"?ERROR ?WARN":          {0, 1},
		"upstream -slow":        {0},
		"-upstream":             {2, 3, 4},
		"?nothing upstream":     {0, 1},
		"error":                 {3},
		"%[45][0-9]{2}%":        {0, 3},
		`{ $.level = "error" }`: {3},
		`{ $.level != error }`:  {4},
		`{ $.level = e* }`:      {3},
		`{ $.status >= 200 }`:   {3, 4},
		`{ $.status >= 200 && $.level = "info" }`:     {4},
		`{ ($.status < 300) || ($.user.name = eve) }`: {3, 4},
		`{ $.tags[1] = "b" }`:                         {3},
		`{ $.ok IS FALSE }`:                           {3},
		`{ $.gone IS NULL }`:                          {3},
		`{ $.user NOT EXISTS }`:                       {4},
		`{ $.user.name EXISTS }`:                      {3},
		`{ $.level = %^err% }`:                        {3},
	} {
		out := got[*sdk.FilterLogEventsOutput](t)(s.FilterLogEvents(t.Context(), &sdk.FilterLogEventsInput{LogGroupName: aws.String("g"), FilterPattern: &pattern}))
		have := []int{}
		for _, e := range out.Events {
			have = append(have, int(*e.Timestamp-epoch().UnixMilli()))
		}
		if diff := cmp.Diff(want, have); diff != "" {
			t.Errorf("%s: %s", pattern, diff)
		}
	}
}

func TestPatternsThatCannotBeReadAreRefused(t *testing.T) {
	t.Parallel()
	s := service(t)
	for _, pattern := range []string{`"open`, "{ $.a }", "{ $.a = }", "{ $.a = 1", `{ $.a > "x" }`, "%(%", "[a, b]", "?", "{ level = 1 }", "{ ($.a = 1 }"} {
		_, err := s.FilterLogEvents(t.Context(), &sdk.FilterLogEventsInput{LogGroupName: aws.String("g"), FilterPattern: &pattern})
		var wrong *types.InvalidParameterException
		if !errors.As(err, &wrong) {
			t.Errorf("%s: %v", pattern, err)
		}
	}
}

func FuzzPatterns(f *testing.F) {
	for _, seed := range []string{`a "b c" ?d -e`, `{ $.a[0].b = "x*" || ($.c >= 1 && $.d IS NULL) }`, `%a|b%`, `\`} {
		f.Add(seed, `{"a":[{"b":"xy"}],"c":1}`)
	}
	s := service(f)
	f.Fuzz(func(t *testing.T, pattern, message string) {
		if message != "" && len(message) < 1000 {
			put(t, s, "a/1", line{1, message})
		}
		// Whatever it is, it is an answer or an error, and no panic.
		_, _ = s.FilterLogEvents(t.Context(), &sdk.FilterLogEventsInput{LogGroupName: aws.String("g"), FilterPattern: &pattern, Limit: aws.Int32(10)})
	})
}
