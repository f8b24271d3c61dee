package manifest

import (
	"slices"
	"strings"
)

// UnknownFieldError says that no row of the table is meant.
type UnknownFieldError struct {
	Field string
	Near  []string // paths that are probably meant
	Types []string // the types of manifests that have such a field, where those asked about have none
}

func (e *UnknownFieldError) Error() string { return "there is no field " + e.Field }

// KindNamed finds a kind by what its manifests' type says, in any case and with dashes for spaces, or "app" for app.yml.
func KindNamed(name string) (Kind, bool) {
	for _, k := range Kinds() {
		if strings.EqualFold(name, typeName(k.Letter)) || strings.EqualFold(name, schemaName(k)) {
			return k, true
		}
	}
	return Kind{}, false
}

// TypeNames lists what KindNamed takes, as manifests write it.
func TypeNames() []string {
	var out []string
	for _, k := range Kinds() {
		out = append(out, typeName(k.Letter))
	}
	return out
}

// fieldKeys cuts what a user writes into keys: an index is [], and what is overridden is the field itself.
func fieldKeys(field string) []string {
	var keys []string
	for _, key := range splitPath(strings.Trim(field, ".")) {
		name, _, indexed := strings.Cut(key, "[")
		if name != "" {
			keys = append(keys, name)
		}
		if indexed {
			keys = append(keys, "[]")
		}
	}
	if len(keys) > 2 && keys[0] == "environments" && !slices.Contains([]string{"name", "type", "environments"}, keys[2]) {
		return keys[2:]
	}
	return keys
}

// walkTo finds the row that keys lead to, and what lies on the way, the root first. A list's items may be left out of the
// keys; what has no row of its own, such as a label's value, is explained by its map, and what lies below a refused
// field by that.
func walkTo(s *schema, keys []string) (*schema, []*schema) {
	var chain []*schema
	for _, key := range keys {
		if step(s, key) == nil && s.item != nil && step(s.item, key) != nil {
			chain, s = append(chain, s), s.item
		}
		next := step(s, key)
		if next == nil {
			if len(chain) > 0 && !s.field.Carried() {
				return s, chain
			}
			return nil, nil
		}
		chain, s = append(chain, s), next
	}
	for len(chain) > 1 && s.field.Path == "" {
		chain, s = chain[:len(chain)-1], chain[len(chain)-1]
	}
	if len(chain) == 0 || s.field.Path == "" {
		return nil, nil
	}
	return s, chain
}

// step goes down by a key of a row's path, or by a name that a user chose.
func step(s *schema, key string) *schema {
	if next := s.down(key); next != nil {
		return next
	}
	if key == "[]" {
		return nil
	}
	return s.any
}

// unknownField finds out what was probably meant.
func unknownField(field string, keys []string, kinds []Kind) *UnknownFieldError {
	e := &UnknownFieldError{Field: field}
	for _, k := range Kinds() {
		if s, _ := walkTo(schemaOf(k.Letter), keys); s != nil {
			e.Types = append(e.Types, typeName(k.Letter))
		}
	}
	if len(e.Types) > 0 || len(keys) == 0 {
		return e
	}
	for _, k := range kinds {
		e.Near = append(e.Near, respelt(schemaOf(k.Letter), keys)...)
	}
	if last := keys[len(keys)-1]; len(e.Near) == 0 && last != "[]" {
		for _, k := range kinds {
			e.Near = append(e.Near, elsewhereIn(k, last)...)
		}
	}
	e.Near = firstOfEach(e.Near, 3)
	return e
}

// respelt follows the keys, each as the nearest one that is there. It finds nothing where one has none.
func respelt(s *schema, keys []string) []string {
	path := ""
	for _, key := range keys {
		if s.item != nil && len(s.order) == 0 && key != "[]" {
			s = s.item
		}
		next := step(s, key)
		if next == nil {
			near, ok := nearest(key, s.order)
			if !ok {
				return nil
			}
			next = s.keys[near]
		}
		s = next
		if s.field.Path != "" {
			path = s.field.Path
		}
	}
	return []string{path}
}

// elsewhereIn finds the fields of a kind whose last key is a word or nearly so, the shortest paths first.
func elsewhereIn(k Kind, word string) []string {
	var keys, out []string
	for _, f := range table() {
		if f.In(k.Letter) && f.Carried() {
			keys = append(keys, lastKey(f.Path))
		}
	}
	near, ok := nearest(word, keys)
	if !ok {
		return nil
	}
	for _, f := range table() {
		if f.In(k.Letter) && f.Carried() && lastKey(f.Path) == near {
			out = append(out, f.Path)
		}
	}
	slices.SortStableFunc(out, func(a, b string) int { return strings.Count(a, ".") - strings.Count(b, ".") })
	if out[0] == near {
		return out[:1] // a field that stands at the top is not one that was meant to stand below another
	}
	return out
}

func firstOfEach(words []string, most int) []string {
	var out []string
	for _, w := range words {
		if !slices.Contains(out, w) && len(out) < most {
			out = append(out, w)
		}
	}
	return out
}
