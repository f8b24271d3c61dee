package manifest

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestEveryRowOfTheTableStandsInItsMapAndExplainsItself(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, f := range Fields() {
		for _, kind := range f.Kinds {
			id := string(kind) + " " + f.Path
			if seen[id] {
				t.Errorf("%s has two rows", id)
			}
			seen[id] = true
			if s := findRow(schemaOf(kind), splitPath(f.Path)); s == nil || s.field.Path != f.Path {
				t.Errorf("%s is not in the schema: its map has no row before it", id)
			}
		}
		if !f.Carried() {
			continue
		}
		if f.Doc == "" || f.Example == "" || !strings.HasSuffix(f.Doc, ".") {
			t.Errorf("%s needs a sentence and an example", f.Path)
		}
		if f.Default != "" && parsePreset(f.Default) == nil {
			t.Errorf("%s: the default %q is no YAML", f.Path, f.Default)
		}
		if f.Default != "" && f.Auto != "" {
			t.Errorf("%s has a default and a computed one", f.Path)
		}
		checkType(t, f.Path, parseType(f.Type))
	}
}

func findRow(s *schema, keys []string) *schema {
	for _, key := range keys {
		if s = s.down(key); s == nil {
			return nil
		}
	}
	return s
}

func checkType(t *testing.T, path string, e typeExpr) {
	t.Helper()
	known := []string{typeString, typeInt, typePort, typeBool, typeDuration, typeCIDR, typeNumber}
	for _, s := range e.scalars {
		if !slices.Contains(known, s) {
			t.Errorf("%s: there is no type %q", path, s)
		}
	}
	for _, inner := range []*typeExpr{e.values, e.items} {
		if inner != nil {
			checkType(t, path, *inner)
		}
	}
}

// TestEveryCarriedFieldReachesTheStructs writes each field's example into a manifest and looks whether the value differs
// from the one without it: a row that nothing decodes would be a field that ferry takes and ignores.
func TestEveryCarriedFieldReachesTheStructs(t *testing.T) {
	t.Parallel()
	for _, kind := range []rune{kindLoadBalanced, kindBackend, kindWorker, kindJob, kindRequestDriven, kindStaticSite, kindEnvironment, kindApp} {
		for _, f := range Fields() {
			if f.In(kind) && f.Carried() && !strings.HasPrefix(f.Path, "environments") && f.Path != "type" {
				t.Run(fmt.Sprintf("%c %s", kind, f.Path), func(t *testing.T) {
					t.Parallel()
					reaches(t, kind, f)
				})
			}
		}
	}
}

// bare is the least manifest of a kind.
func bare(kind rune) *node {
	text := map[rune]string{
		kindLoadBalanced:  "{name: x, type: Load Balanced Web Service, image: {build: x, port: 1}, http: {path: /x}}",
		kindBackend:       "{name: x, type: Backend Service, image: {build: x, port: 1}, http: {path: /x}}",
		kindRequestDriven: "{name: x, type: Request-Driven Web Service, image: {build: x, port: 1}, http: {path: /x}}",
		kindStaticSite:    "{name: x, type: Static Site, http: {alias: a.example.com}, files: [{source: x}]}",
		kindWorker:        "{name: x, type: Worker Service, image: {build: x}}",
		kindJob:           "{name: x, type: Scheduled Job, image: {build: x}, on: {schedule: none}}",
		kindEnvironment:   "{name: x, type: Environment}",
		kindApp:           "{name: x}",
	}[kind]
	return parse("", []byte(text)).root
}

func reaches(t *testing.T, kind rune, f Field) {
	t.Helper()
	example := parse("x.yml", []byte("example: "+f.Example)).root
	if example == nil {
		t.Fatalf("the example %q is no YAML", f.Example)
	}
	with, without := bare(kind), bare(kind)
	put(with, splitPath(f.Path), example.get("example"))
	if cmp.Equal(decoded(kind, without), decoded(kind, with)) {
		t.Errorf("with %s: %s nothing is decoded that was not there without it", f.Path, f.Example)
	}
	d := &document{file: "x.yml", root: bare(kind)}
	put(d.root, splitPath(f.Path), example.get("example"))
	checker{d, kind}.value(schemaOf(kind), d.root, nil)
	for _, found := range d.diags {
		if found.Path == strings.ReplaceAll(strings.ReplaceAll(f.Path, "[]", "[0]"), "<name>", "NAME") {
			t.Errorf("the example %s: %s is refused: %s", f.Path, f.Example, found.Message)
		}
	}
}

// put writes a value at a row's path. A fields's rivals, and short forms on the way, give way to it.
func put(n *node, keys []string, value *node) {
	for i, key := range keys {
		if key == "<name>" {
			key = "NAME"
		}
		last := i == len(keys)-1
		if key == "[]" {
			n.kind, n.items = sequence, []*node{{kind: mapping}}
			if last {
				n.items[0] = value
			}
			n = n.items[0]
			continue
		}
		if last {
			n.kind = mapping
			if key == "location" || key == "id" && strings.Contains(keys[0], "network") {
				n.entries = nil
			}
			n.set(key, value)
			return
		}
		next := n.get(key)
		if next == nil || next.kind == scalar {
			next = &node{kind: mapping}
		}
		n.kind = mapping
		n.set(key, next)
		n = next
	}
}

// decoded takes a tree through the line but for the checks.
func decoded(kind rune, root *node) any {
	d := &document{root: root}
	if kind == kindApp {
		return decodeApp(root)
	}
	d.resolve(kind, Options{})
	if kind == kindEnvironment {
		return decodeEnvironment(d.root)
	}
	return decodeWorkload(d.root)
}
