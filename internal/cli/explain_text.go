package cli

import (
	"fmt"
	"io"
	"strings"

	"ferry.dev/ferry/internal/manifest"
	"ferry.dev/ferry/internal/ui"
)

// explainWidth is where explanations are wrapped.
const explainWidth = 100

// writeExplained writes each meaning of a field.
func writeExplained(w io.Writer, paint ui.Paint, list []manifest.Explanation) error {
	var b strings.Builder
	for i, e := range list {
		if i > 0 {
			b.WriteString("\n")
		}
		explainOne(&b, paint, e)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func explainOne(b *strings.Builder, paint ui.Paint, e manifest.Explanation) {
	b.WriteString(paint.Strong(e.Path) + "\n")
	indented(b, "  ", e.Doc)
	if e.Refused != "" {
		indented(b, "  ", "This version of ferry refuses it by name. It does not have: "+e.Refused+".")
	}
	b.WriteString("\n")
	row := func(name, value string) {
		if value != "" {
			indented(b, fmt.Sprintf("  %-9s ", name), value)
		}
	}
	row("Nearest", e.Instead)
	row("Types", typesOf(e))
	row("Value", valueOf(e))
	row("Default", defaultOf(e))
	if e.Short != "" {
		row("Short", "a value written without a map is "+e.Path+"."+e.Short)
	}
	row("With", e.With)
	if len(e.Excludes) > 0 {
		row("Not with", strings.Join(e.Excludes, ", "))
	}
	block(b, paint, "Example", strings.Split(strings.TrimRight(e.Example, "\n"), "\n"))
	block(b, paint, "Fields", fieldRows(e.Fields, explainWidth-4))
	block(b, paint, "Refused", refusedRows(e.Fields))
}

// typesOf says which types of manifests have the field.
func typesOf(e manifest.Explanation) string {
	if len(e.Types) == 0 {
		return listed(e.ToCome) + ", not deployed by this version"
	}
	if len(e.ToCome) == 0 {
		return listed(e.Types)
	}
	return listed(e.Types) + "; not deployed by this version: " + listed(e.ToCome)
}

// valueOf says what may be written.
func valueOf(e manifest.Explanation) string {
	s := e.Type
	if len(e.Values) > 0 {
		s += ": " + strings.Join(e.Values, ", ")
	}
	if e.Max > e.Min {
		s += fmt.Sprintf(", %d to %d", e.Min, e.Max)
	}
	return s
}

func defaultOf(e manifest.Explanation) string {
	switch {
	case e.Refused != "":
		return ""
	case e.Required:
		return "none: it must be written"
	case e.Default != "":
		return e.Default
	case e.Computed != "":
		return e.Computed
	default:
		return "none"
	}
}

// block writes lines under a heading; nothing where there are none.
func block(b *strings.Builder, paint ui.Paint, title string, lines []string) {
	if len(lines) == 0 || lines[0] == "" {
		return
	}
	b.WriteString("\n  " + paint.Strong(title) + "\n")
	for _, line := range lines {
		b.WriteString("    " + line + "\n")
	}
}

// fieldRows lists the fields that are not refused, with the first sentence of what they do.
func fieldRows(fields []manifest.Row, width int) []string {
	column := 0
	for _, f := range fields {
		if f.Refused == "" {
			column = max(column, len(f.Path)+2)
		}
	}
	var out []string
	for _, f := range fields {
		if f.Refused != "" {
			continue
		}
		head := f.Path
		if column > width*2/3 { // no room beside it
			out = append(out, f.Path)
			for _, line := range wrapped(sentence(f.Doc), width-4) {
				out = append(out, "    "+line)
			}
			continue
		}
		for _, line := range wrapped(sentence(f.Doc), width-column) {
			out = append(out, fmt.Sprintf("%-*s%s", column, head, line))
			head = ""
		}
	}
	return out
}

// refusedRows lists the fields that this version refuses.
func refusedRows(fields []manifest.Row) []string {
	var names []string
	for _, f := range fields {
		if f.Refused != "" {
			names = append(names, f.Path)
		}
	}
	if len(names) == 0 {
		return nil
	}
	return wrapped(strings.Join(names, ", "), explainWidth-4)
}

// sentence is the first one of a text.
func sentence(text string) string {
	if i := strings.Index(text, ". "); i >= 0 {
		return text[:i+1]
	}
	return text
}

// indented writes a wrapped text; the lines after the first stand under the first one's words.
func indented(b *strings.Builder, lead, text string) {
	if text == "" {
		return
	}
	for _, line := range wrapped(text, explainWidth-len(lead)) {
		b.WriteString(lead + line + "\n")
		lead = strings.Repeat(" ", len(lead))
	}
}

// wrapped cuts a text into lines, between words.
func wrapped(text string, width int) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(text) {
		if line != "" && len(line)+1+len(word) > width {
			lines, line = append(lines, line), ""
		}
		line = strings.TrimPrefix(line+" "+word, " ")
	}
	return append(lines, line)
}

// writeFieldsOfTypes lists the fields at the top of each type that this version deploys, or of the one asked for.
func writeFieldsOfTypes(w io.Writer, paint ui.Paint, r FieldsOfTypes) error {
	var b strings.Builder
	var toCome []string
	for _, t := range r.Types {
		if !t.Supported && len(r.Types) > 1 {
			toCome = append(toCome, t.Type)
			continue
		}
		if b.Len() > 0 {
			b.WriteString("\n")
		}
		b.WriteString(paint.Strong(t.Type))
		if !t.Supported {
			b.WriteString(", not deployed by this version")
		}
		b.WriteString("\n")
		for _, line := range fieldRows(t.Fields, explainWidth-2) {
			b.WriteString("  " + line + "\n")
		}
		for i, line := range refusedRows(t.Fields) {
			b.WriteString([]string{"  Refused: ", "           "}[min(i, 1)] + line + "\n")
		}
	}
	if len(toCome) > 0 {
		b.WriteString("\nNot deployed by this version: " + listed(toCome) + ".\n")
	}
	if len(r.Types) > 1 {
		b.WriteString("\nMore on a field: ferry explain FIELD\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}
