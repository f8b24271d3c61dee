package workspace

import (
	"strings"

	"ferry.dev/ferry/internal/manifest"
	"ferry.dev/ferry/manifests"
)

// sample is a sample manifest that gets a user's values. Comments and order stay. Each field of a sample stands on a line
// of its own.
type sample struct{ lines []string }

func newSample(name string) *sample {
	return &sample{strings.Split(string(manifests.Sample(name)), "\n")}
}

// line finds the line that a field stands on, or -1.
func (s *sample) line(path string) int {
	n := manifest.Locate("", s.bytes())(path).Line - 1
	key := path[strings.LastIndexByte(path, '.')+1:]
	if n < 0 || n >= len(s.lines) || !strings.HasPrefix(strings.TrimSpace(s.lines[n]), key+":") {
		return -1
	}
	return n
}

// set gives a field that stands on a line a value.
func (s *sample) set(path, value string) *sample {
	key := path[strings.LastIndexByte(path, '.')+1:]
	return s.replace(path, key+": "+quote(value))
}

// replace puts lines in the place of a field's line, at its indentation.
func (s *sample) replace(path string, lines ...string) *sample {
	n := s.line(path)
	if n < 0 {
		return s
	}
	indent := s.lines[n][:len(s.lines[n])-len(strings.TrimLeft(s.lines[n], " "))]
	fresh := make([]string, 0, len(lines))
	for _, l := range lines {
		fresh = append(fresh, indent+l)
	}
	s.lines = append(s.lines[:n:n], append(fresh, s.lines[n+1:]...)...)
	return s
}

// remove takes a field's line out, and the comment above it that is only about it.
func (s *sample) remove(path string) {
	n := s.line(path)
	if n < 0 {
		return
	}
	from := n
	if path == "image.port" && from > 0 && strings.HasPrefix(strings.TrimSpace(s.lines[from-1]), "#") {
		from--
	}
	s.lines = append(s.lines[:from:from], s.lines[n+1:]...)
}

// comment rewrites a comment.
func (s *sample) comment(old, text string) {
	for i, l := range s.lines {
		if strings.Contains(l, "#") {
			s.lines[i] = strings.Replace(l, old, text, 1)
		}
	}
}

func (s *sample) bytes() []byte { return []byte(strings.Join(s.lines, "\n")) }
