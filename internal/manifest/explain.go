package manifest

import (
	"slices"
	"strings"
)

// Explanation is what the table says of one field.
type Explanation struct {
	Path     string   `json:"path"`               // http.alias[].name; <name> is a key of one's own
	Types    []string `json:"types"`              // of manifests that have it; "app.yml" for the application's
	ToCome   []string `json:"toCome,omitempty"`   // types that have it too, which this version does not deploy
	Type     string   `json:"type"`               // "string or map", as in manifests/reference.yml
	Values   []string `json:"values,omitempty"`   // the only ones of a string
	Min      int64    `json:"min,omitempty"`      // with Max, bounds of a number
	Max      int64    `json:"max,omitempty"`      //
	Required bool     `json:"required,omitempty"` // wherever its map is
	Default  string   `json:"default,omitempty"`  // as YAML
	Computed string   `json:"computed,omitempty"` // in words, how the default comes about
	Doc      string   `json:"doc,omitempty"`
	Example  string   `json:"example,omitempty"`  // the field in its manifest, as YAML
	Short    string   `json:"short,omitempty"`    // the sub-field that a scalar or list stands for
	Excludes []string `json:"excludes,omitempty"` // the fields that cannot stand beside it
	With     string   `json:"with,omitempty"`     // what it has a meaning beside
	Refused  string   `json:"refused,omitempty"`  // what is missing in this version, where that refuses the field
	Instead  string   `json:"instead,omitempty"`  // the nearest thing to a refused field
	Fields   []Row    `json:"fields,omitempty"`   // of a map, or of a list's maps
}

// Row is a field in a list of them.
type Row struct {
	Path     string `json:"path"`
	Type     string `json:"type"`
	Required bool   `json:"required,omitempty"`
	Default  string `json:"default,omitempty"`
	Doc      string `json:"doc,omitempty"`
	Refused  string `json:"refused,omitempty"`
}

// TopLevel lists the fields that stand at the root of a type of manifest.
func TopLevel(k Kind) []Row {
	var out []Row
	for _, f := range below(schemaOf(k.Letter)) {
		out = append(out, f.row())
	}
	return out
}

func (f Field) row() Row {
	refused, _, _ := strings.Cut(f.Later, "; ")
	return Row{Path: f.Path, Type: f.Type, Required: f.Required, Default: f.Default, Doc: f.Doc, Refused: refused}
}

// below lists the rows one level below a schema, through a list's items.
func below(s *schema) []Field {
	var out []Field
	for _, key := range s.order {
		out = append(out, s.keys[key].field)
	}
	if s.any != nil && s.any.field.Path != "" && s.named != "environment" {
		out = append(out, s.any.field)
	}
	if s.item != nil && len(out) == 0 {
		return below(s.item)
	}
	return out
}

// Explain returns what the table says of a field, in each meaning that it has among the given kinds of manifests; those
// that this version deploys come first. Indices, names of one's own and a leading environments.<environment> are
// understood: http.alias[0].name, variables.LOG_LEVEL. The error is an *UnknownFieldError.
func Explain(field string, kinds []Kind) ([]Explanation, error) {
	keys := fieldKeys(field)
	var out []Explanation
	for _, k := range kinds {
		s, chain := walkTo(schemaOf(k.Letter), keys)
		if s == nil {
			continue
		}
		i := slices.IndexFunc(out, func(e Explanation) bool { return sameRow(e, s.field) })
		if i < 0 {
			i = len(out)
			out = append(out, explanation(s, chain))
		}
		out[i].add(k, s)
	}
	if len(out) == 0 {
		return nil, unknownField(field, keys, kinds)
	}
	exact := func(e Explanation) bool { return len(splitPath(e.Path)) >= len(keys) }
	if slices.ContainsFunc(out, exact) { // then what only lies below something refused elsewhere is not meant
		out = slices.DeleteFunc(out, func(e Explanation) bool { return !exact(e) })
	}
	slices.SortStableFunc(out, func(a, b Explanation) int { return min(len(b.Types), 1) - min(len(a.Types), 1) })
	return out, nil
}

// sameRow tells whether an explanation is of a row: rows of one path differ in what they say.
func sameRow(e Explanation, f Field) bool {
	refused, _, _ := strings.Cut(f.Later, "; ")
	return e.Path == f.Path && e.Doc == f.Doc && e.Refused == refused
}

func explanation(s *schema, chain []*schema) Explanation {
	f := s.field
	e := Explanation{
		Path: f.Path, Type: f.Type, Values: f.Enum, Required: f.Required, Default: f.Default, Computed: f.Auto,
		Doc: f.Doc, Short: f.Short, With: f.With,
	}
	if f.Max > f.Min {
		e.Min, e.Max = f.Min, f.Max
	}
	e.Refused, e.Instead, _ = strings.Cut(f.Later, "; ")
	if f.Carried() {
		e.Example = exampleIn(f, chain)
	}
	parent := chain[len(chain)-1]
	for _, rival := range parent.rivals(lastKey(f.Path)) {
		if r := parent.keys[rival].field; r.Carried() {
			e.Excludes = append(e.Excludes, r.Path)
		}
	}
	return e
}

// add notes that a kind has the field too, and what it has below it.
func (e *Explanation) add(k Kind, s *schema) {
	if k.Supported {
		e.Types = append(e.Types, typeName(k.Letter))
	} else {
		e.ToCome = append(e.ToCome, typeName(k.Letter))
	}
	for _, f := range below(s) {
		if !slices.ContainsFunc(e.Fields, func(r Row) bool { return r.Path == f.Path }) {
			e.Fields = append(e.Fields, f.row())
		}
	}
}

// exampleIn writes a field's example in its manifest, from the root down. The keys of one's own are those of the maps'
// examples.
func exampleIn(f Field, chain []*schema) string {
	d := parse("", []byte("example: "+f.Example))
	if d.root == nil {
		return ""
	}
	n := d.root.get("example")
	keys := splitPath(f.Path)
	for i := len(keys) - 1; i >= 0; i-- {
		switch key := keys[i]; {
		case key == "[]":
			n = &node{kind: sequence, items: []*node{n}}
		case strings.HasPrefix(key, "<"):
			n = &node{kind: mapping, entries: []entry{{key: exampleKey(chain[i].field), value: n}}}
		default:
			n = &node{kind: mapping, entries: []entry{{key: key, value: n}}}
		}
	}
	return blockYAML(n)
}

func lastKey(path string) string {
	keys := splitPath(path)
	return keys[len(keys)-1]
}
