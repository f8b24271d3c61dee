package deploy_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"

	"ferry.dev/ferry/e2e/harness"
	"ferry.dev/ferry/internal/deploy"
	"ferry.dev/ferry/internal/emulator/emulatortest"
	"ferry.dev/ferry/internal/manifest"
	"ferry.dev/ferry/internal/workspace"
	"ferry.dev/ferry/manifests"
)

// TestEveryManifestThatIsValidForCopilotIsPackaged puts each into a copilot/ workspace of its own, renders it for each environment
// that it names, lints what comes of it and registers its task definitions with the emulator.
func TestEveryManifestThatIsValidForCopilotIsPackaged(t *testing.T) {
	t.Parallel()
	valid := harness.ValidForCopilot(t)
	h := emulatortest.Start(t)
	client := ecs.NewFromConfig(h.Config)
	out := t.TempDir()
	for _, m := range valid {
		dir := t.TempDir()
		for _, env := range m.Workspace(t, dir) {
			t.Run(m.File+"/"+env, func(t *testing.T) {
				for _, f := range packaged(t, dir, env) {
					if strings.HasSuffix(f.Name, ".taskdef.json") {
						register(t, client, f.Data)
					}
					keepTemplate(t, out, m.File+"."+env, f)
				}
			})
		}
	}
	// E1159: the account of a certificate's placeholder in Copilot's own manifests has ten digits. W3010 is about zones that a
	// manifest names, W6001 about outputs that pass on what a manifest takes from another stack.
	harness.Lint(t, []string{"E1159", "W3010", "W6001"}, templates(t, out)...)
}

// packaged packages a workspace for an environment, with every variable set that a manifest may ask for.
func packaged(t *testing.T, dir, env string) []deploy.File {
	t.Helper()
	w, err := workspace.Find(dir)
	if err != nil {
		t.Fatal(err)
	}
	o := manifest.Options{App: "shop", Env: env, LookupEnv: harness.CopilotVariable}
	e, list, err := w.Environment(env, o)
	if err != nil || list.HasErrors() {
		t.Fatalf("%v\n%v", err, list)
	}
	target := deploy.Target{Workspace: w, App: manifest.App{Name: "shop"}, Env: e, Options: o, AWS: aws.Config{Region: "us-west-2"}}
	files, list, err := deploy.Package(target, nil)
	if err != nil || list.HasErrors() {
		t.Fatalf("%v\n%v", err, list)
	}
	return files
}

// register gives a task definition to ECS. Copilot's own package left the image empty.
func register(t *testing.T, client *ecs.Client, doc []byte) {
	t.Helper()
	in := harness.TaskDefinition(t, harness.Resolved(t, doc, "000000000000"))
	for _, c := range in.ContainerDefinitions {
		if aws.ToString(c.Image) == "" {
			t.Errorf("the container %s has no image", aws.ToString(c.Name))
		}
	}
	if _, err := client.RegisterTaskDefinition(t.Context(), in); err != nil {
		t.Errorf("%v\n%s", err, doc)
	}
}

// TestEverySampleIsCleanForCfnLint lints what comes of the samples in the sample environment, in the one that their comments
// name, and in local.
func TestEverySampleIsCleanForCfnLint(t *testing.T) {
	t.Parallel()
	dir, out := t.TempDir(), t.TempDir()
	if _, err := harness.Samples(harness.Root(t), dir); err != nil {
		t.Fatal(err)
	}
	r := &repo{t: t, dir: dir}
	r.write("ferry/environments/prod/manifest.yml", strings.Replace(string(manifests.Sample(manifests.Environment)), "name: test", "name: prod", 1))
	r.write("ferry/environments/local/manifest.yml", string(manifests.Sample(manifests.LocalEnvironment)))
	for _, env := range []string{"test", "prod", "local"} {
		for _, f := range packaged(t, dir, env) {
			keepTemplate(t, out, env, f)
		}
	}
	if n := len(templates(t, out)); n != 3*7 {
		t.Fatalf("%d templates, not one of the environment and one of each of six workloads, in three environments", n)
	}
	harness.Lint(t, nil, templates(t, out)...)
}

// keepTemplate writes a file that is a template into a directory, below a name that begins with where it comes from.
func keepTemplate(t *testing.T, dir, from string, f deploy.File) {
	t.Helper()
	if !strings.HasSuffix(f.Name, ".stack.yml") {
		return
	}
	if err := os.WriteFile(filepath.Join(dir, from+"."+f.Name), f.Data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// templates lists what keepTemplate has written.
func templates(t *testing.T, dir string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.stack.yml"))
	if err != nil {
		t.Fatal(err)
	}
	return files
}
