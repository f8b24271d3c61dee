package cli

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"ferry.dev/ferry/internal/deploy"
	"ferry.dev/ferry/internal/event"
	"ferry.dev/ferry/internal/fault"
)

type waitOptions struct {
	target
	Services []string
	Timeout  time.Duration
}

func newWaitCmd(app *App, run func(context.Context, *App, waitOptions) error) *cobra.Command {
	var o waitOptions
	cmd := &cobra.Command{
		Use:   "wait [SERVICE...]",
		Short: "Follow the releases that are under way to their end",
		Long: `Follow the releases that are under way to their end, as the deploy that started them would have: after --detach, after
Ctrl-C, or from another machine. The exit code tells how they ended. Without SERVICE it is all of them.`,
		Example: `  $ ferry wait web --env test
  $ ferry wait --env prod --timeout 1h`,
		Args:              cobra.ArbitraryArgs,
		ValidArgsFunction: app.completeServices,
		RunE: func(c *cobra.Command, args []string) error {
			o.Services = args
			return run(c.Context(), app, o)
		},
	}
	o.flags(app, cmd)
	cmd.Flags().DurationVar(&o.Timeout, "timeout", 30*time.Minute, "How long to follow each release; it goes on in AWS.")
	return exits(cmd, fault.OK, fault.Failed, fault.Usage, fault.RolledBack, fault.Refused, fault.Broken, fault.TimedOut, fault.Superseded, fault.Interrupted)
}

func runWait(ctx context.Context, app *App, o waitOptions) error {
	if err := positive("--timeout", o.Timeout); err != nil {
		return err
	}
	s, err := app.scene(ctx, o.target)
	if err != nil {
		return err
	}
	names, err := app.severalServices(ctx, s.ws, o.Services, true)
	if err != nil {
		return err
	}
	t, err := app.connect(ctx, s)
	if err != nil {
		return err
	}
	var result deploy.Result
	going := newUnderway()
	err = app.render(func(sink event.Sink) error {
		result, err = deploy.Wait(ctx, t, deploy.Request{Services: names, Timeout: o.Timeout}, going.watch(sink))
		return err
	})
	return app.deployed(s, result, going, err)
}
