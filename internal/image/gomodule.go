package image

import (
	"go/build/constraint"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"
)

// GoModule is a Go module with something to run in it.
type GoModule struct {
	Dir   string   // of go.mod, relative to the directory asked for, with slashes: "."
	Path  string   // module path
	Mains []string // main packages at or below the directory, relative to it: ".", "./cmd/api"
}

// findGoModule looks for go.mod in dir and its parents, as far up as top, and for main packages at or below dir. It needs
// no Go toolchain. A module without a main package is nil, and so is none at all.
func findGoModule(dir, top string) (*GoModule, error) {
	root := dir
	for !exists(filepath.Join(root, "go.mod")) {
		parent := filepath.Dir(root)
		if root == top || parent == root {
			return nil, nil
		}
		root = parent
	}
	text, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		return nil, err
	}
	mains, err := mainPackages(dir)
	if err != nil || len(mains) == 0 {
		return nil, err
	}
	rel, err := filepath.Rel(dir, root)
	if err != nil {
		return nil, err
	}
	return &GoModule{Dir: filepath.ToSlash(rel), Path: modfile.ModulePath(text), Mains: mains}, nil
}

// mainPackages lists the directories that hold a main package for Linux, shallowest first.
func mainPackages(dir string) ([]string, error) {
	var mains []string
	others := func(path string) bool {
		return skipped(path) || strings.HasPrefix(filepath.Base(path), "_") || exists(filepath.Join(path, "go.mod"))
	}
	err := look(dir, others, func(path, rel string, e fs.DirEntry) {
		if !isMain(path, e) {
			return
		}
		name := filepath.ToSlash(filepath.Dir(rel))
		if name != "." {
			name = "./" + name
		}
		if !slices.Contains(mains, name) {
			mains = append(mains, name)
		}
	})
	slices.SortStableFunc(mains, func(a, b string) int { return depth(a) - depth(b) })
	return mains, err
}

// isMain tells whether a file declares package main and is built on Linux.
func isMain(path string, e fs.DirEntry) bool {
	if !e.Type().IsRegular() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
		return false
	}
	src, err := os.ReadFile(path)
	if err != nil {
		return false
	}
	file, err := parser.ParseFile(token.NewFileSet(), path, src, parser.PackageClauseOnly)
	return err == nil && file.Name.Name == "main" && builtOnLinux(src)
}

// builtOnLinux evaluates a file's build constraint: `//go:build ignore` marks scripts beside a library.
func builtOnLinux(src []byte) bool {
	for line := range strings.Lines(string(src)) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "package ") {
			return true
		}
		if !constraint.IsGoBuild(line) {
			continue
		}
		expr, err := constraint.Parse(line)
		if err != nil {
			return false
		}
		return expr.Eval(func(tag string) bool {
			return tag == "linux" || tag == "unix" || tag == "gc" || tag == runtime.GOARCH || strings.HasPrefix(tag, "go1.")
		})
	}
	return true
}
