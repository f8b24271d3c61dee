package manifest

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/agext/levenshtein"
)

// unknown reports a key that no field of this place has, with what was probably meant.
func (c checker) unknown(s *schema, e entry, p path) {
	hint := ""
	if near, ok := nearest(e.key, carriedKeys(s)); ok {
		hint = fmt.Sprintf("did you mean %s?", near)
	} else if place := c.elsewhere(e.key); place != "" {
		hint = "the field is " + place
	} else if keys := carriedKeys(s); len(keys) > 0 && len(keys) <= 12 {
		hint = "the fields here are " + strings.Join(keys, ", ")
	}
	message := "unknown field"
	if len(p) == 2 && p[0] == "environments" && schemaOf(c.kind).keys[e.key] != nil {
		c.fail(e.value, place{e.line, e.col}, p.with(e.key), "remove it", "is the same in every environment")
		return
	}
	if kinds := c.otherKinds(p.with(e.key)); len(kinds) > 0 {
		message = "a field of " + strings.Join(kinds, " and ") + ", not of " + typeName(c.kind)
		hint = "remove it"
	}
	c.fail(e.value, place{e.line, e.col}, p.with(e.key), hint, "%s", message)
}

// nearest finds what a word was probably meant to be: the same but for case and separators, or a few letters away.
func nearest(word string, candidates []string) (string, bool) {
	if len(word) > 64 {
		return "", false // no slip of the hand, and long to compare
	}
	best, distance := "", 0
	for _, candidate := range candidates {
		d := levenshtein.Distance(plain(word), plain(candidate), nil)
		if best == "" || d < distance {
			best, distance = candidate, d
		}
	}
	return best, best != "" && distance <= max(1, (len(best)+1)/3) && distance < len(word)
}

// plain drops what people vary: case, underscores, dashes.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '_' || r == '-' {
			return -1
		}
		return unicode.ToLower(r)
	}, s)
}

// elsewhere finds the one carried field of this kind of manifest whose last key is the word.
func (c checker) elsewhere(word string) string {
	found := ""
	for _, f := range table() {
		if !f.In(c.kind) || !f.Carried() || !strings.HasSuffix(f.Path, "."+word) || strings.Contains(f.Path, "[]") {
			continue
		}
		if found != "" && !strings.HasPrefix(f.Path, found) {
			if strings.Count(f.Path, ".") >= strings.Count(found, ".") {
				continue
			}
		}
		found = f.Path
	}
	return found
}

// otherKinds names the types of manifests that have a field where this kind has none.
func (c checker) otherKinds(p path) []string {
	name := p.String()
	if c.inOverride(p) {
		name = p[2:].String()
	}
	var out []string
	for _, f := range table() {
		if f.Path != name || f.In(c.kind) {
			continue
		}
		for _, k := range Kinds() {
			if f.In(k.Letter) && k.Type != "" && isService(k.Letter) == isService(c.kind) {
				out = append(out, k.Type)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func isService(kind rune) bool { return kind != kindEnvironment && kind != kindApp }

// typeName names a kind for a message.
func typeName(kind rune) string {
	for _, k := range Kinds() {
		if k.Letter == kind && k.Type != "" {
			return k.Type
		}
	}
	return "app.yml"
}
