package manifest

import (
	"encoding/json"
	"strings"
	"unicode/utf8"

	"ferry.dev/ferry/internal/diag"
)

// variable is a ${NAME} in a text, or its escaped form \${NAME}.
type variable struct {
	from, to int // where it stands
	name     string
	escaped  bool
}

// nextVariable finds the first variable at or behind an offset. Anything else with a dollar is text, so that a shell's
// ${X:-y} stays as it is.
func nextVariable(text string, offset int) (variable, bool) {
	for {
		i := strings.Index(text[offset:], "${")
		if i < 0 {
			return variable{}, false
		}
		from := offset + i
		to := from + 2
		for to < len(text) && isNameByte(text[to], to == from+2) {
			to++
		}
		if to < len(text) && text[to] == '}' && to > from+2 {
			v := variable{from: from, to: to + 1, name: text[from+2 : to]}
			if from > offset && text[from-1] == '\\' {
				v.from, v.escaped = from-1, true
			}
			return v, true
		}
		offset = from + 2
	}
}

// isNameByte tells whether c may stand in a variable's name, or begin it.
func isNameByte(c byte, first bool) bool {
	return c == '_' || 'A' <= c && c <= 'Z' || 'a' <= c && c <= 'z' || !first && '0' <= c && c <= '9'
}

// interpolator fills variables in.
type interpolator struct {
	doc *document
	o   Options
}

// interpolate replaces the variables in every scalar value below n. Keys are left as they are.
func (d *document) interpolate(n *node, p path, o Options) {
	i := interpolator{d, o}
	i.walk(n, p)
}

func (i interpolator) walk(n *node, p path) {
	switch n.kind {
	case mapping:
		for _, e := range n.entries {
			i.walk(e.value, p.with(e.key))
		}
	case sequence:
		for j, item := range n.items {
			i.walk(item, p.with(index(j)))
		}
	case scalar:
		if strings.Contains(n.text, "${") {
			i.fill(n, p)
		}
	}
}

// fill replaces the variables of one scalar.
func (i interpolator) fill(n *node, p path) {
	var b strings.Builder
	replaced, offset := false, 0
	for {
		v, ok := nextVariable(n.text, offset)
		if !ok {
			break
		}
		b.WriteString(n.text[offset:v.from])
		piece := n.text[v.from:v.to]
		offset = v.to
		if v.escaped {
			b.WriteString(piece[1:])
			continue
		}
		value, state := i.lookup(v.name)
		switch state {
		case known:
			replaced, piece = true, value
		case undefined:
			n.bad = true
			i.doc.report(diag.Error, i.doc.within(n, piece), p,
				"set "+v.name+" in the environment of the command, or write \\"+piece+" for the text itself", "%s is not defined", piece)
		case later:
			n.open = true
		}
		b.WriteString(piece)
	}
	b.WriteString(n.text[offset:])
	text := b.String()
	n.text = text
	if !replaced {
		return
	}
	n.filled, n.tag = true, tagText
	if strings.HasPrefix(text, "[") {
		var list []string
		if json.Unmarshal([]byte(text), &list) == nil && list != nil {
			n.list = list
		}
	}
}

// state is what is known of a variable.
type state int

const (
	known state = iota
	undefined
	later // a name that only a reading for an application and an environment has
)

func (i interpolator) lookup(name string) (string, state) {
	value := ""
	switch name {
	case "COPILOT_APPLICATION_NAME", "FERRY_APPLICATION_NAME":
		value = i.o.App
	case "COPILOT_ENVIRONMENT_NAME", "FERRY_ENVIRONMENT_NAME":
		value = i.o.Env
	default:
		if i.o.LookupEnv != nil {
			if v, ok := i.o.LookupEnv(name); ok {
				return v, known
			}
		}
		return "", undefined
	}
	if value == "" {
		return "", later
	}
	return value, known
}

// leaveOpen marks the scalars with variables as not known: this reading is not for the environment that they belong to.
func leaveOpen(n *node) {
	if n.kind == scalar {
		_, n.open = nextVariable(n.text, 0)
	}
	for _, e := range n.entries {
		leaveOpen(e.value)
	}
	for _, item := range n.items {
		leaveOpen(item)
	}
}

// within finds the place of a piece of a scalar's text. It falls back to the scalar's own.
func (d *document) within(n *node, piece string) place {
	line := n.line
	for range strings.Count(n.text, "\n") + 2 { // a block scalar's text begins on the line after its place
		s, from := d.sourceLine(line), 0
		if line == n.line {
			from = len(s) - len(skipRunes(s, n.col-1))
		}
		if i := strings.Index(s[from:], piece); i >= 0 {
			return place{line, 1 + utf8.RuneCountInString(s[:from+i])}
		}
		line++
	}
	return place{n.line, n.col}
}
