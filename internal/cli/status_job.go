package cli

import (
	"fmt"
	"io"
	"time"

	"ferry.dev/ferry/internal/deploy"
	"ferry.dev/ferry/internal/ui"
)

// writeJob shows when a job runs next and how its last runs ended. A service has none of it.
func writeJob(w io.Writer, paint ui.Paint, s deploy.ServiceStatus) error {
	if s.Job == nil {
		return nil
	}
	when := s.Job.Schedule
	if s.Job.TimeZone != "" {
		when += " " + s.Job.TimeZone
	}
	if s.Job.Next != nil {
		when += ", next " + s.Job.Next.Format("2006-01-02 15:04 MST")
	}
	if _, err := fmt.Fprintf(w, "\n%s  %s\n", paint.Strong("Runs of "+s.Service), when); err != nil {
		return err
	}
	for _, r := range s.Job.Runs {
		if _, err := fmt.Fprintf(w, "  %s  %s  %s\n", r.Started.UTC().Format("2006-01-02 15:04:05Z"), r.Task[:min(8, len(r.Task))], ui.Sanitize(ending(r))); err != nil {
			return err
		}
	}
	return nil
}

// ending says how a run ended, or how far it is.
func ending(r deploy.JobRun) string {
	switch {
	case r.Stopped == nil:
		return r.Status
	case r.ExitCode == nil:
		return "failed: " + r.Reason
	case *r.ExitCode != 0:
		return fmt.Sprintf("exit code %d after %s: %s", *r.ExitCode, r.Stopped.Sub(r.Started), r.Reason)
	}
	return fmt.Sprintf("exit code 0 after %s", r.Stopped.Sub(r.Started))
}

// settings says in one line how a job is started.
func settings(j deploy.JobSettings) string {
	text := "on demand only"
	if j.Schedule != "" {
		text = j.Schedule + " " + j.TimeZone
		if !j.Enabled {
			text += ", resting"
		}
	}
	if j.Timeout > 0 {
		text += ", stopped after " + (time.Duration(j.Timeout) * time.Second).String()
	}
	if j.Retries > 0 {
		text += ", " + fmt.Sprintf("retried %d times", j.Retries)
	}
	if j.Overlap == "skip" {
		text += ", never two at a time"
	}
	return text
}
