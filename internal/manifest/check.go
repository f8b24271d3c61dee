package manifest

import (
	"fmt"
	"slices"
	"strings"

	"ferry.dev/ferry/internal/diag"
)

// checker holds a tree against the table of fields: known keys, and values of the right type and size. It marks what it
// reports as bad, so that nothing is reported twice.
type checker struct {
	doc  *document
	kind rune
}

// value checks one value.
func (c checker) value(s *schema, n *node, p path) {
	if n.bad || n.open {
		return
	}
	if f := s.field; !f.Carried() {
		c.fail(n, c.keyOf(p, n), p, "remove it, or stay with Copilot until ferry has it", "not supported by this version of ferry: %s", f.Later)
		return
	}
	if s.expr.free {
		return
	}
	if n.kind == scalar && n.list != nil && s.expr.isList {
		n.becomeList()
	}
	switch n.kind {
	case null:
	case mapping:
		c.mapping(s, n, p)
	case sequence:
		c.sequence(s, n, p)
	case scalar:
		c.scalar(s, n, p)
	}
}

// becomeList turns a scalar whose interpolation made a JSON array into the list.
func (n *node) becomeList() {
	for _, text := range n.list {
		n.items = append(n.items, &node{kind: scalar, text: text, quoted: true, line: n.line, col: n.col, origin: n.origin})
	}
	n.kind, n.text, n.list = sequence, "", nil
}

// fail reports a value and marks it.
func (c checker) fail(n *node, at place, p path, hint, format string, args ...any) {
	n.bad = true
	c.doc.report(diag.Error, at, p, hint, format, args...)
}

// keyOf is the place of the key that p ends in, or n's own.
func (c checker) keyOf(p path, n *node) place {
	if len(p) == 0 {
		return place{n.line, n.col}
	}
	parent := c.doc.root.find(p[:len(p)-1])
	if parent != nil && parent.kind == mapping {
		if line, col := parent.keyPlace(p[len(p)-1]); line > 0 {
			return place{line, col}
		}
	}
	return place{n.line, n.col}
}

func (c checker) wrongKind(s *schema, n *node, p path, hint string) {
	at := place{n.line, n.col}
	if n.kind == mapping {
		at = c.keyOf(p, n)
	}
	c.fail(n, at, p, hint, "must be %s, not %s", s.expr, n.noun())
}

func (c checker) mapping(s *schema, n *node, p path) {
	if !s.expr.isMap {
		c.wrongKind(s, n, p, "")
		return
	}
	for _, e := range n.entries {
		child := s.value(e.key)
		if child == nil {
			if !e.value.bad {
				c.unknown(s, e, p)
			}
			continue
		}
		below := p.with(e.key)
		if e.value.kind == null && !e.value.bad && s.keys[e.key] == nil && !c.inOverride(below) {
			hint := "remove it"
			if slices.Contains(child.expr.scalars, typeString) {
				hint = "write \"\" for an empty one"
			}
			c.fail(e.value, place{e.line, e.col}, below, hint, "has no value")
			continue
		}
		c.value(child, e.value, below)
	}
	for key := range s.keys {
		c.rivals(s, n, key, p)
	}
}

// inOverride tells whether a path is an environment's or lies below it: null takes a value back there, and an environment of which
// all lines are commented out has none.
func (c checker) inOverride(p path) bool { return len(p) > 1 && p[0] == "environments" }

// rivals reports fields that exclude each other, at the second one.
func (c checker) rivals(s *schema, n *node, key string, p path) {
	line, col := n.keyPlace(key)
	if line == 0 || n.get(key).empty() {
		return
	}
	for _, rival := range s.rivals(key) {
		rl, rc := n.keyPlace(rival)
		if rl == 0 || n.get(rival).empty() || line < rl || line == rl && col < rc {
			continue
		}
		n.get(key).bad = true
		c.doc.report(diag.Error, place{line, col}, p.with(key), "keep one of the two", "cannot stand beside %s", rival)
	}
}

func (c checker) sequence(s *schema, n *node, p path) {
	if !s.expr.isList {
		c.wrongKind(s, n, p, "")
		return
	}
	for i, item := range n.items {
		below := p.with(index(i))
		if item.kind == null && !item.bad {
			c.fail(item, place{item.line, item.col}, below, "remove it", "the list has an empty item")
			continue
		}
		c.value(s.item, item, below)
	}
}

func (c checker) scalar(s *schema, n *node, p path) {
	at := place{n.line, n.col}
	f := s.field
	if !scalarFits(n, s.expr.scalars) {
		c.wrongScalar(s, n, p)
		return
	}
	if len(f.Enum) > 0 && !onlyBool(s, n) && !slices.ContainsFunc(f.Enum, func(v string) bool { return strings.EqualFold(v, n.text) }) {
		hint := "write one of " + strings.Join(f.Enum, ", ")
		if near, ok := nearest(n.text, f.Enum); ok {
			hint = "did you mean " + near + "?"
		}
		c.fail(n, at, p, hint, "%q is not one of %s", n.text, strings.Join(f.Enum, ", "))
		return
	}
	if v, ok := parseInt(n.text); ok && f.Max > f.Min && slices.Contains(s.expr.scalars, typeInt) && (v < f.Min || v > f.Max) {
		c.fail(n, at, p, "", "must be from %d to %d, not %d", f.Min, f.Max, v)
	}
}

// onlyBool tells whether the value is a boolean where a boolean may stand beside the names of an enumeration.
func onlyBool(s *schema, n *node) bool {
	return slices.Contains(s.expr.scalars, typeBool) && fits(n, typeBool)
}

func (c checker) wrongScalar(s *schema, n *node, p path) {
	at := place{n.line, n.col}
	unquoted := *n
	unquoted.quoted = false
	switch {
	case n.quoted && scalarFits(&unquoted, s.expr.scalars):
		c.fail(n, at, p, "remove the quotes: "+n.text, "must be %s, not text", s.expr)
	case len(s.expr.scalars) == 0:
		hint := ""
		if s.expr.isList {
			hint = fmt.Sprintf("write [%s]", n.text)
		} else if len(s.order) > 0 {
			hint = "its fields are " + strings.Join(carriedKeys(s), ", ")
		}
		c.wrongKind(s, n, p, hint)
	default:
		c.fail(n, at, p, scalarHint(n.text, s.expr.scalars), "must be %s, not %q", s.expr, n.text)
	}
}

// scalarHint knows the usual slips.
func scalarHint(text string, types []string) string {
	if slices.Contains(types, typeDuration) {
		if _, ok := parseInt(text); ok {
			return "write the unit: " + text + "s"
		}
	}
	if slices.Contains(types, typeCIDR) {
		if _, err := parseCIDR(text + "/32"); err == nil {
			return "for one address write " + text + "/32"
		}
	}
	return ""
}

func carriedKeys(s *schema) []string {
	return slices.DeleteFunc(slices.Clone(s.order), func(k string) bool { return !s.keys[k].field.Carried() })
}
