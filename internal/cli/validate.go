package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"ferry.dev/ferry/internal/deploy"
	"ferry.dev/ferry/internal/diag"
	"ferry.dev/ferry/internal/fault"
	"ferry.dev/ferry/internal/manifest"
	"ferry.dev/ferry/internal/ui"
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
	default:
		_, list := manifest.ParseWorkload(file, src, options)
		return list
	}
}

// validateWorkspace reads the application, each environment, and each service in each environment.
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
	if envs = append(envs, localEnv); o.Env != "" {
		envs = []string{o.Env}
	}
	var problems []error
	for _, env := range envs {
		options := manifest.Options{App: app.Name, Env: env, LookupEnv: a.LookupEnv, Copilot: ws.Copilot}
		e, more, err := ws.Environment(env, options)
		list, problems = append(list, more...), append(problems, err)
		if err == nil && !more.HasErrors() && (env != localEnv || len(envs) == 1) { // nobody has to use local, which knows no certificates
			more, err = deploy.Check(deploy.Target{Workspace: ws, App: app, Env: e, Options: options})
			list, problems = append(list, more...), append(problems, err)
		}
		for _, service := range services {
			w, more, err := ws.Service(service, env, options)
			list, problems = append(list, more...), append(problems, err)
			if err == nil && !more.HasErrors() {
				_, more, err = ws.EnvFile(w)
				list, problems = append(list, more...), append(problems, err)
			}
		}
	}
	return list, read, ws.Source, errors.Join(problems...)
}
