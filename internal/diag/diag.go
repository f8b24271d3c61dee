// Package diag owns diagnostics: mistakes with their place, collected and shown all at once, never only the first.
//
// It renders them as text with the source line and a caret, as JSON and as GitHub annotations. What a mistake is,
// the manifest package knows.
package diag

import (
	"cmp"
	"slices"
)

// Severity grades a diagnostic.
type Severity string

// The severities. A Warning never fails a command.
const (
	Error   Severity = "error"
	Warning Severity = "warning"
)

// Position is a place in a file. Line and Column count from 1, Column in characters; zero means unknown.
type Position struct {
	File   string `json:"file,omitempty"`
	Line   int    `json:"line,omitempty"`
	Column int    `json:"column,omitempty"`
}

// Diagnostic is one mistake.
type Diagnostic struct {
	Position
	EndColumn int      `json:"end_column,omitempty"` // column after the last character of the offending token; 0 = unknown
	Severity  Severity `json:"severity"`
	Path      string   `json:"path,omitempty"` // field path, for example "http.healthcheck.path"; may be empty
	Message   string   `json:"message"`        // without the path and without a full stop
	Hint      string   `json:"hint,omitempty"` // what to write instead; may be empty
	// Secret hides the token, and what stands behind it on its line, when the source is shown.
	Secret bool `json:"-"`
}

// List is an ordered collection of diagnostics.
type List []Diagnostic

// HasErrors tells whether any entry is an Error.
func (l List) HasErrors() bool {
	return slices.ContainsFunc(l, func(d Diagnostic) bool { return d.Severity == Error })
}

// Count tells how many errors and how many warnings there are.
func (l List) Count() (errors, warnings int) {
	for _, d := range l {
		if d.Severity == Error {
			errors++
		} else {
			warnings++
		}
	}
	return errors, warnings
}

// Sort returns the diagnostics ordered by file and place, without repetitions. The list itself is left as it is.
func Sort(l List) List {
	sorted := slices.Clone(l)
	slices.SortStableFunc(sorted, func(a, b Diagnostic) int {
		return cmp.Or(
			cmp.Compare(a.File, b.File),
			cmp.Compare(a.Line, b.Line),
			cmp.Compare(a.Column, b.Column),
			cmp.Compare(a.Severity, b.Severity),
			cmp.Compare(a.Path, b.Path),
			cmp.Compare(a.Message, b.Message),
			cmp.Compare(a.Hint, b.Hint),
		)
	})
	return slices.Compact(sorted)
}
