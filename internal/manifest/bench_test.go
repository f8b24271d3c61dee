package manifest

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"ferry.dev/ferry/internal/diag"
)

// largest is the golden manifest with every field.
func largest(tb testing.TB) []byte {
	tb.Helper()
	data, err := os.ReadFile("testdata/every-field.golden")
	if err != nil {
		tb.Fatal(err)
	}
	src, _, _ := strings.Cut(string(data), divider)
	return []byte(src)
}

func BenchmarkParseWorkload(b *testing.B) {
	src := largest(b)
	for b.Loop() {
		if _, list := ParseWorkload("web.yml", src, goldenOptions()); list.HasErrors() {
			b.Fatal(list)
		}
	}
}

func BenchmarkParseTwoHundredWorkloads(b *testing.B) {
	src := largest(b)
	for b.Loop() {
		for range 200 {
			ParseWorkload("web.yml", src, goldenOptions())
		}
	}
}

func BenchmarkParseEnvironment(b *testing.B) {
	src := []byte("name: test\ntype: Environment\n")
	for b.Loop() {
		ParseEnvironment("env.yml", src, goldenOptions())
	}
}

// TestAFewLinesOfAliasesCannotTakeLong expands what would be ten to the ninth values.
func TestAFewLinesOfAliasesCannotTakeLong(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString("name: web\ntype: Backend Service\nimage: {build: x}\nvariables:\n  a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n")
	for i := '1'; i <= '9'; i++ {
		tenTimes := strings.TrimSuffix(strings.Repeat("*a"+string(i-1)+", ", 10), ", ")
		b.WriteString("  a" + string(i) + ": &a" + string(i) + " [" + tenTimes + "]\n")
	}
	started := time.Now()
	_, list := ParseWorkload("web.yml", []byte(b.String()), Options{})
	if !list.HasErrors() {
		t.Error("ten to the ninth values were accepted")
	}
	if took := time.Since(started); took > 2*time.Second {
		t.Errorf("it took %s", took)
	}
	if !slices.ContainsFunc(list, func(d diag.Diagnostic) bool { return strings.Contains(d.Message, "values, aliases counted") }) {
		t.Errorf("no diagnostic says why: %v", list)
	}
}

func TestDeepNestingIsRefused(t *testing.T) {
	t.Parallel()
	src := "name: web\ntype: Backend Service\nvariables: " + strings.Repeat("[", 5000) + strings.Repeat("]", 5000) + "\n"
	_, list := ParseWorkload("web.yml", []byte(src), Options{})
	if !list.HasErrors() {
		t.Error("five thousand levels were accepted")
	}
}

func TestThousandsOfMistakesAreAllReported(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString("name: web\ntype: Backend Service\nimage: {build: x}\n")
	for i := range 3000 {
		b.WriteString("unknown_" + strings.Repeat("x", i%200) + string(rune('a'+i%26)) + strings.Repeat("y", i/200) + ": 1\n")
	}
	_, list := ParseWorkload("web.yml", []byte(b.String()), Options{})
	if len(list) < 2900 {
		t.Errorf("only %d of 3000", len(list))
	}
}
