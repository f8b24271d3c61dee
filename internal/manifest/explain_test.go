package manifest

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestEveryRowOfTheTableIsExplained(t *testing.T) {
	t.Parallel()
	for _, f := range Fields() {
		for _, k := range Kinds() {
			if !f.In(k.Letter) {
				continue
			}
			list, err := Explain(f.Path, []Kind{k})
			if err != nil || len(list) != 1 || list[0].Path != f.Path {
				t.Errorf("%s of %s: %v %v", f.Path, k.Name(), list, err)
				continue
			}
			e := list[0]
			if !slices.Equal(append(slices.Clone(e.Types), e.ToCome...), []string{k.Name()}) {
				t.Errorf("%s is of %s, not of %v, %v", f.Path, k.Name(), e.Types, e.ToCome)
			}
			if f.Carried() {
				wellExplained(t, k, e)
			} else if e.Refused == "" || e.Instead == "" || strings.HasSuffix(f.Later, ".") {
				t.Errorf("%s is refused: the table must say what is missing; and the nearest thing that there is", f.Path)
			}
		}
	}
}

// wellExplained holds an explanation of a carried field: words, and an example that is right where it stands.
func wellExplained(t *testing.T, k Kind, e Explanation) {
	t.Helper()
	if e.Doc == "" || e.Type == "" || e.Example == "" {
		t.Errorf("%s of %s lacks words, a type or an example: %+v", e.Path, k.Name(), e)
	}
	d := parse("example.yml", []byte(e.Example))
	if d.root == nil {
		t.Errorf("%s: the example is no YAML: %v\n%s", e.Path, d.diags, e.Example)
		return
	}
	if !k.Supported { // its example is that of the types that are
		return
	}
	checker{d, k.Letter}.value(schemaOf(k.Letter), d.root, nil)
	if len(d.diags) > 0 {
		t.Errorf("%s of %s: the example is refused: %v\n%s", e.Path, k.Name(), d.diags, e.Example)
	}
}

func TestEveryFieldIsBelowWhatHoldsIt(t *testing.T) {
	t.Parallel()
	for _, k := range Kinds() {
		listed := map[string]bool{"environments.<environment>": true}
		for _, r := range TopLevel(k) {
			listed[r.Path] = true
		}
		for _, f := range Fields() {
			if !f.In(k.Letter) {
				continue
			}
			list, err := Explain(f.Path, []Kind{k})
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range list[0].Fields {
				listed[r.Path] = true
			}
		}
		for _, f := range Fields() {
			if f.In(k.Letter) && !listed[f.Path] && !strings.HasSuffix(f.Path, "[]") {
				t.Errorf("%s: nothing leads to %s", k.Name(), f.Path)
			}
		}
	}
}

func TestAFieldIsFoundAsItIsWritten(t *testing.T) {
	t.Parallel()
	for written, want := range map[string]string{
		"http.alias[0].name": "http.alias[].name", "http.alias.name": "http.alias[].name", "variables.LOG_LEVEL": "variables.<name>",
		"environments.prod.http.path": "http.path", "environments.prod": "environments.<environment>", "image.labels.team": "image.labels",
		"http.allowed_source_ips[3]": "http.allowed_source_ips", "sidecars.nginx.port": "sidecars.<name>.port", "observability.container_insights": "observability.container_insights", ".http.": "http",
		"secrets.NAME.secretsmanager": "secrets.<name>.secretsmanager",
	} {
		list, err := Explain(written, Kinds())
		if err != nil || list[0].Path != want {
			t.Errorf("%s: %v, %v", written, list, err)
		}
	}
}

func TestAnUnknownFieldIsAnsweredWithWhatWasProbablyMeant(t *testing.T) {
	t.Parallel()
	one := func(letter rune) []Kind {
		return slices.DeleteFunc(Kinds(), func(k Kind) bool { return k.Letter != letter })
	}
	for _, test := range []struct {
		field string
		kinds []Kind
		want  UnknownFieldError
	}{
		{"memry", Kinds(), UnknownFieldError{Near: []string{"memory"}}},
		{"http.helthcheck.pth", Kinds(), UnknownFieldError{Near: []string{"http.healthcheck.path"}}},
		{"Http.Path", Kinds(), UnknownFieldError{Near: []string{"http.path"}}},
		{"healthcheck", Kinds(), UnknownFieldError{Near: []string{"image.healthcheck", "http.healthcheck", "internal_http.healthcheck"}}},
		{"capacity_provider", Kinds(), UnknownFieldError{Near: []string{"capacity_providers"}}},
		{"http.path", one(kindEnvironment), UnknownFieldError{Types: []string{"Load Balanced Web Service", "Backend Service", "Request-Driven Web Service"}}},
		{"qqqqqqqqqqqq", Kinds(), UnknownFieldError{}},
		{"cpu.x", Kinds(), UnknownFieldError{}},
		{"...", Kinds(), UnknownFieldError{}},
		{"[0]", Kinds(), UnknownFieldError{}},
		{"environments.prod.type", Kinds(), UnknownFieldError{Near: []string{"type"}}},
	} {
		_, err := Explain(test.field, test.kinds)
		var got *UnknownFieldError
		if !errors.As(err, &got) {
			t.Errorf("%s: %v", test.field, err)
			continue
		}
		test.want.Field = test.field
		if diff := cmp.Diff(test.want, *got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.field, diff)
		}
	}
}

func TestAKindIsFoundByTheNameOfItsType(t *testing.T) {
	t.Parallel()
	for _, k := range Kinds() {
		for _, name := range []string{k.Name(), strings.ToUpper(k.Name()), schemaName(k)} {
			if got, ok := KindNamed(name); !ok || got != k {
				t.Errorf("%q: %v", name, got)
			}
		}
	}
	if _, ok := KindNamed("Web Service"); ok {
		t.Error("found a type that there is not")
	}
}

func FuzzExplainFindsARowOrSaysThatThereIsNone(f *testing.F) {
	for _, row := range Fields() {
		f.Add(row.Path)
	}
	f.Add("a[][].b..c[")
	f.Fuzz(func(t *testing.T, field string) {
		list, err := Explain(field, Kinds())
		if (err == nil) != (len(list) > 0) {
			t.Errorf("%q: %v, %v", field, list, err)
		}
	})
}
