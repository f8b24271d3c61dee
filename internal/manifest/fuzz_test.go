package manifest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// seeds adds every golden manifest to a fuzz test's corpus.
func seeds(f *testing.F, add func(src []byte)) {
	f.Helper()
	files, err := filepath.Glob("testdata/*.golden")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		src, _, _ := strings.Cut(string(data), divider)
		add([]byte(src))
	}
}

func FuzzParseWorkload(f *testing.F) {
	seeds(f, func(src []byte) { f.Add(src, "test") })
	f.Fuzz(func(t *testing.T, src []byte, env string) {
		o := goldenOptions()
		o.Env = env
		w, list := ParseWorkload("web.yml", src, o)
		if fault := placed(list, src); fault != "" && len(src) <= MaxSize {
			t.Error(fault)
		}
		again, _ := ParseWorkload("web.yml", src, o)
		if diff := cmp.Diff(w, again); diff != "" {
			t.Errorf("read twice, it differs: %s", diff)
		}
		if list.HasErrors() {
			return
		}
		task := w.Site == nil
		if w.Name == "" || w.Type == "" || task && (w.Image.Build == nil) == (w.Image.Location == "") || task && w.Capacity.Fargate() && (w.CPU == 0 || w.Memory == 0) || task && w.Logging.Retention == 0 {
			t.Errorf("valid, but not complete: %+v", w)
		}
		if TypeOf(src) != w.Type {
			t.Errorf("type %q, but TypeOf says %q", w.Type, TypeOf(src))
		}
	})
}

func FuzzParseEnvironment(f *testing.F) {
	seeds(f, func(src []byte) { f.Add(src) })
	f.Fuzz(func(t *testing.T, src []byte) {
		e, list := ParseEnvironment("env.yml", src, goldenOptions())
		if fault := placed(list, src); fault != "" && len(src) <= MaxSize {
			t.Error(fault)
		}
		if list.HasErrors() {
			return
		}
		if e.Name == "" || (e.Cluster.ContainerInsights == "") == (e.Cluster.Name == "") || len(e.HTTP.Public.SourceIPs) == 0 {
			t.Errorf("valid, but not complete: %+v", e)
		}
		if e.Network.ID == "" && (e.Network.NAT == "" || len(e.Network.Public)+len(e.Network.Private) < 2) {
			t.Errorf("valid, but its network is not complete: %+v", e.Network)
		}
		if _, list := ParseApp("app.yml", src); placed(list, src) != "" {
			t.Error(placed(list, src))
		}
	})
}

func FuzzInterpolate(f *testing.F) {
	for _, text := range []string{"", "${A}", `\${A}`, "a${A}b${B}", "${A", "${}", "${1}", "$${A}", `\\${A}`, "${A${B}}", "${UNSET}", "é${A}漢"} {
		f.Add(text, "value")
	}
	f.Fuzz(func(t *testing.T, text, value string) {
		n := &node{kind: scalar, text: text, line: 1, col: 1}
		d := &document{src: []byte(text)}
		d.interpolate(n, nil, Options{LookupEnv: func(name string) (string, bool) { return value, name == "A" || name == "B" }})
		found := variables(text)
		switch {
		case len(found) == 0 && n.text != text:
			t.Errorf("%q has no variable, but became %q", text, n.text)
		case n.bad != d.diags.HasErrors():
			t.Errorf("%q: bad is %v, but the diagnostics are %v", text, n.bad, d.diags)
		}
		if strings.Contains(text, `\`) {
			return
		}
		filled := strings.NewReplacer("${A}", value, "${B}", value).Replace(text)
		if !n.bad && n.text != filled {
			t.Errorf("%q became %q, not %q", text, n.text, filled)
		}
		var b strings.Builder
		rest := 0
		for _, v := range found {
			b.WriteString(text[rest:v.from] + `\` + text[v.from:v.to])
			rest = v.to
		}
		escaped := &node{kind: scalar, text: b.String() + text[rest:]}
		(&document{}).interpolate(escaped, nil, Options{})
		if escaped.text != text {
			t.Errorf("%q escaped reads as %q", text, escaped.text)
		}
	})
}

// variables finds the variables in a text.
func variables(text string) []variable {
	var found []variable
	offset := 0
	for {
		v, ok := nextVariable(text, offset)
		if !ok {
			return found
		}
		found, offset = append(found, v), v.to
	}
}

func FuzzMerge(f *testing.F) {
	seeds(f, func(src []byte) {
		f.Add(src, []byte("image: {location: nginx}\nhttp: false\nvariables: {A: null, B: x}\n"))
	})
	f.Fuzz(func(t *testing.T, base, over []byte) {
		b, o := parse("", base).root, parse("", over).root
		if b == nil || o == nil {
			return
		}
		s := schemaOf(kindLoadBalanced)
		before, overBefore := b.clone(), o.clone()
		once := merge(s, b, o)
		twice := merge(s, once, o)
		all := cmp.AllowUnexported(node{}, entry{})
		if diff := cmp.Diff(before, b, all); diff != "" {
			t.Errorf("the base was changed: %s", diff)
		}
		if diff := cmp.Diff(overBefore, o, all); diff != "" {
			t.Errorf("the override was changed: %s", diff)
		}
		if diff := cmp.Diff(once, twice, all); diff != "" {
			t.Errorf("laid over twice, it differs: %s", diff)
		}
		if diff := cmp.Diff(before, merge(s, b, &node{kind: mapping}), all); diff != "" {
			t.Errorf("an empty override changes: %s", diff)
		}
	})
}
