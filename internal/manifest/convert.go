package manifest

import (
	"slices"
	"strings"

	"ferry.dev/ferry/internal/diag"
	"go.yaml.in/yaml/v4"
)

// converter turns YAML nodes into our tree: aliases expanded within bounds, merge keys applied, keys as text.
type converter struct {
	doc   *document
	left  int          // nodes that may still be made
	alias []*yaml.Node // the anchors that are being expanded
	full  bool         // a bound was passed and reported
}

// convert returns nil where the value cannot be used; it was reported then.
func (c *converter) convert(y *yaml.Node, p path, depth int) *node {
	for y.Kind == yaml.DocumentNode {
		if len(y.Content) == 0 {
			return nil
		}
		y = y.Content[0]
	}
	if !c.within(y, p, depth) {
		return nil
	}
	switch y.Kind {
	case yaml.AliasNode:
		return c.expand(y, p, depth)
	case yaml.MappingNode:
		return c.mapping(y, p, depth)
	case yaml.SequenceNode:
		return c.sequence(y, p, depth)
	default:
		return c.scalar(y, p)
	}
}

// within holds the bounds. It reports once: what lies behind a bound is not read.
func (c *converter) within(y *yaml.Node, p path, depth int) bool {
	c.left--
	if c.full {
		return false
	}
	switch {
	case c.left < 0:
		c.full = true
		c.doc.report(diag.Error, placeOfYAML(y), p, "use fewer aliases", "more than %d values, aliases counted as what they stand for", maxNodes)
	case depth > maxDepth:
		c.full = true
		c.doc.report(diag.Error, placeOfYAML(y), p, "", "nested more than %d levels deep", maxDepth)
	}
	return !c.full
}

func placeOfYAML(y *yaml.Node) place { return place{y.Line, y.Column} }

// expand puts a copy of what an anchor names in the alias's place.
func (c *converter) expand(y *yaml.Node, p path, depth int) *node {
	if y.Alias == nil || slices.Contains(c.alias, y.Alias) {
		c.doc.report(diag.Error, placeOfYAML(y), p, "", "the alias *%s stands within its own anchor", y.Value)
		return nil
	}
	c.alias = append(c.alias, y.Alias)
	defer func() { c.alias = c.alias[:len(c.alias)-1] }()
	return c.convert(y.Alias, p, depth+1)
}

func (c *converter) sequence(y *yaml.Node, p path, depth int) *node {
	n := &node{kind: sequence, line: y.Line, col: y.Column, items: make([]*node, 0, len(y.Content))}
	c.tagged(y, p, "!!seq")
	for i, item := range y.Content {
		if v := c.convert(item, p.with(index(i)), depth+1); v != nil {
			n.items = append(n.items, v)
		}
	}
	return n
}

func (c *converter) mapping(y *yaml.Node, p path, depth int) *node {
	n := &node{kind: mapping, line: y.Line, col: y.Column, entries: make([]entry, 0, len(y.Content)/2)}
	c.tagged(y, p, "!!map")
	var merged []*node
	for i := 0; i+1 < len(y.Content); i += 2 {
		key, value := y.Content[i], y.Content[i+1]
		if key.Tag == "!!merge" {
			merged = append(merged, c.merged(value, p, depth)...)
			continue
		}
		name, ok := c.key(key, p)
		if !ok {
			continue
		}
		if first := n.get(name); first != nil {
			line, _ := n.keyPlace(name)
			c.doc.report(diag.Error, placeOfYAML(key), p.with(name), "remove one of the two", "written twice: first in line %d", line)
			continue
		}
		v := c.convert(value, p.with(name), depth+1)
		if v == nil { // reported: kept as a known key without a usable value
			v = &node{kind: null, bad: true, line: value.Line, col: value.Column}
		}
		n.entries = append(n.entries, entry{name, key.Line, key.Column, v})
	}
	for _, m := range merged {
		for _, e := range m.entries {
			if n.get(e.key) == nil {
				n.entries = append(n.entries, e)
			}
		}
	}
	return n
}

// merged reads the value of a merge key: one mapping or a list of them, the first being the strongest.
func (c *converter) merged(y *yaml.Node, p path, depth int) []*node {
	v := c.convert(y, p.with("<<"), depth+1)
	switch {
	case v == nil:
		return nil
	case v.kind == mapping:
		return []*node{v}
	case v.kind == sequence && !slices.ContainsFunc(v.items, func(i *node) bool { return i.kind != mapping }):
		return v.items
	}
	c.doc.report(diag.Error, placeOfYAML(y), p.with("<<"), "write <<: *anchor", "only a map can be merged")
	return nil
}

// key reads a key as the text that was written: `on` stays on.
func (c *converter) key(y *yaml.Node, p path) (string, bool) {
	if y.Kind == yaml.AliasNode && y.Alias != nil {
		y = y.Alias
	}
	if y.Kind != yaml.ScalarNode {
		c.doc.report(diag.Error, placeOfYAML(y), p, "", "a key must be plain text")
		return "", false
	}
	if y.Value == "" {
		c.doc.report(diag.Error, placeOfYAML(y), p, "", "a key must not be empty")
		return "", false
	}
	return y.Value, true
}

func (n *node) keyPlace(key string) (line, col int) {
	for _, e := range n.entries {
		if e.key == key {
			return e.line, e.col
		}
	}
	return 0, 0
}

func (c *converter) scalar(y *yaml.Node, p path) *node {
	n := &node{kind: scalar, text: y.Value, line: y.Line, col: y.Column}
	n.quoted = y.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) != 0
	switch y.Tag {
	case "!!null":
		n.kind = null
	case "!!int":
		n.tag = tagInt
	case "!!float":
		n.tag = tagFloat
	case "!!bool":
		n.tag = tagBool
	case "", "!!str", "!!timestamp", "!!merge":
	default:
		c.tagged(y, p, "!!str")
	}
	return n
}

// tagged refuses tags that ferry gives no meaning to, such as CloudFormation's !Ref.
func (c *converter) tagged(y *yaml.Node, p path, want string) {
	if y.Tag == "" || y.Tag == want {
		return
	}
	hint := "remove the tag"
	if strings.HasPrefix(y.Tag, "!") && !strings.HasPrefix(y.Tag, "!!") {
		hint = "a manifest has no CloudFormation functions; addons have"
	}
	c.doc.report(diag.Error, placeOfYAML(y), p, hint, "the tag %s has no meaning in a manifest", y.Tag)
}

// noun names a node for a message, with its article.
func (n *node) noun() string {
	switch n.kind {
	case mapping:
		return "a map"
	case sequence:
		return "a list"
	case null:
		return "null"
	}
	switch {
	case n.quoted && !n.filled:
		return "text"
	case n.tag == tagInt || n.tag == tagFloat:
		return "a number"
	case n.tag == tagBool:
		return "true or false"
	}
	return "text"
}
