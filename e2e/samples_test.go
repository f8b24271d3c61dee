package e2e

import (
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ferry.dev/ferry/e2e/harness"
	"ferry.dev/ferry/manifests"
)

// TestEverySampleDeploysOnLocalAndLeavesNothing brings one service of each type live at once, built without Docker, and takes
// everything away again.
func TestEverySampleDeploysOnLocalAndLeavesNothing(t *testing.T) {
	t.Parallel()
	p := newProject(t)
	p.samples(t)
	p.ferry(t, "validate")
	var result struct {
		Services []struct{ Service, Outcome, URL string }
	}
	p.json(t, &result, "deploy", "--env", "local", "--yes")
	outcomes, urls := map[string]string{}, map[string]string{}
	for _, s := range result.Services {
		outcomes[s.Service], urls[s.Service] = s.Outcome, s.URL
	}
	want := map[string]string{"web": "live", "api": "live", "worker": "live", "report": "live", "front": "live", "site": "live"}
	if diff := cmp.Diff(want, outcomes); diff != "" {
		t.Fatalf("(-want +got):\n%s", diff)
	}
	for service, says := range map[string]string{"web": "Hello, world!", "site": "A site."} {
		if body := fetched(t, urls[service]); !strings.Contains(body, says) {
			t.Errorf("%s answers %q", service, body)
		}
	}
	p.json(t, &result, "deploy", "--env", "local", "--yes")
	for _, s := range result.Services {
		if s.Outcome != "unchanged" {
			t.Errorf("deployed again, %s is %s", s.Service, s.Outcome)
		}
	}
	if out := p.ferry(t, "delete", "application", "--env", "local", "--yes"); !strings.Contains(out, "Left in local: nothing") {
		t.Error(out)
	}
}

// samples writes every sample of a workload into a workspace, with the sample application as what each of them runs.
func (p *project) samples(t *testing.T) {
	t.Helper()
	if err := os.CopyFS(p.dir, os.DirFS(filepath.Join(harness.Root(t), "e2e", "sampleapp"))); err != nil {
		t.Fatal(err)
	}
	p.write(t, "ferry/app.yml", "name: samples\n")
	p.write(t, "public/index.html", "<p>A site.</p>\n")
	for name, file := range map[string]string{
		"web": manifests.LoadBalancedWebService, "api": manifests.BackendService, "worker": manifests.WorkerService,
		"report": manifests.ScheduledJob, "front": manifests.RequestDrivenService, "site": manifests.StaticSite,
	} {
		src := string(manifests.Sample(file))
		if !strings.Contains(src, "\nname: "+name+"\n") {
			t.Fatalf("the sample %s is not called %s", file, name)
		}
		src = strings.Replace(src, "build: ./Dockerfile", "build: {builder: go}", 1)
		if name == "front" {
			src = strings.Replace(src, "path: /\n", "path: /front\n", 1) // web has the other
		}
		p.write(t, "ferry/"+name+"/manifest.yml", src)
	}
}

func (p *project) write(t *testing.T, name, text string) {
	t.Helper()
	file := filepath.Join(p.dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// json runs a command with --output json and reads its final object, the last line.
func (p *project) json(t *testing.T, into any, args ...string) {
	t.Helper()
	lines := strings.Split(strings.TrimSpace(p.ferry(t, append(args, "--output", "json")...)), "\n")
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), into); err != nil {
		t.Fatal(err)
	}
}

func fetched(t *testing.T, url string) string {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}
