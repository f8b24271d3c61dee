package cli

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"ferry.dev/ferry/internal/awsconf"
	"ferry.dev/ferry/internal/deploy"
	"ferry.dev/ferry/internal/fault"
	"ferry.dev/ferry/internal/ui"
)

type statusOptions struct {
	target
	Services []string
}

func newStatusCmd(app *App, run func(context.Context, *App, statusOptions) error) *cobra.Command {
	var o statusOptions
	cmd := &cobra.Command{
		Use:   "status [SERVICE...]",
		Short: "Show how services are doing in an environment",
		Example: `  $ ferry status --env test
  $ ferry status web --env test --output json`,
		Args:              cobra.ArbitraryArgs,
		ValidArgsFunction: app.completeServices,
		RunE: func(c *cobra.Command, args []string) error {
			o.Services = args
			return run(c.Context(), app, o)
		},
	}
	o.flags(app, cmd)
	return exits(cmd, fault.OK, fault.Failed, fault.Usage, fault.Refused)
}

func runStatus(ctx context.Context, app *App, o statusOptions) error {
	s, err := app.scene(ctx, o.target)
	if err != nil {
		return err
	}
	if _, err := known(s.ws, o.Services); err != nil {
		return err
	}
	t, err := app.connect(ctx, s)
	if err != nil {
		return err
	}
	var result deploy.StatusResult
	err = ui.Spin(app.Streams, app.quietMode(), "Asking Amazon ECS …", func() error {
		result, err = deploy.Status(ctx, t, o.Services)
		return err
	})
	if err != nil {
		return awsconf.Unread(err)
	}
	return app.result(result, func(w io.Writer) error { return writeStatus(w, app.outPaint(), result) })
}

// quietMode is the mode for what takes a moment only: a spinner on a terminal, elsewhere nothing.
func (a *App) quietMode() ui.Mode {
	if m := a.mode(); m == ui.TTY {
		return m
	}
	return ui.JSON
}

func writeStatus(w io.Writer, paint ui.Paint, r deploy.StatusResult) error {
	if _, err := fmt.Fprintf(w, "%s in %s (%s)%s\n\n", r.Application, r.Environment, r.Region, notDeployed(r.Deployed)); err != nil {
		return err
	}
	t := &ui.Table{Head: []string{"SERVICE", "STATE", "RELEASE", "TASKS", "TARGETS", "DEPLOYMENT", "URL"}}
	if anyScaling(r.Services) {
		t.Head = slices.Insert(t.Head, 4, "SCALING")
	}
	for _, s := range r.Services {
		cells := []string{s.Service, s.State, s.Release, tasks(s), targets(s), deployment(s), s.URL}
		if anyScaling(r.Services) {
			cells = slices.Insert(cells, 4, scaling(s.Scaling))
		}
		t.Add(cells...)
	}
	if err := t.Write(w, paint); err != nil {
		return err
	}
	for _, s := range r.Services {
		if err := writeMessages(w, paint, s); err != nil {
			return err
		}
		if err := writeJob(w, paint, s); err != nil {
			return err
		}
	}
	return nil
}

func notDeployed(deployed bool) string {
	if deployed {
		return ""
	}
	return ": not deployed yet"
}

func tasks(s deploy.ServiceStatus) string {
	if s.Site != nil {
		return siteFiles(s)
	}
	if s.Job != nil && s.Running > 0 {
		return fmt.Sprintf("%d running", s.Running)
	}
	if s.Desired == 0 && s.Running == 0 && s.Pending == 0 {
		return ""
	}
	text := fmt.Sprintf("%d of %d running", s.Running, s.Desired)
	if s.Pending > 0 {
		text += fmt.Sprintf(", %d pending", s.Pending)
	}
	return text
}

// scaling is the range of tasks, and by what it is chosen.
func scaling(s *deploy.ScalingStatus) string {
	if s == nil {
		return ""
	}
	text := fmt.Sprintf("%d…%d", s.Min, s.Max)
	if len(s.Policies) > 0 {
		text += " by " + strings.Join(s.Policies, ", ")
	}
	return text
}

// anyScaling tells whether a column for it says anything.
func anyScaling(list []deploy.ServiceStatus) bool {
	return slices.ContainsFunc(list, func(s deploy.ServiceStatus) bool { return s.Scaling != nil })
}

func targets(s deploy.ServiceStatus) string {
	switch {
	case !s.Targets:
		return ""
	case s.Unhealthy > 0:
		return fmt.Sprintf("%d healthy, %d unhealthy", s.Healthy, s.Unhealthy)
	default:
		return fmt.Sprintf("%d healthy", s.Healthy)
	}
}

func deployment(s deploy.ServiceStatus) string {
	if s.Deployment == nil {
		return ""
	}
	return s.Deployment.Status
}

// writeMessages shows a service's last events where something is unfinished or wrong; a healthy service needs no story.
func writeMessages(w io.Writer, paint ui.Paint, s deploy.ServiceStatus) error {
	wellAndDone := s.Unhealthy == 0 && s.Running >= s.Desired && (s.Deployment == nil || s.Deployment.Status == "COMPLETED" || s.Deployment.Status == "SUCCESSFUL")
	if wellAndDone || len(s.Messages) == 0 {
		return nil
	}
	if _, err := fmt.Fprintf(w, "\n%s\n", paint.Strong("Last events of "+s.Service)); err != nil {
		return err
	}
	for _, m := range s.Messages {
		if _, err := fmt.Fprintf(w, "  %s  %s\n", m.Time.UTC().Format("2006-01-02 15:04:05Z"), ui.Sanitize(m.Text)); err != nil {
			return err
		}
	}
	return nil
}
