package render_test

import (
	"bytes"
	"encoding/json"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"

	"ferry.dev/ferry/internal/manifest"
	"ferry.dev/ferry/internal/plan"
	"ferry.dev/ferry/internal/render"
)

func TestEveryGoldenTemplateIsCleanForCfnLint(t *testing.T) {
	t.Parallel()
	lint, err := exec.LookPath("cfn-lint")
	if err != nil {
		t.Skip("cfn-lint is not on PATH")
	}
	files, err := filepath.Glob("testdata/*/*.stack.yml")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d templates: %v", len(files), err)
	}
	args := append([]string{"--non-zero-exit-code", "warning", "--template"}, files...)
	if out, err := exec.CommandContext(t.Context(), lint, args...).CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

func TestTheDigestTellsTemplatesAndTagsApart(t *testing.T) {
	t.Parallel()
	digest := func(a manifest.App, w manifest.Workload) string {
		return stackDigest(t, plan.NewService(a, testEnv(), w, nil))
	}
	plain := digest(demo(), web())
	if again := digest(demo(), web()); again != plain {
		t.Errorf("%s became %s", plain, again)
	}
	if image := digest(demo(), web(func(w *manifest.Workload) { w.CPU, w.Count = 512, 3 })); image != plain {
		t.Error("what only the release needs changes the infrastructure")
	}
	if logs := digest(demo(), web(func(w *manifest.Workload) { w.Logging.Retention = 7 })); logs == plain {
		t.Error("another retention, the same digest")
	}
	if tags := digest(manifest.App{Name: "demo"}, web()); tags == plain {
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
	for name, c := range environmentCases() {
		seen := map[string]bool{}
		for output, o := range template(t, name, c).Outputs {
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
	for name, c := range serviceCases() {
		if name == "long-names" {
			continue
		}
		e := plan.NewEnvironment(c.app, c.env, plan.NeedsOf(c.service))
		env, err := render.EnvironmentStack(e)
		if err != nil {
			t.Fatal(err)
		}
		s := c.plan()
		stack, _ := render.ServiceStack(s)
		task, _ := render.TaskDefinition(s, c.release)
		service, _ := render.ServiceDefinition(s)
		for _, m := range imports.FindAllStringSubmatch(string(bytes.Join([][]byte{stack, task, service}, nil)), -1) {
			export := m[1]
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
		DependsOn  string
		Properties yaml.Node
	}
	Outputs map[string]struct{ Export struct{ Name string } }
}

func template(t *testing.T, name string, c environmentCase) cloudFormation {
	t.Helper()
	out, err := render.EnvironmentStack(plan.NewEnvironment(demo(), c.env, c.needs))
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
	for name, c := range environmentCases() {
		if c.env.Network.ID != "" {
			continue
		}
		for id, r := range template(t, name, c).Resources {
			want := ""
			switch {
			case r.Type == "AWS::EC2::EIP", id == "PublicDefaultRoute":
				want = "InternetGatewayAttachment"
			case id == "PublicLoadBalancer":
				want = "PublicDefaultRoute"
			}
			if r.DependsOn != want {
				t.Errorf("%s: %s depends on %q, not %q", name, id, r.DependsOn, want)
			}
		}
	}
}

func TestNoTemplateRepeatsTheStacksTags(t *testing.T) {
	t.Parallel()
	out, err := render.ServiceStack(serviceCases()["full"].plan())
	if err != nil || bytes.Contains(out, []byte("ferry:application")) {
		t.Errorf("%v\n%s", err, out)
	}
}

func TestANamedZoneIsTakenAsItIsNamed(t *testing.T) {
	t.Parallel()
	e := testEnv(func(e *manifest.Environment) {
		e.Network.Public = []manifest.Subnet{{CIDR: "10.0.0.0/24", AZ: "us-east-1c"}, {CIDR: "10.0.1.0/24", AZ: "us-east-1-bos-1a"}}
	})
	out, err := render.EnvironmentStack(plan.NewEnvironment(demo(), e, plan.Needs{}))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`AvailabilityZone: !Sub "${AWS::Region}c"`, `AvailabilityZone: !Sub "${AWS::Region}-bos-1a"`} {
		if !bytes.Contains(out, []byte(want)) {
			t.Errorf("%s is not in\n%s", want, out)
		}
	}
}

func TestAContainerWaitsForThoseItDependsOn(t *testing.T) {
	t.Parallel()
	c := serviceCases()["backend"]
	c.service.Image.DependsOn = map[string]string{"proxy": "healthy", "init": "success"}
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
