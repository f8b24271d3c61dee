package render_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ferry.dev/ferry/internal/plan"
	"ferry.dev/ferry/internal/render"
)

var update = flag.Bool("update", false, "write the golden files anew")

func TestEnvironmentTemplatesAreTheGoldenOnes(t *testing.T) {
	t.Parallel()
	for name, c := range environmentCases() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out, err := render.EnvironmentStack(plan.NewEnvironment(demo(), c.env, c.needs))
			golden(t, filepath.Join("environment", name+".stack.yml"), out, err)
		})
	}
}

func TestServiceDocumentsAreTheGoldenOnes(t *testing.T) {
	t.Parallel()
	for name, c := range serviceCases() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := c.plan()
			stack, err := render.ServiceStack(s)
			golden(t, filepath.Join("service", name+".stack.yml"), stack, err)
			task, err := render.TaskDefinition(s, c.release)
			golden(t, filepath.Join("service", name+".taskdef.json"), task, err)
			service, err := render.ServiceDefinition(s)
			golden(t, filepath.Join("service", name+".service.json"), service, err)
		})
	}
}

// golden compares with a file below testdata, or writes it under -update.
func golden(t *testing.T, name string, got []byte, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	want = bytes.ReplaceAll(want, []byte("\r\n"), []byte("\n"))
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got, go test -update writes it anew):\n%s", file, diff)
	}
}
