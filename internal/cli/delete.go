package cli

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"ferry.dev/ferry/internal/deploy"
	"ferry.dev/ferry/internal/event"
	"ferry.dev/ferry/internal/fault"
)

type deleteOptions struct {
	target
	Services   []string
	Yes        bool
	KeepImages bool
	KeepLogs   bool
	Timeout    time.Duration
	what       whatToDelete
}

type whatToDelete int

const (
	theServices whatToDelete = iota
	theEnvironment
	theApplication // all environments, or the one that Env names
)

func newDeleteCmd(app *App) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "delete",
		Short: "Delete a service, an environment or the application from AWS",
		Long: `Delete what ferry made in AWS: a service, an environment with all its services, or the whole application. Services are
drained first. The image repository and the log group go too, unless they are to be kept. Afterwards what is left is listed:
nothing, when all went well. The files in ferry/ are not touched, nor are those that services wrote to a file system in EFS:
deleting an environment leaves its file system behind, and names it.`,
		Example: `  $ ferry delete service web --env test
  $ ferry delete environment test
  $ ferry delete application --yes`,
	}
	cmd.AddCommand(
		newDeleteServiceCmd(app, runDelete),
		newDeleteEnvironmentCmd(app, runDelete),
		newDeleteApplicationCmd(app, runDelete),
	)
	return exits(asGroup(cmd), fault.OK, fault.Usage)
}

func newDeleteServiceCmd(app *App, run func(context.Context, *App, deleteOptions) error) *cobra.Command {
	var o deleteOptions
	cmd := &cobra.Command{
		Use:     "service [SERVICE...]",
		Aliases: []string{"svc"},
		Short:   "Delete services from an environment",
		Long: `Delete services from an environment: the ECS service once it has drained, its stack, task definitions, log group and, when
no other environment uses it, its image repository. The environment stays, and in its file system what the service wrote there.`,
		Example: `  $ ferry delete service web --env test
  $ ferry delete service web --env test --keep-images --keep-logs --yes`,
		Args:              cobra.ArbitraryArgs,
		ValidArgsFunction: app.completeServices,
		RunE: func(c *cobra.Command, args []string) error {
			o.Services = args
			return run(c.Context(), app, o)
		},
	}
	o.target.flags(app, cmd)
	o.deleteFlags(cmd)
	return exits(cmd, deleteCodes()...)
}

func newDeleteEnvironmentCmd(app *App, run func(context.Context, *App, deleteOptions) error) *cobra.Command {
	o := deleteOptions{what: theEnvironment}
	cmd := &cobra.Command{
		Use:     "environment [ENVIRONMENT]",
		Aliases: []string{"env"},
		Short:   "Delete an environment and all its services",
		Long:    "Delete an environment and all its services: its load balancer, cluster and network go last. Its file system in EFS stays.",
		Example: `  $ ferry delete environment test
  $ ferry delete environment --env test --yes`,
		Args:              atMostOne,
		ValidArgsFunction: app.completeEnvironments,
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 1 {
				if o.Env != "" && o.Env != args[0] {
					return &fault.Error{Code: fault.Usage, What: fmt.Sprintf("two environments are named: %s and --env %s", args[0], o.Env)}
				}
				o.Env = args[0]
			}
			return run(c.Context(), app, o)
		},
	}
	o.target.flags(app, cmd)
	o.deleteFlags(cmd)
	return exits(cmd, deleteCodes()...)
}

func newDeleteApplicationCmd(app *App, run func(context.Context, *App, deleteOptions) error) *cobra.Command {
	o := deleteOptions{what: theApplication}
	cmd := &cobra.Command{
		Use:     "application",
		Aliases: []string{"app"},
		Short:   "Delete every environment of the application",
		Long:    "Delete every environment of the application, one after another, with all that is in them; or only the one that --env names.",
		Example: `  $ ferry delete application
  $ ferry delete application --env local --yes`,
		Args: none,
		RunE: func(c *cobra.Command, _ []string) error { return run(c.Context(), app, o) },
	}
	o.target.flags(app, cmd)
	cmd.Flags().Lookup("env").Usage = "Only this environment. Default: each."
	o.deleteFlags(cmd)
	return exits(cmd, deleteCodes()...)
}

func deleteCodes() []fault.Code {
	return []fault.Code{fault.OK, fault.Failed, fault.Usage, fault.Refused, fault.TimedOut, fault.Interrupted}
}

func (o *deleteOptions) deleteFlags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.BoolVarP(&o.Yes, "yes", "y", false, "Skip the confirmation.")
	f.BoolVar(&o.KeepImages, "keep-images", false, "Keep the image repository.")
	f.BoolVar(&o.KeepLogs, "keep-logs", false, "Keep the log groups.")
	f.DurationVar(&o.Timeout, "timeout", 30*time.Minute, "How long to wait for what AWS deletes; it goes on there.")
}

func (o *deleteOptions) request(services []string, environment bool) deploy.DeleteRequest {
	return deploy.DeleteRequest{
		Services: services, Environment: environment, KeepRepository: o.KeepImages, KeepLogs: o.KeepLogs, Timeout: o.Timeout,
	}
}

func runDelete(ctx context.Context, app *App, o deleteOptions) error {
	if err := positive("--timeout", o.Timeout); err != nil {
		return err
	}
	switch o.what {
	case theApplication:
		return app.deleteApplication(ctx, o)
	case theEnvironment:
		return app.deleteEnvironment(ctx, o)
	default:
		return app.deleteServices(ctx, o)
	}
}

func (a *App) deleteServices(ctx context.Context, o deleteOptions) error {
	s, err := a.scene(ctx, o.target)
	if err != nil {
		return err
	}
	names := o.Services
	if len(names) == 0 {
		one, err := a.oneService(ctx, s.ws, "")
		if err != nil {
			return err
		}
		names = []string{one}
	}
	question := fmt.Sprintf("Delete %s from %s (%s)?", listed(names), s.env.Name, s.where())
	return a.deleteFrom(ctx, s, o, question, o.request(names, false))
}

func (a *App) deleteEnvironment(ctx context.Context, o deleteOptions) error {
	s, err := a.scene(ctx, o.target)
	if err != nil {
		return err
	}
	question := fmt.Sprintf("Delete environment %s of %s with all its services (%s)?", s.env.Name, s.app.Name, s.where())
	return a.deleteFrom(ctx, s, o, question, o.request(nil, true))
}

func (a *App) deleteFrom(ctx context.Context, s scene, o deleteOptions, question string, r deploy.DeleteRequest) error {
	if err := a.confirm(ctx, o.Yes, question, "The files in "+s.ws.Root+" are not touched."); err != nil {
		return err
	}
	t, err := a.connect(ctx, s)
	if err != nil {
		return err
	}
	var result deploy.DeleteResult
	err = a.render(func(sink event.Sink) error {
		result, err = deploy.Delete(ctx, t, r, sink)
		return err
	})
	if rerr := a.result(result, func(w io.Writer) error { return writeDeleted(w, result) }); rerr != nil && err == nil {
		return rerr
	}
	return err
}

// Deletions is the final object of `delete application --output json`.
type Deletions struct {
	Application  string                `json:"application"`
	Environments []deploy.DeleteResult `json:"environments"`
}

func (a *App) deleteApplication(ctx context.Context, o deleteOptions) error {
	s, err := a.application(o.App)
	if err != nil {
		return err
	}
	names, err := a.environmentsOf(s, o.Env)
	if err != nil {
		return err
	}
	var scenes []scene
	var where []string
	for _, name := range names {
		one, err := a.sceneOf(s, name)
		if err != nil {
			return err
		}
		scenes, where = append(scenes, one), append(where, fmt.Sprintf("%s (%s)", name, one.where()))
	}
	question := fmt.Sprintf("Delete all of %s in %s?", s.app.Name, listed(where))
	if err := a.confirm(ctx, o.Yes, question, "The files in "+s.ws.Root+" are not touched."); err != nil {
		return err
	}
	var targets []deploy.Target
	for _, one := range scenes {
		t, err := a.connect(ctx, one)
		if err != nil {
			return err
		}
		targets = append(targets, t)
	}
	var results []deploy.DeleteResult
	err = a.render(func(sink event.Sink) error {
		results, err = deploy.DeleteApplication(ctx, targets, o.request(nil, true), sink)
		return err
	})
	rerr := a.result(Deletions{s.app.Name, results}, func(w io.Writer) error {
		for _, r := range results {
			if err := writeDeleted(w, r); err != nil {
				return err
			}
		}
		return nil
	})
	if rerr != nil && err == nil {
		return rerr
	}
	return err
}

// environmentsOf lists the environments to work on: the one named, else each, and local when its endpoint has anything.
func (a *App) environmentsOf(s scene, only string) ([]string, error) {
	names, err := s.ws.Environments()
	if err != nil {
		return nil, err
	}
	if only != "" {
		return nonEmpty(only), a.checkEnvironment(names, only)
	}
	if a.localExists() || len(names) == 0 {
		names = append(names, localEnv)
	}
	return names, nil
}

func writeDeleted(w io.Writer, r deploy.DeleteResult) error {
	var b strings.Builder
	line := func(what string, names []string) {
		if len(names) > 0 {
			fmt.Fprintf(&b, "%s in %s: %s\n", what, r.Environment, strings.Join(names, ", "))
		}
	}
	line("Deleted", r.Deleted)
	if r.Left != nil && len(r.Deleted) == 0 {
		fmt.Fprintf(&b, "Deleted in %s: nothing, for nothing was there\n", r.Environment)
	}
	line("Kept", r.Kept)
	if r.Left != nil && len(r.Left) == 0 {
		fmt.Fprintf(&b, "Left in %s: nothing\n", r.Environment)
	}
	line("Left", r.Left)
	_, err := io.WriteString(w, b.String())
	return err
}
