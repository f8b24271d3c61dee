package ui

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"ferry.dev/ferry/internal/event"
)

// ttyRenderer prints news as lines that scroll away upwards, and below them a block of one row for each stage at work,
// redrawn ten times a second. The cursor rests at the block's start between two frames and is never hidden: so whatever ends
// the process, SIGKILL included, the terminal is as it was.
type ttyRenderer struct {
	mu    sync.Mutex
	w     io.Writer
	size  func() (int, int)
	paint Paint
	n     *narrator
	drawn []int // cells in each line of the block on the screen
	frame int
	stop  chan struct{}
	done  chan struct{}
}

const framesEvery = 100 * time.Millisecond

func newTTYRenderer(s Streams, o Options) *ttyRenderer {
	return &ttyRenderer{w: s.Err, size: s.size, paint: NewPaint(o.Colour), n: newNarrator(o.Now, o.Verbose)}
}

func (t *ttyRenderer) run() {
	t.stop, t.done = make(chan struct{}), make(chan struct{})
	go every(framesEvery, t.draw, t.stop, t.done)
}

// Event prints what stays at once; the block follows with the next frame, or now if it had to be taken away.
func (t *ttyRenderer) Event(e event.Event) {
	t.mu.Lock()
	defer t.mu.Unlock()
	var stays strings.Builder
	for _, l := range t.n.tell(e) {
		if !l.passing || t.n.verbose {
			stays.WriteString(ttyLine(l, t.paint))
		}
	}
	if stays.Len() > 0 {
		write(t.w, t.erase()+stays.String()+t.block())
	}
}

// draw replaces the block by the present one.
func (t *ttyRenderer) draw() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.frame++
	write(t.w, t.erase()+t.block())
}

func (t *ttyRenderer) Close() {
	if t.stop != nil {
		close(t.stop)
		<-t.done
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	write(t.w, t.erase())
}

// erase goes to the block's start and clears from there. A line that was drawn on a wider terminal may wrap over several
// now, so the way up is counted in the present width.
func (t *ttyRenderer) erase() string {
	if len(t.drawn) == 0 {
		return ""
	}
	width, _ := t.size()
	up := 0
	for _, cells := range t.drawn {
		up += max(1, (cells+width-1)/width)
	}
	t.drawn = nil
	return fmt.Sprintf("\r\x1b[%dA\x1b[J", up)
}

// block writes the rows that fit the screen and remembers how long they are.
func (t *ttyRenderer) block() string {
	width, height := t.size()
	rows := t.n.rows
	fits := max(1, height-2)
	hidden := 0
	if len(rows) > fits {
		hidden = len(rows) - fits + 1
		rows = rows[:fits-1]
	}
	subjects, stages := 0, 0
	for _, r := range rows {
		subjects, stages = max(subjects, utf8.RuneCountInString(r.subject)), max(stages, len(r.stage))
	}
	var b strings.Builder
	for _, r := range rows {
		t.row(&b, r, width-1, subjects, stages)
	}
	if hidden > 0 {
		text := clip(fmt.Sprintf("  … and %d more", hidden), width-1)
		t.drawn = append(t.drawn, utf8.RuneCountInString(text))
		b.WriteString(t.paint.Faint(text) + "\n")
	}
	return b.String()
}

// row writes "⠋ web  release  12s  1 of 2 tasks running; waiting for …".
func (t *ttyRenderer) row(b *strings.Builder, r *row, width, subjects, stages int) {
	wheel := []rune("⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏")
	elapsed := Elapsed(t.n.now().Sub(r.since))
	head := fmt.Sprintf("%s  %s  %6s  ", pad(r.subject, subjects), pad(string(r.stage), stages), elapsed)
	head = clip(head, width-2)
	rest := clip(r.state()+r.limit(), width-2-utf8.RuneCountInString(head))
	t.drawn = append(t.drawn, 2+utf8.RuneCountInString(head)+utf8.RuneCountInString(rest))
	b.WriteString(t.paint.Link(string(wheel[t.frame%len(wheel)])) + " " + head + t.paint.Faint(rest) + "\n")
}

// ttyLine writes a line with its symbol.
func ttyLine(l line, paint Paint) string {
	var b strings.Builder
	switch l.mark {
	case markGood:
		b.WriteString(paint.Good("✓ "))
	case markSame:
		b.WriteString(paint.Faint("= "))
	case markWarn:
		b.WriteString(paint.Warn("! "))
	case markBad:
		b.WriteString(paint.Bad("✗ "))
	case markNone, markInfo:
		b.WriteString(paint.Faint("· "))
	}
	if l.subject != "" {
		b.WriteString(paint.Strong(l.subject) + "  ")
	}
	b.WriteString(l.text + "\n")
	for _, u := range l.under {
		b.WriteString("    " + paint.Faint(u) + "\n")
	}
	if l.hint != "" {
		b.WriteString("    " + paint.Warn("hint: ") + l.hint + "\n")
	}
	return b.String()
}
