// Package e2e owns the stories: scripts that use ferry as a user does, on environment local with real processes, and
// compare its standard output, its standard error and its exit code as a whole.
//
// What differs from run to run (ports, digests, identifiers, times) is replaced by its kind before comparing. Run the
// tests with -update to write what ferry printed into the scripts; then read the difference.
package e2e

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/tools/txtar"

	"ferry.dev/ferry/e2e/harness"
)

func TestStoriesEndAsWritten(t *testing.T) {
	t.Parallel()
	s := &stories{bin: harness.Ferry(t), root: harness.Root(t), want: map[string]map[string]string{}}
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("testdata", "script"),
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup:               s.setup,
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"ferry":   s.ferry,
			"same":    s.same,
			"get":     s.get,
			"sample":  s.sample,
			"replace": replace,
			"listing": listing,
		},
	})
	t.Cleanup(func() { s.rewrite(t) })
}

var update = flag.Bool("update", false, "write what ferry printed into the scripts")

type stories struct {
	bin, root string
	mu        sync.Mutex
	want      map[string]map[string]string // script → file → what it should hold, when updating
}

// setup gives each script a home and a local endpoint of its own, and stops the endpoint when the script ends.
func (s *stories) setup(env *testscript.Env) error {
	env.Vars = append(harness.Env(), "WORK="+env.WorkDir, "HOME="+filepath.Join(env.WorkDir, ".home"), "NO_COLOR=1",
		"FERRY_LOCAL_DIR="+filepath.Join(env.WorkDir, ".local"), "FERRY_LOCAL_RUNTIME=process",
		"AWS_EC2_METADATA_DISABLED=true", "GOFLAGS=", "GOPATH="+goEnv("GOPATH"), "GOCACHE="+goEnv("GOCACHE"),
		"FERRY="+s.bin)
	env.Defer(func() {
		cmd := exec.Command(s.bin, "local", "reset", "--yes")
		cmd.Env, cmd.Dir = env.Vars, env.WorkDir
		if out, err := cmd.CombinedOutput(); err != nil {
			env.T().Log(fmt.Sprintf("ferry local reset: %v\n%s", err, out))
			env.T().FailNow()
		}
	})
	return os.MkdirAll(filepath.Join(env.WorkDir, ".home"), 0o755)
}

// ferry runs "ferry CODE ARG…" and requires the exit code.
func (s *stories) ferry(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: ferry CODE ARG…")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(s.bin, args[1:]...); err != nil {
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			ts.Fatalf("ferry did not run: %v", err)
		}
		got = exit.ExitCode()
	}
	if got != want {
		ts.Fatalf("ferry %s ended with exit code %d, not %d", strings.Join(args[1:], " "), got, want)
	}
}

// same compares "stdout" or "stderr" of the last command, or any file, with a file of the script: "same stderr want.stderr".
func (s *stories) same(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: same stdout|stderr|FILE WANT")
	}
	got := settle(ts.ReadFile(args[0]), ts.Getenv("WORK"))
	if *update {
		s.mu.Lock()
		defer s.mu.Unlock()
		script := ts.Name()
		if s.want[script] == nil {
			s.want[script] = map[string]string{}
		}
		s.want[script][args[1]] = got
		return
	}
	if diff := cmp.Diff(ts.ReadFile(args[1]), got); diff != "" {
		ts.Fatalf("%s is not as %s says (-want +got):\n%s", args[0], args[1], diff)
	}
}

// get sends "get URL-FILE WANT-BODY-SUBSTRING…": one request to the address that the file holds.
func (s *stories) get(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: [!] get URL-FILE SUBSTRING")
	}
	resp, err := http.Get(strings.TrimSpace(ts.ReadFile(args[0])))
	if err != nil {
		if neg {
			return
		}
		ts.Fatalf("%v", err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	ts.Check(err)
	ok := resp.StatusCode == http.StatusOK && strings.Contains(string(body), args[1])
	if ok == neg {
		ts.Fatalf("answered %s: %s", resp.Status, body)
	}
}

// sample copies the sample application into the directory named.
func (s *stories) sample(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: sample DIR")
	}
	ts.Check(os.CopyFS(ts.MkAbs(args[0]), os.DirFS(filepath.Join(s.root, "e2e", "sampleapp"))))
}

// replace edits a file: "replace FILE OLD NEW"; OLD must be there.
func replace(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 3 {
		ts.Fatalf("usage: replace FILE OLD NEW")
	}
	old := ts.ReadFile(args[0])
	from, to := strings.ReplaceAll(args[1], `\n`, "\n"), strings.ReplaceAll(args[2], `\n`, "\n")
	if !strings.Contains(old, from) {
		ts.Fatalf("%s does not hold %q", args[0], from)
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(strings.Replace(old, from, to, 1)), 0o644))
}

// listing writes the sorted names of all files below a directory into a file: "listing DIR FILE".
func listing(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: listing DIR FILE")
	}
	var names []string
	ts.Check(filepath.WalkDir(ts.MkAbs(args[0]), func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			rel, _ := filepath.Rel(ts.MkAbs("."), path)
			names = append(names, filepath.ToSlash(rel)+"\n")
		}
		return err
	}))
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(strings.Join(names, "")), 0o644))
}

// settle replaces what differs from run to run by its kind.
func settle(s, work string) string {
	s = strings.ReplaceAll(s, work, "$WORK")
	for _, r := range unsettled() {
		s = r.re.ReplaceAllString(s, r.with)
	}
	return s
}

type unsettling struct {
	re   *regexp.Regexp
	with string
}

func unsettled() []unsettling {
	rule := func(re, with string) unsettling { return unsettling{regexp.MustCompile(re), with} }
	return []unsettling{
		rule(`sha256:[0-9a-f]{64}`, "sha256:<digest>"),
		rule(`127\.0\.0\.1:\d+`, "127.0.0.1:<port>"),
		rule(`\b[0-9a-f]{32,64}\b`, "<hex>"),
		rule(`\b[0-9a-f]{12,31}\b`, "<id>"),
		rule(`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)`, "<time>"),
		rule(`\b\d\d:\d\d:\d\d(\.\d+)?\b`, "<clock>"),
		rule(`\b(\d+m)?\d+(\.\d+)?(ms|µs|s)\b`, "<duration>"),
		rule(`"seconds":\s*[0-9.]+`, `"seconds":<n>`),
		rule(`\b\d+(\.\d+)? (B|kB|KB|KiB|MB|MiB)\b`, "<size>"),
	}
}

// rewrite puts what was printed into the scripts, when asked to.
func (s *stories) rewrite(t *testing.T) {
	for script, files := range s.want {
		path := filepath.Join("testdata", "script", script+".txtar")
		archive, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for name, content := range files {
			if content != "" && !strings.HasSuffix(content, "\n") {
				content += "\n"
			}
			put(archive, name, content)
		}
		if err := os.WriteFile(path, txtar.Format(archive), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func put(a *txtar.Archive, name, content string) {
	for i := range a.Files {
		if a.Files[i].Name == name {
			a.Files[i].Data = []byte(content)
			return
		}
	}
	a.Files = append(a.Files, txtar.File{Name: name, Data: []byte(content)})
}

func goEnv(name string) string {
	out, err := exec.Command("go", "env", name).Output()
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(out))
}
