package workspace_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ferry.dev/ferry/internal/fault"
	"ferry.dev/ferry/internal/manifest"
	"ferry.dev/ferry/internal/workspace"
	"github.com/google/go-cmp/cmp"
)

func never(path string) (bool, error) { return false, fmt.Errorf("asked for %s", path) }

// scaffolded writes what a request makes and opens it.
func scaffolded(t *testing.T, dir string, r workspace.ScaffoldRequest) *workspace.Workspace {
	t.Helper()
	files, err := workspace.Scaffold(dir, r)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := workspace.Write(files, never); err != nil {
		t.Fatal(err)
	}
	return find(t, dir)
}

func TestEveryAnswerOfTheWizardReadsBack(t *testing.T) {
	t.Parallel()
	base := workspace.ScaffoldRequest{App: "shop", Name: "web", Type: manifest.LoadBalancedWebService, Env: "test", Dockerfile: "./Dockerfile", Port: 3000}
	with := func(change func(*workspace.ScaffoldRequest)) workspace.ScaffoldRequest {
		r := base
		change(&r)
		return r
	}
	for name, r := range map[string]workspace.ScaffoldRequest{
		"dockerfile":       base,
		"dockerfile below": with(func(r *workspace.ScaffoldRequest) { r.Dockerfile = "web app/Dockerfile" }),
		"image":            with(func(r *workspace.ScaffoldRequest) { r.Image, r.Dockerfile = "nginx:1.29@sha256:abc", "" }),
		"go":               with(func(r *workspace.ScaffoldRequest) { r.Go, r.GoPackage, r.Dockerfile = true, "./cmd/web", "" }),
		"go in the root":   with(func(r *workspace.ScaffoldRequest) { r.Go, r.GoPackage, r.Dockerfile = true, ".", "" }),
		"backend":          with(func(r *workspace.ScaffoldRequest) { r.Type, r.Name = manifest.BackendService, "api" }),
		"backend, no port": with(func(r *workspace.ScaffoldRequest) { r.Type, r.Port = manifest.BackendService, 0 }),
		"worker": with(func(r *workspace.ScaffoldRequest) {
			r.Type, r.Name, r.Port = manifest.WorkerService, "worker", 0
			r.Topics = []workspace.Topic{{Service: "api", Name: "orders"}, {Service: "on", Name: "yes"}}
		}),
		"worker without topics": with(func(r *workspace.ScaffoldRequest) { r.Type, r.Port = manifest.WorkerService, 0 }),
		"request-driven":        with(func(r *workspace.ScaffoldRequest) { r.Type, r.Name = manifest.RequestDrivenService, "front" }),
		"a name like a value":   with(func(r *workspace.ScaffoldRequest) { r.App, r.Name, r.Env = "on", "yes", "null" }),
		"local":                 with(func(r *workspace.ScaffoldRequest) { r.Env = "local" }),
		"account and region":    with(func(r *workspace.ScaffoldRequest) { r.Account, r.Region = "000011112222", "eu-central-1" }),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := scaffolded(t, t.TempDir(), r)
			app, appList, err := w.App()
			if err != nil || len(appList) > 0 || app.Name != r.App {
				t.Error(app, appList, err)
			}
			e, envList, err := w.Environment(r.Env, manifest.Options{})
			if err != nil || len(envList) > 0 {
				t.Error(envList, err)
			}
			wl, list, err := w.Service(r.Name, r.Env, manifest.Options{})
			if err != nil || list.HasErrors() {
				t.Fatal(list, err)
			}
			if got := answers(app, e, wl); !cmp.Equal(r, got) {
				t.Error(cmp.Diff(r, got))
			}
		})
	}
}

// answers reads a request back out of what it made.
func answers(app manifest.App, e manifest.Environment, w manifest.Workload) workspace.ScaffoldRequest {
	r := workspace.ScaffoldRequest{App: app.Name, Name: w.Name, Type: w.Type, Env: e.Name, Image: w.Image.Location, Port: w.Image.Port}
	if e.Name != workspace.Local {
		r.Account, r.Region = e.Account, e.Region
	}
	for _, t := range w.Subscribe.Topics {
		r.Topics = append(r.Topics, workspace.Topic{Service: t.Service, Name: t.Name})
	}
	if w.Site != nil {
		for _, f := range w.Site.Files {
			r.Sources = append(r.Sources, f.Source)
		}
	}
	if b := w.Image.Build; b != nil && b.Builder == "go" {
		r.Go, r.GoPackage = true, b.GoPackage
	} else if b != nil {
		r.Dockerfile = b.Dockerfile
	}
	return r
}

func TestTheSecondWebServiceGetsAPathOfItsOwn(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	r := workspace.ScaffoldRequest{App: "shop", Name: "web", Type: manifest.LoadBalancedWebService, Dockerfile: "Dockerfile", Port: 80}
	scaffolded(t, dir, r)
	r.Name = "admin"
	w := scaffolded(t, dir, r)
	wl, _, err := w.Service("admin", "", manifest.Options{})
	if err != nil || wl.HTTP.Path != "/admin" {
		t.Error(wl.HTTP, err)
	}
}

func TestInACopilotWorkspaceOnlyTheServiceIsAdded(t *testing.T) {
	t.Parallel()
	dir := tree(t, map[string]string{"copilot/.workspace": "application: shop\n"})
	files, err := workspace.Scaffold(dir, workspace.ScaffoldRequest{App: "shop", Name: "web", Type: manifest.LoadBalancedWebService, Dockerfile: "Dockerfile", Port: 80})
	if err != nil {
		t.Fatal(err)
	}
	var paths []string
	for _, f := range files {
		paths = append(paths, strings.TrimPrefix(filepath.ToSlash(f.Path), filepath.ToSlash(dir)))
	}
	if diff := cmp.Diff([]string{"/copilot/.schema.json", "/copilot/web/manifest.yml"}, paths); diff != "" {
		t.Error(diff)
	}
}

// TestAnEditorFindsTheSchemaFromTheFirstLineOfEachFile follows the line as the YAML language server does.
func TestAnEditorFindsTheSchemaFromTheFirstLineOfEachFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	r := workspace.ScaffoldRequest{App: "shop", Name: "web", Type: manifest.LoadBalancedWebService, Env: "test", Dockerfile: "Dockerfile", Port: 80}
	w := scaffolded(t, dir, r)
	want, err := manifest.JSONSchema()
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{"app.yml", "web/manifest.yml", "environments/test/manifest.yml"} {
		src, err := os.ReadFile(filepath.Join(w.Root, file))
		if err != nil {
			t.Fatal(err)
		}
		first, _, _ := strings.Cut(string(src), "\n")
		named, ok := strings.CutPrefix(first, "# yaml-language-server: $schema=")
		schema, err := os.ReadFile(filepath.Join(w.Root, filepath.Dir(file), filepath.FromSlash(named)))
		if !ok || err != nil {
			t.Errorf("%s begins with %q: %v", file, first, err)
			continue
		}
		if diff := cmp.Diff(object(t, want), object(t, schema)); diff != "" {
			t.Errorf("%s: %s", file, diff)
		}
	}
}

func object(t *testing.T, text []byte) (o map[string]any) {
	t.Helper()
	if err := json.Unmarshal(text, &o); err != nil {
		t.Fatal(err)
	}
	return o
}

func TestAnswersThatMakeNoManifestAreRefused(t *testing.T) {
	t.Parallel()
	good := workspace.ScaffoldRequest{App: "shop", Name: "web", Type: manifest.LoadBalancedWebService, Env: "test", Dockerfile: "Dockerfile", Port: 80}
	for name, change := range map[string]func(*workspace.ScaffoldRequest){
		"type":    func(r *workspace.ScaffoldRequest) { r.Type = "Scheduled Thing" },
		"app":     func(r *workspace.ScaffoldRequest) { r.App = "my shop" },
		"name":    func(r *workspace.ScaffoldRequest) { r.Name = "-" },
		"port":    func(r *workspace.ScaffoldRequest) { r.Port = 0 },
		"account": func(r *workspace.ScaffoldRequest) { r.Account = "12" },
		"source":  func(r *workspace.ScaffoldRequest) { r.Dockerfile = "" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := good
			change(&r)
			if _, err := workspace.Scaffold(t.TempDir(), r); fault.ExitCode(err) != fault.Usage {
				t.Errorf("the error is %v", err)
			}
		})
	}
}

// snapshot reads every file below a directory.
func snapshot(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			if err == nil && path != dir {
				out[strings.TrimPrefix(path, dir)] = "(directory)"
			}
			return err
		}
		data, err := os.ReadFile(path)
		out[strings.TrimPrefix(path, dir)] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestWriteAsksBeforeItOverwritesAndWritesAllOrNothing(t *testing.T) {
	t.Parallel()
	failed := errors.New("interrupted")
	for name, tt := range map[string]struct {
		answer  func(string) (bool, error)
		wantErr error
		want    map[string]string
		written []string
	}{
		"agreed":      {func(string) (bool, error) { return true, nil }, nil, map[string]string{"/a": "same", "/b": "new", "/c": "(directory)", "/c/d": "fresh"}, []string{"b", "c/d"}},
		"declined":    {func(string) (bool, error) { return false, nil }, workspace.ErrDeclined, map[string]string{"/a": "same", "/b": "old"}, nil},
		"interrupted": {func(string) (bool, error) { return true, failed }, failed, map[string]string{"/a": "same", "/b": "old"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := tree(t, map[string]string{"a": "same", "b": "old"})
			in := func(name string) string { return filepath.Join(dir, filepath.FromSlash(name)) }
			asked := []string{}
			written, err := workspace.Write([]workspace.File{{Path: in("c/d"), Data: []byte("fresh")}, {Path: in("a"), Data: []byte("same")}, {Path: in("b"), Data: []byte("new")}}, func(path string) (bool, error) {
				asked = append(asked, path)
				return tt.answer(path)
			})
			if !errors.Is(err, tt.wantErr) {
				t.Errorf("the error is %v", err)
			}
			if diff := cmp.Diff(tt.want, snapshot(t, dir)); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff([]string{in("b")}, asked); diff != "" {
				t.Errorf("asked for the wrong files: %s", diff)
			}
			if len(written) != len(tt.written) {
				t.Errorf("written: %v", written)
			}
		})
	}
}

func TestAWriteThatFailsTakesBackWhatItDid(t *testing.T) {
	t.Parallel()
	dir := tree(t, map[string]string{"a": "old", "file": ""})
	files := []workspace.File{
		{Path: filepath.Join(dir, "a"), Data: []byte("new")},
		{Path: filepath.Join(dir, "x", "y"), Data: []byte("new")},
		{Path: filepath.Join(dir, "file", "below", "z"), Data: []byte("a file is in the way of the directory")},
	}
	before := snapshot(t, dir)
	written, err := workspace.Write(files, func(string) (bool, error) { return true, nil })
	if err == nil || written != nil {
		t.Error(written, err)
	}
	if diff := cmp.Diff(before, snapshot(t, dir)); diff != "" {
		t.Error(diff)
	}
}

func TestWriteFollowsALinkAndKeepsTheMode(t *testing.T) {
	t.Parallel()
	dir := tree(t, map[string]string{"real": "old"})
	real, link := filepath.Join(dir, "real"), filepath.Join(dir, "link")
	if err := os.Symlink(real, link); err != nil {
		t.Skipf("this system makes no symbolic links: %v", err)
	}
	if err := os.Chmod(real, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := workspace.Write([]workspace.File{{Path: link, Data: []byte("new")}}, func(string) (bool, error) { return true, nil }); err != nil {
		t.Fatal(err)
	}
	info, err := os.Lstat(real)
	if err != nil || info.Mode().Perm() != 0o600 && os.PathSeparator == '/' {
		t.Error(info, err)
	}
	if data, err := os.ReadFile(real); err != nil || string(data) != "new" {
		t.Error(string(data), err)
	}
	if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Error("the link is gone")
	}
}

func TestADirectoryInTheWayIsNamed(t *testing.T) {
	t.Parallel()
	dir := tree(t, map[string]string{"a/b": ""})
	_, err := workspace.Write([]workspace.File{{Path: filepath.Join(dir, "a"), Data: nil}}, never)
	if fault.ExitCode(err) != fault.Usage {
		t.Error(err)
	}
}
