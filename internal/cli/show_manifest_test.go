package cli

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ferry.dev/ferry/internal/fault"
	"ferry.dev/ferry/internal/manifest"
	"ferry.dev/ferry/internal/ui/uitest"
)

// resolvable is a workspace whose service has other values in one environment.
func resolvable(t *testing.T) *shell {
	t.Helper()
	s := newShell(t)
	s.file("ferry/app.yml", "name: shop\n")
	s.file("ferry/environments/prod/manifest.yml", "name: prod\ntype: Environment\nregion: eu-central-1\nnetwork:\n  vpc:\n    nat: single\n")
	s.file("ferry/web/manifest.yml", `name: web
type: Load Balanced Web Service
image:
  location: nginx:${TAG}
  port: 80
http:
  path: /
  healthcheck: /healthz
variables:
  LOG_LEVEL: info
  GREETING: 'say: \${HELLO}'
environments:
  prod:
    count: 4
    variables: {LOG_LEVEL: warn}
`)
	s.env["TAG"] = "1.29"
	return s
}

func TestShowManifestSaysWhereEachValueCameFromOffline(t *testing.T) {
	t.Parallel()
	s := resolvable(t)
	uitest.Golden(t, *update, "show-manifest.golden", s.ok("show", "web", "--env", "prod", "--manifest").Stdout)
	uitest.Golden(t, *update, "show-manifest-all.golden", s.ok("show", "--manifest").Stdout)
	uitest.Golden(t, *update, "show-manifest-json.golden", s.ok("show", "web", "--manifest", "--output", "json").Stdout)
	for _, env := range []string{"prod", "local"} {
		environment, service, _ := strings.Cut(s.ok("show", "--env", env, "--manifest").Stdout, "---\n")
		o := manifest.Options{App: "shop", Env: env}
		if _, list := manifest.ParseEnvironment("env.yml", []byte(environment), o); len(list) > 0 {
			t.Errorf("%v\n%s", list, environment)
		}
		if _, list := manifest.ParseWorkload("web.yml", []byte(service), o); len(list) > 0 {
			t.Errorf("%v\n%s", list, service)
		}
	}
}

func TestShowManifestRefusesWhatIsNoValidManifest(t *testing.T) {
	t.Parallel()
	s := resolvable(t)
	if o := s.ferry("show", "web", "--env", "staging", "--manifest"); o.Code != fault.Usage || !strings.Contains(o.Stderr, "staging") {
		t.Errorf("exit %d\n%s", o.Code, o.Stderr)
	}
	if o := s.ferry("show", "api", "--env", "prod", "--manifest"); o.Code != fault.Usage || !strings.Contains(o.Stderr, `no service "api"`) {
		t.Errorf("exit %d\n%s", o.Code, o.Stderr)
	}
	s.file("ferry/web/manifest.yml", "name: web\ntype: Backend Service\nimage: {location: nginx}\nmemry: 512\n")
	o := s.ferry("show", "web", "--env", "prod", "--manifest")
	if o.Code != fault.Usage || !strings.Contains(o.Stderr, "ferry/web/manifest.yml:4:1: memry: unknown field") || o.Stdout != "" {
		t.Errorf("exit %d\n%s%s", o.Code, o.Stdout, o.Stderr)
	}
}

func TestShowManifestOfACopilotWorkspace(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	s.file("copilot/.workspace", "application: shop\n")
	s.file("copilot/api/manifest.yml", "name: api\ntype: Backend Service\nimage:\n  location: nginx\n")
	o := s.ok("show", "api", "--env", "local", "--manifest")
	if first, _, _ := strings.Cut(o.Stdout, "\n"); cmp.Diff("name: api                                   # copilot/api/manifest.yml:1", first) != "" {
		t.Errorf("got %q", first)
	}
}
