package cli

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ferry.dev/ferry/internal/fault"
)

// object decodes what stdout holds: one object on one line.
func object(t *testing.T, o outcome) map[string]any {
	t.Helper()
	var v map[string]any
	if err := json.Unmarshal([]byte(o.Stdout), &v); err != nil || strings.Count(o.Stdout, "\n") != 1 {
		t.Fatalf("stdout is not one object on one line (%v):\n%s", err, o.Stdout)
	}
	return v
}

func TestJSONOutputIsOneFinalObject(t *testing.T) {
	t.Parallel()
	got := object(t, demo(t).ok("version", "--output", "json"))
	want := map[string]any{"version": "v0", "go": "go", "platform": "test"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestAnErrorIsPartOfTheFinalObject(t *testing.T) {
	t.Parallel()
	o := newShell(t).ferry("deploy", "--output", "json")
	want := map[string]any{"error": map[string]any{
		"message": "no application here: no ferry/ directory here or above", "exitCode": float64(2),
		"hint": "go to your project's directory, or begin with: ferry init",
	}}
	if diff := cmp.Diff(want, object(t, o)); diff != "" || o.Code != fault.Usage {
		t.Errorf("exit %d (-want +got):\n%s", o.Code, diff)
	}
}

func TestValidateSaysTheSameAsTextAsJSONAndAsAnnotations(t *testing.T) {
	t.Parallel()
	s := demo(t)
	if o := s.ok("validate"); o.Stdout != "2 manifests, no mistakes\n" {
		t.Errorf("stdout %q", o.Stdout)
	}
	s.file("ferry/web/manifest.yml", "name: web\ntype: Load Balanced Web Service\nimage: {location: nginx, port: 80}\nhttp: {path: /}\nmemry: 512\n")
	for _, o := range []outcome{s.ferry("validate"), s.ferry("validate", "ferry/web/manifest.yml")} {
		if o.Code != fault.Usage || !strings.HasPrefix(o.Stdout, "ferry/web/manifest.yml:5:1: ") || !strings.Contains(o.Stdout, "hint: ") {
			t.Errorf("exit %d, stdout\n%s", o.Code, o.Stdout)
		}
		if o.Stderr != "error: 1 mistake in the manifests; nothing was touched\n" {
			t.Errorf("stderr %q", o.Stderr)
		}
	}
	if o := s.ferry("validate", "--github"); o.Code != fault.Usage || !strings.HasPrefix(o.Stdout, "::error file=ferry/web/manifest.yml,line=5,col=1") {
		t.Errorf("exit %d, stdout\n%s", o.Code, o.Stdout)
	}
	got := object(t, s.ferry("validate", "--output", "json"))
	if got["valid"] != false || got["errors"] != 1.0 || len(got["diagnostics"].([]any)) != 1 {
		t.Errorf("got %v", got)
	}
}

func TestValidateAlsoSaysWhatEnvironmentAndServiceMakeImpossibleTogether(t *testing.T) {
	t.Parallel()
	s := demo(t)
	s.file("ferry/environments/test/manifest.yml", "name: test\ntype: Environment\n")
	s.file("ferry/web/manifest.yml", "name: web\ntype: Load Balanced Web Service\nimage: {location: nginx, port: 80}\nhttp:\n  path: /\nnetwork:\n  vpc: {placement: private}\ncpu: 256\nmemory: 512\ncapacity_providers:\n  - name: gpus\n")
	want := "ferry/web/manifest.yml:11:11: capacity_providers[0].name: the cluster of environment \"test\" has no capacity provider \"gpus\"\n"
	if o := s.ferry("validate"); o.Code != fault.Usage || !strings.HasPrefix(o.Stdout, want) {
		t.Errorf("exit %d, stdout\n%s", o.Code, o.Stdout)
	}
}

func TestWhatOnlyTheBuiltInEnvironmentLacksIsAWarningBesideOthersThatHaveIt(t *testing.T) {
	t.Parallel()
	s := demo(t)
	s.file("ferry/environments/test/manifest.yml", "name: test\ntype: Environment\n")
	const service = "name: web\ntype: Backend Service\nenvironments:\n  test:\n    image: {location: nginx}\n"
	s.file("ferry/web/manifest.yml", service)
	const missing = "ferry/web/manifest.yml:1:1: warning: image: is missing (in the environment local alone)\n"
	if o := s.ferry("validate"); o.Code != fault.OK || !strings.HasPrefix(o.Stdout, missing) {
		t.Errorf("exit %d, stdout\n%s", o.Code, o.Stdout)
	}
	s.file("ferry/web/manifest.yml", service+"  local:\n    count: 2\n")
	if o := s.ferry("validate"); o.Code != fault.Usage || !strings.HasPrefix(o.Stdout, "ferry/web/manifest.yml:1:1: image: is missing\n") {
		t.Errorf("named: exit %d, stdout\n%s", o.Code, o.Stdout)
	}
	s.file("ferry/web/manifest.yml", service)
	if o := s.ferry("validate", "--env", "local"); o.Code != fault.Usage {
		t.Errorf("asked for: exit %d, stdout\n%s", o.Code, o.Stdout)
	}
}

func TestValidateReadsAServiceInEnvironmentsThatOnlyItNames(t *testing.T) {
	t.Parallel()
	s := demo(t)
	s.file("ferry/environments/test/manifest.yml", "name: test\ntype: Environment\n")
	s.file("ferry/web/manifest.yml", "name: web\ntype: Backend Service\nimage: {location: nginx}\ncpu: 256\nmemory: 512\nenvironments:\n  prod:\n    memory: 8192\n")
	if o := s.ferry("validate"); o.Code != fault.Usage || !strings.HasPrefix(o.Stdout, "ferry/web/manifest.yml:8:13: environments.prod.memory: ") {
		t.Errorf("exit %d, stdout\n%s", o.Code, o.Stdout)
	}
	s.ok("validate", "--env", "test")
}

func TestValidateOfOneFileReadsItForEachEnvironmentThatItNames(t *testing.T) {
	t.Parallel()
	s := demo(t)
	s.file("x.yml", "name: web\ntype: Backend Service\nimage: {location: nginx}\ncpu: 256\nmemory: 512\nenvironments:\n  prod:\n    memory: 8192\n")
	if o := s.ferry("validate", "x.yml"); o.Code != fault.Usage || !strings.HasPrefix(o.Stdout, "x.yml:8:13: environments.prod.memory: ") {
		t.Errorf("exit %d, stdout\n%s", o.Code, o.Stdout)
	}
	s.ok("validate", "x.yml", "--env", "test")
}

func TestPackageWritesPlainFilesOffline(t *testing.T) {
	t.Parallel()
	s := demo(t)
	o := s.ok("package", "web", "--env", "local", "--output-dir", "out")
	var want strings.Builder
	for _, f := range []string{"environment.stack.yml", "web.stack.yml", "web.taskdef.json", "web.service.json"} {
		want.WriteString(filepath.Join("out", f) + "\n")
		if s.tree()["out/"+f] == "" {
			t.Errorf("%s was not written", f)
		}
	}
	if diff := cmp.Diff(want.String(), o.Stdout); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if o := s.ok("package"); !strings.Contains(o.Stdout, "==> web.taskdef.json <==\n{") {
		t.Errorf("stdout:\n%s", o.Stdout)
	}
}
