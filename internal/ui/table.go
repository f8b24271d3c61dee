package ui

import (
	"io"
	"strings"
	"unicode/utf8"
)

// Table is a list of rows under headings. Cells are sanitised; an empty one is shown as "-", so that columns can be cut by
// other programs.
type Table struct {
	Head []string
	Rows [][]string
}

// Add appends a row.
func (t *Table) Add(cells ...string) { t.Rows = append(t.Rows, cells) }

// Write writes the table with its columns aligned by two spaces.
//
// A table without rows is not written: headings alone tell nobody anything.
func (t *Table) Write(w io.Writer, paint Paint) error {
	if len(t.Rows) == 0 {
		return nil
	}
	widths := make([]int, len(t.Head))
	for i, h := range t.Head {
		widths[i] = utf8.RuneCountInString(h)
	}
	rows := make([][]string, len(t.Rows))
	for i, r := range t.Rows {
		rows[i] = make([]string, len(t.Head))
		for j := range rows[i] {
			cell := "-"
			if j < len(r) && r[j] != "" {
				cell = Sanitize(r[j])
			}
			rows[i][j] = cell
			widths[j] = max(widths[j], utf8.RuneCountInString(cell))
		}
	}
	var b strings.Builder
	writeRow(&b, t.Head, widths, paint.Strong)
	for _, r := range rows {
		writeRow(&b, r, widths, nil)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// writeRow writes one row without trailing spaces.
func writeRow(b *strings.Builder, cells []string, widths []int, style func(string) string) {
	for i, c := range cells {
		last := i == len(cells)-1
		text := c
		if style != nil {
			text = style(c)
		}
		b.WriteString(text)
		if !last {
			b.WriteString(strings.Repeat(" ", widths[i]-utf8.RuneCountInString(c)+2))
		}
	}
	b.WriteByte('\n')
}
