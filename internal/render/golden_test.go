package render_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ferry.dev/ferry/internal/render"
)

var update = flag.Bool("update", false, "write the golden files anew")

func TestEnvironmentTemplatesAreTheGoldenOnes(t *testing.T) {
	t.Parallel()
	for name, e := range environmentCases(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out, err := render.EnvironmentStack(e)
			golden(t, filepath.Join("environment", name+".stack.yml"), out, err)
		})
	}
}

func TestServiceDocumentsAreTheGoldenOnes(t *testing.T) {
	t.Parallel()
	for name, c := range serviceCases(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			stack, err := render.ServiceStack(c.plan)
			golden(t, filepath.Join("service", name+".stack.yml"), stack, err)
			task, err := render.TaskDefinition(c.plan, c.release)
			golden(t, filepath.Join("service", name+".taskdef.json"), task, err)
			if c.plan.IsJob() {
				run, err := render.RunTask(c.plan)
				golden(t, filepath.Join("service", name+".run-task.json"), run, err)
				return
			}
			if c.plan.Express != nil {
				express, err := render.ExpressDefinition(c.plan)
				golden(t, filepath.Join("service", name+".express.json"), express, err)
				return
			}
			service, err := render.ServiceDefinition(c.plan)
			golden(t, filepath.Join("service", name+".service.json"), service, err)
			if scaling, err := render.ScalingDefinition(c.plan); scaling != nil || err != nil {
				golden(t, filepath.Join("service", name+".scaling.json"), scaling, err)
			}
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
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want := bytes.ReplaceAll(read(t, file), []byte("\r\n"), []byte("\n"))
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got, go test -update writes it anew):\n%s", file, diff)
	}
}
