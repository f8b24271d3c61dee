package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"ferry.dev/ferry/internal/awsconf"
	"ferry.dev/ferry/internal/emulator/clock"
	"ferry.dev/ferry/internal/emulator/daemon"
	"ferry.dev/ferry/internal/emulator/runtime/choose"
	"ferry.dev/ferry/internal/fault"
	"ferry.dev/ferry/internal/image"
	"ferry.dev/ferry/internal/manifest"
	"ferry.dev/ferry/internal/ui"
)

func newLocalCmd(app *App) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "local",
		Short: "Start, stop and look at the AWS endpoint behind environment local",
		Long: `Environment local is an AWS endpoint on this machine: a background process that listens on loopback only, runs your
containers, and forwards requests to them as a load balancer would. Commands start it when they need it; its state survives
until it is reset. It lives in FERRY_LOCAL_DIR, or else below your directory for state. Tasks run on a Docker engine where
one answers, else as processes of this machine; FERRY_LOCAL_RUNTIME=docker or =process decides.`,
		Example: `  $ ferry local status
  $ eval "$(ferry local env)" && aws ecs list-clusters
  $ ferry local reset --yes`,
	}
	cmd.AddCommand(
		newLocalStartCmd(app, runLocalStart), newLocalStopCmd(app, runLocalStop), newLocalStatusCmd(app, runLocalStatus),
		newLocalResetCmd(app, runLocalReset), newLocalEnvCmd(app, runLocalEnv), newLocalServeCmd(app, runLocalServe),
	)
	return exits(asGroup(cmd), fault.OK, fault.Usage)
}

func newLocalStartCmd(app *App, run func(context.Context, *App) error) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "start",
		Short:   "Start the endpoint, if it does not run",
		Example: "  $ ferry local start",
		Args:    none,
		RunE:    func(c *cobra.Command, _ []string) error { return run(c.Context(), app) },
	}
	return exits(cmd, fault.OK, fault.Failed, fault.Usage)
}

func newLocalStopCmd(app *App, run func(context.Context, *App) error) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "stop",
		Short:   "Stop the endpoint and its tasks; the state is kept",
		Example: "  $ ferry local stop",
		Args:    none,
		RunE:    func(c *cobra.Command, _ []string) error { return run(c.Context(), app) },
	}
	return exits(cmd, fault.OK, fault.Failed, fault.Usage)
}

func newLocalStatusCmd(app *App, run func(context.Context, *App) error) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "status",
		Short:   "Show whether the endpoint runs, and where",
		Example: "  $ ferry local status --output json",
		Args:    none,
		RunE:    func(c *cobra.Command, _ []string) error { return run(c.Context(), app) },
	}
	return exits(cmd, fault.OK, fault.Failed, fault.Usage)
}

type localResetOptions struct{ Yes bool }

func newLocalResetCmd(app *App, run func(context.Context, *App, localResetOptions) error) *cobra.Command {
	var o localResetOptions
	cmd := &cobra.Command{
		Use:     "reset",
		Short:   "Stop the endpoint and remove everything that was deployed to it",
		Example: "  $ ferry local reset --yes",
		Args:    none,
		RunE:    func(c *cobra.Command, _ []string) error { return run(c.Context(), app, o) },
	}
	cmd.Flags().BoolVarP(&o.Yes, "yes", "y", false, "Skip the confirmation.")
	return exits(cmd, fault.OK, fault.Failed, fault.Usage, fault.Refused)
}

func newLocalEnvCmd(app *App, run func(context.Context, *App) error) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "env",
		Short:   "Print the variables that point the aws command line at the endpoint",
		Long:    "Print the variables that point the aws command line, or any AWS SDK, at the endpoint, which is started if it does not run.",
		Example: "  $ eval \"$(ferry local env)\"\n  $ aws ecs list-clusters",
		Args:    none,
		RunE:    func(c *cobra.Command, _ []string) error { return run(c.Context(), app) },
	}
	return exits(cmd, fault.OK, fault.Failed, fault.Usage)
}

func newLocalServeCmd(app *App, run func(context.Context, *App) error) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "serve",
		Short:   "Be the endpoint: what ferry local start runs in the background",
		Example: "  $ ferry local serve",
		Hidden:  true,
		Args:    none,
		RunE:    func(c *cobra.Command, _ []string) error { return run(c.Context(), app) },
	}
	return exits(cmd, fault.OK, fault.Failed, fault.Usage)
}

// LocalStatus is the final object of `local status --output json`.
type LocalStatus struct {
	Running   bool       `json:"running"`
	URL       string     `json:"url,omitempty"`
	PID       int        `json:"pid,omitempty"`
	Runtime   string     `json:"runtime,omitempty"` // where tasks run: process or docker
	Version   string     `json:"version,omitempty"`
	Since     *time.Time `json:"since,omitempty"`
	Directory string     `json:"directory"`
}

func localStatus(dir string, e daemon.Endpoint) LocalStatus {
	return LocalStatus{
		Running: true, URL: e.URL, PID: e.PID, Runtime: e.Runtime, Version: e.Version, Since: &e.Started, Directory: dir,
	}
}

func (s LocalStatus) write(w io.Writer) error {
	if !s.Running {
		_, err := fmt.Fprintln(w, "environment local: not running")
		return err
	}
	_, err := fmt.Fprintf(w, "environment local: running at %s (process %d, tasks on %s, since %s)\n",
		s.URL, s.PID, s.Runtime, s.Since.Local().Format("2006-01-02 15:04:05"))
	return err
}

func runLocalStart(ctx context.Context, app *App) error {
	dir, e, err := app.startLocal(ctx)
	if err != nil {
		return err
	}
	s := localStatus(dir, e)
	return app.result(s, s.write)
}

func runLocalStop(ctx context.Context, app *App) error {
	dir, err := app.localDir()
	if err != nil {
		return err
	}
	if err := daemon.Stop(ctx, dir); err != nil && !errors.Is(err, daemon.ErrNotRunning) {
		return &fault.Error{What: "environment local cannot be stopped", Err: err}
	}
	s := LocalStatus{Directory: dir}
	return app.result(s, s.write)
}

func runLocalStatus(ctx context.Context, app *App) error {
	dir, err := app.localDir()
	if err != nil {
		return err
	}
	s := LocalStatus{Directory: dir}
	e, err := daemon.Find(ctx, dir)
	switch {
	case err == nil:
		s = localStatus(dir, e)
	case !errors.Is(err, daemon.ErrNotRunning):
		return err
	}
	return app.result(s, s.write)
}

func runLocalReset(ctx context.Context, app *App, o localResetOptions) error {
	dir, err := app.localDir()
	if err != nil {
		return err
	}
	if err := app.confirm(ctx, o.Yes, "Remove everything that was deployed to environment local?", "It is in "+dir+"."); err != nil {
		return err
	}
	if err := daemon.Stop(ctx, dir); err != nil && !errors.Is(err, daemon.ErrNotRunning) {
		return &fault.Error{What: "environment local cannot be stopped", Err: err}
	}
	if err := choose.Purge(ctx, daemon.RunDir(dir), daemon.RunDir(dir)); err != nil {
		app.say("warning: images or containers may be left in the container engine: " + err.Error())
	}
	if err := daemon.Reset(ctx, dir); err != nil {
		return &fault.Error{What: "environment local cannot be reset", Err: err}
	}
	return app.result(LocalStatus{Directory: dir}, func(w io.Writer) error {
		_, err := fmt.Fprintln(w, "environment local: nothing is left")
		return err
	})
}

// LocalVariables is the final object of `local env --output json`.
type LocalVariables struct {
	Variables map[string]string `json:"variables"`
}

func runLocalEnv(ctx context.Context, app *App) error {
	_, e, err := app.startLocal(ctx)
	if err != nil {
		return err
	}
	pairs := [][2]string{
		{"AWS_ENDPOINT_URL", e.URL}, {"AWS_REGION", awsconf.LocalRegion}, {"AWS_DEFAULT_REGION", awsconf.LocalRegion},
		{"AWS_ACCESS_KEY_ID", "local"}, {"AWS_SECRET_ACCESS_KEY", "local"},
	}
	v := LocalVariables{Variables: map[string]string{}}
	for _, p := range pairs {
		v.Variables[p[0]] = p[1]
	}
	return app.result(v, func(w io.Writer) error {
		for _, p := range pairs {
			if _, err := fmt.Fprintf(w, "export %s=%s\n", p[0], shellQuote(p[1])); err != nil {
				return err
			}
		}
		_, err := fmt.Fprintln(w, "unset AWS_SESSION_TOKEN AWS_PROFILE")
		return err
	})
}

func runLocalServe(ctx context.Context, app *App) error {
	dir, err := app.localDir()
	if err != nil {
		return err
	}
	clk := clock.Real(localSpeed)
	return daemon.Serve(ctx, daemon.ServeOptions{
		Dir: dir, Version: app.Version.Version, Log: slog.New(slog.NewTextHandler(app.Streams.Err, nil)),
		Clock: clk, Runtime: app.taskRuntime(clk),
	})
}

// localSpeed shortens the waits of environment local (health check intervals, deployment steps) to what a person at the
// keyboard waits for gladly; its timestamps stay true.
const localSpeed = 10

func (a *App) localDir() (string, error) {
	dir, err := daemon.Dir(a.Getenv)
	if err != nil {
		return "", &fault.Error{What: "there is no directory for the state of environment local", Err: err, Hint: "set FERRY_LOCAL_DIR"}
	}
	return dir, nil
}

// startLocal returns the endpoint, started as `ferry local serve` when none runs.
func (a *App) startLocal(ctx context.Context) (string, daemon.Endpoint, error) {
	dir, err := a.localDir()
	if err != nil {
		return "", daemon.Endpoint{}, err
	}
	e, err := daemon.Find(ctx, dir)
	if err == nil {
		return dir, e, nil
	}
	if err := makeLocalDir(dir); err != nil {
		return "", daemon.Endpoint{}, err
	}
	program := a.Executable
	if program == "" {
		if program, err = os.Executable(); err != nil {
			return "", daemon.Endpoint{}, &fault.Error{What: "ferry does not find itself", Err: err}
		}
	}
	err = ui.Spin(a.Streams, a.quietMode(), "Starting environment local …", func() error {
		e, err = daemon.Start(ctx, dir, []string{program, "local", "serve"})
		return err
	})
	if err != nil {
		f := &fault.Error{What: "environment local does not start", Err: err}
		if log, err := os.Stat(filepath.Join(dir, "serve.log")); err == nil && log.Size() > 0 {
			f.Hint = "see serve.log in " + dir
		}
		return "", daemon.Endpoint{}, f
	}
	return dir, e, nil
}

// makeLocalDir makes the directory for the state of environment local, as one that ferry can write to.
func makeLocalDir(dir string) error {
	const hint = "FERRY_LOCAL_DIR names another directory"
	err := os.MkdirAll(dir, 0o700)
	if err != nil {
		return &fault.Error{What: "the directory " + dir + " for environment local cannot be made", Hint: hint, Err: cause(err)}
	}
	probe, err := os.CreateTemp(dir, ".probe")
	if err != nil {
		return &fault.Error{What: "environment local cannot write to its directory " + dir, Hint: hint, Err: cause(err)}
	}
	return errors.Join(probe.Close(), os.Remove(probe.Name()))
}

// cause leaves the path out of an error about a file.
func cause(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}

// hostOf is the platform that tasks of the endpoint run on: this machine's, or Linux on it where an engine runs them.
func hostOf(e daemon.Endpoint) manifest.Platform {
	host := image.Host()
	if e.Runtime == "docker" {
		host.OS = "LINUX"
	}
	return host
}

// localRuns tells whether the endpoint answers, without starting it.
func (a *App) localRuns(ctx context.Context) bool {
	dir, err := a.localDir()
	if err != nil {
		return false
	}
	_, err = daemon.Find(ctx, dir)
	return err == nil
}

// localExists tells whether environment local has ever held anything that was not reset since.
func (a *App) localExists() bool {
	dir, err := a.localDir()
	if err != nil {
		return false
	}
	_, err = os.Stat(dir)
	return err == nil
}
