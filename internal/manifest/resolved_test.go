package manifest

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// sameAgain reads what a resolved manifest prints, and fails where the value is another one.
func sameAgain(t *testing.T, src []byte, o Options) bool {
	t.Helper()
	resolve, reread := ResolveWorkload, func(text string) (any, any) {
		w, list := ParseWorkload("again.yml", []byte(text), o)
		return w, list.HasErrors()
	}
	var want any
	if TypeOf(src) == EnvironmentType {
		resolve = ResolveEnvironment
		want, _ = ParseEnvironment("web.yml", src, o)
		reread = func(text string) (any, any) {
			e, list := ParseEnvironment("again.yml", []byte(text), o)
			return e, list.HasErrors()
		}
	} else {
		want, _ = ParseWorkload("web.yml", src, o)
	}
	r, list := resolve("web.yml", src, o)
	if list.HasErrors() {
		return false
	}
	for _, remarks := range []bool{true, false} {
		text := r.YAML(remarks)
		got, wrong := reread(text)
		if wrong != false {
			t.Errorf("what is printed is no valid manifest:\n%s\nof\n%s", text, src)
			continue
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("what is printed reads otherwise (-manifest +printed):\n%s\n%s\nof\n%s", diff, text, src)
		}
	}
	return true
}

func TestAResolvedManifestReadsAgainAsTheSameValue(t *testing.T) {
	t.Parallel()
	read := 0
	o, golden := goldenOptions(), goldenOptions().LookupEnv
	o.Copilot = true
	o.LookupEnv = func(name string) (string, bool) { // Copilot's manifests have variables of their own
		if v, ok := golden(name); ok {
			return v, true
		}
		return strings.ToLower(name), true
	}
	for _, pattern := range []string{"testdata/*.golden", "../../manifests/*.yml", copilotManifests + "/*.yml"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			src, _, _ := strings.Cut(string(data), divider)
			if sameAgain(t, []byte(src), o) {
				read++
			}
		}
	}
	if read < 28 {
		t.Errorf("only %d of the manifests are valid: the test proves little", read)
	}
}

func TestAResolvedManifestMadeAtRandomReadsAgainAsTheSameValue(t *testing.T) {
	t.Parallel()
	valid := 0
	for seed := range uint64(600) {
		r := rand.New(rand.NewPCG(seed, 2))
		base := randomManifest(r, 0.35, false)
		base["name"], base["type"] = "web", BackendService
		base["environments"] = map[string]any{"test": randomManifest(r, 0.25, true)}
		if sameAgain(t, dump(t, base), goldenOptions()) {
			valid++
		}
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
	if valid < 60 {
		t.Errorf("only %d of the manifests were valid: the test proves little", valid)
	}
}

func TestEveryTextSurvivesBeingPrinted(t *testing.T) {
	t.Parallel()
	for _, text := range awkwardTexts() {
		root := &node{kind: mapping}
		root.set("key", &node{kind: scalar, text: text})
		root.set(strings.TrimSpace("k"+text), &node{kind: scalar, text: "x"})
		printed := blockYAML(root)
		d := parse("x.yml", []byte(printed))
		if d.root == nil {
			t.Errorf("%q is printed as %s: %v", text, printed, d.result())
			continue
		}
		d.interpolate(d.root, nil, Options{})
		if got := d.root.get("key"); got.kind != scalar || got.text != text || len(d.result()) > 0 {
			t.Errorf("%q is printed as %s and read as %q: %v", text, printed, got.text, d.result())
		}
		if d.root.get(strings.TrimSpace("k"+text)) == nil {
			t.Errorf("the key %q is printed as %s", "k"+text, printed)
		}
	}
}

func awkwardTexts() []string {
	return []string{
		"", " ", "a ", " a", "a  b", "null", "~", "yes", "0x10", "1e3", "-1", "-", "--", "---", "- a", "...", ".", "a: b", "a:b", "a:", ":a", "a #b", "#a",
		"a\nb", "a\n", "\t", "\x00\x1b\x7f", "\u0085\u2028\ufeff", "é漢😀", `"`, `'`, `\`, `a\`, "<<", "=", "{a}", "[a]", "a, b", "*a", "&a", "!a", "%a", "@a", "`a`",
		"|", ">", "? a", "${A}", `\${A}`, `\\${A}`, "${A}${B}", "${${A}}", "${X:-y}", "a${A", "$A", "2026-01-01", "12:30:45", "public.ecr.aws/nginx/nginx:1.29",
	}
}

func FuzzResolvedWorkloadReadsAgainAsTheSameValue(f *testing.F) {
	seeds(f, func(src []byte) { f.Add(src) })
	f.Fuzz(func(t *testing.T, src []byte) { sameAgain(t, src, goldenOptions()) })
}

func TestEachValueSaysWhereItCameFrom(t *testing.T) {
	t.Parallel()
	src := `name: web
type: Backend Service
image: {location: "nginx:${TAG}", port: 80}
count: 1
variables: {A: "yes", B: x}
environments:
  test:
    count: 3
    variables:
      B: y
`
	r, list := ResolveWorkload("web.yml", []byte(src), goldenOptions())
	if len(list) > 0 {
		t.Fatal(list)
	}
	want := `name: web                                   # web.yml:1
type: Backend Service                       # web.yml:2
image:
  location: nginx:v7                        # web.yml:3, variables filled in
  port: 80                                  # web.yml:3
count: 3                                    # override environments.test web.yml:8
variables:
  A: "yes"                                  # web.yml:5
  B: y                                      # override environments.test web.yml:10
platform: linux/x86_64                      # default
deployment:
  strategy: rolling                         # default
  circuit_breaker:
    enable: true                            # default
    rollback: true                          # default
    reset_on_healthy_task: true             # default
  rollback_on_alarm: true                   # default
  minimum_healthy_percent: 100              # default
  maximum_percent: 200                      # default
exec:
  enable: false                             # default
network:
  vpc:
    placement: public                       # default
  connect: false                            # default
logging:
  retention: 30                             # default
cpu: 256                                    # default
memory: 512                                 # default
`
	if diff := cmp.Diff(want, r.YAML(true)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	var b strings.Builder
	for _, v := range r.Values() {
		b.WriteString(strings.Join([]string{v.Path, v.Text, v.From}, " ") + "\n")
	}
	wantValues := `name web file
type Backend Service file
image.location nginx:v7 file
image.port 80 file
count 3 override
variables.A yes file
variables.B y override
platform linux/x86_64 default
deployment.strategy rolling default
deployment.circuit_breaker.enable true default
deployment.circuit_breaker.rollback true default
deployment.circuit_breaker.reset_on_healthy_task true default
deployment.rollback_on_alarm true default
deployment.minimum_healthy_percent 100 default
deployment.maximum_percent 200 default
exec.enable false default
network.vpc.placement public default
network.connect false default
logging.retention 30 default
cpu 256 default
memory 512 default
`
	if diff := cmp.Diff(wantValues, b.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
