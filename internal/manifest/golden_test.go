package manifest

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"sort"
	"strings"
	"testing"
	"time"

	"ferry.dev/ferry/internal/diag"
	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files instead of comparing")

// divider separates a manifest from what is expected of it: its values, or the diagnostics.
const divider = "----------\n"

// goldenOptions are what every golden manifest is read for.
func goldenOptions() Options {
	vars := map[string]string{
		"TAG": "v7", "PORT": "8080", "LIST": `["sg-1", "sg-2"]`, "EMPTY": "", "CERT": "12345678-1234-1234-1234-123456789012",
	}
	return Options{App: "shop", Env: "test", LookupEnv: func(name string) (string, bool) {
		v, ok := vars[name]
		return v, ok
	}}
}

func TestEachGoldenManifestReadsAsItsOtherHalfSays(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.golden")
	if err != nil || len(files) == 0 {
		t.Fatalf("no golden files: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".golden"), func(t *testing.T) {
			t.Parallel()
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			src, want, _ := bytes.Cut(data, []byte(divider))
			got := read(t, file, src)
			if *update {
				if err := os.WriteFile(file, []byte(string(src)+divider+got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("the manifest reads otherwise (-want +got), run with -update if that is meant:\n%s", diff)
			}
		})
	}
}

// read returns a manifest's values, or what is wrong with it, as text.
func read(t *testing.T, file string, src []byte) string {
	t.Helper()
	name := strings.TrimSuffix(filepath.Base(file), ".golden") + ".yml"
	var value any
	var list diag.List
	switch {
	case strings.HasPrefix(name, "app-"):
		value, list = ParseApp(name, src)
	case strings.HasPrefix(name, "env-"):
		value, list = ParseEnvironment(name, src, goldenOptions())
	default:
		value, list = ParseWorkload(name, src, goldenOptions())
	}
	var b strings.Builder
	if err := diag.WriteText(&b, list, nil); err != nil {
		t.Fatal(err)
	}
	if !list.HasErrors() {
		lines(&b, "", reflect.ValueOf(value))
	}
	return b.String()
}

// lines writes every value that is not zero, one on a line, with its Go path.
func lines(b *strings.Builder, path string, v reflect.Value) {
	child := func(name string) string { return strings.TrimPrefix(path+"."+name, ".") }
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			lines(b, path, v.Elem())
		}
	case reflect.Struct:
		for i := range v.NumField() {
			lines(b, child(v.Type().Field(i).Name), v.Field(i))
		}
	case reflect.Map:
		keys := v.MapKeys()
		sort.Slice(keys, func(i, j int) bool { return keys[i].String() < keys[j].String() })
		for _, k := range keys {
			lines(b, child(k.String()), v.MapIndex(k))
		}
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.String && v.Len() > 0 {
			fmt.Fprintf(b, "%s: %q\n", path, v.Interface())
			return
		}
		for i := range v.Len() {
			lines(b, fmt.Sprintf("%s[%d]", path, i), v.Index(i))
		}
	default:
		if v.IsZero() && !strings.Contains(path, "Variables.") {
			return
		}
		if d, ok := v.Interface().(time.Duration); ok {
			fmt.Fprintf(b, "%s: %s\n", path, d)
			return
		}
		fmt.Fprintf(b, "%s: %v\n", path, v.Interface())
	}
}
