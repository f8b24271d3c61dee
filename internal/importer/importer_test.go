package importer

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files anew")

func options() Options { return Options{App: "shop", Env: "test"} }

// written shows all that came of an import.
func written(r Result) string {
	var b strings.Builder
	for _, n := range r.Notes {
		fmt.Fprintf(&b, "%s\n", n)
		if n.Hint != "" {
			fmt.Fprintf(&b, "    %s\n", n.Hint)
		}
	}
	for _, w := range r.Workloads {
		fmt.Fprintf(&b, "--- %s/manifest.yml\n%s", w.Name, w.Manifest)
		if w.Overrides != nil {
			fmt.Fprintf(&b, "--- %s/overrides.yml\n%s", w.Name, w.Overrides)
		}
	}
	return b.String()
}

// TestWhatIsImportedIsWhatTheGoldenFilesSay reads every source below testdata; beside each is what comes of it.
func TestWhatIsImportedIsWhatTheGoldenFilesSay(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/[cst]*/*.[jy]*")
	if err != nil || len(files) < 4 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		if strings.HasSuffix(file, ".golden") {
			continue
		}
		t.Run(file, func(t *testing.T) {
			t.Parallel()
			r, err := imported(file)
			if err != nil {
				t.Fatal(err)
			}
			golden(t, strings.TrimSuffix(file, filepath.Ext(file))+".golden", written(r))
		})
	}
}

func imported(file string) (Result, error) {
	src, err := os.ReadFile(file)
	if err != nil {
		return Result{}, err
	}
	src = bytes.ReplaceAll(src, []byte("\r\n"), []byte("\n"))
	switch filepath.Base(filepath.Dir(file)) {
	case "taskdef":
		return TaskDefinition(filepath.Base(file), src, options())
	case "compose":
		return Compose(context.Background(), ComposeFile{Name: filepath.Base(file), Dir: filepath.Dir(file), Below: "app", Data: src, DotEnv: []byte("FROM_DOTENV=here\n")}, options())
	}
	var live Live
	if err := json.Unmarshal(src, &live); err != nil {
		return Result{}, err
	}
	return Service(live, options())
}

func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.ReplaceAll(string(want), "\r\n", "\n"), got); diff != "" {
		t.Errorf("%s (-want +got, go test -update writes it anew):\n%s", file, diff)
	}
}

// TestNoImportedManifestHasMistakesThatFerryMade reads every result back: what is told of the manifests are warnings about
// what the source says, and never an unknown field.
func TestNoImportedManifestHasMistakesThatFerryMade(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/[cst]*/*.[jy]*")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if strings.HasSuffix(file, ".golden") {
			continue
		}
		r, err := imported(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range r.Workloads {
			_, list := options().read(w)
			for _, d := range list {
				if strings.Contains(d.Message, "unknown") || strings.Contains(d.Message, "not supported") || strings.Contains(d.Message, "must be") {
					t.Errorf("%s: %s", file, d)
				}
			}
		}
	}
}

// sample is the official sample task definition, which lies beside the project: it is data, and not ours.
const sample = "../../../shared/data/sample-fargate-taskdef.json"

func TestTheOfficialSampleRendersAsItWas(t *testing.T) {
	t.Parallel()
	src, err := os.ReadFile(sample)
	if os.IsNotExist(err) {
		t.Skipf("%s does not exist: the data is not in this checkout", sample)
	}
	if err != nil {
		t.Fatal(err)
	}
	r, err := TaskDefinition("sample.json", src, options())
	if err != nil || r.Notes.HasErrors() || len(r.Workloads) != 1 || r.Workloads[0].Overrides != nil {
		t.Fatal(written(r), err)
	}
	m, list := options().read(r.Workloads[0])
	if len(list) > 0 {
		t.Fatal(list)
	}
	got, err := options().rendered(m)
	if err != nil {
		t.Fatal(err)
	}
	var want map[string]any
	if err := json.Unmarshal(src, &want); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(sampled(want), sampled(got)); diff != "" {
		t.Errorf("(-sample +rendered):\n%s", diff)
	}
}

// sampled leaves out what names something, and what ferry adds to every task definition: its variables, tags, the task role
// and what AWS would fill in by itself.
func sampled(d map[string]any) map[string]any {
	for _, name := range []string{"family", "executionRoleArn", "taskRoleArn", "tags"} {
		delete(d, name)
	}
	if p, ok := d["runtimePlatform"].(map[string]any); ok && p["cpuArchitecture"] == "X86_64" {
		delete(p, "cpuArchitecture")
	}
	for _, c := range d["containerDefinitions"].([]any) {
		c := c.(map[string]any)
		delete(c, "name")
		delete(c, "environment")
		for _, p := range c["portMappings"].([]any) {
			delete(p.(map[string]any), "name")
			delete(p.(map[string]any), "appProtocol")
		}
		options := c["logConfiguration"].(map[string]any)["options"].(map[string]any)
		clear(options)
	}
	return d
}

func TestAFileThatIsNoTaskDefinitionSaysWhy(t *testing.T) {
	t.Parallel()
	for src, want := range map[string]string{
		"":                               "f.json: the file is empty",
		"[]":                             "f.json:1:1: must be a map",
		"{":                              "f.json:2:1: not readable as JSON or YAML: did not find expected node content",
		"{}":                             "f.json: containerDefinitions: this is no task definition: it has no containerDefinitions",
		`{"containerDefinitions": [1]}`:  "f.json:1:27: containerDefinitions[0]: a container must be a map with a name",
		`{"containerDefinitions": [{}]}`: "f.json:1:27: containerDefinitions[0]: a container must be a map with a name",
	} {
		r, err := TaskDefinition("f.json", []byte(src), options())
		if err != nil || len(r.Notes) != 1 || len(r.Workloads) != 0 {
			t.Errorf("%q: %v %v", src, r, err)
			continue
		}
		if diff := cmp.Diff(want, r.Notes[0].String()); diff != "" {
			t.Errorf("%q: %s", src, diff)
		}
	}
}

func TestAFileThatComposeCannotReadSaysWhy(t *testing.T) {
	t.Parallel()
	for src, want := range map[string]string{
		"services: {a: {image: b, nope: 1}}": "f.yaml:1:26: services.a.nope: Compose has no such key",
		"services: {a: {extends: {service: b, file: 1}}, b: {image: c}}":// its library panics here
		"f.yaml: Compose cannot read it: a value is of a kind that it does not expect: interface conversion: interface {} is int, not string",
		"services: {a: {image: b}}\n#" + strings.Repeat("x", 1<<20): "f.yaml: it has more than 1024 KiB",
		"services: {a: {image: [b]}}":                               "f.yaml:1:16: services.a.image: Compose cannot read it: must be a string",
		"services: {a: {cpu_period: 1ms}}":                          `f.yaml:1:16: services.a.cpu_period: Compose cannot read it: failed to cast to expected type: strconv.ParseInt: parsing "1ms": invalid syntax`,
		"\x00":                                                      "f.yaml: Compose cannot read it: failed to parse f.yaml: yaml: control characters are not allowed (value: 0)",
	} {
		r, err := Compose(context.Background(), ComposeFile{Name: "f.yaml", Dir: t.TempDir(), Data: []byte(src)}, options())
		if err != nil || len(r.Notes) != 1 || len(r.Workloads) != 0 {
			t.Errorf("%q: %v %v", src, r, err)
			continue
		}
		if diff := cmp.Diff(want, r.Notes[0].String()); diff != "" {
			t.Errorf("%q: %s", src, diff)
		}
	}
}

func FuzzTaskDefinitionNeverFails(f *testing.F) {
	for _, name := range []string{"testdata/taskdef/two-containers.json", "testdata/taskdef/ec2.yaml"} {
		src, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(src)
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		r, err := TaskDefinition("f", src, options())
		if err != nil {
			return
		}
		for _, w := range r.Workloads {
			options().read(w)
		}
	})
}

func FuzzComposeNeverFails(f *testing.F) {
	src, err := os.ReadFile("testdata/compose/two-services.yaml")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(src)
	f.Add([]byte("services: {a: {image: b, ports: [\"1-3:1-3\"], volumes: [/x]}}"))
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, src []byte) {
		if bytes.Contains(src, []byte("include")) || bytes.Contains(src, []byte("extends")) || bytes.Contains(src, []byte("file")) {
			return // they read other files
		}
		r, err := Compose(context.Background(), ComposeFile{Name: "f", Dir: dir, Data: src}, options())
		if err != nil {
			return
		}
		for _, w := range r.Workloads {
			options().read(w)
		}
	})
}
