package manifest

import (
	"encoding/json"
	"strconv"
	"strings"
)

// json writes a tree as JSON, its keys in the order of the source. A plain scalar is what YAML takes it for: a number, a
// boolean, null or text.
func (n *node) json() string {
	var b strings.Builder
	n.writeJSON(&b)
	return b.String()
}

func (n *node) writeJSON(b *strings.Builder) {
	switch n.kind {
	case null:
		b.WriteString("null")
	case mapping:
		b.WriteByte('{')
		for i, e := range n.entries {
			if i > 0 {
				b.WriteByte(',')
			}
			writeText(b, e.key)
			b.WriteByte(':')
			e.value.writeJSON(b)
		}
		b.WriteByte('}')
	case sequence:
		b.WriteByte('[')
		for i, item := range n.items {
			if i > 0 {
				b.WriteByte(',')
			}
			item.writeJSON(b)
		}
		b.WriteByte(']')
	case scalar:
		n.writeScalar(b)
	}
}

func (n *node) writeScalar(b *strings.Builder) {
	if n.list != nil {
		for i, text := range n.list {
			b.WriteString(map[bool]string{true: "[", false: ","}[i == 0])
			writeText(b, text)
		}
		b.WriteString(map[bool]string{true: "[]", false: "]"}[len(n.list) == 0])
		return
	}
	if v, ok := n.value(); ok {
		b.WriteString(v)
		return
	}
	writeText(b, n.text)
}

// value is a plain scalar's number or boolean as JSON writes it; false where it is text.
func (n *node) value() (string, bool) {
	if n.quoted && !n.filled {
		return "", false
	}
	switch n.text {
	case "true", "True", "TRUE":
		return "true", true
	case "false", "False", "FALSE":
		return "false", true
	}
	if v, ok := parseInt(n.text); ok {
		return strconv.FormatInt(v, 10), true
	}
	if f, err := strconv.ParseFloat(n.text, 64); err == nil && (n.tag == tagFloat || n.filled) {
		if data, err := json.Marshal(f); err == nil {
			return string(data), true
		}
	}
	return "", false
}

func writeText(b *strings.Builder, s string) {
	var line strings.Builder
	e := json.NewEncoder(&line)
	e.SetEscapeHTML(false)
	if e.Encode(s) == nil { // a string always encodes
		b.WriteString(strings.TrimSuffix(line.String(), "\n"))
	}
}
