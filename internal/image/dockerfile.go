package image

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"ferry.dev/ferry/internal/fault"
	"ferry.dev/ferry/internal/manifest"
)

// dockerfileRecipe changes when ferry itself begins to build Dockerfiles differently.
const dockerfileRecipe = "dockerfile 1"

// dockerfileBuild builds a Dockerfile with a Docker-compatible engine.
type dockerfileBuild struct {
	service    string
	root       string // the project's directory
	name       string // of the image on the engine, without a tag
	dockerfile string // absolute
	context    string // absolute
	shown      string // the Dockerfile as the manifest names it
	spec       manifest.Build
	platform   v1.Platform
	tag        string // set by inputs
}

// newDockerfileBuild resolves the paths of b below root. The Dockerfile defaults to "Dockerfile" (in the context, where one
// is named), the context to the Dockerfile's directory.
func newDockerfileBuild(root string, s Spec, b manifest.Build) *dockerfileBuild {
	if b.Dockerfile == "" {
		b.Dockerfile = filepath.Join(b.Context, "Dockerfile")
	}
	if b.Context == "" {
		b.Context = filepath.Dir(b.Dockerfile)
	}
	name := "ferry/" + s.App + "/" + s.Service
	if s.Container != "" {
		name += "/" + strings.ToLower(s.Container)
	}
	return &dockerfileBuild{
		service:    s.name(),
		root:       root,
		name:       name,
		dockerfile: below(root, b.Dockerfile),
		context:    below(root, b.Context),
		shown:      b.Dockerfile,
		spec:       b,
		platform:   platformOf(s.Platform),
	}
}

// below resolves a path of the manifest.
func below(root, path string) string {
	path = filepath.FromSlash(path)
	if filepath.IsAbs(path) {
		return filepath.Clean(path)
	}
	return filepath.Join(root, path)
}

func (d *dockerfileBuild) inputs(_ context.Context, p *Planner, f *fingerprint) error {
	text, err := os.ReadFile(d.dockerfile)
	if err != nil {
		return d.unreadable("Dockerfile "+d.shown, err)
	}
	files, err := p.contextOf(d.context, ignoreFileOf(d.dockerfile, d.context))
	if err != nil {
		return d.unreadable("build context "+d.spec.Context, err)
	}
	f.add("recipe", dockerfileRecipe)
	f.add("dockerfile", string(text))
	f.add("target", d.spec.Target)
	for _, name := range slices.Sorted(maps.Keys(d.spec.Args)) {
		f.add("arg", name, d.spec.Args[name])
	}
	// Of secrets only what they are called: their values belong in no image, and so make no other one.
	for _, id := range slices.Sorted(maps.Keys(d.spec.Secrets)) {
		f.add("secret", id)
	}
	f.addTree("context", files)
	d.tag = f.tag()
	return nil
}

// unreadable explains why the inputs cannot be read.
func (d *dockerfileBuild) unreadable(what string, err error) error {
	hint := ""
	if errors.Is(err, fs.ErrNotExist) {
		hint = "paths in image.build are relative to the project's directory, the parent of ferry/"
	}
	var path *fs.PathError
	if errors.As(err, &path) {
		err = fmt.Errorf("%s: %w", path.Path, path.Err)
	}
	return &fault.Error{Code: fault.Refused, What: d.service + ": cannot read the " + what, Hint: hint, Err: err}
}

func (d *dockerfileBuild) check(ctx context.Context) error {
	_, err := d.engine(ctx)
	return err
}

// engine finds the engine, or says what was looked for and what works without one.
func (d *dockerfileBuild) engine(ctx context.Context) (engine, error) {
	e, err := findEngine(ctx)
	var none *noEngineError
	if !errors.As(err, &none) {
		return e, err
	}
	hint := "start Docker, or install one of docker, finch, podman, nerdctl; FERRY_ENGINE names another command"
	if module, _ := findGoModule(d.context, d.context); module != nil {
		hint += "; " + shownDir(d.spec.Context) + " holds a Go module, which `builder: go` builds without an engine"
	}
	return engine{}, &fault.Error{
		Code: fault.Refused,
		What: d.service + ": no container engine answers, and " + shownFile(d.shown) + " needs one",
		Hint: hint,
		Err:  none,
	}
}

// shownFile writes a path so that a sentence can begin with it: a bare Dockerfile becomes ./Dockerfile.
func shownFile(path string) string {
	path = filepath.ToSlash(path)
	if filepath.IsAbs(path) || strings.HasPrefix(path, ".") {
		return path
	}
	return "./" + path
}

// shownDir writes a directory for a sentence.
func shownDir(path string) string {
	if path = filepath.ToSlash(filepath.Clean(path)); path == "." {
		return "this directory"
	}
	return path
}

func (d *dockerfileBuild) build(ctx context.Context, scratch string, out func(string)) (v1.Image, error) {
	e, err := d.engine(ctx)
	if err != nil {
		return nil, err
	}
	unique := d.name + ":" + d.tag
	if err := e.build(ctx, d, []string{unique, d.name + ":latest"}, out); err != nil {
		return nil, err
	}
	// The unique name keeps two builds at the same time apart; :latest alone stays, so that old builds can be pruned.
	defer e.untag(context.WithoutCancel(ctx), unique)
	archive := filepath.Join(scratch, "image.tar")
	if err := e.save(ctx, unique, archive); err != nil {
		return nil, err
	}
	return openArchive(archive, scratch)
}
