package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"ferry.dev/ferry/internal/awsconf"
	"ferry.dev/ferry/internal/deploy"
	"ferry.dev/ferry/internal/diag"
	"ferry.dev/ferry/internal/fault"
	"ferry.dev/ferry/internal/manifest"
	"ferry.dev/ferry/internal/ui"
	"ferry.dev/ferry/internal/workspace"
)

// target is the flag group of commands that work in one environment.
type target struct {
	App string
	Env string
}

// flags adds --app and --env.
func (t *target) flags(app *App, c *cobra.Command) {
	t.appFlag(c)
	c.Flags().StringVarP(&t.Env, "env", "e", "", `Environment. Default: the workspace's only one; "local" where it has none.`)
	must(c.RegisterFlagCompletionFunc("env", app.completeEnvironments))
}

func (t *target) appFlag(c *cobra.Command) {
	c.Flags().StringVarP(&t.App, "app", "a", "", "Application that the workspace must be of. Default: any.")
}

// workspace finds the workspace that the working directory is in.
func (a *App) workspace() (*workspace.Workspace, error) {
	ws, err := workspace.Find(a.Dir)
	if errors.Is(err, workspace.ErrNotFound) {
		return nil, &fault.Error{
			Code: fault.Usage, What: "no application here", Err: err,
			Hint: "go to your project's directory, or begin with: ferry init",
		}
	}
	return ws, err
}

// scene is an application's environment as the workspace describes it: read, checked, not yet connected to AWS.
type scene struct {
	ws      *workspace.Workspace
	app     manifest.App
	env     manifest.Environment
	options manifest.Options
}

func (s scene) local() bool { return s.env.Name == localEnv }

// application reads the workspace and its application.
func (a *App) application(want string) (scene, error) {
	ws, err := a.workspace()
	if err != nil {
		return scene{}, err
	}
	app, list, err := ws.App()
	if err != nil {
		return scene{}, err
	}
	if err := a.check(list, ws.Source); err != nil {
		return scene{}, err
	}
	if want != "" && want != app.Name {
		return scene{}, &fault.Error{
			Code: fault.Usage, What: fmt.Sprintf("the workspace %s is of application %s, not %s", ws.Root, app.Name, want),
			Hint: "go to that application's directory, or leave --app out",
		}
	}
	return scene{ws: ws, app: app}, nil
}

// scene reads the environment that the flags choose. The prompter is asked only where there are several.
func (a *App) scene(ctx context.Context, t target) (scene, error) {
	s, err := a.application(t.App)
	if err != nil {
		return scene{}, err
	}
	name, err := a.chooseEnvironment(ctx, s.ws, t.Env)
	if err != nil {
		return scene{}, err
	}
	return a.sceneOf(s, name)
}

// sceneOf reads one environment of an application.
func (a *App) sceneOf(s scene, env string) (scene, error) {
	s.options = manifest.Options{App: s.app.Name, Env: env, LookupEnv: a.LookupEnv, Copilot: s.ws.Copilot}
	e, list, err := s.ws.Environment(env, s.options)
	if err != nil {
		return scene{}, err
	}
	s.env = e
	return s, a.check(list, s.ws.Source)
}

// chooseEnvironment: the flag; else the workspace's only environment, or local where there is none; else the user.
func (a *App) chooseEnvironment(ctx context.Context, ws *workspace.Workspace, flag string) (string, error) {
	names, err := ws.Environments()
	if err != nil {
		return "", err
	}
	switch {
	case flag != "":
		if ws.Copilot && len(names) == 0 {
			return flag, nil // older ones name their environments nowhere
		}
		return flag, a.checkEnvironment(names, flag)
	case len(names) == 0:
		return localEnv, nil
	case len(names) == 1:
		return names[0], nil
	}
	choices := make([]ui.Choice, len(names)+1)
	for i, n := range names {
		choices[i] = ui.Choice{Label: n}
	}
	choices[len(names)] = ui.Choice{Label: localEnv, Detail: "on this machine"}
	i, err := a.prompter().Select(ctx, ui.Question{Text: "Which environment?", Flag: "--env " + names[0]}, choices)
	if err != nil {
		return "", err
	}
	return choices[i].Label, nil
}

// checkEnvironment refuses an environment that the workspace does not have. Local is always there.
func (a *App) checkEnvironment(names []string, want string) error {
	if want == localEnv || slices.Contains(names, want) {
		return nil
	}
	return &fault.Error{
		Code: fault.Usage, What: fmt.Sprintf("no environment %q", want),
		Hint: "there are " + listed(append([]string{localEnv}, names...)) + "; ferry init --env " + want + " makes it",
	}
}

// connect makes the target of a scene: the AWS configuration of its account and region. For environment local that is the
// endpoint on this machine, started when it does not run. Nothing behind this function knows the difference.
func (a *App) connect(ctx context.Context, s scene) (deploy.Target, error) {
	o := awsconf.Options{Region: s.env.Region, Version: a.Version.Version}
	t := s.target()
	if s.local() {
		_, e, err := a.startLocal(ctx)
		if err != nil {
			return deploy.Target{}, err
		}
		o.Endpoint, t.Host = e.URL, hostOf(e)
	}
	var err error
	t.AWS, err = awsconf.Load(ctx, o)
	return t, err
}

// connectToRead makes the target of a scene, and makes sure that it is of the scene's account.
func (a *App) connectToRead(ctx context.Context, s scene) (deploy.Target, error) {
	t, err := a.connect(ctx, s)
	if err == nil {
		err = t.Guard(ctx)
	}
	return t, err
}

// target is the scene without a connection: enough for what is offline.
func (s scene) target() deploy.Target {
	return deploy.Target{Workspace: s.ws, App: s.app, Env: s.env, Options: s.options}
}

// where says in which account and region the environment is, for a question.
func (s scene) where() string {
	if s.local() {
		return "on this machine"
	}
	account, region := "the account of your credentials", ""
	if s.env.Account != "" {
		account = "account " + s.env.Account
	}
	if s.env.Region != "" {
		region = ", " + s.env.Region
	}
	return "in " + account + region
}

// confirm asks before something is written to AWS. --yes is the answer of scripts.
func (a *App) confirm(ctx context.Context, yes bool, question, help string) error {
	if yes {
		return nil
	}
	ok, err := a.prompter().Confirm(ctx, ui.Question{Text: question, Help: help, Flag: "--yes"}, false)
	if err != nil {
		return err
	}
	if !ok {
		return &fault.Error{Code: fault.Refused, What: "not confirmed; nothing was changed"}
	}
	return nil
}

// readServices reads manifests for the scene's environment, so that every mistake is shown before anything is asked of AWS.
func (a *App) readServices(s scene, names []string) ([]manifest.Workload, error) {
	var all diag.List
	var services []manifest.Workload
	for _, name := range names {
		w, list, err := s.ws.Service(name, s.env.Name, s.options)
		if err != nil {
			return nil, err
		}
		all = append(all, list...)
		if !list.HasErrors() {
			_, more, err := s.ws.EnvFile(w)
			if err != nil {
				return nil, err
			}
			all = append(all, more...)
		}
		services = append(services, w)
	}
	return services, a.check(all, s.ws.Source)
}
