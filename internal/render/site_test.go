package render_test

import (
	"bytes"
	"path/filepath"
	"testing"

	"ferry.dev/ferry/internal/plan"
	"ferry.dev/ferry/internal/render"
)

// siteCases returns the static sites' plans by the names of their cases.
func siteCases(tb testing.TB) map[string]plan.Service {
	tb.Helper()
	cases := map[string]plan.Service{}
	for name, file := range manifests(tb, "site") {
		env := environment(tb, filepath.Join("testdata", "service", "default.environment.yml"))
		cases[name] = plan.NewService(demo(), env, workload(tb, read(tb, file)), nil)
	}
	return cases
}

func TestSiteTemplatesAreTheGoldenOnes(t *testing.T) {
	t.Parallel()
	for name, s := range siteCases(t) {
		out, err := render.ServiceStack(s)
		golden(t, filepath.Join("site", name+".stack.yml"), out, err)
	}
}

func TestASiteOfALongNameKeepsToCloudFrontsLimits(t *testing.T) {
	t.Parallel()
	s := siteCases(t)["minimal"]
	env := environment(t, filepath.Join("testdata", "service", "default.environment.yml"))
	app := demo()
	app.Name = "an-application-with-quite-a-long-name"
	w := s.Manifest
	w.Name = "documentation-of-the-application-for-developers"
	long := plan.NewService(app, env, w, nil)
	if n := len(long.Site.Function) - len("${AWS::Region}") + len("ap-southeast-1"); n > 64 {
		t.Errorf("%s has %d characters", long.Site.Function, n)
	}
	out, err := render.ServiceStack(s)
	if err != nil || bytes.Contains(out, []byte("AWS::IAM::")) || bytes.Contains(out, []byte("Lambda")) {
		t.Errorf("%v\n%s", err, out)
	}
}
