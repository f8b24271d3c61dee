package image

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/moby/patternmatcher"
	"github.com/moby/patternmatcher/ignorefile"
)

// buildContext lists the files that an engine would be sent from dir: all of them but what the ignore file excludes.
// Git's own directory counts by the commit it stands at: its index changes with every `git status`.
func buildContext(dir, ignoreFile string) ([]input, error) {
	patterns, err := readIgnore(ignoreFile)
	if err != nil {
		return nil, err
	}
	matcher, err := patternmatcher.New(patterns)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", ignoreFile, err)
	}
	w := contextWalk{dir: dir, matcher: matcher}
	if err := w.walk(".", patternmatcher.MatchInfo{}); err != nil {
		return nil, err
	}
	return w.found, nil
}

// readIgnore reads an ignore file's patterns; a missing file has none.
func readIgnore(path string) ([]string, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return ignorefile.ReadAll(f)
}

// ignoreFileOf is the ignore file that engines use for a Dockerfile: its own, else the context's.
func ignoreFileOf(dockerfile, context string) string {
	if own := dockerfile + ".dockerignore"; exists(own) {
		return own
	}
	return filepath.Join(context, ".dockerignore")
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

type contextWalk struct {
	dir     string
	matcher *patternmatcher.PatternMatcher
	found   []input
}

// walk visits rel, a directory. parent is what the patterns said about it, which its children inherit.
func (w *contextWalk) walk(rel string, parent patternmatcher.MatchInfo) error {
	entries, err := os.ReadDir(filepath.Join(w.dir, rel))
	if err != nil {
		return err
	}
	for _, e := range entries {
		if err := w.visit(filepath.Join(rel, e.Name()), e, parent); err != nil {
			return err
		}
	}
	return nil
}

func (w *contextWalk) visit(rel string, e fs.DirEntry, parent patternmatcher.MatchInfo) error {
	ignored, info, err := w.matcher.MatchesUsingParentResults(rel, parent)
	if err != nil {
		return err
	}
	if ignored && (!e.IsDir() || !w.mayHoldExceptions(rel)) {
		return nil
	}
	if e.IsDir() && e.Name() == ".git" {
		w.found = append(w.found, input{name: filepath.ToSlash(rel), mode: fs.ModeDir | 0o755, text: gitHead(filepath.Join(w.dir, rel))})
		return nil
	}
	if !ignored {
		in, ok, err := readInput(w.dir, rel, e)
		if err != nil {
			return err
		}
		if ok {
			w.found = append(w.found, in)
		}
	}
	if e.IsDir() {
		return w.walk(rel, info)
	}
	return nil
}

// mayHoldExceptions tells whether a "!" pattern could bring back something below an ignored directory.
func (w *contextWalk) mayHoldExceptions(rel string) bool {
	if !w.matcher.Exclusions() {
		return false
	}
	for _, p := range w.matcher.Patterns() {
		if !p.Exclusion() {
			continue
		}
		below := rel + string(filepath.Separator)
		fixed, wild := filepath.FromSlash(p.String()), false
		if i := strings.IndexAny(fixed, "*?["); i >= 0 {
			fixed, wild = fixed[:i], true
		}
		if strings.HasPrefix(fixed, below) || wild && strings.HasPrefix(below, fixed) {
			return true
		}
	}
	return false
}

// readInput describes one entry. Sockets, pipes and devices are no input: engines do not send them.
func readInput(dir, rel string, e fs.DirEntry) (in input, ok bool, err error) {
	info, err := e.Info()
	if err != nil {
		return input{}, false, err
	}
	in = input{name: filepath.ToSlash(rel), path: filepath.Join(dir, rel), mode: info.Mode()}
	switch {
	case info.Mode().IsRegular(), info.IsDir():
		return in, true, nil
	case info.Mode()&fs.ModeSymlink != 0:
		target, err := os.Readlink(in.path)
		in.text = filepath.ToSlash(target)
		return in, true, err
	}
	return input{}, false, nil
}

// gitHead is the commit that a repository stands at, or its branch's name where the commit cannot be read.
func gitHead(gitDir string) string {
	head, err := os.ReadFile(filepath.Join(gitDir, "HEAD"))
	if err != nil {
		return ""
	}
	ref, isRef := strings.CutPrefix(strings.TrimSpace(string(head)), "ref: ")
	if !isRef {
		return ref
	}
	if commit, err := os.ReadFile(filepath.Join(gitDir, filepath.FromSlash(ref))); err == nil {
		return strings.TrimSpace(string(commit))
	}
	packed, err := os.ReadFile(filepath.Join(gitDir, "packed-refs"))
	if err != nil {
		return ref
	}
	for line := range strings.Lines(string(packed)) {
		if commit, name, ok := strings.Cut(strings.TrimSpace(line), " "); ok && name == ref {
			return commit
		}
	}
	return ref
}
