package cli

import (
	"bytes"
	"context"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ferry.dev/ferry/internal/fault"
	"ferry.dev/ferry/internal/ui"
)

var update = flag.Bool("update", false, "write the golden files")

// shell is a directory in which ferry is run without a terminal.
type shell struct {
	t   *testing.T
	dir string
	env map[string]string
}

func newShell(t *testing.T) *shell {
	t.Helper()
	dir := t.TempDir()
	return &shell{t: t, dir: dir, env: map[string]string{"FERRY_LOCAL_DIR": filepath.Join(dir, ".local")}}
}

// file writes a file below the directory.
func (s *shell) file(path, content string) {
	s.t.Helper()
	path = filepath.Join(s.dir, path)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		s.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		s.t.Fatal(err)
	}
}

// tree lists the files below the directory with their content.
func (s *shell) tree() map[string]string {
	s.t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(s.dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		rel, _ := filepath.Rel(s.dir, path)
		files[filepath.ToSlash(rel)] = string(data)
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return files
}

// outcome is all that a run leaves to see.
type outcome struct {
	Code           fault.Code
	Stdout, Stderr string
}

// app makes the App of a run.
func (s *shell) app(in io.Reader, out, errs io.Writer) *App {
	return &App{
		Streams: ui.Streams{In: in, Out: out, Err: errs},
		Version: Version{Version: "v0", Go: "go", Platform: "test"},
		Dir:     s.dir,
		LookupEnv: func(name string) (string, bool) {
			v, ok := s.env[name]
			return v, ok
		},
		Now: time.Now,
	}
}

// ferry runs a command with a closed stdin.
func (s *shell) ferry(args ...string) outcome {
	s.t.Helper()
	var out, errs bytes.Buffer
	ctx, cancel := context.WithTimeout(s.t.Context(), time.Minute)
	defer cancel()
	code := s.app(strings.NewReader(""), &out, &errs).Run(ctx, args)
	return outcome{code, out.String(), errs.String()}
}

// ok runs a command that must succeed.
func (s *shell) ok(args ...string) outcome {
	s.t.Helper()
	o := s.ferry(args...)
	if o.Code != fault.OK {
		s.t.Fatalf("ferry %s: exit %d\n%s%s", strings.Join(args, " "), o.Code, o.Stdout, o.Stderr)
	}
	return o
}

// demo makes a workspace with one service that needs no build.
func demo(t *testing.T) *shell {
	t.Helper()
	s := newShell(t)
	s.ok("init", "--app", "demo", "--name", "web", "--type", "Load Balanced Web Service", "--image", "nginx:1.27", "--port", "8080", "--env", "local", "--yes")
	return s
}
