package image

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"ferry.dev/ferry/internal/fault"
)

// goSources is what a Go binary is compiled from.
type goSources struct {
	toolchain string   // "go1.26.8", with its experiments
	modules   []string // path, version and checksum of modules from the cache, sorted
	files     []input  // of every other package: the main module, replaced and vendored ones
}

// goPackage is the part of `go list -json` that decides what a binary holds.
type goPackage struct {
	Dir, ImportPath, Name, DefaultGODEBUG          string
	Standard                                       bool
	Module                                         *goListModule
	GoFiles, SFiles, HFiles, SysoFiles, EmbedFiles []string
}

type goListModule struct {
	Path, Version, Sum, GoVersion string
	Replace                       *goListModule
}

const goListFields = "-json=Dir,ImportPath,Name,DefaultGODEBUG,Standard,Module,GoFiles,SFiles,HFiles,SysoFiles,EmbedFiles"

// sources asks the Go command what it would compile.
func (g *goBuild) sources(ctx context.Context) (goSources, error) {
	var list, env []byte
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() (err error) {
		args := []string{"list", "-deps", goListFields}
		if g.base() == scratchBase {
			args = append(args, "-tags", "timetzdata")
		}
		list, err = g.output(ctx, append(args, ".")...)
		return err
	})
	group.Go(func() (err error) {
		env, err = g.output(ctx, "env", "GOVERSION", "GOMODCACHE")
		return err
	})
	if err := group.Wait(); err != nil {
		return goSources{}, err
	}
	packages, err := decodePackages(list)
	if err != nil {
		return goSources{}, err
	}
	version, cache, _ := strings.Cut(strings.TrimSpace(string(env)), "\n")
	if main := packages[len(packages)-1]; main.Name != "main" {
		return goSources{}, &fault.Error{
			Code: fault.Refused,
			What: g.service + ": " + g.shown() + " is package " + main.Name + ", not a main package",
			Hint: "name the directory of the package that has func main",
		}
	}
	return collect(packages, version, strings.TrimSpace(cache))
}

// decodePackages reads the JSON objects of `go list`, dependencies first, the package itself last.
func decodePackages(list []byte) ([]goPackage, error) {
	var packages []goPackage
	d := json.NewDecoder(bytes.NewReader(list))
	for {
		var p goPackage
		err := d.Decode(&p)
		if errors.Is(err, io.EOF) && len(packages) > 0 {
			return packages, nil
		}
		if err != nil {
			return nil, err
		}
		packages = append(packages, p)
	}
}

// collect sorts packages into modules, which their checksum stands for, and files.
func collect(packages []goPackage, toolchain, cache string) (goSources, error) {
	out := goSources{toolchain: toolchain}
	modules := map[string]bool{}
	for _, p := range packages {
		switch {
		case p.Standard:
		case p.Module != nil && cache != "" && strings.HasPrefix(p.Dir, cache+string(filepath.Separator)):
			modules[p.Module.identity()] = true
		default:
			files, err := p.files()
			if err != nil {
				return goSources{}, err
			}
			out.files = append(out.files, files...)
		}
	}
	main := packages[len(packages)-1]
	modules["godebug "+main.DefaultGODEBUG] = true
	for m := range modules {
		out.modules = append(out.modules, m)
	}
	slices.Sort(out.modules)
	return out, nil
}

func (m *goListModule) identity() string {
	id := strings.Join([]string{m.Path, m.Version, m.Sum}, " ")
	if m.Replace != nil {
		id += " => " + m.Replace.identity()
	}
	return id
}

// files are the package's own, named by import path, so that the place of the checkout does not matter. Only the content
// counts: the compiler does not look at modes.
func (p goPackage) files() ([]input, error) {
	var out []input
	for _, list := range [][]string{p.GoFiles, p.SFiles, p.HFiles, p.SysoFiles, p.EmbedFiles} {
		for _, name := range list {
			full := filepath.Join(p.Dir, filepath.FromSlash(name))
			if _, err := os.Stat(full); err != nil {
				return nil, err
			}
			out = append(out, input{name: path.Join(p.ImportPath, filepath.ToSlash(name)), path: full})
		}
	}
	if p.Module != nil {
		out = append(out, input{name: p.ImportPath + " go" + p.Module.GoVersion, text: p.Module.Path, mode: os.ModeDir})
	}
	return out, nil
}
