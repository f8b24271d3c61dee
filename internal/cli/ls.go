package cli

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"ferry.dev/ferry/internal/awsconf"
	"ferry.dev/ferry/internal/deploy"
	"ferry.dev/ferry/internal/event"
	"ferry.dev/ferry/internal/fault"
	"ferry.dev/ferry/internal/ui"
)

type lsOptions struct {
	target
}

func newLsCmd(app *App, run func(context.Context, *App, lsOptions) error) *cobra.Command {
	var o lsOptions
	cmd := &cobra.Command{
		Use:     "ls",
		Aliases: []string{"list"},
		Short:   "List the application's environments and services",
		Long: `List the application's environments and services, and where they stand. Each environment's account is asked, or only the
one that --env names; one that cannot be asked (no credentials for it, or those of another account) is listed without its
state.`,
		Example: `  $ ferry ls
  $ ferry ls --env test --output json`,
		Args: none,
		RunE: func(c *cobra.Command, _ []string) error { return run(c.Context(), app, o) },
	}
	o.flags(app, cmd)
	cmd.Flags().Lookup("env").Usage = "Ask only this environment. Default: each."
	return exits(cmd, fault.OK, fault.Failed, fault.Usage, fault.Refused)
}

func runLs(ctx context.Context, app *App, o lsOptions) error {
	s, err := app.application(o.App)
	if err != nil {
		return err
	}
	targets, err := app.reachable(ctx, s, o.Env)
	if err != nil {
		return err
	}
	var result deploy.ListResult
	err = ui.Spin(app.Streams, app.quietMode(), "Asking AWS …", func() error {
		result, err = deploy.List(ctx, targets)
		return err
	})
	if err != nil {
		return awsconf.Unread(err)
	}
	return app.result(result, func(w io.Writer) error { return writeList(w, app.outPaint(), result) })
}

// reachable connects to each of the application's environments, or to the one named. Of several, one that cannot be
// reached is no reason to hide the others: it is said, and its target is left unconnected. Neither is local started for it.
func (a *App) reachable(ctx context.Context, s scene, only string) ([]deploy.Target, error) {
	if only != "" {
		one, err := a.scene(ctx, target{App: s.app.Name, Env: only})
		if err != nil {
			return nil, err
		}
		t, err := a.connectToRead(ctx, one)
		return []deploy.Target{t}, err
	}
	names, err := s.ws.Environments()
	if err != nil {
		return nil, err
	}
	if a.localRuns(ctx) || len(names) == 0 {
		names = append(names, localEnv)
	}
	var all []deploy.Target
	for _, name := range names {
		one, err := a.sceneOf(s, name)
		if err != nil {
			return nil, err
		}
		if one.local() && !a.localRuns(ctx) {
			all = append(all, one.target())
			continue
		}
		t, err := a.connectToRead(ctx, one)
		if err != nil {
			a.notice(event.Notice{Level: event.Warning, Text: fmt.Sprintf("%s was not asked: %s", name, ui.Redact(err.Error()))})
			t = one.target()
		}
		all = append(all, t)
	}
	return all, nil
}

func writeList(w io.Writer, paint ui.Paint, r deploy.ListResult) error {
	if _, err := fmt.Fprintf(w, "Application %s\n\n", r.Application); err != nil {
		return err
	}
	envs := &ui.Table{Head: []string{"ENVIRONMENT", "ACCOUNT", "REGION", "STATE"}}
	for _, e := range r.Environments {
		envs.Add(e.Name, e.Account, e.Region, e.State)
	}
	if err := envs.Write(w, paint); err != nil {
		return err
	}
	if _, err := fmt.Fprintln(w); err != nil {
		return err
	}
	services := &ui.Table{Head: []string{"SERVICE", "TYPE", "MANIFEST", "DEPLOYED IN"}}
	for _, s := range r.Services {
		there := "yes"
		if !s.Manifest {
			there = "no"
		}
		services.Add(s.Name, s.Type, there, strings.Join(s.Deployed, ", "))
	}
	return services.Write(w, paint)
}
