package cli

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"ferry.dev/ferry/internal/deploy"
	"ferry.dev/ferry/internal/fault"
	"ferry.dev/ferry/internal/manifest"
	"ferry.dev/ferry/internal/ui"
	"ferry.dev/ferry/internal/workspace"
)

type initOptions struct {
	App, Name, Type    string
	Dockerfile, Image  string
	Builder, GoPackage string
	Port               int // -1: not said
	Schedule, Timeout  string
	Sources            []string
	Retries            int
	Topics             []string
	Env                string
	Account, Region    string
	Deploy, DeploySaid bool
	Yes, Overwrite     bool
}

// The builders that --builder takes.
const (
	builderDocker = "docker"
	builderGo     = "go"
)

func newInitCmd(app *App, run func(context.Context, *App, initOptions) error) *cobra.Command {
	o := initOptions{Port: -1}
	cmd := &cobra.Command{
		Use:   "init",
		Short: "Ask a few questions and write the manifests; in a workspace, add a service",
		Long: `Ask a few questions and write the manifests to ferry/: the application, the service, the environment. What flags answer is
not asked, and with all of them given, or with --yes where the rest can be found out, no terminal is needed. In a workspace it
adds a service. No file is overwritten without asking. In the end it prints the one command that repeats the answers.`,
		Example: `  $ ferry init
  $ ferry init --app demo --name web --type "Load Balanced Web Service" \
      --dockerfile ./Dockerfile --port 8080 --env test --yes`,
		Args: none,
		RunE: func(c *cobra.Command, _ []string) error {
			o.DeploySaid = c.Flags().Changed("deploy")
			return run(c.Context(), app, o)
		},
	}
	f := cmd.Flags()
	f.StringVarP(&o.App, "app", "a", "", "Name of the application.")
	f.StringVarP(&o.Name, "name", "n", "", "Name of the service.")
	f.StringVarP(&o.Type, "type", "t", "", fmt.Sprintf("Type of the workload: %q, %q, %q, %q, %q or %q.", manifest.LoadBalancedWebService, manifest.BackendService, manifest.WorkerService, manifest.RequestDrivenService, manifest.ScheduledJob, manifest.StaticSite))
	f.StringVarP(&o.Dockerfile, "dockerfile", "d", "", "Dockerfile that the image is built from.")
	f.StringVarP(&o.Image, "image", "i", "", "Image that exists, instead of building one.")
	f.StringVar(&o.Builder, "builder", "", "What builds the image: docker, or go for a Go module without a Dockerfile (needs no Docker).")
	f.StringVar(&o.GoPackage, "go-package", "", "Main package that --builder go builds, for example ./cmd/api.")
	f.IntVar(&o.Port, "port", -1, "Port that the container listens on; 0 is none. Default: what the Dockerfile exposes.")
	f.StringSliceVar(&o.Sources, "sources", nil, "Directories and files of a Static Site.")
	f.StringVarP(&o.Schedule, "schedule", "s", "", "When a Scheduled Job runs: a crontab, @daily, \"@every 5m\", rate(5 minutes), none.")
	f.StringVar(&o.Timeout, "timeout", "", "After how long a run of a Scheduled Job is stopped, for example 1h30m. Default: never.")
	f.IntVar(&o.Retries, "retries", 0, "How often a run of a Scheduled Job that failed is tried again.")
	f.StringSliceVar(&o.Topics, "subscribe-topics", nil, "Topics that a Worker Service subscribes to, each as service:topic.")
	f.StringVarP(&o.Env, "env", "e", "", `Environment: "local" is on this machine, any other name is in AWS.`)
	f.StringVar(&o.Account, "account", "", "AWS account of the environment. Default: that of your credentials.")
	f.StringVar(&o.Region, "region", "", "AWS region of the environment. Default: that of your configuration.")
	f.BoolVar(&o.Deploy, "deploy", false, "Deploy at once; --deploy=false does not ask.")
	f.BoolVarP(&o.Yes, "yes", "y", false, "Ask nothing: take the default of every answer that has one.")
	f.BoolVar(&o.Overwrite, "overwrite", false, "Overwrite files that exist with other content.")
	complete(cmd, "type", manifest.LoadBalancedWebService, manifest.BackendService, manifest.WorkerService, manifest.RequestDrivenService, manifest.ScheduledJob, manifest.StaticSite)
	complete(cmd, "builder", builderDocker, builderGo)
	must(cmd.RegisterFlagCompletionFunc("env", app.completeEnvironments))
	cmd.MarkFlagsMutuallyExclusive("dockerfile", "image")
	cmd.MarkFlagsMutuallyExclusive("builder", "image")
	return exits(cmd, fault.OK, fault.Failed, fault.Usage, fault.RolledBack, fault.Refused, fault.Broken, fault.TimedOut, fault.Superseded, fault.Interrupted)
}

// Initialised is the final object of `init --output json`.
type Initialised struct {
	Application string         `json:"application"`
	Service     string         `json:"service"`
	Environment string         `json:"environment"`
	Files       []string       `json:"files"`   // written, relative to the project
	Command     string         `json:"command"` // repeats the answers
	Deploy      *deploy.Result `json:"deploy,omitempty"`
}

func runInit(ctx context.Context, app *App, o initOptions) error {
	w, err := newWizard(app, o)
	if err != nil {
		return err
	}
	if err := w.ask(ctx); err != nil {
		return err
	}
	files, err := w.files()
	if err != nil {
		return err
	}
	written, err := workspace.Write(files, func(path string) (bool, error) { return w.overwrite(ctx, path) })
	if err != nil {
		return err
	}
	result := Initialised{
		Application: w.a.App, Service: w.a.Name, Environment: w.a.Env, Files: []string{}, Command: w.repeat(),
	}
	for _, path := range written {
		result.Files = append(result.Files, w.relative(path))
	}
	if err := app.result(result, func(out io.Writer) error { return writeInitialised(out, app.outPaint(), result) }); err != nil {
		return err
	}
	return w.offerDeploy(ctx, result)
}

func writeInitialised(w io.Writer, paint ui.Paint, r Initialised) error {
	for _, f := range r.Files {
		if _, err := fmt.Fprintf(w, "%s %s\n", paint.Good("wrote"), f); err != nil {
			return err
		}
	}
	if len(r.Files) == 0 {
		if _, err := fmt.Fprintln(w, "Every file was there already, as it should be."); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(w, "\nThe same without questions:\n  %s\n", paint.Link(r.Command))
	return err
}

// repeat is the one command that gives the same answers.
func (w *wizard) repeat() string {
	words := []string{"init", "--app", w.a.App, "--name", w.a.Name, "--type", w.a.Type}
	switch {
	case w.a.Type == manifest.StaticSite:
		words = append(words, "--sources", strings.Join(w.a.Sources, ","))
	case w.a.Image != "":
		words = append(words, "--image", w.a.Image)
	case w.a.Go:
		words = append(words, "--builder", builderGo)
		if w.a.GoPackage != "" && w.a.GoPackage != "." {
			words = append(words, "--go-package", w.a.GoPackage)
		}
	default:
		words = append(words, "--dockerfile", w.a.Dockerfile)
	}
	if w.a.Type == manifest.ScheduledJob {
		words = append(words, w.repeatJob()...)
	} else if w.a.Type != manifest.StaticSite {
		words = append(words, "--port", strconv.Itoa(w.a.Port))
	}
	if len(w.a.Topics) > 0 {
		words = append(words, "--subscribe-topics", joinedTopics(w.a.Topics))
	}
	words = append(words, "--env", w.a.Env)
	if w.a.Account != "" {
		words = append(words, "--account", w.a.Account)
	}
	if w.a.Region != "" {
		words = append(words, "--region", w.a.Region)
	}
	return command(append(words, "--yes")...)
}

func (w *wizard) relative(path string) string {
	if r, err := filepath.Rel(w.app.Dir, path); err == nil {
		return filepath.ToSlash(r)
	}
	return path
}

// overwrite asks for a file of the user's that has other content.
func (w *wizard) overwrite(ctx context.Context, path string) (bool, error) {
	if w.o.Overwrite {
		return true, nil
	}
	q := ui.Question{Text: w.relative(path) + " exists and is different. Overwrite it?", Flag: "--overwrite"}
	return w.prompter().Confirm(ctx, q, false)
}

// offerDeploy deploys when asked to; the question stands for deploy's own.
func (w *wizard) offerDeploy(ctx context.Context, done Initialised) error {
	next := command("deploy", done.Service, "--env", done.Environment)
	if !w.o.DeploySaid && !w.o.Yes {
		ok, err := w.prompter().Confirm(ctx, ui.Question{Text: "Deploy " + done.Service + " to " + done.Environment + " now?", Flag: "--deploy"}, true)
		if fault.ExitCode(err) == fault.Interrupted {
			err, ok = nil, false // the files are written: leaving here is an answer
		}
		if err != nil {
			return err
		}
		w.o.Deploy = ok
	}
	if !w.o.Deploy {
		w.app.say("\nTry next:\n  " + next)
		return nil
	}
	err := runDeploy(ctx, w.app, deployOptions{
		target: target{Env: done.Environment}, Services: []string{done.Service}, Yes: true,
		Timeout: 30 * time.Minute, OnConflict: deploy.ConflictWait,
	})
	if r, ok := w.app.final.(deploy.Result); ok {
		done.Deploy = &r
		w.app.final = done
	}
	return err
}
