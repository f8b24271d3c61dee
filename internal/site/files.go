package site

import (
	"cmp"
	"crypto/md5"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"ferry.dev/ferry/internal/fault"
	"ferry.dev/ferry/internal/manifest"
)

// largest is what S3 takes in one piece.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html
const largest = 5 << 30

// Files lists the files that a manifest means, by their keys, with their digests. Sources are relative to project. Where two
// sources give one key the later one counts. Errors are *fault.Error.
func Files(project string, sources []manifest.SiteFiles) ([]File, error) {
	byKey := map[string]File{}
	for _, s := range sources {
		found, err := walk(project, s)
		if err != nil {
			return nil, err
		}
		for _, f := range found {
			byKey[f.Key] = f
		}
	}
	files := make([]File, 0, len(byKey))
	for _, f := range byKey {
		files = append(files, f)
	}
	slices.SortFunc(files, func(a, b File) int { return cmp.Compare(a.Key, b.Key) })
	var g errgroup.Group
	g.SetLimit(runtime.GOMAXPROCS(0))
	for i := range files {
		g.Go(func() error { return files[i].read(project) })
	}
	return files, g.Wait()
}

// walk lists the files of one source.
func walk(project string, s manifest.SiteFiles) ([]File, error) {
	root := filepath.Join(project, filepath.FromSlash(s.Source))
	info, err := os.Stat(root)
	if err != nil {
		return nil, missing(s.Source, err)
	}
	if !info.IsDir() {
		if !taken(s, path.Base(path.Clean(s.Source)), s.Source) {
			return nil, nil
		}
		return []File{newFile(path.Join(s.Destination, path.Base(path.Clean(s.Source))), s.Source)}, nil
	}
	var files []File
	err = filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		if d.IsDir() {
			if !s.Recursive && name != root || d.Name() == ".git" {
				return filepath.SkipDir
			}
			return nil
		}
		if !d.Type().IsRegular() {
			target, err := os.Stat(name) // a link to a file is that file; links to directories could lead in a circle
			if err != nil || !target.Mode().IsRegular() {
				return nil
			}
		}
		if source := path.Join(path.Clean(s.Source), rel); taken(s, rel, source) {
			files = append(files, newFile(path.Join(s.Destination, rel), source))
		}
		return nil
	})
	if err != nil {
		return nil, missing(s.Source, err)
	}
	return files, nil
}

func missing(source string, err error) error {
	e := &fault.Error{Code: fault.Usage, What: fmt.Sprintf("the site's files cannot be read: %s", source), Err: err}
	if errors.Is(err, fs.ErrNotExist) {
		e.What, e.Err = fmt.Sprintf("the site's files are not there: %s", source), nil
		e.Hint = "build the site first, or correct files[].source; it is relative to the directory that holds ferry/"
	}
	return e
}

// taken tells whether a file is part of the site: exclude leaves out, reinclude takes in again. Globs match the path below
// the source, or the path in the project.
func taken(s manifest.SiteFiles, rel, source string) bool {
	hit := func(globs []string) bool {
		return slices.ContainsFunc(globs, func(g string) bool { return matches(g, rel) || matches(g, path.Clean(source)) })
	}
	return !hit(s.Exclude) || hit(s.Reinclude)
}

// matches holds a path against a glob whose star goes across slashes; the name of a directory stands for all in it.
func matches(glob, name string) bool {
	glob = strings.TrimSuffix(strings.TrimPrefix(glob, "./"), "/")
	flat := strings.NewReplacer("/", "\x00", "[!", "[^")
	for _, g := range []string{glob, glob + "/*"} {
		if ok, err := path.Match(flat.Replace(g), strings.ReplaceAll(name, "/", "\x00")); ok && err == nil {
			return true
		}
	}
	return false
}

func newFile(key, source string) File {
	return File{Key: key, Path: path.Clean(source), Type: contentType(key), Cache: cacheControl(key)}
}

// read fills in size and digest.
func (f *File) read(project string) error {
	in, err := os.Open(filepath.Join(project, filepath.FromSlash(f.Path)))
	if err != nil {
		return missing(f.Path, err)
	}
	defer in.Close() //nolint:errcheck // it was only read
	h := md5.New()
	if f.Size, err = io.Copy(h, in); err != nil {
		return missing(f.Path, err)
	}
	if f.Size > largest {
		return &fault.Error{Code: fault.Usage, What: fmt.Sprintf("%s is larger than the 5 GiB that S3 takes in one piece", f.Path), Hint: "leave it out with exclude"}
	}
	f.MD5 = hex.EncodeToString(h.Sum(nil))
	return nil
}
