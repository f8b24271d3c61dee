package image

import (
	"cmp"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

const (
	detectDepth   = 4      // directories below the one asked for
	detectEntries = 20_000 // files looked at: a wizard must answer at once, even in a home directory
	dockerfileMax = 1 << 20
)

// Detected is what a directory offers to build an image from.
type Detected struct {
	Dockerfiles []Dockerfile // shallowest first, then by name
	Go          *GoModule    // nil: no Go module with a main package
}

// Dockerfile is one that was found.
type Dockerfile struct {
	Path        string // relative to the directory, with slashes: "api/Dockerfile"
	Ports       []int  // TCP ports that its final stage exposes, in the order written; empty where none, or not readable
	HealthCheck bool   // whether the final stage has a HEALTHCHECK of its own
}

// Detect lists the Dockerfiles of dir and says whether dir is in a Go module with something to run. It looks a few levels
// deep and leaves out dependencies, build output and hidden directories. What it cannot read it leaves out.
func Detect(dir string) (Detected, error) {
	if _, err := os.Stat(dir); err != nil {
		return Detected{}, err
	}
	var found Detected
	err := look(dir, skipped, func(path, rel string, e fs.DirEntry) {
		if isDockerfile(e.Name()) && e.Type().IsRegular() {
			found.Dockerfiles = append(found.Dockerfiles, describe(path, rel))
		}
	})
	if err != nil {
		return Detected{}, err
	}
	slices.SortFunc(found.Dockerfiles, func(a, b Dockerfile) int {
		return cmp.Or(cmp.Compare(depth(a.Path), depth(b.Path)), strings.Compare(a.Path, b.Path))
	})
	found.Go, err = findGoModule(dir, dir)
	return found, err
}

// look visits what is not a directory in dir, as deep and as much as detection goes, leaving out the directories that out says.
func look(dir string, out func(path string) bool, visit func(path, rel string, e fs.DirEntry)) error {
	left := detectEntries
	return filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if left--; left < 0 {
			return fs.SkipAll
		}
		rel, relErr := filepath.Rel(dir, path)
		switch {
		case relErr != nil:
			return relErr
		case err != nil:
			return skip(e)
		case !e.IsDir():
			visit(path, rel, e)
		case rel != "." && (out(path) || depth(rel) > detectDepth):
			return fs.SkipDir
		}
		return nil
	})
}

// skip leaves out what cannot be read.
func skip(e fs.DirEntry) error {
	if e != nil && e.IsDir() {
		return fs.SkipDir
	}
	return nil
}

// skipped names the directories in which nobody keeps a Dockerfile of their own.
func skipped(path string) bool {
	name := filepath.Base(path)
	switch name {
	case "node_modules", "vendor", "testdata", "target", "dist", "venv":
		return true
	}
	return strings.HasPrefix(name, ".")
}

func depth(rel string) int { return strings.Count(filepath.ToSlash(rel), "/") }

// isDockerfile knows the names in use: Dockerfile, Dockerfile.dev, dev.Dockerfile, Containerfile.
func isDockerfile(name string) bool {
	lower := strings.ToLower(name)
	if strings.HasSuffix(lower, ".dockerignore") {
		return false
	}
	return lower == "dockerfile" || lower == "containerfile" ||
		strings.HasPrefix(lower, "dockerfile.") || strings.HasSuffix(lower, ".dockerfile")
}

// describe reads a Dockerfile as far as it can be read.
func describe(path, rel string) Dockerfile {
	d := Dockerfile{Path: filepath.ToSlash(rel)}
	info, err := os.Stat(path)
	if err != nil || info.Size() > dockerfileMax {
		return d
	}
	src, err := os.ReadFile(path)
	if err != nil {
		return d
	}
	stage, err := parseDockerfile(src)
	if err != nil {
		return d
	}
	d.Ports, d.HealthCheck = stage.Ports, stage.HealthCheck
	return d
}
