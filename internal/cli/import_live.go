package cli

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"ferry.dev/ferry/internal/deploy"
	"ferry.dev/ferry/internal/fault"
	"ferry.dev/ferry/internal/importer"
	"ferry.dev/ferry/internal/manifest"
)

type importServiceOptions struct {
	importOptions
	Cluster, Region string
}

func newImportServiceCmd(app *App, run func(context.Context, *App, importServiceOptions) error) *cobra.Command {
	var o importServiceOptions
	cmd := &cobra.Command{
		Use:   "service NAME",
		Short: "Make a service of a running ECS service: its task definition, load balancer and auto scaling",
		Long: `Make a service of a running ECS service: its task definition, the listener rules that lead to it, its count and auto scaling,
where its tasks run and how it is deployed. Only reading calls are made; the running service stays as it is.`,
		Example: "  $ ferry import service web --cluster production --region eu-central-1",
		Args:    exactlyOne,
		RunE: func(c *cobra.Command, args []string) error {
			o.Source = args[0]
			return run(c.Context(), app, o)
		},
	}
	o.flags(cmd)
	o.one(cmd)
	f := cmd.Flags()
	f.StringVarP(&o.Cluster, "cluster", "c", "default", "Cluster that the service runs in, by name or ARN.")
	f.StringVarP(&o.Env, "env", "e", "", "Environment in whose account and region it runs. Default: those of your AWS configuration.")
	f.StringVar(&o.Region, "region", "", "Region, without --env. Default: that of your AWS configuration.")
	must(cmd.RegisterFlagCompletionFunc("env", app.completeEnvironments))
	cmd.MarkFlagsMutuallyExclusive("env", "region")
	return exits(cmd, fault.OK, fault.Failed, fault.Usage, fault.Refused)
}

func runImportService(ctx context.Context, app *App, o importServiceOptions) error {
	in, err := app.importing(o.importOptions)
	if err != nil {
		return err
	}
	t, err := in.reach(ctx, o.Region)
	if err != nil {
		return err
	}
	live, err := deploy.ReadService(ctx, t.AWS, o.Cluster, o.Source)
	if err != nil {
		return err
	}
	result, err := importer.Service(live, in.options())
	if err != nil {
		return err
	}
	return in.write(ctx, result, nil)
}

// fetchTaskDefinition reads a task definition from ECS: an ARN says in which region.
func (in importing) fetchTaskDefinition(ctx context.Context) ([]byte, error) {
	t, err := in.reach(ctx, regionOf(in.o.Source))
	if err != nil {
		return nil, err
	}
	return deploy.ReadTaskDefinition(ctx, t.AWS, in.o.Source)
}

// reach connects to where the source is: an environment of the workspace's or local, else what the user's configuration says.
func (in importing) reach(ctx context.Context, region string) (deploy.Target, error) {
	if in.o.Env == "" {
		return in.app.connect(ctx, scene{env: manifest.Environment{Name: "the AWS configuration", Region: region}})
	}
	if in.o.Env == localEnv {
		return in.app.connect(ctx, scene{env: manifest.Environment{Name: localEnv}})
	}
	s, err := in.app.scene(ctx, target{Env: in.o.Env})
	if err != nil {
		return deploy.Target{}, err
	}
	return in.app.connectToRead(ctx, s)
}

// regionOf is the region that an ARN names, or "".
func regionOf(arn string) string {
	parts := strings.SplitN(arn, ":", 5)
	if len(parts) < 5 || parts[0] != "arn" {
		return ""
	}
	return parts[3]
}
