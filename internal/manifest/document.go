package manifest

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"ferry.dev/ferry/internal/diag"
)

// document is one manifest while it is read: its source, its tree and what was found wrong with it so far.
type document struct {
	file  string
	src   []byte
	lines []string // cut when the first place is asked for
	root  *node
	env   string // whose overrides were applied
	// environments are the overrides, in the order of the source.
	environments []entry
	diags        diag.List
}

// place is the part of the source that a diagnostic is about.
type place struct{ line, col int }

// report adds a diagnostic.
func (d *document) report(s diag.Severity, at place, p path, hint, format string, args ...any) {
	at = d.inside(at)
	d.diags = append(d.diags, diag.Diagnostic{
		Position:  diag.Position{File: d.file, Line: at.line, Column: at.col},
		EndColumn: d.end(at),
		Severity:  s,
		Path:      p.String(),
		Message:   fmt.Sprintf(format, args...),
		Hint:      hint,
	})
}

// inside keeps a place within the source. The YAML reader reports an unfinished value behind the last line, and counts
// some characters as the end of a line that no editor does.
func (d *document) inside(at place) place {
	if at.line < 1 {
		return place{1, 1}
	}
	d.sourceLine(1)
	at.line = min(at.line, len(d.lines))
	at.col = min(max(at.col, 1), utf8.RuneCountInString(d.sourceLine(at.line))+1)
	return at
}

// locate returns the place of a field: a scalar's own, else its key's; the nearest written one above it when the field
// itself is not written.
func (d *document) locate(p path) place {
	best := place{1, 1}
	if d.root != nil && d.root.line > 0 {
		best = place{d.root.line, d.root.col}
	}
	n := d.root
	for _, key := range p {
		next := n.child(key)
		if next == nil {
			break
		}
		if at := placeOf(n, key, next); at.line > 0 {
			best = at
		}
		n = next
	}
	return best
}

// placeOf is where the reader looks for a child of n.
func placeOf(n *node, key string, child *node) place {
	if child.kind == scalar || n.kind != mapping {
		return place{child.line, child.col}
	}
	for i := range n.entries {
		if n.entries[i].key == key {
			return place{n.entries[i].line, n.entries[i].col}
		}
	}
	return place{}
}

// sourceLine returns a line without its end, "" where there is none.
func (d *document) sourceLine(n int) string {
	if d.lines == nil {
		d.lines = strings.Split(string(d.src), "\n")
	}
	if n < 1 || n > len(d.lines) {
		return ""
	}
	return strings.TrimSuffix(d.lines[n-1], "\r")
}

// end finds the column behind the token that begins at a place: a quoted scalar, or a plain one up to what ends it.
func (d *document) end(at place) int {
	rest := skipRunes(d.sourceLine(at.line), at.col-1)
	if rest == "" {
		return 0
	}
	token := rest
	switch quote := rest[0]; quote {
	case '"', '\'':
		if i := closingQuote(rest, quote); i > 0 {
			token = rest[:i+1]
		}
	case '$':
		token = plainToken(rest)
		if i := strings.IndexByte(rest, '}'); i > 0 && strings.HasPrefix(rest, "${") {
			token = rest[:i+1]
		}
	case '[', '{', '|', '>', '&', '*', '-':
		if i := strings.IndexAny(rest, " ,]}"); i > 0 {
			token = rest[:i]
		}
	default:
		token = plainToken(rest)
	}
	return at.col + utf8.RuneCountInString(strings.TrimRight(token, " \t"))
}

// skipRunes cuts the first n characters off.
func skipRunes(s string, n int) string {
	for ; n > 0 && s != ""; n-- {
		_, size := utf8.DecodeRuneInString(s)
		s = s[size:]
	}
	return s
}

// closingQuote returns the index of the quote that ends the scalar at the start of s, or -1.
func closingQuote(s string, quote byte) int {
	for i := 1; i < len(s); i++ {
		switch {
		case quote == '"' && s[i] == '\\':
			i++
		case s[i] != quote:
		case quote == '\'' && i+1 < len(s) && s[i+1] == '\'':
			i++
		default:
			return i
		}
	}
	return -1
}

// plainToken cuts a plain scalar or key out of the rest of its line.
func plainToken(rest string) string {
	for i := 0; i < len(rest); i++ {
		switch c := rest[i]; {
		case c == ':' && (i+1 == len(rest) || strings.IndexByte(" \t,]}", rest[i+1]) >= 0):
			return rest[:i]
		case c == '#' && i > 0 && (rest[i-1] == ' ' || rest[i-1] == '\t'):
			return rest[:i]
		case c == ',' || c == ']' || c == '}':
			return rest[:max(i, 1)]
		case c == '$' && strings.HasPrefix(rest[i:], "${"):
			if j := strings.IndexByte(rest[i:], '}'); j > 0 {
				i += j
			}
		}
	}
	return rest
}
