package ui

// Paint colours text, or leaves it alone: the zero value does.
type Paint struct{ on bool }

// NewPaint returns a Paint that colours when on.
func NewPaint(on bool) Paint { return Paint{on: on} }

func (p Paint) wrap(code, s string) string {
	if !p.on || s == "" {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

// Good is for what went well.
func (p Paint) Good(s string) string { return p.wrap("32", s) }

// Bad is for what failed.
func (p Paint) Bad(s string) string { return p.wrap("31", s) }

// Warn is for what needs a look.
func (p Paint) Warn(s string) string { return p.wrap("33", s) }

// Strong is for headings.
func (p Paint) Strong(s string) string { return p.wrap("1", s) }

// Faint is for what matters least.
func (p Paint) Faint(s string) string { return p.wrap("2", s) }

// Link is for addresses and commands to copy.
func (p Paint) Link(s string) string { return p.wrap("36", s) }
