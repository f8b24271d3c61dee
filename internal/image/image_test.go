package image

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ferry.dev/ferry/internal/fault"
	"ferry.dev/ferry/internal/manifest"
)

// project is a small context with everything that a tag depends on.
func project() map[string]string {
	return map[string]string{
		"Dockerfile":           "FROM scratch\nCOPY . /\n",
		".dockerignore":        "# comment\n*.md\nnode_modules\n!keep.md\nlogs/*\n!logs/keep/\n",
		"main.c":               "int main(){}",
		"run.sh*":              "#!/bin/sh\n",
		"link":                 "-> main.c",
		"empty/":               "",
		"keep.md":              "kept",
		"README.md":            "ignored",
		"node_modules/a/b.js":  "ignored",
		"logs/old.log":         "ignored",
		"logs/keep/this.log":   "kept",
		".git/HEAD":            "ref: refs/heads/main\n",
		".git/refs/heads/main": "0123456789abcdef0123456789abcdef01234567\n",
		".git/index":           "changes with every git status",
	}
}

func workload() manifest.Workload {
	return manifest.Workload{
		Name:     "web",
		Image:    manifest.Image{Build: &manifest.Build{Dockerfile: "Dockerfile", Args: map[string]string{"VERSION": "1"}}, Port: 8080},
		Platform: manifest.Platform{OS: "LINUX", Arch: "X86_64"},
	}
}

func tagOf(t *testing.T, dir string, w manifest.Workload) string {
	t.Helper()
	spec, err := Plan(dir, "demo", "web", w)
	check(t, err)
	return spec.Tag
}

func TestThePlanNamesRepositoryAndTag(t *testing.T) {
	t.Parallel()
	spec, err := Plan(tree(t, project()), "demo", "web", workload())
	check(t, err)
	spec.builder = nil
	want := Spec{
		App: "demo", Service: "web", Repository: "demo/web", Platform: workload().Platform,
		Tag:  spec.Tag,
		Tags: map[string]string{"ferry:application": "demo", "ferry:service": "web"},
	}
	if diff := cmp.Diff(want, spec, cmp.AllowUnexported(Spec{})); diff != "" {
		t.Error(diff)
	}
	if len(spec.Tag) != tagLength {
		t.Errorf("tag %q", spec.Tag)
	}
}

func TestTheSameInputsHaveTheSameTagAnywhereAndAtAnyTime(t *testing.T) {
	t.Parallel()
	first := tree(t, project())
	second := tree(t, project())
	old := time.Date(2001, 2, 3, 4, 5, 6, 0, time.UTC)
	check(t, os.Chtimes(filepath.Join(second, "main.c"), old, old))
	if a, b := tagOf(t, first, workload()), tagOf(t, second, workload()); a != b {
		t.Errorf("%s and %s", a, b)
	}
}

func TestEveryInputChangesTheTag(t *testing.T) {
	t.Parallel()
	write := func(name, text string) func(*testing.T, string, *manifest.Workload) {
		return func(t *testing.T, dir string, _ *manifest.Workload) { put(t, dir, name, text) }
	}
	build := func(f func(*manifest.Build)) func(*testing.T, string, *manifest.Workload) {
		return func(_ *testing.T, _ string, w *manifest.Workload) { f(w.Image.Build) }
	}
	changes := map[string]func(*testing.T, string, *manifest.Workload){
		"content":                     write("main.c", "int main(){return 1;}"),
		"a new file":                  write("more.c", ""),
		"a new empty directory":       write("empty2/", ""),
		"an exception of the ignores": write("keep.md", "changed"),
		"one below an ignored name":   write("logs/keep/this.log", "changed"),
		"the Dockerfile":              write("Dockerfile", "FROM scratch\nCOPY main.c /\n"),
		"the ignore file":             write(".dockerignore", "*.md\n"),
		"the Dockerfile's own ignore": write("Dockerfile.dockerignore", "empty\n"),
		"the commit":                  write(".git/refs/heads/main", "ffffffffffffffffffffffffffffffffffffffff\n"),
		"a mode": func(t *testing.T, dir string, _ *manifest.Workload) {
			check(t, os.Chmod(filepath.Join(dir, "main.c"), 0o600))
		},
		"a link's target": func(t *testing.T, dir string, _ *manifest.Workload) {
			check(t, os.Remove(filepath.Join(dir, "link")))
			put(t, dir, "link", "-> run.sh")
		},
		"an argument":        build(func(b *manifest.Build) { b.Args = map[string]string{"VERSION": "2"} }),
		"an argument's name": build(func(b *manifest.Build) { b.Args = map[string]string{"VERSION1": ""} }),
		"the target":         build(func(b *manifest.Build) { b.Target = "prod" }),
		"the context":        build(func(b *manifest.Build) { b.Context = "logs" }),
		"the platform": func(_ *testing.T, _ string, w *manifest.Workload) {
			w.Platform.Arch = "ARM64"
		},
	}
	base := tagOf(t, tree(t, project()), workload())
	tags := map[string]string{base: "nothing"}
	for name, change := range changes {
		dir, w := tree(t, project()), workload()
		w.Image.Build.Args = maps.Clone(w.Image.Build.Args)
		change(t, dir, &w)
		tag := tagOf(t, dir, w)
		if other, twice := tags[tag]; twice {
			t.Errorf("changing %s gives the tag of changing %s", name, other)
		}
		tags[tag] = name
	}
}

func TestWhatIsNoInputDoesNotChangeTheTag(t *testing.T) {
	t.Parallel()
	base := tagOf(t, tree(t, project()), workload())
	for name, change := range map[string]func(string, *manifest.Workload){
		"an ignored file":         func(dir string, _ *manifest.Workload) { put(t, dir, "README.md", "changed") },
		"an ignored directory":    func(dir string, _ *manifest.Workload) { put(t, dir, "node_modules/a/c.js", "new") },
		"Git's index":             func(dir string, _ *manifest.Workload) { put(t, dir, ".git/index", "changed") },
		"a cache":                 func(_ string, w *manifest.Workload) { w.Image.Build.CacheFrom = []string{"demo/web:latest"} },
		"the port":                func(_ string, w *manifest.Workload) { w.Image.Port = 9000 },
		"a Dockerfile by default": func(_ string, w *manifest.Workload) { w.Image.Build.Dockerfile = "" },
	} {
		dir, w := tree(t, project()), workload()
		change(dir, &w)
		if tag := tagOf(t, dir, w); tag != base {
			t.Errorf("changing %s changes the tag", name)
		}
	}
}

func TestAPrebuiltImageHasNoTagAndNoRepository(t *testing.T) {
	t.Parallel()
	const ref = "public.ecr.aws/nginx/nginx:1.27"
	spec, err := Plan(t.TempDir(), "demo", "web", manifest.Workload{Image: manifest.Image{Location: ref}})
	check(t, err)
	if diff := cmp.Diff(Spec{App: "demo", Service: "web", Location: ref}, spec, cmp.AllowUnexported(Spec{})); diff != "" {
		t.Error(diff)
	}
}

func TestAPlanThatCannotBeSaysWhy(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		build manifest.Build
		want  fault.Error
	}{
		"no Dockerfile": {
			manifest.Build{Dockerfile: "none/Dockerfile"},
			fault.Error{Code: fault.Refused, What: "web: cannot read the Dockerfile none/Dockerfile",
				Hint: "paths in image.build are relative to the project's directory, the parent of ferry/"},
		},
		"an unknown builder": {
			manifest.Build{Builder: "bazel"},
			fault.Error{Code: fault.Usage, What: `web: there is no builder "bazel"`,
				Hint: "builder is docker (a Dockerfile) or go (a Go package, without Docker)"},
		},
		"arguments for the Go builder": {
			manifest.Build{Builder: "go", Args: map[string]string{"A": "b"}},
			fault.Error{Code: fault.Usage, What: "web: args, target and cache_from have no meaning with builder go",
				Hint: "remove them, or use a Dockerfile"},
		},
		"a package that is not there": {
			manifest.Build{Builder: "go", GoPackage: "./cmd/none"},
			fault.Error{Code: fault.Refused, What: "web: the Go package ./cmd/none does not exist",
				Hint: "paths in image.build are relative to the project's directory, the parent of ferry/"},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := workload()
			w.Image.Build = &tt.build
			_, err := Plan(tree(t, project()), "demo", "web", w)
			var f *fault.Error
			if !errors.As(err, &f) {
				t.Fatalf("no fault: %v", err)
			}
			got := *f
			got.Err = nil
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}
