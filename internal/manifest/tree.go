package manifest

import (
	"slices"
	"strconv"
	"strings"
)

// kind is what a node of the tree is.
type kind uint8

const (
	null kind = iota // written without a value, or as null
	scalar
	mapping
	sequence
)

// scalarTag is what YAML takes a plain scalar for. A quoted one is always text.
type scalarTag uint8

const (
	tagText scalarTag = iota
	tagInt
	tagFloat
	tagBool
)

// Origin says where a value of a resolved manifest came from.
type Origin uint8

// The origins.
const (
	FromFile Origin = iota
	FromOverride
	FromDefault
)

// node is a value with its place in the source. The zero line belongs to what nobody wrote: a default.
type node struct {
	kind      kind
	tag       scalarTag
	text      string   // scalar: what it says, unquoted
	list      []string // scalar: the JSON array of strings that an interpolation made of it
	line, col int
	origin    Origin
	filled    bool // an interpolation made the text: it is typed by what it holds, as if it had been written plain
	open      bool // a ${NAME} in it is not known in this reading: it cannot be checked
	bad       bool // already reported: later stages stay silent about it
	quoted    bool
	entries   []entry // mapping, in the order of the source
	items     []*node // sequence
}

// entry is one key of a mapping.
type entry struct {
	key       string
	line, col int
	value     *node
}

// get returns the value of a key, or nil.
func (n *node) get(key string) *node {
	if n == nil {
		return nil
	}
	for i := range n.entries {
		if n.entries[i].key == key {
			return n.entries[i].value
		}
	}
	return nil
}

// set gives a key a value, behind the others when it is new.
func (n *node) set(key string, value *node) {
	for i := range n.entries {
		if n.entries[i].key == key {
			n.entries[i].value = value
			return
		}
	}
	n.entries = append(n.entries, entry{key: key, value: value})
}

// drop removes a key.
func (n *node) drop(key string) {
	n.entries = slices.DeleteFunc(n.entries, func(e entry) bool { return e.key == key })
}

// empty tells whether nothing was written: no node at all, or null.
func (n *node) empty() bool { return n == nil || n.kind == null }

// isFalse tells whether the node is the boolean false, in any of its spellings.
func (n *node) isFalse() bool {
	if n == nil || n.kind != scalar || n.quoted && !n.filled {
		return false
	}
	b, ok := parseBool(n.text)
	return ok && !b
}

// clone copies the tree, so that a merge never writes into what it was given.
func (n *node) clone() *node {
	if n == nil {
		return nil
	}
	c := *n
	c.entries = slices.Clone(n.entries)
	for i := range c.entries {
		c.entries[i].value = c.entries[i].value.clone()
	}
	c.items = slices.Clone(n.items)
	for i := range c.items {
		c.items[i] = c.items[i].clone()
	}
	return &c
}

// from marks a whole tree with its origin.
func (n *node) from(o Origin) *node {
	n.origin = o
	for _, e := range n.entries {
		e.value.from(o)
	}
	for _, item := range n.items {
		item.from(o)
	}
	return n
}

// path names a field: its keys from the root down. An index is "[3]".
type path []string

// at makes a path from a dotted one and further keys, which may hold dots themselves.
func at(dotted string, keys ...string) path {
	var p path
	if dotted != "" {
		p = strings.Split(dotted, ".")
	}
	return append(p, keys...)
}

// index is the key of the i-th item of a list.
func index(i int) string { return "[" + strconv.Itoa(i) + "]" }

// with returns the path of a child and leaves p as it is.
func (p path) with(key string) path { return append(slices.Clip(p), key) }

// String writes a path as the user knows it: http.alias[0].name.
func (p path) String() string {
	var b strings.Builder
	for i, key := range p {
		if i > 0 && !strings.HasPrefix(key, "[") {
			b.WriteByte('.')
		}
		b.WriteString(key)
	}
	return b.String()
}

// find walks down a path. It returns nil where something on the way is missing.
func (n *node) find(p path) *node {
	for _, key := range p {
		if n = n.child(key); n == nil {
			return nil
		}
	}
	return n
}

// child returns the value under a key, or the item at an index.
func (n *node) child(key string) *node {
	if n == nil || n.kind == mapping {
		return n.get(key)
	}
	if n.kind != sequence || len(key) < 3 || key[0] != '[' {
		return nil
	}
	i, err := strconv.Atoi(key[1 : len(key)-1])
	if err != nil || i < 0 || i >= len(n.items) {
		return nil
	}
	return n.items[i]
}
