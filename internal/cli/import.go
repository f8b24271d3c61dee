package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"ferry.dev/ferry/internal/diag"
	"ferry.dev/ferry/internal/fault"
	"ferry.dev/ferry/internal/importer"
	"ferry.dev/ferry/internal/manifest"
	"ferry.dev/ferry/internal/ui"
	"ferry.dev/ferry/internal/workspace"
)

type importOptions struct {
	Source     string
	App, Env   string
	Name, Type string
	Image      string
	Overwrite  bool
}

func newImportCmd(app *App) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "import",
		Short: "Write manifests from what runs elsewhere: a task definition, a Compose file, an ECS service",
		Long: `Write manifests from what runs elsewhere. What has no equal in a manifest is told, each with its place, and nothing is dropped
in silence: what only ECS's own words can say becomes a patch in overrides.yml. Nothing is changed in AWS.`,
		Example: `  $ ferry import taskdef taskdef.json
  $ ferry import compose compose.yaml
  $ ferry import service web --cluster production --env prod`,
	}
	cmd.AddCommand(newImportTaskdefCmd(app, runImportTaskdef), newImportComposeCmd(app, runImportCompose), newImportServiceCmd(app, runImportService))
	return exits(asGroup(cmd), fault.OK, fault.Usage)
}

func (o *importOptions) flags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVarP(&o.App, "app", "a", "", "Name of the application, where there is no workspace yet. Default: the directory's name.")
	f.BoolVar(&o.Overwrite, "overwrite", false, "Overwrite files that exist with other content.")
}

func (o *importOptions) one(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVarP(&o.Name, "name", "n", "", "Name of the service. Default: made from the name that it has.")
	f.StringVarP(&o.Type, "type", "t", "", fmt.Sprintf("Type of the workload. Default: %q with a port, else %q.", manifest.LoadBalancedWebService, manifest.BackendService))
	f.StringVarP(&o.Image, "image", "i", "", "Image of the service's own container, instead of the one that it has.")
	complete(cmd, "type", manifest.LoadBalancedWebService, manifest.BackendService, manifest.WorkerService, manifest.ScheduledJob)
}

func newImportTaskdefCmd(app *App, run func(context.Context, *App, importOptions) error) *cobra.Command {
	var o importOptions
	cmd := &cobra.Command{
		Use:   "taskdef FILE|ARN",
		Short: "Make a service of an ECS task definition",
		Long: `Make a service of an ECS task definition: a file as aws ecs register-task-definition takes it, or as describe-task-definition
or CloudFormation shows it, in JSON or YAML; "-" is standard input. An ARN, or family:revision, is read from ECS.`,
		Example: `  $ ferry import taskdef taskdef.json --name web
  $ ferry import taskdef arn:aws:ecs:eu-central-1:111122223333:task-definition/web:7`,
		Args: exactlyOne,
		RunE: func(c *cobra.Command, args []string) error {
			o.Source = args[0]
			return run(c.Context(), app, o)
		},
	}
	o.flags(cmd)
	o.one(cmd)
	cmd.Flags().StringVarP(&o.Env, "env", "e", "", `Environment to read an ARN from. Default: your AWS configuration, in the ARN's region.`)
	must(cmd.RegisterFlagCompletionFunc("env", app.completeEnvironments))
	return exits(cmd, fault.OK, fault.Failed, fault.Usage, fault.Refused)
}

func newImportComposeCmd(app *App, run func(context.Context, *App, importOptions) error) *cobra.Command {
	var o importOptions
	cmd := &cobra.Command{
		Use:   "compose FILE",
		Short: "Make a service of each service of a Compose file",
		Long: `Make a service of each service of a Compose file: one with published ports answers through the load balancer, the others answer
within the environment by their names. Without FILE it is the compose.yaml of this directory.`,
		Example: "  $ ferry import compose compose.yaml",
		Args:    atMostOne,
		RunE: func(c *cobra.Command, args []string) error {
			o.Source = first(args)
			return run(c.Context(), app, o)
		},
	}
	o.flags(cmd)
	return exits(cmd, fault.OK, fault.Failed, fault.Usage)
}

// Imported is the final object of `import … --output json`.
type Imported struct {
	Application string    `json:"application"`
	Services    []string  `json:"services"`
	Files       []string  `json:"files"`
	Notes       diag.List `json:"notes"`
}

func runImportTaskdef(ctx context.Context, app *App, o importOptions) error {
	in, err := app.importing(o)
	if err != nil {
		return err
	}
	name, src, err := in.taskDefinition(ctx)
	if err != nil {
		return err
	}
	result, err := importer.TaskDefinition(name, src, in.options())
	if err != nil {
		return err
	}
	return in.write(ctx, result, src)
}

func runImportCompose(ctx context.Context, app *App, o importOptions) error {
	in, err := app.importing(o)
	if err != nil {
		return err
	}
	file, err := in.composeFile()
	if err != nil {
		return err
	}
	result, err := importer.Compose(ctx, file, in.options())
	if err != nil {
		return err
	}
	return in.write(ctx, result, file.Data)
}

// importing is one import: where its files go, and under which application.
type importing struct {
	app *App
	o   importOptions
	dir string // the project
}

func (a *App) importing(o importOptions) (importing, error) {
	in := importing{app: a, o: o, dir: a.Dir}
	ws, err := workspace.Find(a.Dir)
	if errors.Is(err, workspace.ErrNotFound) {
		if in.o.App == "" {
			in.o.App = manifest.NameFrom(filepath.Base(a.Dir))
		}
		return in, nil
	}
	if err != nil {
		return in, err
	}
	app, list, err := ws.App()
	if err != nil {
		return in, err
	}
	if err := a.check(list, ws.Source); err != nil {
		return in, err
	}
	if o.App != "" && o.App != app.Name {
		return in, &fault.Error{Code: fault.Usage, What: fmt.Sprintf("the workspace %s is of application %s, not %s", ws.Root, app.Name, o.App), Hint: "leave --app out"}
	}
	in.dir, in.o.App = ws.Project, app.Name
	return in, nil
}

func (in importing) options() importer.Options {
	env := in.o.Env
	if env == "" {
		env = localEnv
	}
	return importer.Options{App: in.o.App, Env: env, Name: in.o.Name, Type: in.o.Type, Image: in.o.Image}
}

// taskDefinition reads the source, and says what notes are to call it.
func (in importing) taskDefinition(ctx context.Context) (name string, src []byte, err error) {
	if in.o.Source == "-" {
		src, err = io.ReadAll(io.LimitReader(in.app.Streams.In, manifest.MaxSize+1))
		return "(standard input)", src, err
	}
	src, err = in.file(in.o.Source)
	if errors.Is(err, os.ErrNotExist) && isTaskDefinition(in.o.Source) {
		src, err = in.fetchTaskDefinition(ctx)
	}
	return in.o.Source, src, err
}

// file reads a file of the user's.
func (in importing) file(name string) ([]byte, error) {
	if !filepath.IsAbs(name) {
		name = filepath.Join(in.app.Dir, name)
	}
	src, err := readManifest(name)
	if err != nil {
		return nil, &fault.Error{Code: fault.Usage, What: in.o.Source + " cannot be read", Err: err}
	}
	return src, nil
}

// isTaskDefinition tells a name of ECS's from that of a file.
func isTaskDefinition(s string) bool {
	if strings.HasPrefix(s, "arn:") {
		return true
	}
	family, revision, ok := strings.Cut(s, ":")
	return ok && family != "" && revision != "" && !strings.ContainsAny(s, `/\.`)
}

// composeFile finds the file as Compose does.
func (in importing) composeFile() (importer.ComposeFile, error) {
	names := []string{"compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml"}
	if in.o.Source != "" {
		names = []string{in.o.Source}
	}
	f := importer.ComposeFile{LookupEnv: in.app.LookupEnv}
	for _, name := range names {
		src, err := in.file(name)
		if errors.Is(err, os.ErrNotExist) && in.o.Source == "" {
			continue
		}
		if err != nil {
			return f, err
		}
		path := name
		if !filepath.IsAbs(path) {
			path = filepath.Join(in.app.Dir, name)
		}
		f.Name, f.Dir, f.Data = name, filepath.Dir(path), src
		below, err := filepath.Rel(in.dir, f.Dir)
		if err != nil {
			return f, err
		}
		f.Below = filepath.ToSlash(below)
		f.DotEnv, err = readManifest(filepath.Join(f.Dir, ".env"))
		if errors.Is(err, os.ErrNotExist) {
			err = nil
		}
		return f, err
	}
	return f, &fault.Error{Code: fault.Usage, What: "there is no Compose file here", Hint: "name it: ferry import compose FILE"}
}

// write writes the files, all or none, and tells what does not carry over.
func (in importing) write(ctx context.Context, r importer.Result, src []byte) error {
	source := func(file string) []byte {
		for _, w := range r.Workloads {
			if file == w.Name+"/manifest.yml" {
				return w.Manifest
			}
		}
		return src
	}
	if r.Notes.HasErrors() {
		return invalid(r.Notes, source)
	}
	imported := Imported{Application: in.o.App, Services: []string{}, Files: []string{}, Notes: r.Notes}
	if imported.Notes == nil {
		imported.Notes = diag.List{}
	}
	var all []workspace.Imported
	for _, w := range r.Workloads {
		imported.Services = append(imported.Services, w.Name)
		all = append(all, workspace.Imported{Name: w.Name, Manifest: w.Manifest, Overrides: w.Overrides})
	}
	files, err := workspace.Adopt(in.dir, in.o.App, all)
	if err != nil {
		return err
	}
	written, err := workspace.Write(files, func(path string) (bool, error) {
		if in.o.Overwrite {
			return true, nil
		}
		return in.app.prompter().Confirm(ctx, ui.Question{Text: in.relative(path) + " exists and is different. Overwrite it?", Flag: "--overwrite"}, false)
	})
	if err != nil {
		return err
	}
	for _, path := range written {
		imported.Files = append(imported.Files, in.relative(path))
	}
	if in.app.global.output != outputJSON && len(r.Notes) > 0 {
		if err := diag.WriteText(in.app.Streams.Err, r.Notes, source); err != nil {
			return err
		}
	}
	return in.app.result(imported, func(w io.Writer) error { return in.writeResult(w, imported) })
}

func (in importing) writeResult(w io.Writer, r Imported) error {
	for _, f := range r.Files {
		if _, err := fmt.Fprintf(w, "%s %s\n", in.app.outPaint().Good("wrote"), f); err != nil {
			return err
		}
	}
	if len(r.Files) == 0 {
		if _, err := fmt.Fprintln(w, "Every file was there already, as it should be."); err != nil {
			return err
		}
	}
	in.app.say("\nTry next:\n  ferry validate\n  " + command(append([]string{"deploy"}, append(r.Services, "--env", localEnv)...)...))
	return nil
}

func (in importing) relative(path string) string {
	if r, err := filepath.Rel(in.app.Dir, path); err == nil {
		return filepath.ToSlash(r)
	}
	return path
}
