package workspace_test

import (
	"strings"
	"testing"

	"ferry.dev/ferry/internal/diag"
	"ferry.dev/ferry/internal/manifest"
	"ferry.dev/ferry/internal/workspace"
	"github.com/google/go-cmp/cmp"
)

func TestAnEnvFileIsReadAsECSReadsIt(t *testing.T) {
	t.Parallel()
	src := "\ufeff# comment\n\nA=1\n  # another\nB=with spaces  and=signs \r\nC=\nE=#not a comment\n"
	got, list := workspace.ParseEnvFile("web.env", []byte(src))
	want := map[string]string{"A": "1", "B": "with spaces  and=signs ", "C": "", "E": "#not a comment"}
	if diff := cmp.Diff(want, got); diff != "" || len(list) > 0 {
		t.Error(diff, list)
	}
}

func TestEveryMistakeInAnEnvFileHasItsPlaceAndNoValue(t *testing.T) {
	t.Parallel()
	src := "export A=geheim\nB\n=geheim\nC D=geheim\nE = geheim\nF=\"geheim\"\nG=geheim1\nG=geheim2\nH=\xffgeheim\n"
	got, list := workspace.ParseEnvFile("web.env", []byte(src))
	if diff := cmp.Diff(map[string]string{"F": `"geheim"`, "G": "geheim2"}, got); diff != "" {
		t.Error(diff)
	}
	var text strings.Builder
	if err := diag.WriteText(&text, list, nil); err != nil {
		t.Fatal(err)
	}
	want := `web.env:1:1: this is no shell script
hint: write A=…
web.env:2:1: the line has no =
hint: write NAME=value
web.env:3:1: the line has no name before the =
hint: write NAME=value
web.env:4:1: a name holds no spaces
hint: write NAME=value
web.env:5:1: a name holds no spaces
hint: write E=…
web.env:6:3: warning: the quotes are part of the value, as ECS reads it
hint: remove them
web.env:8:1: warning: G stands in line 7 already; this line counts
hint: remove one of the two
web.env:9:1: the line is not valid UTF-8
hint: save the file as UTF-8
`
	if diff := cmp.Diff(want, text.String()); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if strings.Contains(text.String(), "geheim") {
		t.Error("a value is in the diagnostics")
	}
}

func TestAnEnvFileThatCannotBeReadIsAMistakeAtItsField(t *testing.T) {
	t.Parallel()
	big := strings.Repeat("A=1\n", 20_000)
	w := find(t, tree(t, map[string]string{
		"ferry/app.yml": shop, "ferry/api/manifest.yml": api + "env_file: ./missing.env\n", "dir.env/x": "", "big.env": big, "ok.env": "A=1\n",
	}))
	for file, want := range map[string]string{
		"./missing.env": "ferry/api/manifest.yml:4:11: env_file: there is no file missing.env",
		"dir.env":       "ferry/api/manifest.yml:4:11: env_file: dir.env is no file",
		"big.env":       "ferry/api/manifest.yml:4:11: env_file: big.env has more than 64 KiB",
		"ok.env/x.env":  "ferry/api/manifest.yml:4:11: env_file: there is no file ok.env/x.env",
	} {
		vars, list, err := w.EnvFile(manifest.Workload{Name: "api", EnvFile: file})
		if err != nil || vars != nil || len(list) != 1 || list[0].String() != want {
			t.Errorf("%s: %v %v %v", file, vars, list, err)
		}
	}
	vars, list, err := w.EnvFile(manifest.Workload{Name: "api", EnvFile: "ok.env"})
	if err != nil || len(list) > 0 || vars["A"] != "1" {
		t.Error(vars, list, err)
	}
	if vars, list, err := w.EnvFile(manifest.Workload{Name: "api"}); vars != nil || list != nil || err != nil {
		t.Error(vars, list, err)
	}
}

func FuzzParseEnvFile(f *testing.F) {
	for _, s := range []string{"A=1", "export A=1", "=", "# x", "A=\"q\"", "\xff", "A=1\r\nA=2"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		vars, list := workspace.ParseEnvFile("web.env", src)
		lines := strings.Count(string(src), "\n") + 1
		for _, d := range list {
			if d.Line < 1 || d.Line > lines || d.Column < 1 || d.EndColumn != 0 && d.EndColumn < d.Column {
				t.Errorf("no such place: %v", d)
			}
		}
		for name, value := range vars {
			if name == "" || strings.ContainsAny(name, "= \t\n\r") || strings.ContainsAny(value, "\n\x00") {
				t.Errorf("read %q=%q", name, value)
			}
		}
	})
}
