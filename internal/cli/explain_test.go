package cli

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"ferry.dev/ferry/internal/fault"
	"ferry.dev/ferry/internal/manifest"
	"ferry.dev/ferry/internal/ui/uitest"
)

func TestExplainReadsAsWritten(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	s := newShell(t)
	for _, args := range [][]string{
		{}, {"--type", "app"}, {"--type", "Static Site"},
		{"http.healthcheck.path"}, {"http"}, {"http", "--type", "backend service"}, {"image.build"}, {"network.vpc.nat"}, {"http.alias[0].name"},
		{"variables.LOG_LEVEL"}, {"network.vpc.security_group.egress.ports"}, {"image.build.package"}, {"sidecars"}, {"environments"},
		{"http.healthcheck.healthy_threshold", "--output", "json"}, {"--type", "app.yml", "--output", "json"},
	} {
		b.WriteString("──────── ferry " + strings.Join(append([]string{"explain"}, args...), " ") + "\n")
		b.WriteString(s.ok(append([]string{"explain"}, args...)...).Stdout + "\n")
	}
	uitest.Golden(t, *update, "explain.golden", b.String())
}

func TestExplainKnowsEveryFieldOfTheTable(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	carried := map[string]bool{}
	for _, f := range manifest.Fields() {
		carried[f.Path] = carried[f.Path] || f.Carried()
	}
	for _, f := range manifest.Fields() {
		text := s.ok("explain", f.Path).Stdout
		if !strings.HasPrefix(text, f.Path+"\n") || carried[f.Path] != strings.Contains(text, "\n  Example\n") {
			t.Errorf("%s is explained as\n%s", f.Path, text)
		}
		for line := range strings.Lines(text) {
			if utf8.RuneCountInString(line) > explainWidth+1 && !strings.Contains(line, ": ") {
				t.Errorf("%s: the line is too long: %s", f.Path, line)
			}
		}
	}
}

func TestExplainSaysWhatWasProbablyMeant(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	for line, want := range map[string]string{
		"http.healthchek":                 "error: there is no field \"http.healthchek\"\nhint: did you mean http.healthcheck?\n",
		"healthcheck":                     "error: there is no field \"healthcheck\"\nhint: did you mean image.healthcheck or http.healthcheck or internal_http.healthcheck?\n",
		"qqqqqqqq":                        "error: there is no field \"qqqqqqqq\"\nhint: all fields: ferry explain\n",
		"nlb --type environment":          "error: a manifest of type environment has no field \"nlb\"\nhint: these have it: Load Balanced Web Service\n",
		"cpu --type Web":                  "error: there is no type of manifest \"Web\"\nhint: there are " + listed(manifest.TypeNames()) + "\n",
		"image http":                      "error: ferry explain takes one argument, not 2\nhint: see ferry explain --help\n",
		"http.path --type Environment -v": "error: a manifest of type Environment has no field \"http.path\"\nhint: these have it: Load Balanced Web Service, Backend Service and Request-Driven Web Service\n",
	} {
		o := s.ferry(append([]string{"explain"}, strings.Fields(line)...)...)
		if diff := cmp.Diff(want, o.Stderr); diff != "" || o.Code != fault.Usage || o.Stdout != "" {
			t.Errorf("%s: exit %d (-want +got):\n%s", line, o.Code, diff)
		}
	}
}

func TestEveryFieldPathThatIsCompletedIsExplained(t *testing.T) {
	t.Parallel()
	reached := map[string]bool{}
	var follow func(typed string)
	follow = func(typed string) {
		for _, c := range fieldsBelow(typed) {
			path, doc, _ := strings.Cut(c, "\t")
			if reached[path] {
				continue
			}
			reached[path] = true
			if strings.ContainsAny(path, "<>[]") || doc == "" {
				t.Errorf("%q cannot be typed as it is, or says nothing", c)
			}
			if _, err := manifest.Explain(path, manifest.Kinds()); err != nil {
				t.Errorf("%q is completed: %v", path, err)
			}
			follow(path + ".")
		}
	}
	follow("")
	for _, f := range manifest.Fields() {
		if path := strings.NewReplacer("[]", "", "<", "", ">", "").Replace(f.Path); f.Carried() && !reached[path] {
			t.Errorf("nothing completes %s", f.Path)
		}
	}
	want := []string{"http.healthcheck", "http.healthcheck.path"}
	var got []string
	for line := range strings.Lines(newShell(t).ok("__complete", "explain", "http.he").Stdout) {
		if path, _, _ := strings.Cut(line, "\t"); len(got) < 2 {
			got = append(got, path)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
