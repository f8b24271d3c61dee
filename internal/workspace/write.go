package workspace

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"ferry.dev/ferry/internal/fault"
)

// File is one file to be written.
type File struct {
	Path string // absolute
	Data []byte
	Ours bool // generated, and nobody's to change: overwritten without a question
}

// ErrDeclined says that a file was not to be overwritten, and that therefore nothing was written.
var ErrDeclined = errors.New("it exists and has other content")

// Write writes the files, all of them or none, each in one step. Files that are there already with the same content are
// left alone. For one with other content overwrite is asked; all questions come before the first write. When it
// says no, the error is ErrDeclined (errors.Is); when it returns an error, so does Write; then nothing is written.
// It returns the paths that were written.
func Write(files []File, overwrite func(path string) (bool, error)) ([]string, error) {
	var todo []change
	for _, f := range files {
		c, needed, err := prepare(f)
		if err != nil {
			return nil, err
		}
		if !needed {
			continue
		}
		if c.old != nil && !f.Ours {
			ok, err := overwrite(f.Path)
			if err != nil {
				return nil, err
			}
			if !ok {
				return nil, &fault.Error{Code: fault.Usage, What: "nothing was written: " + f.Path, Err: ErrDeclined}
			}
		}
		todo = append(todo, c)
	}
	return apply(todo)
}

// change is one file before and after.
type change struct {
	shown string // the path that the caller knows
	path  string // where it lies, links followed
	data  []byte
	old   []byte // nil: there is none
	mode  fs.FileMode
	temp  string
}

// prepare looks at what is there. Only "does not exist" means that nothing is.
func prepare(f File) (change, bool, error) {
	c := change{shown: f.Path, path: f.Path, data: f.Data, mode: 0o644}
	if real, err := filepath.EvalSymlinks(f.Path); err == nil {
		c.path = real
	}
	info, err := os.Stat(c.path)
	if errors.Is(err, fs.ErrNotExist) {
		return c, true, nil
	}
	if err != nil {
		return c, false, err
	}
	if !info.Mode().IsRegular() {
		return c, false, &fault.Error{Code: fault.Usage, What: f.Path + " is in the way", Err: errors.New("it is no file")}
	}
	if c.old, err = os.ReadFile(c.path); err != nil {
		return c, false, err
	}
	if c.old == nil {
		c.old = []byte{}
	}
	c.mode = info.Mode().Perm()
	return c, !bytes.Equal(c.old, c.data), nil
}

// apply writes everything beside its place first, then puts it there. What fails takes back what was done.
func apply(todo []change) (written []string, err error) {
	var undo []func()
	defer func() {
		if err != nil {
			for i := len(undo) - 1; i >= 0; i-- {
				undo[i]()
			}
			written = nil
		}
	}()
	for i := range todo {
		c := &todo[i]
		made, err := makeDirs(filepath.Dir(c.path))
		for _, dir := range made {
			undo = append(undo, func() { remove(dir) })
		}
		if err != nil {
			return nil, err
		}
		if c.temp, err = writeTemp(c.path, c.data, c.mode); err != nil {
			return nil, err
		}
		undo = append(undo, func() { remove(c.temp) })
	}
	for _, c := range todo {
		if err := os.Rename(c.temp, c.path); err != nil {
			return nil, fmt.Errorf("write %s: %w", c.shown, err)
		}
		undo = append(undo, func() { c.restore() })
		written = append(written, c.shown)
	}
	return written, nil
}

// restore puts back what was there before. It is the way out of a failure: what fails here too cannot be helped.
func (c change) restore() {
	if c.old == nil {
		remove(c.path)
		return
	}
	if temp, err := writeTemp(c.path, c.old, c.mode); err == nil {
		if os.Rename(temp, c.path) != nil {
			remove(temp)
		}
	}
}

// remove takes away what this run made. It cleans up behind a failure, which is what the user hears of.
func remove(path string) { _ = os.Remove(path) }

// makeDirs makes a directory and its parents and returns those that were not there, the outermost first.
func makeDirs(dir string) (made []string, err error) {
	var missing []string
	for d := dir; ; d = filepath.Dir(d) {
		if _, err := os.Stat(d); err == nil {
			break
		} else if !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		missing = append(missing, d)
		if filepath.Dir(d) == d {
			break
		}
	}
	for i := len(missing) - 1; i >= 0; i-- {
		if err := os.Mkdir(missing[i], 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
			return made, err
		}
		made = append(made, missing[i])
	}
	return made, nil
}

// writeTemp writes a file beside the place where it belongs.
func writeTemp(path string, data []byte, mode fs.FileMode) (string, error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return "", err
	}
	_, err = f.Write(data)
	err = errors.Join(err, f.Chmod(mode), f.Close())
	if err != nil {
		remove(f.Name())
		return "", err
	}
	return f.Name(), nil
}
