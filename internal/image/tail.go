package image

import (
	"bytes"
	"fmt"
	"strings"
	"sync"
)

const (
	tailLines = 20       // how many last lines an error shows
	lineLimit = 64 << 10 // bytes after which a line is cut: progress bars may never end theirs
)

// tail is the output of a command: it hands on every line and keeps the last ones for an error.
type tail struct {
	out  func(line string)        // nil: the lines are only kept
	hide func(line string) string // takes out what nobody may see; nil: nothing

	mu      sync.Mutex
	partial []byte
	last    []string
}

// Write takes output as it comes.
func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.partial = append(t.partial, p...)
	for {
		i := bytes.IndexByte(t.partial, '\n')
		if i < 0 && len(t.partial) < lineLimit {
			return len(p), nil
		}
		if i < 0 {
			i = lineLimit - 1
		}
		t.line(t.partial[:i])
		t.partial = t.partial[i+1:]
	}
}

// flush ends a last line that has no line feed.
func (t *tail) flush() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.partial) > 0 {
		t.line(t.partial)
		t.partial = nil
	}
}

// line takes one line. Of what a progress bar overwrote with carriage returns, the last state counts.
func (t *tail) line(raw []byte) {
	s := strings.TrimRight(string(raw), "\r")
	s = strings.ToValidUTF8(s[strings.LastIndexByte(s, '\r')+1:], "\uFFFD")
	if t.hide != nil {
		s = t.hide(s)
	}
	if t.out != nil {
		t.out(s)
	}
	if strings.TrimSpace(s) == "" {
		return
	}
	t.last = append(t.last, s)
	if len(t.last) > tailLines {
		t.last = t.last[1:]
	}
}

// text is the last lines.
func (t *tail) text() string {
	t.flush()
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.Join(t.last, "\n")
}

// explain puts the last lines under an error.
func (t *tail) explain(err error) error {
	text := t.text()
	if text == "" {
		return err
	}
	return fmt.Errorf("%w\n%s", err, text)
}
