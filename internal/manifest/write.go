package manifest

import (
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

// remarkColumn is where the remarks behind short lines begin.
const remarkColumn = 44

// writer writes a tree as YAML in block style, one value a line, each with a remark behind it.
type writer struct {
	out    strings.Builder
	remark func(*node) string // what stands behind a value as a comment; "" for nothing
}

// blockYAML writes a mapping without remarks.
func blockYAML(n *node) string {
	w := writer{remark: func(*node) string { return "" }}
	w.mapping(n, "", "")
	return w.out.String()
}

// mapping writes the entries of a mapping. The first line begins with lead, which may end in a list's dash.
func (w *writer) mapping(n *node, lead, indent string) {
	for _, e := range n.entries {
		if e.value.kind == null {
			continue // nobody sets a value here
		}
		w.value(lead+yamlText(&node{text: e.key})+":", indent+"  ", e.value)
		lead = indent
	}
}

func (w *writer) sequence(n *node, indent string) {
	for _, item := range n.items {
		if item.kind == mapping && holds(item) {
			w.mapping(item, indent+"- ", indent+"  ")
			continue
		}
		w.value(indent+"-", indent+"  ", item)
	}
}

// value writes what stands behind a key or a dash; below is the indentation of lines of its own.
func (w *writer) value(head, below string, n *node) {
	switch {
	case n.kind == mapping && holds(n):
		w.out.WriteString(head + "\n")
		w.mapping(n, below, below)
	case n.kind == mapping:
		w.line(head+" {}", n)
	case n.kind == sequence && len(n.items) > 0:
		w.out.WriteString(head + "\n")
		w.sequence(n, below)
	case n.kind == sequence:
		w.line(head+" []", n)
	case n.kind == null:
		w.line(head+" null", n)
	default:
		w.line(head+" "+yamlScalar(n), n)
	}
}

// holds tells whether a mapping has an entry that is written.
func holds(n *node) bool {
	for _, e := range n.entries {
		if e.value.kind != null {
			return true
		}
	}
	return false
}

func (w *writer) line(text string, n *node) {
	w.out.WriteString(text)
	if remark := w.remark(n); remark != "" {
		gap := max(2, remarkColumn-utf8.RuneCountInString(text))
		w.out.WriteString(strings.Repeat(" ", gap) + "# " + remark)
	}
	w.out.WriteString("\n")
}

// yamlScalar writes a scalar so that it reads back as the same value: what looks like a variable is escaped, unless this
// reading left the variable open.
func yamlScalar(n *node) string {
	copied := *n
	copied.text = escapeVariables(n)
	return yamlText(&copied)
}

// escapeVariables puts a backslash before what would be read as a variable.
func escapeVariables(n *node) string {
	var b strings.Builder
	offset := 0
	for {
		v, ok := nextVariable(n.text, offset)
		if !ok {
			return b.String() + n.text[offset:]
		}
		from := v.from
		if v.escaped {
			from++
		}
		b.WriteString(n.text[offset:from])
		if !n.open || !ownVariable(v.name) {
			b.WriteByte('\\')
		}
		b.WriteString(n.text[from:v.to])
		offset = v.to
	}
}

// ownVariable tells whether a variable is one that a reading without application or environment leaves open.
func ownVariable(name string) bool {
	_, state := interpolator{}.lookup(name)
	return state == later
}

// plainYAML are the texts that need no quotes: fewer than YAML allows, none that means something else.
var plainYAML = regexp.MustCompile(`^-?[A-Za-z0-9_./](:?[A-Za-z0-9_./@+=$\\{}-]| +[A-Za-z0-9_./@+=$\\{}-])*$`)

// yamlText writes a text plain where it reads back the same and is of the same kind, else in double quotes. Go's escapes
// are among YAML's.
func yamlText(n *node) string {
	if !plainYAML.MatchString(n.text) || n.quoted && !n.filled && typed(n.text) {
		return strconv.Quote(n.text)
	}
	switch n.text {
	case "null", "Null", "NULL":
		return strconv.Quote(n.text)
	}
	return n.text
}

// typed tells whether a reader of YAML takes a plain text for something else than text.
func typed(text string) bool {
	if _, ok := parseBool(text); ok {
		return true
	}
	if _, ok := parseInt(text); ok {
		return true
	}
	_, err := strconv.ParseFloat(text, 64)
	return err == nil
}
