package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"ferry.dev/ferry/internal/fault"
	"ferry.dev/ferry/internal/image"
	"ferry.dev/ferry/internal/manifest"
	"ferry.dev/ferry/internal/ui"
	"ferry.dev/ferry/internal/workspace"
)

// wizard turns flags and answers into what is written. It asks only what it cannot find out, and writes nothing itself.
type wizard struct {
	app *App
	o   initOptions
	a   workspace.ScaffoldRequest // the answers

	dir      string               // the project
	ws       *workspace.Workspace // nil: there is none yet
	services []string             // that the workspace has
	envs     []string
	found    image.Detected
	asks     ui.Prompter // made with the first question
}

// newWizard looks around: the workspace, if there is one, and what an image could be built from.
func newWizard(app *App, o initOptions) (*wizard, error) {
	w := &wizard{app: app, o: o, dir: app.Dir}
	ws, err := workspace.Find(app.Dir)
	switch {
	case errors.Is(err, workspace.ErrNotFound):
	case err != nil:
		return nil, err
	default:
		if err := w.join(ws); err != nil {
			return nil, err
		}
	}
	if w.found, err = image.Detect(w.dir); err != nil {
		return nil, err
	}
	return w, nil
}

// join takes in what the workspace says.
func (w *wizard) join(ws *workspace.Workspace) error {
	app, list, err := ws.App()
	if err != nil {
		return err
	}
	if err := w.app.check(list, ws.Source); err != nil {
		return err
	}
	if w.o.App != "" && w.o.App != app.Name {
		return &fault.Error{
			Code: fault.Usage, What: fmt.Sprintf("the workspace %s is of application %s, not %s", ws.Root, app.Name, w.o.App),
			Hint: "leave --app out to add a service to it",
		}
	}
	if w.services, err = ws.Services(); err != nil {
		return err
	}
	if w.envs, err = ws.Environments(); err != nil {
		return err
	}
	w.ws, w.dir, w.o.App = ws, ws.Project, app.Name
	return nil
}

// ask goes through the questions in their order.
func (w *wizard) ask(ctx context.Context) error {
	for _, step := range []func(context.Context) error{
		w.askApp, w.askType, w.askSchedule, w.askSource, w.askName, w.askPort, w.askTopics, w.askEnvironment, w.findAccount,
	} {
		if err := step(ctx); err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return &fault.Error{Code: fault.Interrupted, What: "interrupted; nothing was written"}
		}
	}
	return nil
}

func (w *wizard) prompter() ui.Prompter {
	if w.asks == nil {
		w.asks = w.app.prompter()
	}
	return w.asks
}

// input asks for a text, unless a flag said it or --yes takes the default.
func (w *wizard) input(ctx context.Context, said string, q ui.Question) (string, error) {
	if said == "" && w.o.Yes && q.Default != "" {
		said = q.Default
	}
	if said == "" {
		answer, err := w.prompter().Input(ctx, q)
		return strings.TrimSpace(answer), err
	}
	if q.Validate != nil {
		if err := q.Validate(said); err != nil {
			return "", &fault.Error{Code: fault.Usage, What: fmt.Sprintf("%s cannot be %q", q.Flag, said), Err: err}
		}
	}
	return said, nil
}

// choose asks for one of several; with --yes it is the default, if there is one. A single choice is no question.
func (w *wizard) choose(ctx context.Context, q ui.Question, choices []ui.Choice) (int, error) {
	if len(choices) == 1 {
		return 0, nil
	}
	if w.o.Yes && q.Default != "" {
		return max(0, slices.IndexFunc(choices, func(c ui.Choice) bool { return c.Label == q.Default })), nil
	}
	return w.prompter().Select(ctx, q, choices)
}

func (w *wizard) askApp(ctx context.Context) (err error) {
	w.a.App, err = w.input(ctx, w.o.App, ui.Question{
		Text: "What is the application called?", Flag: "--app", Default: manifest.NameFrom(filepath.Base(w.dir)), Validate: validName,
		Help: "Services that belong together. The name begins the names of what is made in AWS.",
	})
	return err
}

func (w *wizard) askType(ctx context.Context) error {
	types := []ui.Choice{
		{Label: manifest.LoadBalancedWebService, Detail: "answers requests from the internet"},
		{Label: manifest.BackendService, Detail: "is reached by other services only"},
		{Label: manifest.WorkerService, Detail: "works on messages of a queue"},
		{Label: manifest.RequestDrivenService, Detail: "as App Runner had them; runs behind the load balancer"},
		{Label: manifest.ScheduledJob, Detail: "runs to its end, when a schedule says so"},
		{Label: manifest.StaticSite, Detail: "files that CloudFront serves; no container"},
	}
	if w.o.Type != "" {
		for _, t := range types {
			if strings.EqualFold(t.Label, w.o.Type) {
				w.a.Type = t.Label
				return nil
			}
		}
		return &fault.Error{
			Code: fault.Usage, What: fmt.Sprintf("--type cannot be %q", w.o.Type),
			Hint: "write " + listedOr(labels(types)),
		}
	}
	i, err := w.choose(ctx, ui.Question{Text: "What kind of service is it?", Flag: fmt.Sprintf("--type %q", types[0].Label), Default: types[0].Label}, types)
	if err != nil {
		return err
	}
	w.a.Type = types[i].Label
	return nil
}

// labels names choices as they are written.
func labels(choices []ui.Choice) []string {
	var all []string
	for _, c := range choices {
		all = append(all, strconv.Quote(c.Label))
	}
	return all
}

func (w *wizard) askName(ctx context.Context) (err error) {
	w.a.Name, err = w.input(ctx, w.o.Name, ui.Question{
		Text: "What is the service called?", Flag: "--name", Default: w.nameDefault(), Validate: validService,
		Help: "It becomes the name of the directory in ferry/ and of the service in Amazon ECS.",
	})
	return err
}

// nameDefault takes the name from where the image comes from; a name that is taken already is no proposal.
func (w *wizard) nameDefault() string {
	name := ""
	switch {
	case w.a.Image != "":
		name = imageName(w.a.Image)
	case w.a.Dockerfile != "" && filepath.Dir(filepath.Clean(w.a.Dockerfile)) != ".":
		name = filepath.Base(filepath.Dir(filepath.Clean(w.a.Dockerfile)))
	case w.a.Go && w.a.GoPackage != "" && w.a.GoPackage != ".":
		name = filepath.Base(w.a.GoPackage)
	default:
		name = "web"
		switch w.a.Type {
		case manifest.BackendService:
			name = "api"
		case manifest.StaticSite:
			name = "site"
		case manifest.ScheduledJob:
			name = "job"
		case manifest.WorkerService:
			name = "worker"
		}
	}
	name = manifest.NameFrom(name)
	if len(without([]string{name}, w.services)) == 0 {
		return ""
	}
	return name
}

// files are those that the answers make, without what the workspace has already said: adding a service changes neither the
// application nor an environment.
func (w *wizard) files() ([]workspace.File, error) {
	files, err := workspace.Scaffold(w.dir, w.a)
	if err != nil || w.ws == nil {
		return files, err
	}
	var left []workspace.File
	service := filepath.Join(w.ws.Root, w.a.Name) + string(filepath.Separator)
	for _, f := range files {
		if _, err := os.Stat(f.Path); err == nil && !strings.HasPrefix(f.Path, service) {
			continue
		}
		left = append(left, f)
	}
	return left, nil
}
