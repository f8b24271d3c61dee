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
	"ferry.dev/ferry/internal/manifest"
	"ferry.dev/ferry/internal/ui"
)

// askSource finds out where the image comes from: a Dockerfile, the built-in Go builder, or an image that exists.
func (w *wizard) askSource(ctx context.Context) error {
	if w.a.Type == manifest.StaticSite {
		return w.askFiles(ctx)
	}
	if err := w.noSources(); err != nil {
		return err
	}
	switch {
	case w.o.Image != "":
		return w.useImage(ctx, w.o.Image)
	case w.o.Dockerfile != "":
		return w.useDockerfile(w.o.Dockerfile)
	case w.o.Builder == builderGo || w.o.GoPackage != "":
		return w.useGo(ctx)
	case w.o.Builder != "" && w.o.Builder != builderDocker:
		return &fault.Error{Code: fault.Usage, What: fmt.Sprintf("--builder takes docker or go, not %q", w.o.Builder)}
	}
	var choices []ui.Choice
	var use []func() error
	offer := func(label, detail string, f func() error) {
		choices, use = append(choices, ui.Choice{Label: label, Detail: detail}), append(use, f)
	}
	for _, d := range w.found.Dockerfiles {
		offer(d.Path, exposes(d.Ports), func() error { return w.useDockerfile(d.Path) })
	}
	if w.found.Go != nil && w.o.Builder == "" {
		offer("the Go module "+w.found.Go.Path, "built without Docker", func() error { return w.useGo(ctx) })
	}
	if w.o.Builder == "" {
		offer("an image that exists", "by its reference", func() error { return w.useImage(ctx, "") })
	}
	if len(choices) == 0 {
		return &fault.Error{Code: fault.Usage, What: "no Dockerfile was found in " + w.dir, Hint: "name it with --dockerfile"}
	}
	q := ui.Question{Text: "What is the image made from?", Flag: w.sourceFlag()}
	if len(w.found.Dockerfiles) <= 1 { // one Dockerfile, or none and a Go module: the obvious answer
		q.Default = choices[0].Label
	}
	i, err := w.choose(ctx, q, choices)
	if err != nil {
		return err
	}
	return use[i]()
}

// sourceFlag is the flag that answers the question, with what was found.
func (w *wizard) sourceFlag() string {
	switch {
	case len(w.found.Dockerfiles) > 0:
		return "--dockerfile " + w.found.Dockerfiles[0].Path + " or --image"
	case w.found.Go != nil:
		return "--builder go, --dockerfile or --image"
	default:
		return "--dockerfile or --image"
	}
}

func exposes(ports []int) string {
	if len(ports) == 0 {
		return ""
	}
	words := make([]string, len(ports))
	for i, p := range ports {
		words[i] = strconv.Itoa(p)
	}
	return "exposes " + listed(words)
}

// useDockerfile takes a Dockerfile by its path, relative to where the user is or to the project.
func (w *wizard) useDockerfile(path string) error {
	inProject, err := filepath.Rel(w.dir, w.app.path(path))
	if err != nil || !isFile(filepath.Join(w.dir, inProject)) {
		inProject = filepath.FromSlash(path)
	}
	if !isFile(filepath.Join(w.dir, inProject)) {
		return &fault.Error{Code: fault.Usage, What: "there is no Dockerfile " + path, Hint: w.foundHint()}
	}
	if strings.HasPrefix(inProject, "..") {
		return &fault.Error{Code: fault.Usage, What: path + " is outside of the project " + w.dir, Hint: "run ferry init in the directory that holds both"}
	}
	w.a.Dockerfile = filepath.ToSlash(inProject)
	return nil
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

func (w *wizard) foundHint() string {
	if len(w.found.Dockerfiles) == 0 {
		return ""
	}
	var paths []string
	for _, d := range w.found.Dockerfiles {
		paths = append(paths, d.Path)
	}
	return "there are " + listed(paths)
}

// useGo takes the Go module; of several main packages the user chooses.
func (w *wizard) useGo(ctx context.Context) error {
	if w.found.Go == nil {
		return &fault.Error{Code: fault.Usage, What: "there is no Go module with a main package in " + w.dir, Hint: "use --dockerfile or --image"}
	}
	mains := w.found.Go.Mains
	pkg := w.o.GoPackage
	switch {
	case pkg == "" && len(mains) > 0:
		var choices []ui.Choice
		for _, m := range mains {
			choices = append(choices, ui.Choice{Label: m})
		}
		q := ui.Question{Text: "Which main package?", Flag: "--go-package " + mains[0]}
		if mains[0] == "." {
			q.Default = "."
		}
		i, err := w.choose(ctx, q, choices)
		if err != nil {
			return err
		}
		pkg = mains[i]
	case !slices.Contains(mains, pkg) && !slices.Contains(mains, "./"+pkg):
		return &fault.Error{Code: fault.Usage, What: fmt.Sprintf("no main package %q in module %s", pkg, w.found.Go.Path), Hint: "there are " + listed(mains)}
	}
	w.a.Go, w.a.GoPackage = true, pkg
	return nil
}

func (w *wizard) useImage(ctx context.Context, reference string) (err error) {
	w.a.Image, err = w.input(ctx, reference, ui.Question{
		Text: "Which image?", Flag: "--image", Validate: validImage, Help: "A reference such as public.ecr.aws/nginx/nginx:1.27",
	})
	return err
}

// askPort takes the flag, else the one port that the Dockerfile exposes, else asks.
func (w *wizard) askPort(ctx context.Context) error {
	if w.a.Type == manifest.StaticSite {
		return nil
	}
	if w.a.Type == manifest.ScheduledJob { // nobody calls it
		if w.o.Port > 0 {
			return &fault.Error{Code: fault.Usage, What: "--port is not for a Scheduled Job: nobody calls it", Hint: "leave it out"}
		}
		return nil
	}
	if w.a.Type == manifest.WorkerService {
		if w.o.Port > 0 {
			return &fault.Error{Code: fault.Usage, What: fmt.Sprintf("--port cannot be %d: a Worker Service answers no requests", w.o.Port), Hint: "leave it out"}
		}
		return nil
	}
	if w.o.Port != -1 {
		if w.o.Port < 0 || w.o.Port > 65535 || w.o.Port == 0 && w.needsPort() {
			return &fault.Error{Code: fault.Usage, What: fmt.Sprintf("--port cannot be %d", w.o.Port), Hint: "write the port that the container listens on: 1 to 65535"}
		}
		w.a.Port = w.o.Port
		return nil
	}
	exposed := w.exposed()
	switch len(exposed) {
	case 1:
		w.a.Port = exposed[0]
		return nil
	case 0:
		return w.typePort(ctx)
	}
	var choices []ui.Choice
	for _, p := range exposed {
		choices = append(choices, ui.Choice{Label: strconv.Itoa(p)})
	}
	i, err := w.choose(ctx, ui.Question{Text: "Which port takes the requests?", Flag: "--port"}, choices)
	if err != nil {
		return err
	}
	w.a.Port = exposed[i]
	return nil
}

// needsPort tells whether the service answers requests.
func (w *wizard) needsPort() bool {
	return w.a.Type == manifest.LoadBalancedWebService || w.a.Type == manifest.RequestDrivenService
}

func (w *wizard) exposed() []int {
	for _, d := range w.found.Dockerfiles {
		if filepath.Clean(d.Path) == filepath.Clean(w.a.Dockerfile) {
			return d.Ports
		}
	}
	return nil
}

func (w *wizard) typePort(ctx context.Context) error {
	q := ui.Question{Text: "Which port does the container listen on?", Flag: "--port", Default: "8080", Validate: validPort}
	if !w.needsPort() {
		q.Default, q.Help = "0", "0 if it listens on none."
		q.Validate = func(s string) error {
			if s == "0" {
				return nil
			}
			return validPort(s)
		}
	}
	answer, err := w.input(ctx, "", q)
	if err != nil {
		return err
	}
	w.a.Port, err = strconv.Atoi(answer)
	return err
}

func validPort(s string) error {
	if n, err := strconv.Atoi(s); err != nil || n < 1 || n > 65535 {
		return errors.New("a port is a number from 1 to 65535")
	}
	return nil
}
