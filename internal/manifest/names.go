package manifest

import (
	"regexp"
	"strconv"
	"strings"
)

// isARN tells whether s has the shape arn:partition:service:region:account:resource of a service.
func isARN(s, service string) bool {
	parts := strings.SplitN(s, ":", 6)
	return len(parts) == 6 && parts[0] == "arn" && strings.HasPrefix(parts[1], "aws") && parts[2] == service && parts[5] != ""
}

// arnRegion is the region that an ARN names.
func arnRegion(s string) string {
	if parts := strings.SplitN(s, ":", 6); len(parts) == 6 {
		return parts[3]
	}
	return ""
}

// nameFault says what is wrong with a name that goes into stacks, roles and services, or "".
func nameFault(s string, longest int) string {
	switch {
	case len(s) > longest:
		return "must have at most " + strconv.Itoa(longest) + " characters, not " + strconv.Itoa(len(s))
	case !isLetter(s[0]):
		return "must begin with a letter"
	case strings.HasSuffix(s, "-") || strings.Contains(s, "--"):
		return "must not end in a hyphen nor have two in a row"
	}
	for i := range len(s) {
		if c := s[i]; !isLetter(c) && !isDigit(c) && c != '-' {
			return "must hold only letters, digits and hyphens"
		}
	}
	return ""
}

// isVariableName tells whether a shell could use the name.
func isVariableName(s string) bool {
	for i := range len(s) {
		if !isNameByte(s[i], i == 0) {
			return false
		}
	}
	return s != ""
}

// isRegion tells whether s looks like eu-central-1 or us-gov-west-1.
func isRegion(s string) bool {
	parts := strings.Split(s, "-")
	if len(parts) < 3 || len(parts) > 5 {
		return false
	}
	for _, p := range parts[:len(parts)-1] {
		if p == "" || strings.Trim(p, "abcdefghijklmnopqrstuvwxyz") != "" {
			return false
		}
	}
	last := parts[len(parts)-1]
	return len(last) == 1 && isDigit(last[0])
}

// isHostName tells whether s may stand in a listener rule's host condition: a name with a dot, * and ? allowed.
func isHostName(s string) bool {
	if len(s) > 128 || !strings.Contains(s, ".") || strings.Contains(s, "..") || s[0] == '.' || s[len(s)-1] == '.' {
		return false
	}
	for i := range len(s) {
		if c := s[i]; !isLetter(c) && !isDigit(c) && !strings.ContainsRune("-.*?_", rune(c)) {
			return false
		}
	}
	return true
}

func isLetter(c byte) bool { return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' }
func isDigit(c byte) bool  { return '0' <= c && c <= '9' }

// nameFromLimit keeps made names well below what a name may have: application, environment and service join in others.
const nameFromLimit = 40

// NameFrom makes a name of ferry's out of a directory's, an image's or any other: lower case, digits and single hyphens,
// beginning with a letter. It is "" when nothing is left.
func NameFrom(s string) string {
	s = noName.ReplaceAllString(strings.ToLower(s), "-")
	s = strings.TrimLeft(s, "-0123456789")
	return strings.Trim(s[:min(nameFromLimit, len(s))], "-")
}

var noName = regexp.MustCompile(`[^a-z0-9]+`)
