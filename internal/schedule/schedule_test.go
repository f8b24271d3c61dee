package schedule_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/robfig/cron/v3"

	"ferry.dev/ferry/internal/schedule"
)

func TestASchedulerExpressionComesOfEverythingThatAManifestMaySay(t *testing.T) {
	t.Parallel()
	want := map[string]string{
		"none": "", "@hourly": "cron(0 * * * ? *)", "@daily": "cron(0 0 * * ? *)", "@midnight": "cron(0 0 * * ? *)",
		"@weekly": "cron(0 0 ? * 1 *)", "@monthly": "cron(0 0 1 * ? *)", "@yearly": "cron(0 0 1 1 ? *)", "@annually": "cron(0 0 1 1 ? *)",
		"@every 5m": "rate(5 minutes)", "@every 1m": "rate(1 minute)", "@every 1h30m": "rate(90 minutes)", "@every 24h": "rate(24 hours)",
		"rate(1 minute)": "rate(1 minute)", "rate(2  hours)": "rate(2 hours)", "at(2027-01-31T06:00:00)": "at(2027-01-31T06:00:00)",
		"cron(0 2 * * ? *)": "cron(0 2 * * ? *)", "cron(15 10 ? * 6L 2027-2030)": "cron(15 10 ? * 6L 2027-2030)",
		"0 2 * * *": "cron(0 2 * * ? *)", "0 */2 * * *": "cron(0 0/2 * * ? *)", "*/15 * * * *": "cron(0/15 * * * ? *)",
		"5/15 * * * *": "cron(5/15 * * * ? *)", "0 9-17 * * MON-FRI": "cron(0 9-17 ? * 2-6 *)", "0 0 * * 0,6": "cron(0 0 ? * 1,7 *)",
		"0 0 * * 7": "cron(0 0 ? * 1 *)", "0 0 * * 5-7": "cron(0 0 ? * 1,6,7 *)", "0 0 * * */2": "cron(0 0 ? * 1,3,5,7 *)",
		"0 0 1,15 jan-mar ?": "cron(0 0 1,15 1-3 ? *)", "0 0 1-31 * 1": "cron(0 0 ? * 2 *)", "10-40/10 * * * *": "cron(10,20,30,40 * * * ? *)",
		"  30 4 * * *  ": "cron(30 4 * * ? *)", "0 0 */10 * *": "cron(0 0 1/10 * ? *)",
	}
	got := map[string]string{}
	for text := range want {
		s, err := schedule.Parse(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
		}
		got[text] = s.Expression()
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestWhatCannotBeScheduledIsRefusedAtItsPlace(t *testing.T) {
	t.Parallel()
	want := map[string]string{
		"":                          "0: must not be empty",
		"often":                     `0: "often" is no schedule`,
		"@reboot":                   `0: "@reboot" is no keyword of a crontab`,
		"@every 30s":                "0: a job cannot run every 30s",
		"@every 90s":                "0: 90s is no whole number of minutes",
		"@every day":                `0: @every takes a duration, not "day"`,
		"rate(0 minutes)":           "5: a rate cannot be 0 minutes",
		"rate(5 weeks)":             "0: a rate is a whole number and minutes, hours or days",
		"rate(1.5 hours)":           "0: a rate is a whole number and minutes, hours or days",
		"at(tomorrow)":              `3: "tomorrow" is no date and time`,
		"0 0 1 * 1":                 "8: days of the month and of the week together mean either of them in a crontab, which EventBridge Scheduler cannot say",
		"0 0 */2 * 1":               "10: days of the month and of the week together mean either of them in a crontab, which EventBridge Scheduler cannot say",
		"60 * * * *":                "0: the minute goes from 0 to 59, not to 60",
		"* 24 * * *":                "2: the hour goes from 0 to 23, not to 24",
		"* * 0 * *":                 "4: the day of the month goes from 1 to 31, not to 0",
		"* * * 13 *":                "6: the month goes from 1 to 12, not to 13",
		"* * * * 8":                 "8: the day of the week goes from 0 to 7, not to 8",
		"* * * * FRI-MON":           "8: the range FRI-MON of the day of the week ends before it begins",
		"0,5,x * * * *":             `4: "x" is no minute`,
		"*/0 * * * *":               `2: the step of the minute must be a number of at least 1, not "0"`,
		"-1 * * * *":                `0: "" is no minute`,
		"* * * *":                   "0: a crontab has five fields, not 4",
		"0 0 2 * * *":               "0: a crontab has five fields, not six",
		"TZ=UTC 0 0 * * *":          "0: a time zone does not stand in the schedule",
		"cron(0 2 * * *)":           "5: cron(…) has six fields, not 5",
		"cron(0 2 * * * *)":         "13: one of the two fields for days must be ?",
		"cron(0 2 ? * ? *)":         "13: one of the two fields for days must say when",
		"cron(0 2 * * ? 1969)":      "15: the year goes from 1970 to 2199, not to 1969",
		"cron(0 2 ? * 8 *)":         "13: the day of the week goes from 1 to 7, not to 8",
		"cron(0 2 ? * 0 *)":         "13: the day of the week goes from 1 to 7, not to 0",
		"cron(0 2 32W * ? *)":       "9: the day of the month goes from 1 to 31, not to 32",
		"cron(0 2 * * ? 2030-2029)": "15: the range 2030-2029 of the year ends before it begins",
		"cron(0 ? * * ? *)":         `7: "?" is no hour`,
	}
	got := map[string]string{}
	for text := range want {
		_, err := schedule.Parse(text)
		var e *schedule.Error
		if !errors.As(err, &e) {
			t.Errorf("%q: %v", text, err)
			continue
		}
		got[text] = fmt.Sprintf("%d: %s", e.Offset, e.Message)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// randomField writes a field of a crontab with all that it may hold.
func randomField(r *rand.Rand, least, most int) string {
	value := func() int { return least + r.IntN(most-least+1) }
	part := func() string {
		a, b := value(), value()
		switch r.IntN(5) {
		case 0:
			return fmt.Sprintf("%d-%d", min(a, b), max(a, b))
		case 1:
			return fmt.Sprintf("*/%d", 1+r.IntN(most))
		case 2:
			return fmt.Sprintf("%d/%d", a, 1+r.IntN(most))
		case 3:
			return fmt.Sprintf("%d-%d/%d", min(a, b), max(a, b), 1+r.IntN(5))
		}
		return fmt.Sprint(a)
	}
	if r.IntN(3) == 0 {
		return "*"
	}
	parts := []string{part()}
	for r.IntN(3) == 0 {
		parts = append(parts, part())
	}
	return strings.Join(parts, ",")
}

// A cron library that we did not write reads the crontab; ours reads what came of it for EventBridge Scheduler.
func TestACrontabAndWhatComesOfItRunAtTheSameTimes(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(7, 11))
	zone := time.FixedZone("test", 90*60)
	for range 3000 {
		day, weekday := "*", "*"
		if r.IntN(2) == 0 {
			day = randomField(r, 1, 31)
		} else {
			weekday = randomField(r, 0, 6)
		}
		text := strings.Join([]string{randomField(r, 0, 59), randomField(r, 0, 23), day, randomField(r, 1, 12), weekday}, " ")
		theirs, err := cron.ParseStandard(text)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		ours, err := schedule.Parse(text)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		now := time.Date(2026, time.Month(1+r.IntN(12)), 1+r.IntN(28), r.IntN(24), r.IntN(60), r.IntN(60), 0, zone)
		for range 4 {
			want, got := theirs.Next(now), ours.Next(now, zone)
			if !want.Equal(got) {
				t.Fatalf("%s, as %s, after %v: %v, not %v", text, ours.Expression(), now, got, want)
			}
			if want.IsZero() {
				break
			}
			now = want
		}
	}
}

func TestTheNextRunIsWhereSchedulersOwnWordsSay(t *testing.T) {
	t.Parallel()
	berlin, err := schedule.Zone("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	sunday := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		text  string
		after time.Time
		zone  *time.Location
		want  string
	}{
		{"cron(0 2 L * ? *)", sunday, time.UTC, "2026-11-30T02:00:00Z"},
		{"cron(0 2 LW * ? *)", sunday.AddDate(0, 2, 0), time.UTC, "2027-01-29T02:00:00Z"},
		{"cron(0 2 1W * ? *)", sunday.AddDate(0, 6, 10), time.UTC, "2027-07-01T02:00:00Z"},
		{"cron(0 2 15W * ? 2026-2027)", sunday, time.UTC, "2026-12-15T02:00:00Z"},
		{"cron(0 2 ? * FRIL *)", sunday, time.UTC, "2026-11-27T02:00:00Z"},
		{"cron(0 2 ? * 2#5 *)", sunday, time.UTC, "2026-11-30T02:00:00Z"},
		{"cron(0 2 ? * L *)", sunday, time.UTC, "2026-11-28T02:00:00Z"},
		{"cron(0 2 1 1 ? 2030)", sunday, time.UTC, "2030-01-01T02:00:00Z"},
		{"cron(0 2 1 1 ? 2020)", sunday, time.UTC, "0001-01-01T00:00:00Z"},
		{"0 0 31 2 *", sunday, time.UTC, "0001-01-01T00:00:00Z"},
		{"30 2 * * *", time.Date(2027, 3, 27, 12, 0, 0, 0, time.UTC), berlin, "2027-03-29T02:30:00+02:00"},  // the 28th has no 2:30
		{"30 2 * * *", time.Date(2027, 10, 31, 0, 30, 0, 0, time.UTC), berlin, "2027-11-01T02:30:00+01:00"}, // the 31st has two
		{"rate(1 day)", sunday, berlin, "2026-11-23T10:00:00Z"},
		{"at(2026-12-24T18:00:00)", sunday, berlin, "2026-12-24T18:00:00+01:00"},
		{"at(2020-12-24T18:00:00)", sunday, berlin, "0001-01-01T00:00:00Z"},
		{"none", sunday, time.UTC, "0001-01-01T00:00:00Z"},
	} {
		s, err := schedule.Parse(c.text)
		if err != nil {
			t.Fatal(err)
		}
		if got := s.Next(c.after, c.zone).Format(time.RFC3339); got != c.want {
			t.Errorf("%s after %v: %s, not %s", c.text, c.after, got, c.want)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"0 2 * * *", "cron(0 2 ? * 6L *)", "rate(5 minutes)", "@every 1h", "at(2027-01-31T06:00:00)", "none", "cron()", "rate(", "*/5 1-2,3 ? jan sun#1"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := schedule.Parse(text)
		var e *schedule.Error
		if err != nil && (!errors.As(err, &e) || e.Offset < 0 || e.Offset > len(text)) {
			t.Fatalf("%q: %v", text, err)
		}
		if err != nil || s.Expression() == "" {
			return
		}
		again, err := schedule.Parse(s.Expression())
		if err != nil || again.Expression() != s.Expression() {
			t.Fatalf("%q became %q, and that %q: %v", text, s.Expression(), again.Expression(), err)
		}
	})
}
