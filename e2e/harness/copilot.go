package harness

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"go.yaml.in/yaml/v4"

	"ferry.dev/ferry/internal/manifest"
	"ferry.dev/ferry/internal/render"
)

// CopilotManifest is one of the real manifests of Copilot's. They lie beside the project: they are data, and not ours.
type CopilotManifest struct {
	File   string // its name
	Source []byte
}

// ValidForCopilot lists the manifests that Copilot calls valid. The test is skipped, with one clear line, exactly where they are
// not there.
func ValidForCopilot(t testing.TB) []CopilotManifest {
	t.Helper()
	dir := filepath.Join(Root(t), "..", "shared", "data", "copilot-manifests")
	f, err := os.Open(filepath.Join(dir, "INDEX.tsv"))
	if os.IsNotExist(err) {
		t.Skipf("%s does not exist: the data is not in this checkout", dir)
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
	var valid []CopilotManifest
	for _, row := range rows[1:] {
		if row[2] != "valid" {
			continue
		}
		src, err := os.ReadFile(filepath.Join(dir, row[0]))
		if err != nil {
			t.Fatal(err)
		}
		valid = append(valid, CopilotManifest{File: row[0], Source: src})
	}
	if len(valid) < 30 {
		t.Fatalf("only %d manifests are valid", len(valid))
	}
	return valid
}

// certified is an environment in which a service may have aliases.
const certified = `name: %s
type: Environment
http:
  public:
    certificates: ["arn:aws:acm:us-west-2:111122223333:certificate/12345678-1234-1234-1234-123456789012"]
  private:
    certificates: ["arn:aws:acm:us-west-2:111122223333:certificate/12345678-1234-1234-1234-123456789012"]
`

// Workspace puts the manifest into a copilot/ workspace in dir, of the application shop, with all that it names: environments,
// Dockerfiles, files of variables, files of a site. It returns the environments: test and those that it has values for, or itself.
func (m CopilotManifest) Workspace(t testing.TB, dir string) []string {
	t.Helper()
	var tree map[string]any
	if err := yaml.Load(m.Source, &tree); err != nil {
		t.Fatalf("%s: %v", m.File, err)
	}
	files := map[string]string{"copilot/.workspace": "application: shop\n"}
	named(files, tree)
	name := fmt.Sprint(tree["name"])
	environments := []string{name}
	if manifest.TypeOf(m.Source) == manifest.EnvironmentType {
		files["copilot/environments/"+name+"/manifest.yml"] = string(m.Source)
		files["copilot/api/manifest.yml"] = "name: api\ntype: Backend Service\nimage: {location: registry.example/api:1}\n"
	} else {
		files["copilot/"+name+"/manifest.yml"] = string(m.Source)
		environments = append(manifest.Overridden(m.Source), "test")
		slices.Sort(environments)
		environments = slices.Compact(environments)
		for _, env := range environments {
			files["copilot/environments/"+env+"/manifest.yml"] = fmt.Sprintf(certified, env)
		}
	}
	for name, text := range files {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return environments
}

// CopilotVariable is the value of every variable that a manifest may ask for.
func CopilotVariable(name string) (string, bool) {
	switch name {
	case "AWS_REGION":
		return "us-west-2", true
	case "AWS_ACCOUNT_ID":
		return "111122223333", true
	}
	return strings.ToLower(name), true
}

var variable = regexp.MustCompile(`\$\{(\w+)\}`)

// Env sets every variable that the manifest asks for.
func (m CopilotManifest) Env() []string {
	var env []string
	for _, found := range variable.FindAllSubmatch(m.Source, -1) {
		if name := string(found[1]); !strings.HasPrefix(name, "COPILOT_") {
			value, _ := CopilotVariable(name)
			env = append(env, name+"="+value)
		}
	}
	return env
}

// named collects the files that a manifest names.
func named(files map[string]string, v any) {
	switch v := v.(type) {
	case []any:
		for _, item := range v {
			named(files, item)
		}
	case map[string]any:
		for key, value := range v {
			if text, _ := value.(string); text != "" {
				text = strings.NewReplacer("${COPILOT_ENVIRONMENT_NAME}", "test", "${COPILOT_APPLICATION_NAME}", "shop").Replace(text)
				switch key {
				case "build", "dockerfile":
					files[path.Clean(text)] = "FROM scratch\n"
				case "context":
					files[path.Join(text, "Dockerfile")] = "FROM scratch\n"
				case "env_file":
					files[text] = "A=b\n"
				case "source":
					files[path.Join(text, "index.html")] = "hello\n"
				}
			}
			named(files, value)
		}
	}
}

// Resolved fills the placeholders of a packaged task definition in; the region's is there where the environment names none.
func Resolved(t testing.TB, doc []byte, account string) []byte {
	t.Helper()
	doc = bytes.ReplaceAll(doc, []byte("${AWS::Region}"), []byte("us-west-2"))
	resolved, err := render.Resolve(doc, func(_, output string) (string, bool) {
		return "resolved-" + strings.ToLower(output), true
	}, account)
	if err != nil {
		t.Fatal(err)
	}
	return resolved
}

// TaskDefinition reads a task definition as what the SDK registers: a member that ECS does not have is a failure.
func TaskDefinition(t testing.TB, resolved []byte) *ecs.RegisterTaskDefinitionInput {
	t.Helper()
	var in ecs.RegisterTaskDefinitionInput
	d := json.NewDecoder(bytes.NewReader(resolved))
	d.DisallowUnknownFields()
	if err := d.Decode(&in); err != nil {
		t.Fatalf("%v\n%s", err, resolved)
	}
	return &in
}
