package cli

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"ferry.dev/ferry/internal/ui"
	"ferry.dev/ferry/internal/ui/uitest"
)

// everyCommand calls f for each command of the tree, hidden ones too.
func everyCommand(t *testing.T, f func(t *testing.T, c *cobra.Command)) {
	t.Helper()
	root := newRootCmd(newShell(t).app(strings.NewReader(""), io.Discard, io.Discard))
	walk(root, func(c *cobra.Command) {
		t.Run(strings.ReplaceAll(c.CommandPath(), " ", "_"), func(t *testing.T) { f(t, c) })
	})
}

func TestEveryCommandSaysWhatItDoesAndShowsAnExampleAndItsExitCodes(t *testing.T) {
	t.Parallel()
	everyCommand(t, func(t *testing.T, c *cobra.Command) {
		if c.Short == "" || strings.HasSuffix(c.Short, ".") {
			t.Errorf("Short is %q: a phrase without a full stop", c.Short)
		}
		if !strings.Contains(c.Example, "ferry") {
			t.Errorf("Example is %q", c.Example)
		}
		codes := exitLines(c)
		for _, code := range []string{"    0  ", "    2  "} {
			if !strings.Contains(codes, code) {
				t.Errorf("exit code%sis not in the help:\n%s", code, codes)
			}
		}
		if c.RunE == nil || c.Run != nil {
			t.Error("a command has RunE, so that its error reaches the exit code")
		}
	})
}

func TestEveryFlagIsDocumented(t *testing.T) {
	t.Parallel()
	everyCommand(t, func(t *testing.T, c *cobra.Command) {
		c.Flags().VisitAll(func(f *pflag.Flag) {
			if f.Name == "help" || f.Name == "version" { // cobra's own
				return
			}
			if len(f.Usage) < 10 || !strings.HasSuffix(f.Usage, ".") {
				t.Errorf("--%s is documented as %q: a sentence with its full stop", f.Name, f.Usage)
			}
		})
	})
}

func TestNoCommandTakesFlagsThatMeanSomethingElseElsewhere(t *testing.T) {
	t.Parallel()
	short := map[string]string{}
	everyCommand(t, func(t *testing.T, c *cobra.Command) {
		c.LocalFlags().VisitAll(func(f *pflag.Flag) {
			if f.Shorthand == "" || f.Shorthand == "n" { // init's --name is Copilot's -n, logs' --lines tail's
				return
			}
			if other, ok := short[f.Shorthand]; ok && other != f.Name {
				t.Errorf("-%s is --%s here and --%s elsewhere", f.Shorthand, f.Name, other)
			}
			short[f.Shorthand] = f.Name
		})
	})
}

func TestTheHelpOfEveryCommandIsAsWritten(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	root := newRootCmd(newShell(t).app(strings.NewReader(""), io.Discard, io.Discard))
	walk(root, func(c *cobra.Command) {
		c.InitDefaultHelpFlag()
		b.WriteString("──────── " + c.CommandPath() + "\n")
		writeHelp(&b, ui.Paint{}, c)
		b.WriteString("\n")
	})
	uitest.Golden(t, *update, "help.golden", b.String())
}

func TestEveryQuestionNamesAFlagThatExists(t *testing.T) {
	t.Parallel()
	flags := map[string]bool{}
	walk(newRootCmd(newShell(t).app(strings.NewReader(""), io.Discard, io.Discard)), func(c *cobra.Command) {
		c.Flags().VisitAll(func(f *pflag.Flag) { flags["--"+f.Name] = true })
	})
	questions := 0
	for _, q := range questionsIn(t) {
		questions++
		named := regexp.MustCompile(`--[a-z-]+`).FindAllString(q.flag, -1)
		if len(named) == 0 && !strings.Contains(q.flag, "argument") && !strings.Contains(q.flag, "sourceFlag") {
			t.Errorf("%s: the question names neither a flag nor an argument: %s", q.at, q.flag)
		}
		for _, f := range named {
			if !flags[f] {
				t.Errorf("%s: the question names %s, which no command has", q.at, f)
			}
		}
	}
	if questions < 12 {
		t.Errorf("only %d questions were found in the source", questions)
	}
}

type questionInSource struct{ at, flag string }

// questionsIn finds every ui.Question literal in this package's source, with what its Flag field is made of.
func questionsIn(t *testing.T) []questionInSource {
	t.Helper()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var found []questionInSource
	set := token.NewFileSet()
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(set, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			lit, ok := n.(*ast.CompositeLit)
			if !ok {
				return true
			}
			if typ, ok := lit.Type.(*ast.SelectorExpr); ok && typ.Sel.Name == "Question" {
				found = append(found, questionInSource{set.Position(lit.Pos()).String(), flagOf(lit)})
			}
			return true
		})
	}
	return found
}

func flagOf(lit *ast.CompositeLit) string {
	var parts []string
	for _, e := range lit.Elts {
		kv, ok := e.(*ast.KeyValueExpr)
		if !ok || kv.Key.(*ast.Ident).Name != "Flag" {
			continue
		}
		ast.Inspect(kv.Value, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.BasicLit:
				parts = append(parts, n.Value)
			case *ast.Ident:
				parts = append(parts, n.Name)
			}
			return true
		})
	}
	return strings.Join(parts, " ")
}
