package deploy_test

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"go.yaml.in/yaml/v4"

	"ferry.dev/ferry/internal/deploy"
	"ferry.dev/ferry/internal/emulator/emulatortest"
	"ferry.dev/ferry/internal/manifest"
	"ferry.dev/ferry/internal/render"
)

// copilotManifests is where the real manifests of Copilot's lie, beside the project: they are data, and not ours.
const copilotManifests = "../../../shared/data/copilot-manifests"

// TestEveryManifestThatIsValidForCopilotIsPackaged puts each into a copilot/ workspace of its own, renders it, lints what comes of
// it and registers its task definition with the emulator.
func TestEveryManifestThatIsValidForCopilotIsPackaged(t *testing.T) {
	t.Parallel()
	valid := validForCopilot(t)
	h := emulatortest.Start(t)
	client := ecs.NewFromConfig(h.Config)
	out := t.TempDir()
	for _, file := range valid {
		t.Run(file, func(t *testing.T) {
			files := packaged(t, file)
			for _, f := range files {
				if strings.HasSuffix(f.Name, ".taskdef.json") {
					register(t, client, f.Data)
				}
				if strings.HasSuffix(f.Name, ".stack.yml") {
					if err := os.WriteFile(filepath.Join(out, file+"."+f.Name), f.Data, 0o600); err != nil {
						t.Fatal(err)
					}
				}
			}
		})
	}
	lint(t, out)
}

// validForCopilot lists the manifests that Copilot calls valid. The test is skipped exactly where they are not there.
func validForCopilot(t *testing.T) []string {
	t.Helper()
	f, err := os.Open(filepath.Join(copilotManifests, "INDEX.tsv"))
	if os.IsNotExist(err) {
		t.Skipf("%s does not exist: the data is not in this checkout", copilotManifests)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.Comma, r.LazyQuotes, r.FieldsPerRecord = '\t', true, -1
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var valid []string
	for _, row := range rows[1:] {
		if row[2] == "valid" {
			valid = append(valid, row[0])
		}
	}
	if len(valid) < 30 {
		t.Fatalf("only %d manifests are valid", len(valid))
	}
	return valid
}

// packaged puts a manifest into a workspace with all that it names, and packages it.
func packaged(t *testing.T, file string) []deploy.File {
	t.Helper()
	src, err := os.ReadFile(filepath.Join(copilotManifests, file))
	if err != nil {
		t.Fatal(err)
	}
	r := &repo{t: t, dir: t.TempDir()}
	r.write("copilot/.workspace", "application: shop\n")
	var tree map[string]any
	if err := yaml.Load(src, &tree); err != nil {
		t.Fatal(err)
	}
	r.named(tree)
	env, service := certified, "name: api\ntype: Backend Service\nimage: {location: registry.example/api:1}\n"
	name := "api"
	if manifest.TypeOf(src) == manifest.EnvironmentType {
		env = string(src)
	} else {
		service, name = string(src), fmt.Sprint(tree["name"])
	}
	r.write("copilot/environments/test/manifest.yml", env)
	r.write("copilot/"+name+"/manifest.yml", service)
	target := r.copilotTarget("test")
	files, list, err := deploy.Package(target, nil)
	if err != nil || list.HasErrors() {
		t.Fatalf("%v\n%v", err, list)
	}
	return files
}

// certified is an environment in which a service may have aliases.
const certified = `name: test
type: Environment
http:
  public:
    certificates: ["arn:aws:acm:us-west-2:111122223333:certificate/12345678-1234-1234-1234-123456789012"]
  private:
    certificates: ["arn:aws:acm:us-west-2:111122223333:certificate/12345678-1234-1234-1234-123456789012"]
`

// named writes the files that a manifest names: Dockerfiles, build contexts, files of variables, files of a site.
func (r *repo) named(tree map[string]any) {
	for key, v := range tree {
		text, _ := v.(string)
		text = strings.ReplaceAll(strings.ReplaceAll(text, "${COPILOT_ENVIRONMENT_NAME}", "test"), "${COPILOT_APPLICATION_NAME}", "shop")
		switch {
		case text != "" && (key == "build" || key == "dockerfile"):
			r.write(path.Clean(text), "FROM scratch\n")
		case text != "" && key == "context":
			r.write(path.Join(text, "Dockerfile"), "FROM scratch\n")
		case text != "" && key == "env_file":
			r.write(text, "A=b\n")
		case text != "" && key == "source":
			r.write(path.Join(text, "index.html"), "hello\n")
		}
		r.below(v)
	}
}

func (r *repo) below(v any) {
	switch v := v.(type) {
	case map[string]any:
		r.named(v)
	case []any:
		for _, item := range v {
			r.below(item)
		}
	}
}

// copilotTarget reads an environment with every variable set that a manifest may ask for.
func (r *repo) copilotTarget(env string) deploy.Target {
	r.t.Helper()
	w := r.workspace()
	o := manifest.Options{App: "shop", Env: env, LookupEnv: func(name string) (string, bool) {
		switch name {
		case "AWS_REGION":
			return "us-west-2", true
		case "AWS_ACCOUNT_ID":
			return "111122223333", true
		}
		return strings.ToLower(name), true
	}}
	e, list, err := w.Environment(env, o)
	if err != nil || list.HasErrors() {
		r.t.Fatalf("%v %v", list, err)
	}
	return deploy.Target{Workspace: w, App: manifest.App{Name: "shop"}, Env: e, Options: o, AWS: aws.Config{Region: "us-west-2"}}
}

// register fills the placeholders in and gives a task definition to ECS.
func register(t *testing.T, client *ecs.Client, doc []byte) {
	t.Helper()
	resolved, err := render.Resolve(doc, func(_, output string) (string, bool) {
		return "resolved-" + strings.ToLower(output), true
	}, "000000000000")
	if err != nil {
		t.Fatal(err)
	}
	var in ecs.RegisterTaskDefinitionInput
	if err := json.Unmarshal(resolved, &in); err != nil {
		t.Fatal(err)
	}
	if _, err := client.RegisterTaskDefinition(context.Background(), &in); err != nil {
		t.Errorf("%v\n%s", err, resolved)
	}
}

// lint holds every template of a directory against cfn-lint, where it is installed. E1159: the account of a certificate's
// placeholder in Copilot's own manifests has ten digits.
func lint(t *testing.T, dir string) {
	t.Helper()
	program, err := exec.LookPath("cfn-lint")
	if err != nil {
		t.Log("cfn-lint is not on PATH: the templates are not linted")
		return
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.stack.yml"))
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	args := append([]string{"--non-zero-exit-code", "error", "--ignore-checks", "E1159", "--template"}, files...)
	if out, err := exec.CommandContext(t.Context(), program, args...).CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
