package cli

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/kballard/go-shellquote"
	"github.com/spf13/cobra"

	"ferry.dev/ferry/internal/deploy"
	"ferry.dev/ferry/internal/fault"
)

type runOptions struct {
	target
	Service   string
	Command   string
	Variables []string
	Detach    bool
	Timeout   time.Duration
}

func newRunCmd(app *App, run func(context.Context, *App, runOptions) error) *cobra.Command {
	var o runOptions
	cmd := &cobra.Command{
		Use:   "run [JOB]",
		Short: "Run a job now, follow its log, and end as it ends",
		Long: `Run a job now, with the release that is live, and follow its log until its tasks have ended. Its schedule, timeout and
retries have no part in it. A service's task can be run like that too, beside the service: for a migration, for example.
A container that ends with another code than 0 makes the command fail. Ctrl-C leaves the task running and says how to
come back to it.`,
		Example: `  $ ferry run report --env test
  $ ferry run report --env test --command 'report --month 2026-10' --variable LOG_LEVEL=debug
  $ ferry run web --env prod --command 'web migrate' --detach`,
		Args:              atMostOne,
		ValidArgsFunction: app.completeServices,
		RunE: func(c *cobra.Command, args []string) error {
			o.Service = first(args)
			return run(c.Context(), app, o)
		},
	}
	o.flags(app, cmd)
	f := cmd.Flags()
	f.StringVar(&o.Command, "command", "", "Instead of the container's command; split as a shell would.")
	f.StringArrayVar(&o.Variables, "variable", nil, "NAME=value for the container, beside what the manifest says; may be given several times.")
	f.BoolVar(&o.Detach, "detach", false, "Return once the task is asked for.")
	f.DurationVar(&o.Timeout, "timeout", 0, "How long to follow; the task goes on. Default: until it ends.")
	return exits(cmd, fault.OK, fault.Failed, fault.Usage, fault.Refused, fault.TimedOut, fault.Interrupted)
}

func runRun(ctx context.Context, app *App, o runOptions) error {
	request, err := o.request()
	if err != nil {
		return err
	}
	s, err := app.scene(ctx, o.target)
	if err != nil {
		return err
	}
	if request.Service, err = app.oneService(ctx, s.ws, o.Service); err != nil {
		return err
	}
	if _, err := app.readServices(s, []string{request.Service}); err != nil {
		return err
	}
	t, err := app.connect(ctx, s)
	if err != nil {
		return err
	}
	out := &logWriter{app: app}
	result, failed := deploy.Once(ctx, t, request, out.event)
	if err := app.result(result, func(io.Writer) error { return nil }); err != nil {
		return err
	}
	return failed
}

// request reads what the flags say of the container.
func (o runOptions) request() (deploy.OnceRequest, error) {
	r := deploy.OnceRequest{Detach: o.Detach, Timeout: o.Timeout, Variables: map[string]string{}}
	var err error
	if r.Command, err = shellquote.Split(o.Command); err != nil {
		return r, &fault.Error{Code: fault.Usage, What: fmt.Sprintf("--command cannot be split into words: %s", o.Command), Hint: "close the quote"}
	}
	if len(r.Command) == 0 {
		r.Command = nil
	}
	for _, v := range o.Variables {
		name, value, ok := strings.Cut(v, "=")
		if !ok || name == "" {
			return r, &fault.Error{Code: fault.Usage, What: fmt.Sprintf("--variable takes NAME=value, not %q", v)}
		}
		r.Variables[name] = value
	}
	if o.Timeout < 0 {
		return r, positive("--timeout", o.Timeout)
	}
	return r, nil
}
