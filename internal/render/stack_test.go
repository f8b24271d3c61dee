package render_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"

	"ferry.dev/ferry/e2e/harness"
	"ferry.dev/ferry/internal/plan"
	"ferry.dev/ferry/internal/render"
)

func TestEveryGoldenTemplateIsCleanForCfnLint(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*/*.stack.yml")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d templates: %v", len(files), err)
	}
	harness.Lint(t, nil, files...)
}

func TestTheDigestTellsTemplatesAndTagsApart(t *testing.T) {
	t.Parallel()
	plain := stackDigest(t, web(t, ""))
	if again := stackDigest(t, web(t, "")); again != plain {
		t.Errorf("%s became %s", plain, again)
	}
	if release := stackDigest(t, web(t, "count: 3\nvariables: {A: b}\n")); release != plain {
		t.Error("what only the release needs changes the infrastructure")
	}
	if logs := stackDigest(t, web(t, "logging: {retention: 7}\n")); logs == plain {
		t.Error("another retention, the same digest")
	}
	tagged := web(t, "")
	tagged.Tags["team"] = "other"
	if stackDigest(t, tagged) == plain {
		t.Error("other tags, the same digest")
	}
}

func stackDigest(t *testing.T, s plan.Service) string {
	t.Helper()
	out, err := render.ServiceStack(s)
	if err != nil {
		t.Fatal(err)
	}
	m := regexp.MustCompile(`(?m)^    Value: (sha256-[0-9a-f]{32})\n\z`).FindSubmatch(out)
	if m == nil {
		t.Fatalf("no digest at the end of\n%s", out)
	}
	return string(m[1])
}

func TestExportsAreNamedAfterTheirStackAndOutput(t *testing.T) {
	t.Parallel()
	for name, e := range environmentCases(t) {
		seen := map[string]bool{}
		for output, o := range template(t, name, e).Outputs {
			want := "demo-test-" + output
			if output == plan.OutputTemplateDigest {
				want = ""
			}
			if o.Export.Name != want || seen[want] {
				t.Errorf("%s: output %s is exported as %q", name, output, o.Export.Name)
			}
			seen[want] = true
		}
	}
}

// What a service imports, the environment that its needs lead to exports.
func TestEveryImportOfAServiceIsAnExportOfItsEnvironment(t *testing.T) {
	t.Parallel()
	imports := regexp.MustCompile(`!ImportValue "([^"]+)"|\$\{demo-test\.([A-Za-z]+)\}`)
	for name, c := range serviceCases(t) {
		if name == "long-names" {
			continue
		}
		env, err := render.EnvironmentStack(plan.NewEnvironment(demo(), c.env, plan.NeedsOf(c.plan.Manifest)))
		if err != nil {
			t.Fatal(err)
		}
		stack, _ := render.ServiceStack(c.plan)
		task, _ := render.TaskDefinition(c.plan, c.release)
		service, _ := render.ServiceDefinition(c.plan)
		for _, m := range imports.FindAllStringSubmatch(string(bytes.Join([][]byte{stack, task, service}, nil)), -1) {
			export := m[1]
			if slices.ContainsFunc(c.plan.Imports(), func(i plan.ForeignValue) bool { return i.Export == export }) {
				continue // what the manifest takes from stacks that are none of ferry's
			}
			if m[2] != "" {
				export = "demo-test-" + m[2]
			}
			if !strings.Contains(string(env), `Export: {Name: "`+export+`"}`) {
				t.Errorf("%s: %s is not exported", name, export)
			}
		}
	}
}

type cloudFormation struct {
	Resources map[string]struct {
		Type       string
		DependsOn  any
		Properties yaml.Node
	}
	Outputs map[string]struct{ Export struct{ Name string } }
}

func template(t *testing.T, name string, e plan.Environment) cloudFormation {
	t.Helper()
	out, err := render.EnvironmentStack(e)
	if err != nil {
		t.Fatal(err)
	}
	var read cloudFormation
	if err := yaml.Unmarshal(out, &read); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return read
}

// What needs the way to the internet waits for it: without DependsOn the order is luck.
func TestWhatNeedsTheInternetGatewayWaitsForIt(t *testing.T) {
	t.Parallel()
	for name, e := range environmentCases(t) {
		if !e.Network.Own() {
			continue
		}
		for id, r := range template(t, name, e).Resources {
			want := ""
			switch {
			case r.Type == "AWS::EC2::EIP", id == "PublicDefaultRoute":
				want = "InternetGatewayAttachment"
			case id == "PublicLoadBalancer":
				want = "PublicDefaultRoute"
			}
			if got := fmt.Sprint(r.DependsOn); want != "" && !strings.Contains(got, want) || want == "" && r.DependsOn != nil {
				t.Errorf("%s: %s depends on %s, not %q", name, id, got, want)
			}
		}
	}
}

func TestNoTemplateRepeatsTheStacksTags(t *testing.T) {
	t.Parallel()
	out, err := render.ServiceStack(serviceCases(t)["full"].plan)
	if err != nil || bytes.Contains(out, []byte("ferry:application")) {
		t.Errorf("%v\n%s", err, out)
	}
}

func TestAContainerWaitsForThoseItDependsOn(t *testing.T) {
	t.Parallel()
	c := serviceCases(t)["backend"]
	c.plan.Manifest.Image.DependsOn = map[string]string{"proxy": "healthy", "init": "success"}
	task, _ := documents(t, c)
	got := ""
	for _, d := range task.ContainerDefinitions[0].DependsOn {
		got += *d.ContainerName + " " + string(d.Condition) + " "
	}
	if got != "init SUCCESS proxy HEALTHY " {
		t.Errorf("got %q", got)
	}
}

// wellFormed renders everything of a service and reads it back.
func wellFormed(t *testing.T, s plan.Service) {
	t.Helper()
	out, err := render.ServiceStack(s)
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(out, &cloudFormation{}); err != nil {
		t.Errorf("%v:\n%s", err, out)
	}
	for _, f := range []func() ([]byte, error){
		func() ([]byte, error) { return render.TaskDefinition(s, plan.Release{Image: s.Name}) },
		func() ([]byte, error) { return render.ServiceDefinition(s) },
	} {
		if out, err = f(); err != nil || !json.Valid(out) {
			t.Errorf("%v:\n%s", err, out)
		}
	}
}
