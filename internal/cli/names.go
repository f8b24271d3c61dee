package cli

import (
	"slices"
	"strings"

	"ferry.dev/ferry/internal/workspace"
)

// localEnv is the built-in environment.
const localEnv = workspace.Local

// without returns the names that are not among those taken.
func without(names, taken []string) []string {
	var left []string
	for _, n := range names {
		if !slices.Contains(taken, n) {
			left = append(left, n)
		}
	}
	return left
}

// listed writes names as people do: "a", "a and b", "a, b and c".
func listed(names []string) string {
	switch len(names) {
	case 0:
		return "none"
	case 1:
		return names[0]
	default:
		return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
	}
}

// shellQuote writes a word so that a POSIX shell reads it back as it is.
func shellQuote(word string) string {
	safe := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_./:@=+,%", r)
	}
	if word != "" && strings.IndexFunc(word, func(r rune) bool { return !safe(r) }) < 0 {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

// command writes a command line of ferry's that can be pasted into a shell.
func command(words ...string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = shellQuote(w)
	}
	return "ferry " + strings.Join(quoted, " ")
}
