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
		"dploy":                       "error: ferry has no command \"dploy\"\nhint: did you mean ferry deploy?\n",
		"deploy --nope":               "error: unknown flag: --nope\nhint: see ferry deploy --help\n",
		"status --output yaml":        "error: --output takes text or json, not \"yaml\"\n",
		"deploy --env nowhere":        "error: no environment \"nowhere\"\nhint: there are local; ferry init --env nowhere makes it\n",
		"deploy api":                  "error: no service \"api\" in the workspace\nhint: there are web\n",
		"deploy --on-conflict cry":    "error: --on-conflict takes wait, supersede or fail, not \"cry\"\n",
		"logs --since yesterday":      "error: --since takes a duration or a time, not \"yesterday\"\n",
		"delete web":                  "error: ferry delete has no command \"web\"\nhint: see ferry delete --help\n",
		"completion csh":              "error: invalid argument \"csh\" for \"ferry completion\"\nhint: see ferry completion --help\n",
		"status --app other":          "is of application demo, not other\n",
		"version extra":               "error: ferry version takes no argument, not \"extra\"\nhint: see ferry version --help\n",
		"logs web web":                "error: ferry logs takes one argument, not 2\nhint: see ferry logs --help\n",
		"logs -n -3":                  "error: --lines cannot be -3\n",
		"logs -n many":                "error: invalid argument \"many\" for \"-n, --lines\" flag\nhint: see ferry logs --help\n",
		"deploy --timeout 0s":         "error: --timeout cannot be 0s\n",
		"wait --timeout -1m":          "error: --timeout cannot be -1m0s\n",
		"deploy --tag .v1":            "error: --tag cannot be \".v1\"\n",
		"logs --since 1m --until 10m": "error: the range from --since 1m to --until 10m ends before it begins\n",
		"logs -f --until 1m":          "error: --follow goes on with what comes, but --until 1m has passed\n",
		"logs --task=":                "error: --task takes the ID of a task, not nothing\n",
		"init --name environments":    "error: --name cannot be \"environments\": ferry/environments/ is not for services\n",
		"init --name a--b":            "error: --name cannot be \"a--b\": a name has no two hyphens in a row\n",
		"init --name api --port -5":   "error: --port cannot be -5\n",
	} {
		t.Run(args, func(t *testing.T) {
			t.Parallel()
			words := strings.Fields(args)
			if words[0] == "init" {
				words = append(words, "--type", "Backend Service", "--image", "nginx", "--env", "local", "--yes")
			}
			o := demo(t).ferry(words...)
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

func TestAMistakeInAnEnvFileIsShownByValidateAndByDeploy(t *testing.T) {
	t.Parallel()
	s := demo(t)
	s.file("ferry/web/manifest.yml", "name: web\ntype: Load Balanced Web Service\nimage: {location: nginx, port: 80}\nhttp: {path: /}\nenv_file: web.env\n")
	s.file("web.env", "export TOKEN=hush-hush\n")
	const want = "web.env:1:1: this is no shell script\nhint: write TOKEN=…\n"
	const failed = "error: 1 mistake in the manifests; nothing was touched\n"
	if o := s.ferry("validate", "--env", "local"); o.Code != fault.Usage || o.Stdout != want || o.Stderr != failed {
		t.Errorf("validate: exit %d, stdout %q, stderr %q", o.Code, o.Stdout, o.Stderr)
	}
	if o := s.ferry("deploy", "web", "--env", "local"); o.Code != fault.Usage || o.Stdout != "" || o.Stderr != want+failed {
		t.Errorf("deploy: exit %d, stdout %q, stderr %q", o.Code, o.Stdout, o.Stderr)
	}
}
