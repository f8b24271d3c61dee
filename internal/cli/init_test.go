package cli

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ferry.dev/ferry/internal/fault"
	"ferry.dev/ferry/internal/manifest"
)

func TestInitWithFlagsNeedsNoTerminal(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	s.file("Dockerfile", "FROM scratch\nEXPOSE 9000\n")
	o := s.ok("init", "--app", "demo", "--name", "web", "--type", "Load Balanced Web Service", "--dockerfile", "./Dockerfile",
		"--env", "test", "--account", "123456789012", "--region", "eu-west-1", "--yes")
	want := `wrote ferry/.schema.json
wrote ferry/app.yml
wrote ferry/web/manifest.yml
wrote ferry/environments/test/manifest.yml

The same without questions:
  ferry init --app demo --name web --type 'Load Balanced Web Service' --dockerfile Dockerfile --port 9000 --env test --account 123456789012 --region eu-west-1 --yes
`
	if diff := cmp.Diff(want, o.Stdout); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if !strings.Contains(s.tree()["ferry/web/manifest.yml"], "port: 9000") {
		t.Errorf("EXPOSE was not read:\n%s", s.tree()["ferry/web/manifest.yml"])
	}
	s.ok("validate")
}

func TestTheSameCommandAgainChangesNothing(t *testing.T) {
	t.Parallel()
	s := demo(t)
	before := s.tree()
	o := s.ok("init", "--app", "demo", "--name", "web", "--type", "Load Balanced Web Service", "--image", "nginx:1.27", "--port", "8080", "--env", "local", "--yes")
	if diff := cmp.Diff(before, s.tree()); diff != "" || !strings.HasPrefix(o.Stdout, "Every file was there already") {
		t.Errorf("stdout %q (-before +after):\n%s", o.Stdout, diff)
	}
}

func TestAFileOfTheUsersIsNeverOverwrittenUnasked(t *testing.T) {
	t.Parallel()
	s := demo(t)
	before := s.tree()
	again := []string{"init", "--name", "web", "--type", "Backend Service", "--image", "nginx:1.27", "--port", "80", "--env", "local", "--yes"}
	o := s.ferry(again...)
	if o.Code != fault.Usage || !strings.Contains(o.Stderr, "answer with --overwrite") {
		t.Errorf("exit %d\n%s", o.Code, o.Stderr)
	}
	if diff := cmp.Diff(before, s.tree()); diff != "" {
		t.Errorf("(-before +after):\n%s", diff)
	}
	s.ok(append(again, "--overwrite")...)
	if !strings.Contains(s.tree()["ferry/web/manifest.yml"], "Backend Service") {
		t.Error("--overwrite did not overwrite")
	}
}

func TestInAWorkspaceInitAddsAServiceAndTouchesNothingElse(t *testing.T) {
	t.Parallel()
	s := demo(t)
	s.file("ferry/app.yml", "name: demo\ntags: {team: mine}\n")
	before := s.tree()
	o := s.ok("init", "--name", "api", "--type", "Backend Service", "--image", "nginx:1.27", "--port", "80", "--env", "local", "--yes")
	after := s.tree()
	if after["ferry/api/manifest.yml"] == "" || !strings.HasPrefix(o.Stdout, "wrote ferry/api/manifest.yml\n\n") {
		t.Errorf("stdout:\n%s", o.Stdout)
	}
	delete(after, "ferry/api/manifest.yml")
	if diff := cmp.Diff(before, after); diff != "" {
		t.Errorf("(-before +after):\n%s", diff)
	}
}

func TestAGoModuleWithoutADockerfileIsBuiltByTheGoBuilder(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	s.file("go.mod", "module example.com/hello\n\ngo 1.26\n")
	s.file("main.go", "package main\n\nfunc main() {}\n")
	s.ok("init", "--app", "demo", "--name", "web", "--type", "Load Balanced Web Service", "--port", "8080", "--env", "local", "--yes")
	if m := s.tree()["ferry/web/manifest.yml"]; !strings.Contains(m, "builder: go") {
		t.Errorf("the manifest:\n%s", m)
	}
}

func TestAnswersThatCannotBeAreRefusedAndWriteNothing(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ args, want string }{
		"name":       {"--name Web!", "--name cannot be"},
		"type":       {"--type Service", "--type cannot be"},
		"dockerfile": {"--dockerfile Nofile", "there is no Dockerfile Nofile"},
		"port":       {"--image nginx --port 70000", "--port cannot be 70000"},
		"no port":    {"--image nginx --port 0", "--port cannot be 0"},
		"env":        {"--image nginx --port 80 --env Te_st", "--env cannot be"},
		"account":    {"--image nginx --port 80 --env test --account 12", "--account cannot be 12"},
		"image":      {"--image UPPER:CASE:X", "--image cannot be"},
		"builder":    {"--builder make", "--builder takes docker or go"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newShell(t)
			args := append([]string{"init", "--app", "demo", "--yes"}, strings.Fields(c.args)...)
			if !strings.Contains(c.args, "--name") {
				args = append(args, "--name", "web")
			}
			if strings.Contains(c.args, "--name") {
				args = append(args, "--image", "nginx", "--port", "80")
			}
			o := s.ferry(args...)
			if o.Code != fault.Usage || !strings.Contains(o.Stderr, c.want) {
				t.Errorf("exit %d\n%s", o.Code, o.Stderr)
			}
			if files := slices.Sorted(maps.Keys(s.tree())); len(files) > 0 {
				t.Errorf("it wrote %v", files)
			}
		})
	}
}

func TestNamesAreMadeFromWhatIsThere(t *testing.T) {
	t.Parallel()
	got := map[string]string{}
	for _, s := range []string{"My App", "2fast", "---", "päper_shop", "ok"} {
		got[s] = manifest.NameFrom(s)
	}
	want := map[string]string{"My App": "my-app", "2fast": "fast", "---": "", "päper_shop": "p-per-shop", "ok": "ok"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestAWorkerIsAskedForItsTopicsAndForNoPort(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	o := s.ok("init", "--app", "demo", "--name", "worker", "--type", "worker service", "--image", "nginx:1.27", "--subscribe-topics", "api:orders,bank:payments", "--env", "local", "--yes")
	if !strings.Contains(o.Stdout, "--port 0 --subscribe-topics api:orders,bank:payments --env local --yes") {
		t.Error(o.Stdout)
	}
	got := s.tree()["ferry/worker/manifest.yml"]
	if want := "  topics:\n    - name: orders\n      service: api\n    - name: payments\n      service: bank\n  queue:\n"; !strings.Contains(got, want) {
		t.Error(got)
	}
	for _, flags := range [][]string{{"--subscribe-topics", "orders"}, {"--port", "80"}} {
		if o := s.ferry(append([]string{"init", "--name", "other", "--type", "Worker Service", "--image", "nginx", "--env", "local", "--yes"}, flags...)...); o.Code != fault.Usage {
			t.Errorf("%v: exit %d\n%s", flags, o.Code, o.Stderr)
		}
	}
}
