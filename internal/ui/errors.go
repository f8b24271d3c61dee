package ui

import (
	"io"
	"strings"

	"ferry.dev/ferry/internal/fault"
)

// WriteError shows an error: what happened and why on one line, what to do on the next. Of joined errors each is shown.
// Credentials are taken out and control characters made harmless; there is never a stack trace to show.
func WriteError(w io.Writer, paint Paint, err error) {
	var b strings.Builder
	for _, e := range flatten(err) {
		b.WriteString(paint.Bad("error: ") + indent(Redact(e.Error())) + "\n")
		if hint := fault.Hint(e); hint != "" {
			b.WriteString(paint.Warn("hint: ") + indent(Redact(hint)) + "\n")
		}
	}
	write(w, b.String())
}

// flatten opens errors.Join; one that is wrapped further down stays with what was said about it.
func flatten(err error) []error {
	if err == nil {
		return nil
	}
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return []error{err}
	}
	var all []error
	for _, e := range joined.Unwrap() {
		all = append(all, flatten(e)...)
	}
	return all
}

// indent sanitises a text line by line and sets the lines after the first under it.
func indent(s string) string {
	lines := strings.Split(strings.TrimRight(s, "\n"), "\n")
	for i, l := range lines {
		lines[i] = Sanitize(l)
	}
	return strings.Join(lines, "\n    ")
}
