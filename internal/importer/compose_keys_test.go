package importer

import (
	"context"
	"fmt"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v4"

	"ferry.dev/ferry/internal/diag"
)

// TestEveryKeyOfComposeIsCarriedOrTold walks the types that Compose's own library reads a file into, and holds every key of
// theirs against a sample that has all of them. Without the key the import must come out otherwise, in a manifest or in a
// note; or a note has told that all of what stands around the key is left out. A key that the sample has not is one that
// Compose's schema must refuse. So a key that a new version of the library brings fails here until somebody has decided on it.
func TestEveryKeyOfComposeIsCarriedOrTold(t *testing.T) {
	t.Parallel()
	src, err := os.ReadFile("testdata/compose/every-key.yaml")
	if err != nil {
		t.Fatal(err)
	}
	k := &keys{t: t, seen: map[string]string{}, base: map[string]Result{}, told: map[string]bool{}}
	if err := yaml.Unmarshal(src, &k.sample); err != nil {
		t.Fatal(err)
	}
	k.walk(reflect.TypeFor[types.Project](), "", []place{{}})
	if len(k.seen) < 200 {
		t.Errorf("only %d keys were walked", len(k.seen))
	}
}

// same are keys that may come and go without a difference, with the reason.
func same() map[string]string {
	return map[string]string{
		"services.*.healthcheck.disable": "ECS does not read the check of an image, which this turns off",
		"services.*.provider":            "told with it",
		"services.*.extends":             "the library leaves it out when it has read the other service",
		"services.*.ulimits.*":           "the library writes one number for one, and leaves out what stands beside it",
		"services.*.provider.options":    "told with provider",
		"services.*.extends.file":        "another file is read in the place of this",
		"services.*.extends.service":     "what it stands for is there",
	}
}

// place is one instance of a path in the sample: keys (string) and indexes (int).
type place []any

type keys struct {
	t      *testing.T
	sample map[string]any
	seen   map[string]string
	base   map[string]Result // of around, by service
	told   map[string]bool   // of whole, by place
}

// walk goes through the keys of a type that stands at the places, which are all instances of one path.
func (k *keys) walk(typ reflect.Type, path string, at []place) {
	k.extended(at[0], path)
	for _, f := range fields(typ) {
		if path == "jobs.*" && slices.ContainsFunc(fields(reflect.TypeFor[types.ServiceConfig]()), func(s reflect.StructField) bool { return s.Name == f.Name }) {
			continue // the same code reads it
		}
		key, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		sub := strings.TrimPrefix(path+"."+key, ".")
		var there []place
		for _, p := range at {
			if m, ok := dig(k.sample, p).(map[string]any); ok {
				if _, ok := m[key]; ok {
					there = append(there, append(slices.Clone(p), key))
				}
			}
		}
		if len(there) == 0 {
			k.refused(at[0], sub, key)
			continue
		}
		if !slices.ContainsFunc(there, func(p place) bool { return !k.whole(p) }) {
			k.seen[sub] = "told as a whole"
			continue
		}
		k.below(f.Type, sub, there)
	}
}

// extended requires that an extension (x-…) beside the keys is told or refused.
func (k *keys) extended(at place, path string) {
	if same()[path] != "" {
		return
	}
	doc := k.around(at)
	if m, ok := dig(doc, at).(map[string]any); ok {
		m["x-more"] = "more"
	}
	if !k.whole(at) && written(k.with(at)) == written(k.result(doc)) {
		k.t.Errorf("%s: no note tells of an extension there", path)
	}
}

// below goes on with the values of a key, or judges the key where they are plain.
func (k *keys) below(typ reflect.Type, path string, at []place) {
	for typ.Kind() == reflect.Pointer {
		typ = typ.Elem()
	}
	elem, step := typ, ""
	switch typ.Kind() {
	case reflect.Map:
		elem, step = typ.Elem(), ".*"
	case reflect.Slice:
		elem, step = typ.Elem(), "[]"
	}
	for elem.Kind() == reflect.Pointer {
		elem = elem.Elem()
	}
	inner := slices.Clone(at)
	if step != "" {
		inner = nil
		for _, p := range at {
			inner = append(inner, elements(p, dig(k.sample, p))...)
		}
	}
	inner = slices.DeleteFunc(inner, func(p place) bool { _, ok := dig(k.sample, p).(map[string]any); return !ok })
	if elem.Kind() != reflect.Struct || len(inner) == 0 {
		k.judge(path, at)
		return
	}
	k.walk(elem, path+step, inner)
}

// judge requires that an import comes out otherwise without the key, at one place at least.
func (k *keys) judge(path string, at []place) {
	k.seen[path] = "carried or told"
	if same()[path] != "" {
		return
	}
	for _, p := range at {
		base := k.with(p)
		if base.Notes.HasErrors() {
			k.t.Fatalf("%s: the sample is not valid:\n%s", path, written(base))
		}
		if k.whole(p) || written(base) != written(k.result(without(k.around(p), p))) {
			return
		}
	}
	k.t.Errorf("%s: with and without it an import comes out the same, and no note tells of it", path)
}

// whole tells whether a note says of the place, or of one around it, that it is left out, and nothing below it is carried.
func (k *keys) whole(p place) bool {
	if len(p) == 0 || len(p) < 3 && (p[0] == "services" || p[0] == "jobs") {
		return false
	}
	of := p.String()
	if _, ok := k.told[of]; !ok {
		base := k.with(p)
		k.told[of] = slices.ContainsFunc(base.Notes, func(d diag.Diagnostic) bool { return d.Path == of }) &&
			cmp.Equal(manifestsOf(base), manifestsOf(k.result(without(k.around(p), p)))) || k.whole(p[:len(p)-1])
	}
	return k.told[of]
}

// refused requires that Compose itself takes no such key.
func (k *keys) refused(at place, path, key string) {
	if same()[path] != "" {
		return
	}
	doc := k.around(at)
	m, ok := dig(doc, at).(map[string]any)
	if !ok {
		k.t.Errorf("%s: the sample has nothing at %s", path, at)
		return
	}
	m[key] = "x"
	said := written(k.result(doc))
	if !strings.Contains(said, "additional properties '"+key+"' not allowed") && !strings.Contains(said, "."+key+": Compose has no such key") {
		k.t.Errorf("%s: Compose takes the key, and the sample does not have it; an import says\n%s", path, said)
	}
	k.seen[path] = "refused"
}

// around is the sample with one service or job alone, that of the place: the others would only cost time.
func (k *keys) around(p place) map[string]any {
	doc := clone(k.sample).(map[string]any)
	if len(p) < 2 || p[0] != "services" && p[0] != "jobs" {
		return doc
	}
	for _, kind := range []string{"services", "jobs"} {
		maps.DeleteFunc(doc[kind].(map[string]any), func(name string, _ any) bool {
			return (p[0] != kind || p[1] != name) && name != "base" && name != "db" // which others name
		})
	}
	return doc
}

func (k *keys) result(doc map[string]any) Result {
	k.t.Helper()
	src, err := yaml.Marshal(doc)
	if err != nil {
		k.t.Fatal(err)
	}
	r, err := Compose(context.Background(), ComposeFile{Name: "compose.yaml", Dir: "testdata/compose", Data: src}, options())
	if err != nil {
		k.t.Fatal(err)
	}
	for i := range r.Notes { // a key less moves what stands below it
		r.Notes[i].Line, r.Notes[i].Column = 0, 0
	}
	return r
}

// with is what comes of the sample around a place.
func (k *keys) with(p place) Result {
	of := strings.Join(strings.Split(p.String(), ".")[:min(2, len(p))], ".")
	if _, ok := k.base[of]; !ok {
		k.base[of] = k.result(k.around(p))
	}
	return k.base[of]
}

func manifestsOf(r Result) map[string]string {
	all := map[string]string{}
	for _, w := range r.Workloads {
		all[w.Name] = string(w.Manifest)
	}
	return all
}

// fields are a struct's keys, those of embedded structs among them.
func fields(typ reflect.Type) []reflect.StructField {
	var all []reflect.StructField
	for f := range typ.Fields() {
		name, options, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		switch {
		case f.Anonymous || name == "" && strings.Contains(options, "inline") && f.Type.Kind() == reflect.Struct:
			all = append(all, fields(f.Type)...)
		case name != "" && name != "-" && !strings.HasPrefix(name, "#"):
			all = append(all, f)
		}
	}
	return all
}

// without is a document that lacks what stands at a place.
func without(doc map[string]any, p place) map[string]any {
	doc = clone(doc).(map[string]any)
	switch in, last := dig(doc, p[:len(p)-1]), p[len(p)-1]; in := in.(type) {
	case map[string]any:
		delete(in, last.(string))
	case []any:
		key := p[len(p)-2].(string)
		dig(doc, p[:len(p)-2]).(map[string]any)[key] = slices.Delete(in, last.(int), last.(int)+1)
	}
	return doc
}

func dig(v any, p place) any {
	for _, step := range p {
		switch step := step.(type) {
		case string:
			m, _ := v.(map[string]any)
			v = m[step]
		case int:
			l, _ := v.([]any)
			v = l[step]
		}
	}
	return v
}

// elements are the places of a list's or a map's entries.
func elements(p place, v any) []place {
	var all []place
	switch v := v.(type) {
	case []any:
		for i := range v {
			all = append(all, append(slices.Clone(p), i))
		}
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			all = append(all, append(slices.Clone(p), key))
		}
	}
	return all
}

func clone(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := map[string]any{}
		for key, e := range v {
			out[key] = clone(e)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			out[i] = clone(e)
		}
		return out
	}
	return v
}

func (p place) String() string {
	var b strings.Builder
	for _, step := range p {
		if i, ok := step.(int); ok {
			fmt.Fprintf(&b, "[%d]", i)
		} else {
			fmt.Fprintf(&b, ".%s", step)
		}
	}
	return strings.TrimPrefix(b.String(), ".")
}
