package plan_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ferry.dev/ferry/internal/manifest"
	"ferry.dev/ferry/internal/plan"
)

// report is a job with the defaults of a manifest.
func report(change func(*manifest.Job)) plan.Service {
	w := manifest.Workload{Name: "report", Type: manifest.ScheduledJob, Count: 1,
		Job: &manifest.Job{Schedule: "0 6 * * *", TimeZone: "UTC", Overlap: "allow", Enabled: true}}
	change(w.Job)
	return plan.NewService(app(), env(), w, nil)
}

func TestAJobHasARunnerOnlyForWhatAScheduleCannotDo(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*manifest.Job)
		want   *plan.JobRunner
	}{
		"plain":     {func(*manifest.Job) {}, nil},
		"a timeout": {func(j *manifest.Job) { j.Timeout = 90 * time.Second }, &plan.JobRunner{Timeout: 90}},
		"retries":   {func(j *manifest.Job) { j.Retries = 3 }, &plan.JobRunner{Retries: 3}},
		"skip":      {func(j *manifest.Job) { j.Overlap = "skip" }, &plan.JobRunner{Skip: true}},
	} {
		if c.want != nil {
			c.want.Name, c.want.Role = "demo-test-report", "demo-test-report-runner"
		}
		if diff := cmp.Diff(c.want, report(c.change).Job.Runner); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestAStartIsTriedAgainNoLongerThanUntilTheNextRun(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{"@daily": 3600, "rate(1 minute)": 60, "rate(10 minutes)": 600, "rate(2 days)": 3600} {
		if got := report(func(j *manifest.Job) { j.Schedule = text }).Job.Schedule.Patience; got != want {
			t.Errorf("%s: %d seconds, not %d", text, got, want)
		}
	}
}

func TestTheNextRunIsWithinTheSchedulesBounds(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		change func(*manifest.Job)
		want   string
	}{
		"tomorrow":       {func(*manifest.Job) {}, "2026-11-23T06:00:00Z"},
		"not yet":        {func(j *manifest.Job) { j.Start = "2027-01-01T06:00:00Z" }, "2027-01-01T06:00:00Z"},
		"started before": {func(j *manifest.Job) { j.Start = "2026-01-01T06:00:00Z" }, "2026-11-23T06:00:00Z"},
		"no more":        {func(j *manifest.Job) { j.End = "2026-11-23T05:00:00Z" }, "0001-01-01T00:00:00Z"},
		"resting":        {func(j *manifest.Job) { j.Enabled = false }, "0001-01-01T00:00:00Z"},
	} {
		s := report(c.change).Job.Schedule
		live := plan.LiveSchedule(map[string]string{plan.OutputSchedule: s.Expression, plan.OutputScheduleTimezone: s.TimeZone,
			plan.OutputScheduleState: map[bool]string{true: "ENABLED", false: "DISABLED"}[s.Enabled], plan.OutputScheduleStart: s.Start, plan.OutputScheduleEnd: s.End})
		for _, from := range []*plan.JobSchedule{s, live} {
			if got := from.Next(now).Format(time.RFC3339); got != c.want {
				t.Errorf("%s: %s, not %s", name, got, c.want)
			}
		}
		if s.From(now); name == "started before" && s.Start != "" {
			t.Errorf("a start that has passed stays: %s", s.Start)
		}
	}
	if plan.LiveSchedule(map[string]string{plan.OutputSchedule: "none"}) != nil || plan.LiveSchedule(nil) != nil {
		t.Error("what has no schedule has one")
	}
}
