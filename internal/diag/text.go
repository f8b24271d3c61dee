package diag

import (
	"bytes"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/width"
)

// WriteText writes each diagnostic for a reader: its place, path and message on one line, then the source line with a
// caret under the offending token, then the hint.
//
//	ferry/web/manifest.yml:9:9: memory: 700 is no size that Fargate has for cpu 256
//	   9 | memory: 700
//	     |         ^^^
//	hint: write one of 512, 1024, 2048
//
// src returns a file's bytes, or nil where they are not at hand: then the source lines are left out. It may itself be nil.
func WriteText(w io.Writer, list List, src func(file string) []byte) error {
	lines := sources{read: src, files: map[string][][]byte{}}
	var b strings.Builder
	for _, d := range list {
		b.WriteString(d.headline())
		b.WriteByte('\n')
		if line, ok := lines.at(d.Position); ok {
			d.excerpt(&b, line)
		}
		if d.Hint != "" {
			b.WriteString("hint: " + d.Hint + "\n")
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// String is the headline: file:line:column: path: message.
func (d Diagnostic) String() string { return d.headline() }

func (d Diagnostic) headline() string {
	parts := make([]string, 0, 4)
	if at := d.Position.String(); at != "" {
		parts = append(parts, at)
	}
	if d.Severity == Warning {
		parts = append(parts, "warning")
	}
	if d.Path != "" {
		parts = append(parts, d.Path)
	}
	return strings.Join(append(parts, d.Message), ": ")
}

// String is file:line:column, as far as they are known.
func (p Position) String() string {
	s := p.File
	for _, n := range []int{p.Line, p.Column} {
		if n <= 0 {
			break
		}
		if s != "" {
			s += ":"
		}
		s += strconv.Itoa(n)
	}
	return s
}

// excerpt writes the source line and the carets below it. Tabs are kept, so that both lines move alike.
func (d Diagnostic) excerpt(b *strings.Builder, line string) {
	if d.Secret {
		line = masked(line, d.Column)
	}
	line, d = d.window(line)
	number := fmt.Sprintf("%4d", d.Line)
	fmt.Fprintf(b, "%s | %s\n", number, printable(line))
	if d.Column <= 0 {
		return
	}
	var pad, carets strings.Builder
	column := 1
	for _, r := range line {
		switch {
		case column >= d.Column && column < max(d.EndColumn, d.Column+1):
			carets.WriteString(strings.Repeat("^", max(1, cells(r))))
		case column < d.Column && r == '\t':
			pad.WriteByte('\t')
		case column < d.Column:
			pad.WriteString(strings.Repeat(" ", cells(r)))
		}
		column++
	}
	if carets.Len() == 0 { // the place is behind the last character, as with a missing bracket
		carets.WriteByte('^')
	}
	fmt.Fprintf(b, "%s | %s%s\n", strings.Repeat(" ", len(number)), pad.String(), carets.String())
}

// What is shown of a long line: no more than fits a screen, with some of what comes before the place.
const (
	longestLine = 160
	before      = 40
)

// window cuts a long line to what is around the place, and moves the place with it.
func (d Diagnostic) window(line string) (string, Diagnostic) {
	runes := []rune(line)
	if len(runes) <= longestLine {
		return line, d
	}
	from := min(max(d.Column-1-before, 0), len(runes)-1)
	to := min(from+longestLine, len(runes))
	cut := string(runes[from:to])
	if to < len(runes) {
		cut += "…"
	}
	d.EndColumn = min(d.EndColumn, to+1)
	if from > 0 {
		cut = "…" + cut
		d.Column, d.EndColumn = d.Column-from+1, d.EndColumn-from+1
	}
	return cut, d
}

// masked hides a line from a column on.
func masked(line string, column int) string {
	runes := []rune(line)
	for i := max(column-1, 0); i < len(runes); i++ {
		runes[i] = '*'
	}
	return string(runes)
}

// printable replaces what could move the cursor or colour the terminal: a manifest may come from anywhere.
func printable(line string) string {
	return strings.Map(func(r rune) rune {
		if r != '\t' && unicode.IsControl(r) {
			return utf8.RuneError
		}
		return r
	}, line)
}

// cells is how many terminal cells a character takes.
func cells(r rune) int {
	if unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf) {
		return 0
	}
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	default:
		return 1
	}
}

// sources cuts files into lines once, however many diagnostics they have.
type sources struct {
	read  func(string) []byte
	files map[string][][]byte
}

func (s sources) at(p Position) (string, bool) {
	if s.read == nil || p.Line <= 0 {
		return "", false
	}
	lines, ok := s.files[p.File]
	if !ok {
		lines = bytes.Split(s.read(p.File), []byte("\n"))
		s.files[p.File] = lines
	}
	if p.Line > len(lines) {
		return "", false
	}
	line := strings.TrimSuffix(string(lines[p.Line-1]), "\r")
	return line, strings.TrimSpace(line) != ""
}
