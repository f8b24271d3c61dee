package cwlogs

import (
	"regexp"
	"strings"
)

// matcher tells whether a message matches a filter pattern.
type matcher func(message string) bool

// parsePattern reads a filter pattern: terms (all must occur), "quoted phrases", ?optional terms (any must occur when
// there is no other), -excluded terms, %regular expressions% and JSON patterns such as { $.level = "error" }.
// Patterns for space-delimited messages, [a, b], are refused.
// Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
func parsePattern(pattern string) (matcher, error) {
	pattern = strings.TrimSpace(pattern)
	switch {
	case pattern == "":
		return func(string) bool { return true }, nil
	case strings.HasPrefix(pattern, "{"):
		return parseJSONPattern(pattern)
	case strings.HasPrefix(pattern, "["):
		return nil, invalid("Invalid filter pattern: patterns for space-delimited log events are not supported by this endpoint")
	}
	var all, any, none []matcher
	for rest := pattern; rest != ""; {
		kind := byte(0)
		if rest[0] == '?' || rest[0] == '-' {
			kind, rest = rest[0], rest[1:]
		}
		term, after, err := nextTerm(rest)
		if err != nil {
			return nil, err
		}
		rest = strings.TrimLeft(after, " \t\n")
		switch kind {
		case '?':
			any = append(any, term)
		case '-':
			none = append(none, term)
		default:
			all = append(all, term)
		}
	}
	return combine(all, any, none), nil
}

// combine joins the terms. Optional terms beside required ones count for nothing, as AWS documents it.
func combine(all, any, none []matcher) matcher {
	return func(message string) bool {
		for _, m := range none {
			if m(message) {
				return false
			}
		}
		for _, m := range all {
			if !m(message) {
				return false
			}
		}
		if len(all) > 0 || len(any) == 0 {
			return true
		}
		for _, m := range any {
			if m(message) {
				return true
			}
		}
		return false
	}
}

// nextTerm reads one term off the front of a pattern.
func nextTerm(s string) (matcher, string, error) {
	if s == "" {
		return nil, "", invalid("Invalid filter pattern")
	}
	switch s[0] {
	case '"':
		phrase, rest, ok := quoted(s)
		if !ok {
			return nil, "", invalid("Invalid filter pattern")
		}
		return contains(phrase), rest, nil
	case '%':
		expr, rest, ok := strings.Cut(s[1:], "%")
		re, err := regexp.Compile(expr)
		if !ok || err != nil {
			return nil, "", invalid("Invalid filter pattern")
		}
		return re.MatchString, rest, nil
	}
	end := strings.IndexAny(s, " \t\n")
	if end < 0 {
		end = len(s)
	}
	return contains(s[:end]), s[end:], nil
}

func contains(term string) matcher {
	return func(message string) bool { return strings.Contains(message, term) }
}

// quoted reads a double-quoted string, in which a backslash escapes the next character.
func quoted(s string) (text, rest string, ok bool) {
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == '\\' && i+1 < len(s):
			i++
			b.WriteByte(s[i])
		case s[i] == '"':
			return b.String(), s[i+1:], true
		default:
			b.WriteByte(s[i])
		}
	}
	return "", "", false
}
