package ui

import (
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Sanitize makes a string from outside (an AWS reason, a log line, a build's output) safe for one line of a terminal:
// escape sequences are dropped, line breaks and tabs become spaces, other control characters and the marks that turn the
// direction of writing become U+FFFD. A terminal must not be steered by what a container printed.
func Sanitize(s string) string {
	if !strings.ContainsFunc(s, unsafeRune) && utf8.ValidString(s) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		if s[i] == '\x1b' {
			i += escapeLen(s[i:])
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == '\n' || r == '\t':
			b.WriteByte(' ')
		case r == '\r':
		case unsafeRune(r):
			b.WriteRune(utf8.RuneError)
		default:
			b.WriteRune(r) // RuneError for invalid bytes
		}
		i += n
	}
	return strings.TrimRight(b.String(), " ")
}

// unsafeRune tells control characters (C0, C1, DEL) and bidirectional overrides and isolates.
func unsafeRune(r rune) bool {
	return unicode.IsControl(r) || (r >= 0x202a && r <= 0x202e) || (r >= 0x2066 && r <= 0x2069)
}

// escapeLen returns the length of the escape sequence that s begins with (ECMA-48: CSI, OSC and other strings, or two bytes).
func escapeLen(s string) int {
	if len(s) < 2 {
		return len(s)
	}
	switch s[1] {
	case '[': // CSI: parameters, then one final byte
		for i := 2; i < len(s); i++ {
			if s[i] >= 0x40 && s[i] <= 0x7e {
				return i + 1
			}
		}
		return len(s)
	case ']', 'P', '^', '_', 'X': // a string, ended by BEL or ESC \
		for i := 2; i < len(s); i++ {
			if s[i] == '\a' {
				return i + 1
			}
			if s[i] == '\x1b' && i+1 < len(s) && s[i+1] == '\\' {
				return i + 2
			}
		}
		return len(s)
	default:
		return 2
	}
}

// Redact takes credentials out of text that is about to be shown: access key IDs, signed URLs' signatures and tokens,
// authorisation headers, passwords in URLs.
func Redact(s string) string {
	for _, r := range []struct{ pattern, with string }{
		{`\b(AKIA|ASIA)[A-Z0-9]{12,}\b`, "${1}…"},
		{`(?i)(X-Amz-(?:Signature|Security-Token|Credential)=)[^&\s"']+`, "${1}…"},
		{`(?i)(aws_(?:secret_access_key|session_token)["']?\s*[=:]\s*["']?)[^\s"',]+`, "${1}…"},
		{`(?i)(authorization["']?\s*[=:]\s*["']?(?:basic|bearer|AWS4-HMAC-SHA256)\s+)[^\r\n"']+`, "${1}…"},
		{`([a-z][a-z0-9+.-]*://[^\s/:@]+:)[^\s/@]+@`, "${1}…@"},
	} {
		s = regexp.MustCompile(r.pattern).ReplaceAllString(s, r.with)
	}
	return s
}

// clip shortens s to at most width cells and marks the cut. One rune is taken for one cell: the names and numbers shown
// here are; a wider one costs a wrapped line, which the live view recovers from.
func clip(s string, width int) string {
	if width <= 0 {
		return ""
	}
	if utf8.RuneCountInString(s) <= width {
		return s
	}
	r := []rune(s)
	return string(r[:width-1]) + "…"
}

// pad fills s with spaces to width cells.
func pad(s string, width int) string {
	if n := width - utf8.RuneCountInString(s); n > 0 {
		return s + strings.Repeat(" ", n)
	}
	return s
}

// Elapsed writes a duration as people say it: 0.4s, 12s, 3m05s, 2h10m.
func Elapsed(d time.Duration) string {
	switch {
	case d < 0:
		return "0s"
	case d < 10*time.Second:
		return fmt.Sprintf("%.1fs", d.Seconds())
	case d < time.Minute:
		return fmt.Sprintf("%ds", int(d.Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%dm%02ds", int(d.Minutes()), int(d.Seconds())%60)
	default:
		return fmt.Sprintf("%dh%02dm", int(d.Hours()), int(d.Minutes())%60)
	}
}

// Bytes writes a size in decimal units, as registries do.
func Bytes(n int64) string {
	switch {
	case n < 1000:
		return fmt.Sprintf("%d B", n)
	case n < 1000*1000:
		return fmt.Sprintf("%.1f kB", float64(n)/1e3)
	case n < 1000*1000*1000:
		return fmt.Sprintf("%.1f MB", float64(n)/1e6)
	default:
		return fmt.Sprintf("%.2f GB", float64(n)/1e9)
	}
}

// Plural writes a count with its noun: "1 task", "2 tasks".
func Plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
