package render

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"ferry.dev/ferry/internal/plan"
)

// statement writes a statement of a policy as YAML, its first line where the template stands and the others indented.
func statement(s plan.Statement, indent int) string {
	var lines []string
	if s.Sid != "" {
		lines = append(lines, "Sid: "+s.Sid)
	}
	lines = append(lines, "Effect: "+cmp.Or(s.Effect, "Allow"))
	lines = append(lines, texts("Action", s.Actions, quoteAction)...)
	lines = append(lines, texts("Resource", s.Resources, sub)...)
	if len(s.Conditions) > 0 {
		lines = append(lines, "Condition:")
	}
	for _, operator := range slices.Sorted(maps.Keys(s.Conditions)) {
		lines = append(lines, "  "+operator+":")
		keys := s.Conditions[operator]
		for _, key := range slices.Sorted(maps.Keys(keys)) {
			for _, line := range texts(quote(key), keys[key], sub) {
				lines = append(lines, "    "+line)
			}
		}
	}
	return strings.Join(lines, "\n"+strings.Repeat(" ", indent))
}

// texts writes a key with one text beside it, or with several as a list below.
func texts(key string, values []string, write func(string) string) []string {
	if len(values) == 1 {
		return []string{fmt.Sprintf("%s: %s", key, write(values[0]))}
	}
	lines := []string{key + ":"}
	for _, v := range values {
		lines = append(lines, "  - "+write(v))
	}
	return lines
}

// quoteAction leaves the usual service:Action plain.
func quoteAction(action string) string {
	if strings.ContainsAny(action, "*?") {
		return quote(action)
	}
	return action
}
