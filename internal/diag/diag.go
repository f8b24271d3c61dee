// Package diag owns diagnostics: mistakes with their place, collected and shown all at once, never only the first.
//
// It renders them as text with the source line and a caret, as JSON and as GitHub annotations. What a mistake is,
// the manifest package knows.
package diag

import "slices"

// Severity grades a diagnostic.
type Severity string

// The severities. A Warning never fails a command.
const (
	Error   Severity = "error"
	Warning Severity = "warning"
)

// Position is a place in a file. Line and Column count from 1, Column in characters; zero means unknown.
type Position struct {
	File   string
	Line   int
	Column int
}

// Diagnostic is one mistake.
type Diagnostic struct {
	Position
	EndColumn int // column after the last character of the offending token; 0 = unknown
	Severity  Severity
	Path      string // field path, for example "http.healthcheck.path"; may be empty
	Message   string // without the path and without a full stop
	Hint      string // what to write instead; may be empty
}

// List is an ordered collection of diagnostics.
type List []Diagnostic

// HasErrors tells whether any entry is an Error.
func (l List) HasErrors() bool {
	return slices.ContainsFunc(l, func(d Diagnostic) bool { return d.Severity == Error })
}
