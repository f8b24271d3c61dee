package diag_test

import (
	"errors"
	"strings"
	"testing"

	"ferry.dev/ferry/internal/diag"
	"github.com/google/go-cmp/cmp"
)

const source = "name: web\n" +
	"\tmemory: 700 # tab\n" +
	"\"漢字\": {é: wide}\n" +
	"TOKEN: hunter22\r\n" +
	"last"

func sourceOf(file string) []byte {
	if file == "web.yml" {
		return []byte(source)
	}
	return nil
}

func at(line, column, end int) diag.Diagnostic {
	return diag.Diagnostic{
		Position: diag.Position{File: "web.yml", Line: line, Column: column}, EndColumn: end, Severity: diag.Error, Path: "memory", Message: "is wrong",
	}
}

func TestTextShowsTheLineWithACaretUnderTheToken(t *testing.T) {
	t.Parallel()
	hinted := at(2, 10, 13)
	hinted.Hint = "write 512"
	warning := at(1, 7, 10)
	warning.Severity, warning.Path = diag.Warning, ""
	secret := at(4, 8, 16)
	secret.Secret = true
	elsewhere := at(1, 1, 2)
	elsewhere.File = "other.yml"
	nowhere := diag.Diagnostic{Severity: diag.Error, Message: "the whole is wrong"}
	for name, tt := range map[string]struct {
		d    diag.Diagnostic
		want string
	}{
		"tabs stay tabs":           {hinted, "web.yml:2:10: memory: is wrong\n   2 | \tmemory: 700 # tab\n     | \t        ^^^\nhint: write 512\n"},
		"a warning says so":        {warning, "web.yml:1:7: warning: is wrong\n   1 | name: web\n     |       ^^^\n"},
		"wide characters take two": {at(3, 2, 4), "web.yml:3:2: memory: is wrong\n   3 | \"漢字\": {é: wide}\n     |  ^^^^\n"},
		"behind wide characters":   {at(3, 10, 14), "web.yml:3:10: memory: is wrong\n   3 | \"漢字\": {é: wide}\n     |            ^^^^\n"},
		"a secret is hidden":       {secret, "web.yml:4:8: memory: is wrong\n   4 | TOKEN: ********\n     |        ^^^^^^^^\n"},
		"no end is one character":  {at(1, 1, 0), "web.yml:1:1: memory: is wrong\n   1 | name: web\n     | ^\n"},
		"behind the last one":      {at(5, 5, 0), "web.yml:5:5: memory: is wrong\n   5 | last\n     |     ^\n"},
		"a line that is not there": {at(9, 1, 0), "web.yml:9:1: memory: is wrong\n"},
		"a file that is not there": {elsewhere, "other.yml:1:1: memory: is wrong\n"},
		"no place at all":          {nowhere, "the whole is wrong\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var b strings.Builder
			if err := diag.WriteText(&b, diag.List{tt.d}, sourceOf); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, b.String()); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestTextShowsOnlyTheSurroundingsOfAPlaceInALongLine(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 500)
	for name, tt := range map[string]struct {
		d    diag.Diagnostic
		want string
	}{
		"at its beginning": {at(1, 1, 4), long[:160] + "…\n     | ^^^\n"},
		"in its middle":    {at(1, 301, 304), "…" + long[:160] + "…\n     | " + strings.Repeat(" ", 41) + "^^^\n"},
		"at its end":       {at(1, 501, 0), "…" + long[:40] + "\n     | " + strings.Repeat(" ", 41) + "^\n"},
		"as long as it is": {at(1, 301, 501), "…" + long[:160] + "…\n     | " + strings.Repeat(" ", 41) + strings.Repeat("^", 120) + "\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var b strings.Builder
			if err := diag.WriteText(&b, diag.List{tt.d}, func(string) []byte { return []byte(long) }); err != nil {
				t.Fatal(err)
			}
			_, got, _ := strings.Cut(b.String(), "   1 | ")
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestTextKeepsControlCharactersFromTheTerminal(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	evil := func(string) []byte { return []byte("name: \x1b[31mred") }
	if err := diag.WriteText(&b, diag.List{at(1, 1, 5)}, evil); err != nil {
		t.Fatal(err)
	}
	if strings.ContainsRune(b.String(), 0x1b) {
		t.Errorf("an escape sequence got through: %q", b.String())
	}
}

func TestTextWithoutSourcesIsHeadlinesAndHints(t *testing.T) {
	t.Parallel()
	d := at(2, 10, 13)
	d.Hint = "write 512"
	var b strings.Builder
	if err := diag.WriteText(&b, diag.List{d}, nil); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff("web.yml:2:10: memory: is wrong\nhint: write 512\n", b.String()); diff != "" {
		t.Error(diff)
	}
}

func TestJSONIsOneArray(t *testing.T) {
	t.Parallel()
	d := at(2, 10, 13)
	d.Hint = "write <512>"
	for name, tt := range map[string]struct {
		list diag.List
		want string
	}{
		"nothing": {nil, "[]\n"},
		"one": {diag.List{d}, `[{"file":"web.yml","line":2,"column":10,"end_column":13,"severity":"error",` +
			`"path":"memory","message":"is wrong","hint":"write <512>"}]` + "\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var b strings.Builder
			if err := diag.WriteJSON(&b, tt.list); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, b.String()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestGitHubAnnotationsEscapeWhatEndsThem(t *testing.T) {
	t.Parallel()
	d := at(2, 10, 13)
	d.File, d.Message, d.Hint = "a,b:c.yml", "100%\nwrong", "write this"
	warning := diag.Diagnostic{Severity: diag.Warning, Message: "look"}
	var b strings.Builder
	if err := diag.WriteGitHub(&b, diag.List{d, warning}); err != nil {
		t.Fatal(err)
	}
	want := "::error file=a%2Cb%3Ac.yml,line=2,col=10,endColumn=13::memory: 100%25%0Awrong%0Ahint: write this\n::warning::look\n"
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Error(diff)
	}
}

func TestSortOrdersByPlaceAndDropsRepetitions(t *testing.T) {
	t.Parallel()
	first, second, third := at(1, 2, 0), at(1, 10, 0), at(2, 1, 0)
	list := diag.List{third, second, first, second}
	if diff := cmp.Diff(diag.List{first, second, third}, diag.Sort(list)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(diag.List{third, second, first, second}, list); diff != "" {
		t.Errorf("the list itself was changed: %s", diff)
	}
}

func TestOnlyErrorsCountAsErrors(t *testing.T) {
	t.Parallel()
	warning := at(1, 1, 0)
	warning.Severity = diag.Warning
	if (diag.List{warning}).HasErrors() || !(diag.List{warning, at(1, 1, 0)}).HasErrors() {
		t.Error("a warning counts as an error, or an error does not")
	}
	if e, w := (diag.List{warning, at(1, 1, 0), warning}).Count(); e != 1 || w != 2 {
		t.Errorf("counted %d errors and %d warnings", e, w)
	}
}

type brokenPipe struct{}

func (brokenPipe) Write([]byte) (int, error) { return 0, errors.New("broken pipe") }

func TestAWriterThatFailsIsReported(t *testing.T) {
	t.Parallel()
	list := diag.List{at(1, 1, 0)}
	if diag.WriteText(brokenPipe{}, list, nil) == nil || diag.WriteJSON(brokenPipe{}, list) == nil || diag.WriteGitHub(brokenPipe{}, list) == nil {
		t.Error("an error of the writer was swallowed")
	}
}
