package manifests_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"ferry.dev/ferry/internal/diag"
	"ferry.dev/ferry/internal/manifest"
	"ferry.dev/ferry/manifests"
)

// parse reads a sample as what it says it is.
func parse(name string, src []byte) diag.List {
	o := manifest.Options{App: "shop", Env: "prod"}
	switch manifest.TypeOf(src) {
	case "":
		_, list := manifest.ParseApp(name, src)
		return list
	case manifest.EnvironmentType:
		_, list := manifest.ParseEnvironment(name, src, o)
		return list
	default:
		_, list := manifest.ParseWorkload(name, src, o)
		return list
	}
}

func names() []string {
	return []string{
		manifests.App, manifests.LoadBalancedWebService, manifests.BackendService, manifests.WorkerService, manifests.RequestDrivenService, manifests.ScheduledJob, manifests.StaticSite, manifests.Environment, manifests.LocalEnvironment,
	}
}

// said leaves out what is said of every manifest of a type.
func said(list diag.List) diag.List {
	return slices.DeleteFunc(list, func(d diag.Diagnostic) bool { return d.Severity == diag.Warning && d.Path == "type" })
}

// TestEverySampleIsValidAsItStandsAndWithItsCommentedFields takes the # from each field that a sample only proposes.
func TestEverySampleIsValidAsItStandsAndWithItsCommentedFields(t *testing.T) {
	t.Parallel()
	proposed := regexp.MustCompile(`(?m)^#( *[a-zA-Z_]+:)`)
	nested := regexp.MustCompile(`(?m)^#(  +\S)`)
	for _, name := range names() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			src := manifests.Sample(name)
			if src == nil {
				t.Fatal("there is no such sample")
			}
			if list := said(parse(name, src)); len(list) > 0 {
				t.Error(list)
			}
			whole := nested.ReplaceAll(proposed.ReplaceAll(src, []byte("$1")), []byte("$1"))
			if list := said(parse(name, whole)); len(list) > 0 {
				t.Errorf("with what it proposes: %v\n%s", list, whole)
			}
		})
	}
}

func TestEveryYAMLFileHereHasAName(t *testing.T) {
	t.Parallel()
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	listed := strings.Join(append(names(), "reference.yml"), " ")
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), ".yml") && !strings.Contains(listed, e.Name()) {
			t.Errorf("%s has no name to ask for it by", e.Name())
		}
	}
	if manifests.Sample("nothing.yml") != nil {
		t.Error("a sample that does not exist has a text")
	}
}
