package deploy_test

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"ferry.dev/ferry/internal/deploy"
	"ferry.dev/ferry/internal/event"
	"ferry.dev/ferry/internal/manifest"
	"ferry.dev/ferry/internal/poll"
	"ferry.dev/ferry/internal/workspace"
)

// repo is a user's repository in a temporary directory.
type repo struct {
	t   *testing.T
	dir string
}

const webManifest = `name: web
type: Load Balanced Web Service
image:
  location: registry.example/web:1
  port: 8080
http:
  path: /
  healthcheck: /healthz
cpu: 256
memory: 512
count: 2
variables:
  GREETING: hello
`

const apiManifest = `name: api
type: Backend Service
image:
  location: registry.example/api:1
  port: 9090
cpu: 256
memory: 512
count: 1
`

// newRepo writes an application with the services web and api and the environment test.
func newRepo(t *testing.T) *repo {
	t.Helper()
	r := &repo{t: t, dir: t.TempDir()}
	r.write("ferry/app.yml", "name: shop\n")
	r.write("ferry/environments/test/manifest.yml", "name: test\ntype: Environment\n")
	r.write("ferry/web/manifest.yml", webManifest)
	r.write("ferry/api/manifest.yml", apiManifest)
	return r
}

func (r *repo) write(name, text string) {
	r.t.Helper()
	file := filepath.Join(r.dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		r.t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		r.t.Fatal(err)
	}
}

// edit replaces a part of a file, which must be there.
func (r *repo) edit(name, old, new string) {
	r.t.Helper()
	text, err := os.ReadFile(filepath.Join(r.dir, filepath.FromSlash(name)))
	if err != nil || !strings.Contains(string(text), old) {
		r.t.Fatalf("%s does not hold %q: %v", name, old, err)
	}
	r.write(name, strings.Replace(string(text), old, new, 1))
}

// target reads the repository's environment test, reached with cfg.
func (r *repo) target(cfg aws.Config) deploy.Target { return r.targetOf("test", cfg) }

func (r *repo) targetOf(env string, cfg aws.Config) deploy.Target {
	r.t.Helper()
	w := r.workspace()
	app, list, err := w.App()
	if err != nil || list.HasErrors() {
		r.t.Fatalf("reading the application: %v %v", list, err)
	}
	e, list, err := w.Environment(env, manifest.Options{App: app.Name, Env: env})
	if err != nil || list.HasErrors() {
		r.t.Fatalf("reading the environment: %v %v", list, err)
	}
	return deploy.Target{Workspace: w, App: app, Env: e, AWS: cfg, Pace: quick()}
}

func (r *repo) workspace() *workspace.Workspace {
	r.t.Helper()
	w, err := workspace.Find(r.dir)
	if err != nil {
		r.t.Fatal(err)
	}
	return w
}

// quick polls at the pace of an endpoint whose clock is scaled.
func quick() poll.Pace {
	return poll.Pace{First: 10 * time.Millisecond, Most: 100 * time.Millisecond, Heartbeat: time.Second, Patience: time.Minute}
}

// recorded collects events.
type recorded struct {
	mu   sync.Mutex
	list []event.Event
}

func (r *recorded) sink(e event.Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.list = append(r.list, e)
}

// all returns the events of one kind, in their order.
func all[T event.Event](r *recorded) []T {
	r.mu.Lock()
	defer r.mu.Unlock()
	var found []T
	for _, e := range r.list {
		if one, ok := e.(T); ok {
			found = append(found, one)
		}
	}
	return found
}
