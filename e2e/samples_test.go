package e2e

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ferry.dev/ferry/e2e/harness"
)

// TestEverySampleDeploysOnLocalAndLeavesNothing brings one service of each type live at once, built without Docker, and takes
// everything away again.
func TestEverySampleDeploysOnLocalAndLeavesNothing(t *testing.T) {
	t.Parallel()
	p := newProject(t)
	names, err := harness.Samples(harness.Root(t), p.dir)
	if err != nil {
		t.Fatal(err)
	}
	p.ferry(t, "validate")
	var result struct {
		Services []struct{ Service, Outcome, URL string }
	}
	p.json(t, &result, "deploy", "--env", "local", "--yes")
	outcomes, urls := map[string]string{}, map[string]string{}
	for _, s := range result.Services {
		outcomes[s.Service], urls[s.Service] = s.Outcome, s.URL
	}
	want := map[string]string{}
	for _, name := range names {
		want[name] = "live"
	}
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
