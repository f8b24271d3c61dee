package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ferry.dev/ferry/e2e/harness"
	"ferry.dev/ferry/internal/fault"
	"ferry.dev/ferry/internal/manifest"
	"ferry.dev/ferry/internal/patch"
)

// readme returns README.md and the code blocks in it by language.
func readme(t *testing.T) (string, map[string][]string) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(harness.Root(t), "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	blocks := map[string][]string{}
	for _, m := range regexp.MustCompile("(?ms)^```(\\w*)\n(.*?)^```$").FindAllStringSubmatch(string(data), -1) {
		blocks[m[1]] = append(blocks[m[1]], m[2])
	}
	return string(data), blocks
}

func TestREADMEsExitCodesAreTheTableOfTheCode(t *testing.T) {
	t.Parallel()
	text, _ := readme(t)
	var got []string
	for _, m := range regexp.MustCompile(`(?m)^\| (\d+) \| (.*) \|$`).FindAllStringSubmatch(text, -1) {
		got = append(got, m[1]+" "+m[2])
	}
	var want []string
	for _, m := range fault.Meanings() {
		want = append(want, fmt.Sprintf("%d %s", m.Code, m.Text))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-code +README:\n%s", diff)
	}
}

func TestREADMEsManifestsAreValid(t *testing.T) {
	t.Parallel()
	_, blocks := readme(t)
	if len(blocks["yaml"]) == 0 {
		t.Fatal("README shows no manifest")
	}
	for _, src := range blocks["yaml"] {
		_, diags := manifest.ParseWorkload("README.md", []byte(src), manifest.Options{App: "shop", Env: "prod"})
		if manifest.TypeOf([]byte(src)) == "" { // overrides.yml
			_, diags = patch.Read("README.md", []byte(src))
		}
		if len(diags) > 0 {
			t.Errorf("%v\nin\n%s", diags, src)
		}
	}
}

func TestREADMEsCommandsAndFlagsExist(t *testing.T) {
	t.Parallel()
	text, blocks := readme(t)
	bin := harness.Ferry(t)
	commands := regexp.MustCompile("`ferry ([^`]*)`").FindAllStringSubmatch(text, -1)
	for _, block := range blocks["console"] {
		commands = append(commands, regexp.MustCompile(`(?m)^\$ ferry (.*)$`).FindAllStringSubmatch(block, -1)...)
	}
	if len(commands) < 10 {
		t.Fatalf("only %d commands found", len(commands))
	}
	for _, c := range commands {
		line := regexp.MustCompile(`"[^"]*"`).ReplaceAllString(c[1], "X")
		path, flags := words(line)
		out, err := exec.Command(bin, append(path, "--help")...).CombinedOutput()
		if err != nil {
			t.Errorf("ferry %s: %v\n%s", c[1], err, out)
			continue
		}
		for _, f := range flags {
			if !regexp.MustCompile(`(^|[\s,])` + regexp.QuoteMeta(f) + `\b`).Match(out) {
				t.Errorf("ferry %s: %s is not in its help", c[1], f)
			}
		}
	}
}

// words splits a command line into the words before its first flag and the names of its flags.
func words(line string) (path, flags []string) {
	for _, w := range strings.Fields(line) {
		switch {
		case strings.HasPrefix(w, "-"):
			flags = append(flags, w)
		case len(flags) == 0:
			path = append(path, w)
		}
	}
	return path, flags
}

func TestREADMEsMakeTargetsExist(t *testing.T) {
	t.Parallel()
	text, _ := readme(t)
	data, err := os.ReadFile(filepath.Join(harness.Root(t), "Makefile"))
	if err != nil {
		t.Fatal(err)
	}
	targets := regexp.MustCompile("(?m)(?:^\\$ |`)make ([a-z0-9-]+)").FindAllStringSubmatch(text, -1)
	if len(targets) < 4 {
		t.Fatalf("only %d targets found", len(targets))
	}
	for _, m := range targets {
		if !regexp.MustCompile(`(?m)^` + m[1] + `:`).Match(data) {
			t.Errorf("the Makefile has no target %s", m[1])
		}
	}
}
