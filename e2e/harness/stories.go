package harness

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/tools/txtar"
)

// Stories runs every script (txtar) in dir as a subtest. Beside testscript's own commands a script has
//
//	ferry CODE ARG…         run ferry and require its exit code
//	same stdout|stderr|FILE WANT   compare, with what differs from run to run replaced by its kind (ports, digests, times)
//	events stderr WANT      the same for the progress of parallel work: sorted, and without readings of what is under way
//	[!] get URL-FILE TEXT   one request to the address in the file: 200 and TEXT in the body
//	sample DIR              copy the sample application
//	samples DIR             write every sample manifest of a workload, as one application that runs it
//	replace FILE OLD NEW    edit a file
//	listing DIR FILE        write the names of all files below DIR into FILE
//	exports FILE            set the variables of "export NAME=value" lines
//
// and the condition [namespaces]: tasks have a network and a file system of their own here. Where FERRY_NAMESPACES is set they
// have to. env gives each script its environment on top of the user's without AWS, Docker and ferry variables, and done is called
// when the script has ended. more are further commands. With the flag -update the scripts are rewritten with what was printed.
func Stories(t *testing.T, dir string, env func(*testscript.Env) []string, done func(*testscript.Env) error, more ...Commands) {
	t.Helper()
	s := &stories{bin: Ferry(t), root: Root(t), dir: dir, env: env, done: done, want: map[string]map[string]string{}}
	t.Cleanup(func() { s.rewrite(t) })
	cmds := Commands{
		"ferry":   s.ferry,
		"same":    s.same,
		"events":  s.events,
		"get":     get,
		"sample":  s.sample,
		"samples": s.samples,
		"replace": replace,
		"listing": listing,
		"exports": exports,
	}
	for _, m := range more {
		maps.Copy(cmds, m)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 dir,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup:               s.setup,
		Cmds:                cmds,
		Condition:           condition,
	})
}

func condition(name string) (bool, error) {
	if name != "namespaces" {
		return false, fmt.Errorf("there is no condition %q", name)
	}
	return os.Getenv("FERRY_NAMESPACES") != "" || namespaces(), nil
}

// Commands are commands of scripts by name.
type Commands = map[string]func(ts *testscript.TestScript, neg bool, args []string)

// updating is a function, not a variable: the flag is defined once, by whoever asks first.
func updating() bool {
	f := flag.Lookup("update")
	return f != nil && f.Value.String() == "true"
}

type stories struct {
	bin, root, dir string
	env            func(*testscript.Env) []string
	done           func(*testscript.Env) error

	mu   sync.Mutex
	want map[string]map[string]string // script → file → what it should hold, when updating
}

// setup gives each script a home of its own.
func (s *stories) setup(env *testscript.Env) error {
	home := filepath.Join(env.WorkDir, ".home")
	env.Vars = append(Env(), "WORK="+env.WorkDir, "HOME="+home, "NO_COLOR=1", "FERRY="+s.bin,
		"GOFLAGS=", "GOPATH="+goEnv("GOPATH"), "GOCACHE="+goEnv("GOCACHE"), "GOMODCACHE="+goEnv("GOMODCACHE"))
	env.Vars = append(env.Vars, s.env(env)...)
	env.Defer(func() {
		if err := s.done(env); err != nil {
			env.T().Fatal(err)
		}
	})
	return os.MkdirAll(home, 0o755)
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
	s.compare(ts, args, settle(ts.ReadFile(args[0]), ts.Getenv("WORK")))
}

// events compares progress that several stages wrote side by side: its order, and how often a reading was taken, are
// not what the story is about.
func (s *stories) events(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: events stdout|stderr|FILE WANT")
	}
	var lines []string
	for line := range strings.Lines(settle(ts.ReadFile(args[0]), ts.Getenv("WORK"))) {
		if !underWay(line) {
			lines = append(lines, line)
		}
	}
	slices.Sort(lines)
	s.compare(ts, args, strings.Join(lines, ""))
}

// underWay tells a reading of something that goes on from an event: how many there are depends on the machine's speed.
func underWay(line string) bool {
	return slices.ContainsFunc([]string{": waiting for ", ": pushed ", ": deployment ", ": targets: ", "; at 3 the circuit breaker ", " stopped in the same way "},
		func(reading string) bool { return strings.Contains(line, reading) })
}

// compare fails the script unless the file WANT holds got; with -update it remembers got for the end.
func (s *stories) compare(ts *testscript.TestScript, args []string, got string) {
	if updating() {
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
func get(ts *testscript.TestScript, neg bool, args []string) {
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

// samples writes all sample manifests of workloads into a workspace in the directory named.
func (s *stories) samples(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: samples DIR")
	}
	_, err := Samples(s.root, ts.MkAbs(args[0]))
	ts.Check(err)
}

// replace edits a file: "replace FILE OLD NEW"; OLD must be there.
func replace(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 3 {
		ts.Fatalf("usage: replace FILE OLD NEW")
	}
	old := ts.ReadFile(args[0])
	escapes := strings.NewReplacer(`\n`, "\n", `\t`, "\t")
	from, to := escapes.Replace(args[1]), escapes.Replace(args[2])
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

// exports sets the variables that a shell would take from the file's "export NAME=value" lines.
func exports(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: exports FILE")
	}
	for line := range strings.Lines(ts.ReadFile(args[0])) {
		if kv, ok := strings.CutPrefix(strings.TrimSpace(line), "export "); ok {
			name, value, _ := strings.Cut(kv, "=")
			ts.Setenv(name, strings.Trim(value, `'"`))
		}
	}
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
		rule(`\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b`, "<uuid>"),
		rule(`/[0-9a-f]{16}\b`, "/<id>"), // of a load balancer, a listener, a target group
		rule(`\b(vpce|eipalloc|sg|subnet|rtb|vpc|nat|igw)-[0-9a-f]{17}\b`, "$1-<id>"),
		rule(`\bsvc/[0-9]{12,31}\b`, "svc/<id>"),
		rule(`\b[a-z0-9]{13,14}\.cloudfront\.net\b`, "<id>.cloudfront.net"),
		rule(`-bucket-[a-z0-9]{12,13}\b`, "-bucket-<id>"),
		rule(`-[A-Z0-9]{12}\b`, "-<id>"), // of what CloudFormation names
		rule(`\b[0-9]*[a-f][0-9a-f]{11,31}\b`, "<id>"),
		rule(`\btask [0-9a-f]{8}\b`, "task <id>"),
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
		path := filepath.Join(s.dir, script+".txtar")
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
