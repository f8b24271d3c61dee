package ui

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"ferry.dev/ferry/internal/event"
)

// screen is as much of a terminal as the live view needs: it wraps, scrolls, moves up and clears. An escape sequence that it
// does not know fails the test.
type screen struct {
	t             *testing.T
	width, height int
	lines         [][]rune // everything that was ever on it; the last height lines are visible
	row, col      int
}

// screenOf returns what is on a terminal, scrolled off included, after it was sent text; trailing spaces are cut.
func screenOf(t *testing.T, width, height int, text string) string {
	t.Helper()
	s := &screen{t: t, width: width, height: height, lines: [][]rune{nil}}
	s.write(text)
	return s.text()
}

func (s *screen) text() string {
	var b strings.Builder
	for i, l := range s.lines {
		if i == len(s.lines)-1 && len(l) == 0 {
			break
		}
		b.WriteString(strings.TrimRight(string(l), " ") + "\n")
	}
	return b.String()
}

func (s *screen) write(text string) {
	for len(text) > 0 {
		if rest, ok := strings.CutPrefix(text, "\x1b["); ok {
			end := strings.IndexFunc(rest, func(r rune) bool { return r >= 0x40 })
			s.control(rest[end], rest[:end])
			text = rest[end+1:]
			continue
		}
		r := []rune(text[:min(len(text), 4)])[0]
		text = text[len(string(r)):]
		s.put(r)
	}
}

func (s *screen) control(final byte, args string) {
	n, _ := strconv.Atoi(args)
	switch final {
	case 'A':
		s.row = max(s.row-max(n, 1), max(0, len(s.lines)-s.height))
	case 'J':
		s.lines = s.lines[:s.row+1]
		s.lines[s.row] = s.lines[s.row][:min(s.col, len(s.lines[s.row]))]
	case 'm':
	default:
		s.t.Fatalf("the screen does not know ESC [ %s %c", args, final)
	}
}

func (s *screen) put(r rune) {
	switch r {
	case '\r':
		s.col = 0
	case '\n':
		s.col = 0
		s.down()
	default:
		if s.col == s.width {
			s.col = 0
			s.down()
		}
		line := s.lines[s.row]
		for len(line) <= s.col {
			line = append(line, ' ')
		}
		line[s.col] = r
		s.lines[s.row] = line
		s.col++
	}
}

func (s *screen) down() {
	s.row++
	if s.row == len(s.lines) {
		s.lines = append(s.lines, nil)
	}
}

// narrow re-wraps what is on the screen, as terminals do when their window is made narrower.
func (s *screen) narrow(width int) {
	var lines [][]rune
	row := 0
	for i, l := range s.lines {
		if i == s.row {
			row = len(lines)
		}
		for len(l) > width {
			lines = append(lines, slices.Clone(l[:width]))
			l = l[width:]
		}
		lines = append(lines, l)
	}
	s.lines, s.row, s.width = lines, row, width
}

func TestTheLiveViewLeavesACleanScreenAfterTheWindowWasMadeNarrower(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	width := 100
	clock := &ticking{begin()}
	r := newTTYRenderer(Streams{Err: &out, Size: func() (int, int) { return width, 24 }}, Options{Now: clock.now})
	s := &screen{t: t, width: width, height: 24, lines: [][]rune{nil}}
	flush := func() { s.write(out.String()); out.Reset() }

	r.Event(event.StageStarted{Subject: "web", Stage: event.StageWatch})
	r.Event(event.Waiting{Subject: "web", For: "this and that and a good deal more than fits on a line that is narrow", Since: begin()})
	r.draw()
	flush()
	width = 30
	s.narrow(width)
	r.draw()
	flush()
	r.Event(event.StageEnded{Subject: "web", Stage: event.StageWatch, Outcome: event.OutcomeDone})
	r.Close()
	flush()
	if want := "✓ web  watch done in 0.0s\n"; s.text() != want {
		t.Errorf("the screen holds\n%swant\n%s", s.text(), want)
	}
}

func TestTheLiveViewNeverGrowsBeyondTheScreen(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	clock := &ticking{begin()}
	r := newTTYRenderer(Streams{Err: &out, Size: func() (int, int) { return 40, 8 }}, Options{Now: clock.now})
	for i := range 12 {
		r.Event(event.StageStarted{Subject: fmt.Sprintf("service-%02d", i), Stage: event.StageImage})
	}
	r.draw()
	s := &screen{t: t, width: 40, height: 8, lines: [][]rune{nil}}
	s.write(out.String())
	if got := strings.Count(s.text(), "\n"); got > 6 || !strings.Contains(s.text(), "… and 7 more") {
		t.Errorf("%d lines:\n%s", got, s.text())
	}
	r.Close()
	out.Reset()
}
