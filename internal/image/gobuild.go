package image

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"ferry.dev/ferry/internal/fault"
	"ferry.dev/ferry/internal/manifest"
)

// goRecipe changes when ferry itself begins to build Go images differently.
const goRecipe = "go 1"

// scratch is the base image that is none.
const scratchBase = "scratch"

// goBuild builds a Go main package into an image without an engine.
type goBuild struct {
	root     string // the project
	service  string
	spec     manifest.Build
	platform v1.Platform
	// windowsServer: the task is one of ECS's Windows families, whose images begin with Microsoft's base of that release.
	windowsServer bool
	port          int      // 0 = exposes none
	volumes       []string // paths at which the program finds empty volumes to write to
}

// dir is the main package's directory: the Go command runs there, so that it finds the module, or the workspace, itself.
func (g *goBuild) dir() string {
	return below(below(g.root, g.spec.Context), g.spec.GoPackage)
}

func (g *goBuild) base() string {
	if g.spec.BaseImage == "" {
		return scratchBase
	}
	return g.spec.BaseImage
}

// inputs are the files that the compiler reads and the modules that it takes, as `go list` tells, the toolchain's
// version, the base image's reference and what else is in the image.
func (g *goBuild) inputs(ctx context.Context, p *Planner, f *fingerprint) error {
	if err := g.check(ctx); err != nil {
		return err
	}
	sources, err := p.sourcesOf(ctx, g)
	if err != nil {
		return g.unreadable(err)
	}
	f.add("recipe", append([]string{goRecipe, sources.toolchain, g.base(), g.service, fmt.Sprint(g.port)}, g.flags()...)...)
	if g.base() == scratchBase {
		f.add("roots", rootCertificates())
	}
	if len(g.volumes) > 0 {
		f.add("volumes", g.volumes...)
	}
	f.add("modules", sources.modules...)
	f.addTree("sources", sources.files)
	return nil
}

// unreadable explains why the inputs cannot be read, unless the error says so itself.
func (g *goBuild) unreadable(err error) error {
	var known *fault.Error
	if errors.As(err, &known) {
		return err
	}
	return &fault.Error{Code: fault.Refused, What: g.service + ": cannot read the Go package's files", Err: err}
}

// check refuses what this builder cannot do.
func (g *goBuild) check(context.Context) error {
	refuse := func(code fault.Code, what, hint string) error {
		return &fault.Error{Code: code, What: g.service + ": " + what, Hint: hint}
	}
	switch {
	case g.windowsServer:
		return refuse(fault.Usage, "builder go has no base image for Windows tasks", "use a Dockerfile for Windows")
	case len(g.spec.Args) > 0 || g.spec.Target != "" || len(g.spec.CacheFrom) > 0:
		return refuse(fault.Usage, "args, target and cache_from have no meaning with builder go", "remove them, or use a Dockerfile")
	}
	if _, err := exec.LookPath("go"); err != nil {
		return refuse(fault.Refused, "builder go needs a Go toolchain, and there is none in PATH", "install Go from https://go.dev/dl, or use a Dockerfile")
	}
	if !exists(g.dir()) {
		return refuse(fault.Refused, "the Go package "+g.shown()+" does not exist", "paths in image.build are relative to the project's directory, the parent of ferry/")
	}
	return nil
}

// shown is the package as a user would name it.
func (g *goBuild) shown() string {
	rel, err := filepath.Rel(g.root, g.dir())
	if err != nil || rel == "." {
		return "."
	}
	return "./" + filepath.ToSlash(rel)
}

// flags are those of `go build`. Nothing of this machine's paths, of the repository's state or of the clock may get in.
func (g *goBuild) flags() []string {
	flags := []string{"-trimpath", "-buildvcs=false", "-ldflags", "-s -w -buildid="}
	if g.base() == scratchBase {
		flags = append(flags, "-tags", "timetzdata") // scratch has no time zones
	}
	return flags
}

// goEnv is the environment of every Go command. GOFLAGS is set to something harmless: when empty, the user's own would
// come in from `go env -w`.
func (g *goBuild) goEnv() []string {
	return append(os.Environ(), "CGO_ENABLED=0", "GOOS="+g.platform.OS, "GOARCH="+g.platform.Architecture,
		"GOAMD64=v1", "GOARM64=v8.0", "GOFLAGS=-trimpath", "GO111MODULE=on")
}

func (g *goBuild) goCommand(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = g.dir()
	cmd.Env = g.goEnv()
	own(cmd)
	return cmd
}

// output runs a Go command and returns what it printed.
func (g *goBuild) output(ctx context.Context, args ...string) ([]byte, error) {
	cmd := g.goCommand(ctx, args...)
	var stdout bytes.Buffer
	messages := &tail{}
	cmd.Stdout, cmd.Stderr = &stdout, messages
	if err := run(ctx, cmd); err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, &fault.Error{
			Code: fault.Refused,
			What: fmt.Sprintf("%s: go %s %s failed", g.service, args[0], g.shown()),
			Hint: "the same command in the package's directory shows the same: go build .",
			Err:  messages.explain(err),
		}
	}
	return stdout.Bytes(), nil
}

func (g *goBuild) build(ctx context.Context, scratch string, out func(string)) (v1.Image, error) {
	binary := filepath.Join(scratch, "binary")
	args := append([]string{"build", "-o", binary}, g.flags()...)
	cmd := g.goCommand(ctx, append(args, ".")...)
	lines := &tail{out: out}
	cmd.Stdout, cmd.Stderr = lines, lines
	out(fmt.Sprintf("go build %s for %s", g.shown(), g.platform))
	err := run(ctx, cmd)
	lines.flush()
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		return nil, &fault.Error{What: g.service + ": go build " + g.shown() + " failed", Err: lines.explain(err)}
	}
	return g.assemble(ctx, scratch, binary, out)
}

// entrypoint is where the binary lies in the image.
func (g *goBuild) entrypoint() string {
	path := "/app/" + strings.ToLower(g.service)
	if g.platform.OS == "windows" {
		path += ".exe"
	}
	return path
}
