package manifest

import (
	"slices"
	"strings"
	"sync"
)

// schema is the table of fields of one kind of manifest as a tree.
type schema struct {
	field  Field // the zero Field for a value or item that has no row of its own
	expr   typeExpr
	keys   map[string]*schema
	order  []string // of the keys, as in the table
	any    *schema  // of a map whose keys are names; named by anyName
	named  string   // what those keys are: "name"
	item   *schema  // of a list
	groups map[string][]string
	preset *node // the default
}

// table is Fields, made once; nobody changes it.
var table = sync.OnceValue(Fields)

// schemas compiles the table when a kind is first needed: a run reads few kinds, and starts fast.
var schemas = sync.OnceValue(func() map[rune]func() *schema {
	out := make(map[rune]func() *schema, 8)
	for _, k := range Kinds() {
		out[k.Letter] = sync.OnceValue(func() *schema { return compile(table(), k.Letter) })
	}
	return out
})

// schemaOf returns the schema of a kind.
func schemaOf(kind rune) *schema { return schemas()[kind]() }

// compile builds the tree of one kind.
func compile(fields []Field, kind rune) *schema {
	root := newSchema(Field{Type: "map"})
	for _, f := range fields {
		if f.In(kind) {
			root.insert(splitPath(f.Path), f)
		}
	}
	if e := root.keys["environments"]; e != nil && e.any != nil {
		e.any.overridesOf(root)
	}
	return root
}

func newSchema(f Field) *schema {
	s := &schema{field: f, expr: parseType(f.Type)}
	if f.Default != "" {
		s.preset = parsePreset(f.Default)
	}
	enum := Field{Enum: f.Enum}
	if v := s.expr.values; v != nil {
		s.any, s.named = &schema{field: enum, expr: *v}, "name"
	}
	if v := s.expr.items; v != nil {
		s.item = &schema{field: enum, expr: *v}
	}
	return s
}

// parsePreset reads a row's default. It is ours: what is no YAML, a test finds.
func parsePreset(yaml string) *node {
	d := parse("", []byte("default: "+yaml))
	if d.root == nil {
		return nil
	}
	return d.root.get("default").unplaced()
}

// unplaced makes a tree one that nobody wrote.
func (n *node) unplaced() *node {
	n.line, n.col, n.origin = 0, 0, FromDefault
	for _, e := range n.entries {
		e.value.unplaced()
	}
	for _, item := range n.items {
		item.unplaced()
	}
	return n
}

// splitPath cuts a row's path into keys: http, alias, [], name.
func splitPath(p string) []string {
	return strings.Split(strings.ReplaceAll(p, "[]", ".[]"), ".")
}

// insert puts a row into the tree. A row whose map has no row makes none: a test finds it.
func (s *schema) insert(keys []string, f Field) {
	key, last := keys[0], len(keys) == 1
	next := s.down(key)
	if last {
		row := newSchema(f)
		switch {
		case key == "[]":
			s.item = row
		case strings.HasPrefix(key, "<"):
			s.any, s.named = row, strings.Trim(key, "<>")
		default:
			s.addKey(key, row)
		}
		return
	}
	if next != nil {
		next.insert(keys[1:], f)
	}
}

// down is the schema below a key of a row's path.
func (s *schema) down(key string) *schema {
	switch {
	case key == "[]":
		return s.item
	case strings.HasPrefix(key, "<"):
		return s.any
	default:
		return s.keys[key]
	}
}

func (s *schema) addKey(key string, row *schema) {
	if s.keys == nil {
		s.keys = map[string]*schema{}
	}
	s.keys[key] = row
	s.order = append(s.order, key)
	if g := row.field.Group; g != "" {
		if s.groups == nil {
			s.groups = map[string][]string{}
		}
		s.groups[g] = append(s.groups[g], key)
	}
}

// overridesOf makes s what may stand below environments.<environment>: the root's fields but three.
func (s *schema) overridesOf(root *schema) {
	for _, key := range root.order {
		if key != "name" && key != "type" && key != "environments" {
			s.addKey(key, root.keys[key])
		}
	}
}

// rivals are the other keys of a key's group.
func (s *schema) rivals(key string) []string {
	row := s.keys[key]
	if row == nil || row.field.Group == "" {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(s.groups[row.field.Group]), func(k string) bool { return k == key })
}

// cleared are the other keys that a key in an override takes back.
func (s *schema) cleared(key string) []string {
	var out []string
	for _, other := range s.order {
		mine, theirs := s.keys[key], s.keys[other]
		if mine != nil && other != key && (slices.Contains(mine.field.Clears, other) || slices.Contains(theirs.field.Clears, key)) {
			out = append(out, other)
		}
	}
	return out
}

// value returns the schema of what stands under a key of a map, or nil where the key is not known.
func (s *schema) value(key string) *schema {
	if row := s.keys[key]; row != nil {
		return row
	}
	return s.any
}
