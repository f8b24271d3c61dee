package cli

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"ferry.dev/ferry/internal/fault"
	"ferry.dev/ferry/internal/manifest"
	"ferry.dev/ferry/internal/schedule"
	"ferry.dev/ferry/internal/ui"
)

// askSchedule asks when a job runs; what flags say of jobs is no answer for anything else.
func (w *wizard) askSchedule(ctx context.Context) (err error) {
	if w.a.Type != manifest.ScheduledJob {
		if w.o.Schedule != "" || w.o.Timeout != "" || w.o.Retries != 0 {
			return &fault.Error{Code: fault.Usage, What: "--schedule, --timeout and --retries are for a Scheduled Job, not for a " + w.a.Type,
				Hint: fmt.Sprintf("leave them out, or write --type %q", manifest.ScheduledJob)}
		}
		return nil
	}
	if err := w.checkJob(); err != nil {
		return err
	}
	w.a.Timeout, w.a.Retries = w.o.Timeout, w.o.Retries
	w.a.Schedule, err = w.input(ctx, w.o.Schedule, ui.Question{
		Text: "When does the job run?", Flag: "--schedule", Default: "@daily", Validate: validSchedule,
		Help: `A crontab like "0 2 * * MON-FRI", @hourly, @daily, "@every 5m", or none to run it on demand only.`,
	})
	return err
}

func (w *wizard) checkJob() error {
	if d, err := time.ParseDuration(w.o.Timeout); w.o.Timeout != "" && (err != nil || d < time.Second || d%time.Second != 0) {
		return &fault.Error{Code: fault.Usage, What: fmt.Sprintf("--timeout cannot be %q", w.o.Timeout), Hint: "write whole seconds, minutes or hours: 30s, 15m, 1h30m"}
	}
	if w.o.Retries < 0 {
		return &fault.Error{Code: fault.Usage, What: fmt.Sprintf("--retries cannot be %d", w.o.Retries)}
	}
	return nil
}

func validSchedule(text string) error {
	_, err := schedule.Parse(strings.TrimSpace(text))
	var e *schedule.Error
	if errors.As(err, &e) && e.Hint != "" {
		return errors.New(e.Message + ": " + e.Hint)
	}
	return err
}

// repeatJob is the part of the command that gives the same answers.
func (w *wizard) repeatJob() []string {
	words := []string{"--schedule", w.a.Schedule}
	if w.a.Timeout != "" {
		words = append(words, "--timeout", w.a.Timeout)
	}
	if w.a.Retries > 0 {
		words = append(words, "--retries", strconv.Itoa(w.a.Retries))
	}
	return words
}
