package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"ferry.dev/ferry/internal/deploy"
	"ferry.dev/ferry/internal/diag"
	"ferry.dev/ferry/internal/fault"
	"ferry.dev/ferry/internal/manifest"
	"ferry.dev/ferry/internal/ui"
	"ferry.dev/ferry/internal/workspace"
)

type validateOptions struct {
	target
	Files  []string
	GitHub bool
}

func newValidateCmd(app *App, run func(context.Context, *App, validateOptions) error) *cobra.Command {
	var o validateOptions
	cmd := &cobra.Command{
		Use:   "validate [FILE...]",
		Short: "Find every mistake in the manifests, offline",
		Long: `Find every mistake in the manifests: each with its file, line and column, the line itself and what to write instead.
Without FILE the whole workspace is read: the application, its environments, and each service as it is in each of them.
A FILE is read as it stands and, without --env, as it is in each environment that it has values for.
Nothing is asked of AWS.`,
		Example: `  $ ferry validate
  $ ferry validate ferry/web/manifest.yml
  $ ferry validate --github        # annotations beside the lines of a pull request`,
		RunE: func(c *cobra.Command, args []string) error {
			o.Files = args
			return run(c.Context(), app, o)
		},
		Args: cobra.ArbitraryArgs,
	}
	o.flags(app, cmd)
	cmd.Flags().BoolVar(&o.GitHub, "github", false, "Write the mistakes as GitHub annotations.")
	return exits(cmd, fault.OK, fault.Failed, fault.Usage)
}

// Validation is the final object of `validate --output json`.
type Validation struct {
	Valid       bool      `json:"valid"`
	Errors      int       `json:"errors"`
	Warnings    int       `json:"warnings"`
	Diagnostics diag.List `json:"diagnostics"`
}

func validation(list diag.List) Validation {
	v := Validation{Valid: !list.HasErrors(), Diagnostics: list}
	v.Errors, v.Warnings = list.Count()
	if v.Diagnostics == nil {
		v.Diagnostics = diag.List{}
	}
	return v
}

func runValidate(_ context.Context, app *App, o validateOptions) error {
	var (
		list   diag.List
		read   int
		err    error
		source = readSource
	)
	if len(o.Files) > 0 {
		list, err = app.validateFiles(o)
		read = len(o.Files)
	} else {
		list, read, source, err = app.validateWorkspace(o)
	}
	if err != nil {
		return err
	}
	list = diag.Sort(list)
	err = app.result(validation(list), func(w io.Writer) error {
		switch {
		case o.GitHub:
			return diag.WriteGitHub(w, list)
		case len(list) > 0:
			return diag.WriteText(w, list, source)
		default:
			_, err := fmt.Fprintf(w, "%s, no mistakes\n", ui.Plural(read, "manifest"))
			return err
		}
	})
	if err == nil && list.HasErrors() {
		return &fault.Error{Code: fault.Usage, What: "nothing was touched", Err: &invalidError{list: list, shown: true}}
	}
	return err
}

func readSource(file string) []byte {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil
	}
	return data
}

// validateFiles reads each file as what it says it is.
func (a *App) validateFiles(o validateOptions) (diag.List, error) {
	var list diag.List
	for _, file := range o.Files {
		path := file
		if !filepath.IsAbs(path) {
			path = filepath.Join(a.Dir, path)
		}
		src, err := readManifest(path)
		if err != nil {
			return nil, &fault.Error{Code: fault.Usage, What: "the manifest cannot be read", Err: err}
		}
		list = append(list, a.validateFile(file, src, o.target)...)
	}
	return list, nil
}

// readManifest reads no more of a file, or of what has no end, than tells that it is no manifest.
func readManifest(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, manifest.MaxSize+1))
}

func (a *App) validateFile(file string, src []byte, t target) diag.List {
	options := manifest.Options{App: t.App, Env: t.Env, LookupEnv: a.LookupEnv}
	switch kind := manifest.TypeOf(src); {
	case kind == manifest.EnvironmentType:
		_, list := manifest.ParseEnvironment(file, src, options)
		return list
	case kind == "" && filepath.Base(file) == "app.yml":
		_, list := manifest.ParseApp(file, src)
		return list
	case t.Env != "":
		_, list := manifest.ParseWorkload(file, src, options)
		return list
	default: // as it stands, and for each environment that it names
		return manifest.Check(file, src, []string{""}, options)
	}
}

// validateWorkspace reads the application, each environment, and each service in each environment, those included that only
// its own manifest names: with Copilot an environment need not have a manifest.
func (a *App) validateWorkspace(o validateOptions) (list diag.List, read int, source func(string) []byte, err error) {
	ws, err := a.workspace()
	if err != nil {
		return nil, 0, nil, err
	}
	app, list, err := ws.App()
	if err != nil {
		return nil, 0, nil, err
	}
	envs, err := ws.Environments()
	if err != nil {
		return nil, 0, nil, err
	}
	services, err := ws.Services()
	if err != nil {
		return nil, 0, nil, err
	}
	read = 1 + len(envs) + len(services)
	spare := o.Env == "" && len(envs) > 0 && !slices.Contains(envs, localEnv)
	switch {
	case o.Env != "":
		envs = []string{o.Env}
	case !spare && !slices.Contains(envs, localEnv):
		envs = []string{localEnv}
	}
	check := environmentCheck{app: a, ws: ws, of: app, services: services}
	var problems []error
	for _, env := range envs {
		more, err := check.in(env, env != localEnv || len(envs) == 1)
		list, problems = append(list, more...), append(problems, err)
	}
	if o.Env == "" {
		more, err := check.elsewhere(envs)
		list, problems = append(list, more...), append(problems, err)
	}
	if spare {
		more, err := check.in(localEnv, false) // which knows no certificates
		list, problems = append(list, onlyLocal(more, list, ws.Source)...), append(problems, err)
	}
	return list, read, ws.Source, errors.Join(problems...)
}

// environmentCheck reads what a workspace holds as it is in one environment.
type environmentCheck struct {
	app      *App
	ws       *workspace.Workspace
	of       manifest.App
	services []string
}

// in returns the mistakes of an environment and of each service in it; together says to look also at what the two make
// impossible together.
func (c environmentCheck) in(env string, together bool) (diag.List, error) {
	options := c.options(env)
	e, list, err := c.ws.Environment(env, options)
	problems := []error{err}
	if err == nil && !list.HasErrors() && together {
		more, err := deploy.Check(deploy.Target{Workspace: c.ws, App: c.of, Env: e, Options: options})
		list, problems = append(list, more...), append(problems, err)
	}
	for _, service := range c.services {
		more, err := c.service(service, env)
		list, problems = append(list, more...), append(problems, err)
	}
	return list, errors.Join(problems...)
}

func (c environmentCheck) options(env string) manifest.Options {
	return manifest.Options{App: c.of.Name, Env: env, LookupEnv: c.app.LookupEnv, Copilot: c.ws.Copilot}
}

func (c environmentCheck) service(name, env string) (diag.List, error) {
	w, list, err := c.ws.Service(name, env, c.options(env))
	if err != nil || list.HasErrors() {
		return list, err
	}
	_, more, err := c.ws.EnvFile(w)
	return append(list, more...), err
}

// elsewhere returns the mistakes of services in environments that they name and that are not among those read already.
func (c environmentCheck) elsewhere(read []string) (diag.List, error) {
	var list diag.List
	var problems []error
	for _, service := range c.services {
		names, err := c.ws.Named(service)
		problems = append(problems, err)
		for _, env := range names {
			if env == localEnv || slices.Contains(read, env) {
				continue
			}
			more, err := c.service(service, env)
			list, problems = append(list, more...), append(problems, err)
		}
	}
	return list, errors.Join(problems...)
}

// onlyLocal makes warnings of the mistakes that the built-in environment alone has: nobody who has environments of their own has
// to use it, and a service may say what it needs in those alone. They stay mistakes in a manifest that names local itself.
func onlyLocal(local, others diag.List, source func(string) []byte) diag.List {
	var out diag.List
	for _, d := range local {
		same := func(o diag.Diagnostic) bool {
			return o.Position == d.Position && o.Path == d.Path && o.Message == d.Message
		}
		switch {
		case slices.ContainsFunc(others, same):
			continue
		case d.Severity == diag.Error && !slices.Contains(manifest.Overridden(source(d.File)), localEnv):
			d.Severity, d.Message = diag.Warning, d.Message+" (in the environment local alone)"
		}
		out = append(out, d)
	}
	return out
}
