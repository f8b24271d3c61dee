package manifests_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ferry.dev/ferry/internal/manifest"
	"ferry.dev/ferry/manifests"
	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v4"
)

var update = flag.Bool("update", false, "write reference.yml and schema.json instead of comparing")

// current compares a file with what the table of fields makes of it, or writes it.
func current(t *testing.T, file string, want []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s is not what the table of fields says; run go test ./manifests -update (-table +file)\n%s", file, diff)
	}
}

func TestTheReferenceAndTheSchemaAreCurrent(t *testing.T) {
	t.Parallel()
	current(t, "reference.yml", manifest.Reference())
	schema, err := manifest.JSONSchema()
	if err != nil {
		t.Fatal(err)
	}
	current(t, "schema.json", schema)
}

// TestTheTableOfFieldsInREADMEIsCurrent holds what stands between its two marks against the table, or writes it.
func TestTheTableOfFieldsInREADMEIsCurrent(t *testing.T) {
	t.Parallel()
	const begin, end = "<!-- fields: written by go test ./manifests -update -->\n", "<!-- end of fields -->"
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	head, rest, ok := strings.Cut(string(readme), begin)
	_, tail, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		t.Fatal("README.md has no marks for the table of fields")
	}
	want := head + begin + string(manifest.Markdown()) + end + tail
	if *update {
		if err := os.WriteFile("../README.md", []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(want, string(readme)); diff != "" {
		t.Errorf("run go test ./manifests -update (-table +README)\n%s", diff)
	}
}

func TestEveryDocumentOfTheReferenceIsAManifest(t *testing.T) {
	t.Parallel()
	schema := compiled(t)
	documents := bytes.Split(manifest.Reference(), []byte("---\n"))[1:]
	if len(documents) < 4 {
		t.Fatalf("%d documents", len(documents))
	}
	for _, src := range documents {
		for _, d := range said(parse("reference.yml", src)) {
			t.Errorf("%s\n%s", d, src)
		}
		if err := fits(t, schema, src); err != nil {
			t.Errorf("the schema refuses it: %v", err)
		}
	}
}

// compiled is schema.json as the table of fields makes it, ready to check with.
func compiled(t *testing.T) *jsonschema.Schema {
	t.Helper()
	data, err := manifest.JSONSchema()
	if err != nil {
		t.Fatal(err)
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("schema.json", document); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// fits holds a manifest against the schema.
func fits(t *testing.T, schema *jsonschema.Schema, src []byte) error {
	t.Helper()
	var value any
	if err := yaml.Load(src, &value); err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	instance, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return schema.Validate(instance)
}

func TestTheSchemaTakesEverySample(t *testing.T) {
	t.Parallel()
	schema := compiled(t)
	for _, name := range names() {
		if err := fits(t, schema, manifests.Sample(name)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestTheSchemaTakesWhatFerryTakes reads the golden manifests: a valid one fits the schema. The other way round the
// schema sees less than ferry, and of the plain mistakes it must see these.
func TestTheSchemaTakesWhatFerryTakes(t *testing.T) {
	t.Parallel()
	schema := compiled(t)
	files, err := filepath.Glob("../internal/manifest/testdata/*.golden")
	if err != nil || len(files) == 0 {
		t.Fatal("no golden manifests", err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		src, result, _ := strings.Cut(string(data), "----------\n")
		name := strings.TrimSuffix(filepath.Base(file), ".golden")
		valid := strings.Contains(result, "Name: ")
		seen := []string{"unknown-fields", "bad-types", "env-bad", "app-without-name", "env-fields-to-come", "fields-to-come"}
		switch {
		case valid && name != "interpolation":
			if err := fits(t, schema, []byte(src)); err != nil {
				t.Errorf("ferry takes %s, the schema does not: %v", name, err)
			}
		case strings.Contains(" "+strings.Join(seen, " ")+" ", " "+name+" "):
			if fits(t, schema, []byte(src)) == nil {
				t.Errorf("the schema does not see what is wrong with %s", name)
			}
		}
	}
}
