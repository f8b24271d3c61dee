package internal_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "ferry.dev/ferry/"

// row forbids packages to reach others, directly or through packages of ours. A name ending in /... stands for all below it too.
type row struct {
	from   string
	not    []string
	except []string
	why    string
}

const (
	sdk     = "github.com/aws/aws-sdk-go-v2/..."
	survey  = "github.com/AlecAivazis/survey/..."
	spinner = "github.com/briandowns/spinner/..."
	cobra   = "github.com/spf13/..."
)

// table is the import table. Each row has its reason: whoever wants to break one has to answer it.
func table() []row {
	return []row{
		{from: "internal/event", not: []string{"internal/..."}, why: "the vocabulary of progress: whatever it imports, everybody does"},
		{from: "internal/fault", not: []string{"internal/..."}, why: "errors are returned from everywhere"},
		{from: "internal/diag", not: []string{"internal/..."}, why: "diagnostics do not know whose mistakes they are"},

		{from: "internal/manifest", not: []string{sdk, "internal/ui", "internal/plan", "internal/workspace", cobra, "net/http", "os/exec"},
			why: "a manifest is text to value: no AWS client, no terminal, no file system layout; it is fuzzed and runs anywhere"},
		{from: "internal/plan", not: []string{sdk, "internal/ui", "internal/workspace", "internal/render", cobra, "os", "net/http"},
			why: "what should exist is decided by a pure function, tested by golden files"},
		{from: "internal/addons", not: []string{sdk, "internal/manifest", "internal/plan", "internal/ui", cobra, "os", "net/http"},
			why: "the user's templates are text to text: fuzzed, and the same on every machine"},
		{from: "internal/patch", not: []string{sdk, "internal/manifest", "internal/plan", "internal/ui", cobra, "os", "net/http"},
			why: "a patch knows documents, and not what ferry renders"},
		{from: "internal/render", not: []string{sdk, "internal/ui", "internal/workspace", cobra, "os", "net/http"},
			why: "rendering is a pure function; ferry package works offline"},
		{from: "internal/workspace", not: []string{sdk, "internal/ui", "internal/plan", "internal/deploy", cobra},
			why: "the files of the repository are read the same way by every command, offline"},

		{from: "internal/ui", not: []string{sdk, "internal/deploy", "internal/manifest", "internal/plan", "internal/awsconf", cobra},
			why: "the terminal renders events and knows neither the deploy line nor AWS"},
		{from: "internal/...", not: []string{survey, spinner}, except: []string{"internal/ui", "internal/cli"},
			why: "survey blocks on some terminals and spinner is silent off them: ui is the one place that deals with it"},
		{from: "internal/...", not: []string{cobra}, except: []string{"internal/cli"}, why: "commands are flags to one call; nothing below them parses flags"},

		{from: "internal/awsconf", not: []string{"internal/ui", "internal/deploy", "internal/manifest", "internal/plan"},
			why: "configuration of the SDK serves every stage and knows none"},
		{from: "internal/image", not: upward("internal/stack", "internal/release", "internal/watch"), why: "stages do not know each other: deploy orders them"},
		{from: "internal/stack", not: upward("internal/image", "internal/release", "internal/watch", "internal/manifest"), why: "stages do not know each other: deploy orders them"},
		{from: "internal/release", not: upward("internal/image", "internal/stack", "internal/watch", "internal/manifest"), why: "stages do not know each other: deploy orders them"},
		{from: "internal/site", not: upward("internal/image", "internal/stack", "internal/release", "internal/watch", "internal/plan"), why: "stages do not know each other: deploy orders them"},
		{from: "internal/watch", not: upward("internal/image", "internal/stack", "internal/manifest"), why: "following a deployment must work for one that another run started"},
		{from: "internal/logs", not: upward("internal/image", "internal/stack", "internal/release", "internal/manifest"), why: "stages do not know each other: deploy orders them"},
		{from: "internal/deploy", not: []string{"internal/ui", "internal/cli", "internal/emulator/...", cobra},
			why: "the straight line is the same for every caller and every endpoint: local is nothing to it"},

		{from: "internal/emulator/...", not: []string{
			"internal/cli", "internal/ui", "internal/deploy", "internal/manifest", "internal/plan", "internal/render", "internal/awsconf", "internal/image",
			"internal/stack", "internal/release", "internal/watch", "internal/logs", "internal/workspace", "internal/event", "internal/fault", "internal/diag", "internal/poll",
		}, why: "a simulator that shares our code shares our bugs"},
		{from: "internal/...", not: []string{"internal/emulator/..."}, except: []string{"internal/emulator/...", "internal/cli"},
			why: "environment local is an endpoint; only the command that starts it knows the package behind"},
		{from: "internal/...", not: []string{"internal/emulator/emulatortest", "internal/ui/uitest"}, why: "the double and the person at a terminal are for tests"},
		{from: "internal/...", not: []string{"github.com/aws/aws-sdk-go-v2/service/ec2/..."}, why: "by far the largest SDK module: it costs start-up time and megabytes in every run"},
		{from: "internal/...", not: []string{"testing", "github.com/google/go-cmp/..."}, except: []string{"internal/emulator/emulatortest", "internal/emulator/wire/wiretest", "internal/ui/uitest"},
			why: "test code stays out of the binary"},
	}
}

// upward is what no stage may import, and more.
func upward(more ...string) []string {
	return append([]string{"internal/cli", "internal/ui", "internal/deploy", "internal/workspace", "internal/emulator/...", cobra}, more...)
}

// direct forbids direct imports only: what is the business of one package.
func direct() []row {
	return []row{
		{from: "internal/...", not: []string{"github.com/aws/aws-sdk-go-v2/config", "github.com/aws/aws-sdk-go-v2/credentials/..."},
			except: []string{"internal/awsconf", "internal/emulator/emulatortest"}, why: "SDK configuration is built in one place, with the account guard"},
		{from: "internal/cli", not: []string{sdk, survey, spinner}, why: "commands call deploy; what they show goes through ui"},
		{from: "cmd/...", not: []string{sdk, cobra, survey, "internal/deploy", "internal/ui"}, why: "main holds nothing: it calls cli, after the shim that makes this program a task's first process"},
	}
}

// source is the module's Go files, without tests.
type source struct {
	imports map[string][]string    // package → what it imports, ours by their path below the module
	files   map[string][]*ast.File // package → its files
	set     *token.FileSet
}

func read(t *testing.T) source {
	t.Helper()
	s := source{imports: map[string][]string{}, files: map[string][]*ast.File{}, set: token.NewFileSet()}
	for _, dir := range []string{"internal", "cmd", "templates", "manifests"} {
		err := filepath.WalkDir(filepath.Join("..", dir), func(name string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			if d.IsDir() && d.Name() == "testdata" {
				return filepath.SkipDir
			}
			if d.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
				return nil
			}
			file, err := parser.ParseFile(s.set, name, nil, parser.ParseComments)
			if err != nil {
				return err
			}
			pkg := filepath.ToSlash(filepath.Dir(name))[len("../"):]
			s.files[pkg] = append(s.files[pkg], file)
			for _, imp := range file.Imports {
				target, err := strconv.Unquote(imp.Path.Value)
				if err != nil {
					return err
				}
				s.imports[pkg] = append(s.imports[pkg], strings.TrimPrefix(target, module))
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// matches tells whether a package is the one named, or below it for a name ending in /....
func matches(pattern, pkg string) bool {
	if root, ok := strings.CutSuffix(pattern, "/..."); ok {
		return pkg == root || strings.HasPrefix(pkg, root+"/")
	}
	return pkg == pattern
}

func matchesAny(patterns []string, pkg string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return matches(p, pkg) })
}

// reach finds a way from a package to one that a row forbids, "" when there is none.
func (s source) reach(from string, r row, deep bool) string {
	type step struct{ pkg, way string }
	seen := map[string]bool{from: true}
	for queue := []step{{from, from}}; len(queue) > 0; queue = queue[1:] {
		for _, next := range s.imports[queue[0].pkg] {
			way := queue[0].way + " → " + next
			if matchesAny(r.not, next) && !matches(r.from, next) {
				return way
			}
			if deep && !seen[next] && s.imports[next] != nil {
				seen[next] = true
				queue = append(queue, step{next, way})
			}
		}
	}
	return ""
}

func TestImportsPointOneWay(t *testing.T) {
	t.Parallel()
	s := read(t)
	check := func(r row, deep bool) {
		found := false
		for _, pkg := range slices.Sorted(maps.Keys(s.files)) {
			if !matches(r.from, pkg) || matchesAny(r.except, pkg) {
				continue
			}
			found = true
			if way := s.reach(pkg, r, deep); way != "" {
				t.Errorf("%s\n\tbut: %s", way, r.why)
			}
		}
		if !found {
			t.Errorf("no package is %s: the row is about nothing", r.from)
		}
	}
	for _, r := range table() {
		check(r, true)
	}
	for _, r := range direct() {
		check(r, false)
	}
}

func TestPureStagesReadNoClock(t *testing.T) {
	t.Parallel()
	s := read(t)
	for _, pkg := range []string{"internal/event", "internal/fault", "internal/diag", "internal/manifest", "internal/plan", "internal/render"} {
		for _, file := range s.files[pkg] {
			ast.Inspect(file, func(n ast.Node) bool {
				sel, ok := n.(*ast.SelectorExpr)
				if !ok {
					return true
				}
				x, ok := sel.X.(*ast.Ident)
				if ok && x.Name == "time" && slices.Contains([]string{"Now", "Since", "Until", "Sleep", "After", "AfterFunc", "NewTimer", "NewTicker", "Tick"}, sel.Sel.Name) {
					t.Errorf("%s: time.%s: the same manifest must give the same files tomorrow", s.set.Position(sel.Pos()), sel.Sel.Name)
				}
				return true
			})
		}
	}
}

func TestThereIsNoInitAndNoPackageState(t *testing.T) {
	t.Parallel()
	s := read(t)
	for _, pkg := range slices.Sorted(maps.Keys(s.files)) {
		for _, file := range s.files[pkg] {
			for _, d := range file.Decls {
				switch d := d.(type) {
				case *ast.FuncDecl:
					if d.Recv == nil && d.Name.Name == "init" && pkg != "cmd/ferry/early" {
						t.Errorf("%s: func init: what happens before main cannot be tested or left out", s.set.Position(d.Pos()))
					}
				case *ast.GenDecl:
					for _, problem := range s.variables(pkg, d) {
						t.Error(problem)
					}
				}
			}
		}
	}
}

// variables returns what is wrong with a declaration of package-level variables.
func (s source) variables(pkg string, d *ast.GenDecl) []string {
	if d.Tok != token.VAR {
		return nil
	}
	var problems []string
	for _, spec := range d.Specs {
		v := spec.(*ast.ValueSpec)
		for i, name := range v.Names {
			if name.Name == "_" || embedded(d, v) || linked(pkg, name.Name) || i < len(v.Values) && fixed(v.Values[i]) {
				continue
			}
			problems = append(problems, fmt.Sprintf("%s: var %s: state that belongs to nobody; pass it in, or make it a function", s.set.Position(v.Pos()), name.Name))
		}
	}
	return problems
}

// embedded tells a variable that the compiler fills from a file.
func embedded(d *ast.GenDecl, v *ast.ValueSpec) bool {
	for _, doc := range []*ast.CommentGroup{d.Doc, v.Doc} {
		if doc == nil {
			continue
		}
		for _, c := range doc.List {
			if strings.HasPrefix(c.Text, "//go:embed ") {
				return true
			}
		}
	}
	return false
}

// linked tells the one variable that the linker sets.
func linked(pkg, name string) bool { return pkg == "internal/version" && name == "linked" }

// fixed tells a value that nobody can change: a sentinel error, a compiled expression, a function that computes once.
func fixed(e ast.Expr) bool {
	call, ok := e.(*ast.CallExpr)
	if !ok {
		return false
	}
	name := ""
	switch f := call.Fun.(type) {
	case *ast.SelectorExpr:
		if x, ok := f.X.(*ast.Ident); ok {
			name = path.Join(x.Name, f.Sel.Name)
		}
	case *ast.IndexExpr:
		return fixed(&ast.CallExpr{Fun: f.X})
	}
	return slices.Contains([]string{
		"errors/New", "regexp/MustCompile", "strings/NewReplacer", "sync/OnceValue", "sync/OnceValues", "reflect/TypeFor", "reflect/TypeOf",
	}, name)
}
