package cli

import (
	"strings"
	"testing"

	"ferry.dev/ferry/internal/fault"
)

func TestWithoutATerminalEveryCommandNamesTheMissingFlagAndExitsTwo(t *testing.T) {
	t.Parallel()
	two := func(t *testing.T) *shell {
		s := demo(t)
		s.ok("init", "--name", "api", "--type", "Backend Service", "--image", "nginx:1.27", "--port", "8080", "--env", "test", "--account", "123456789012", "--region", "eu-west-1", "--yes")
		return s
	}
	three := func(t *testing.T) *shell {
		s := two(t)
		s.ok("init", "--name", "job", "--type", "Backend Service", "--image", "nginx:1.27", "--port", "0", "--env", "prod", "--account", "123456789012", "--region", "eu-west-1", "--yes")
		return s
	}
	for _, c := range []struct {
		make func(*testing.T) *shell
		args string
		hint string
	}{
		{newShell, "init", "--app"},
		{newShell, "init --app demo", "--type"},
		{newShell, "init --app demo --type Backend_Service", "--image"},
		{newShell, "init --app demo --type Backend_Service --image nginx", "--name"},
		{newShell, "init --app demo --type Backend_Service --image nginx --name api", "--port"},
		{newShell, "init --app demo --type Backend_Service --image nginx --name api --port 80", "--env"},
		{newShell, "init --app demo --type Backend_Service --image nginx --name api --port 80 --env local", "--deploy"},
		{newShell, "deploy", "ferry init"},
		{newShell, "status", "ferry init"},
		{two, "deploy --env local", "--all"},
		{two, "deploy web --env test", "--yes"},
		{two, "delete service web --env test", "--yes"},
		{two, "delete environment test", "--yes"},
		{two, "delete application", "--yes"},
		{two, "logs --env local", "SERVICE"},
		{two, "open --env local", "SERVICE"},
		{two, "show --env local", "SERVICE"},
		{two, "local reset", "--yes"},
		{three, "deploy web", "--env"},
		{three, "status", "--env"},
	} {
		t.Run(c.args, func(t *testing.T) {
			t.Parallel()
			args := strings.Fields(c.args)
			for i := range args {
				args[i] = strings.ReplaceAll(args[i], "_", " ")
			}
			o := c.make(t).ferry(args...)
			hint := o.Stderr[max(0, strings.LastIndex(o.Stderr, "hint:")):]
			if o.Code != fault.Usage || !strings.Contains(hint, c.hint) {
				t.Errorf("exit %d, want 2 and a hint with %s\n%s", o.Code, c.hint, o.Stderr)
			}
		})
	}
}

func TestWrongUsageIsExplainedAndExitsTwo(t *testing.T) {
	t.Parallel()
	for args, want := range map[string]string{
		"dploy":                    "error: ferry has no command \"dploy\"\nhint: did you mean ferry deploy?\n",
		"deploy --nope":            "error: unknown flag: --nope\nhint: see ferry deploy --help\n",
		"status --output yaml":     "error: --output takes text or json, not \"yaml\"\n",
		"deploy --env nowhere":     "error: no environment \"nowhere\"\nhint: there are local; ferry init --env nowhere makes it\n",
		"deploy api":               "error: no service \"api\" in the workspace\nhint: there are web\n",
		"deploy --on-conflict cry": "error: --on-conflict takes wait, supersede or fail, not \"cry\"\n",
		"logs --since yesterday":   "error: --since takes a duration or a time, not \"yesterday\"\n",
		"delete web":               "error: ferry delete has no command \"web\"\nhint: see ferry delete --help\n",
		"completion csh":           "error: invalid argument \"csh\" for \"ferry completion\"\nhint: see ferry completion --help\n",
		"status --app other":       "is of application demo, not other\n",
		"version extra":            "error: unknown command \"extra\" for \"ferry version\"\nhint: see ferry version --help\n",
	} {
		t.Run(args, func(t *testing.T) {
			t.Parallel()
			o := demo(t).ferry(strings.Fields(args)...)
			if o.Code != fault.Usage || !strings.Contains(o.Stderr, want) || o.Stdout != "" {
				t.Errorf("exit %d, stdout %q, stderr\n%s\nwant\n%s", o.Code, o.Stdout, o.Stderr, want)
			}
		})
	}
}

func TestAManifestWithMistakesStopsADeployBeforeAnythingIsAsked(t *testing.T) {
	t.Parallel()
	s := demo(t)
	s.file("ferry/web/manifest.yml", "name: web\ntype: Load Balanced Web Service\nimage: {location: nginx, port: 80}\nhttp: {path: /}\nmemry: 512\ncpu: lots\n")
	o := s.ferry("deploy", "web", "--env", "local")
	for _, want := range []string{"ferry/web/manifest.yml:5:1: ", "memry: 512\n", "^^^^^", "memory", "ferry/web/manifest.yml:6:6: ", "error: 2 mistakes in the manifests; nothing was touched\n"} {
		if !strings.Contains(o.Stderr, want) {
			t.Errorf("stderr lacks %q:\n%s", want, o.Stderr)
		}
	}
	if o.Code != fault.Usage || o.Stdout != "" {
		t.Errorf("exit %d, stdout %q", o.Code, o.Stdout)
	}
}

func TestCompletionKnowsTheWorkspace(t *testing.T) {
	t.Parallel()
	s := demo(t)
	for args, want := range map[string]string{
		"__complete deploy ":             "web\n:4\n",
		"__complete deploy web ":         ":4\n",
		"__complete deploy --env ":       "local\n:4\n",
		"__complete deploy --output ":    "text\njson\n:4\n",
		"__complete delete environment ": "local\n:4\n",
	} {
		t.Run(args, func(t *testing.T) {
			t.Parallel()
			o := s.ok(strings.Split(args, " ")...)
			if o.Stdout != want {
				t.Errorf("got %q, want %q", o.Stdout, want)
			}
		})
	}
	for _, sh := range []string{"bash", "zsh", "fish", "powershell"} {
		if o := s.ok("completion", sh); !strings.Contains(o.Stdout, "ferry") {
			t.Errorf("%s: %q", sh, o.Stdout)
		}
	}
}
