package ui

import (
	"io"
	"strings"
	"sync"
	"time"

	"ferry.dev/ferry/internal/event"
)

// plainRenderer writes one line for each piece of news, and a heartbeat when there was none for a while, so that a CI
// system neither drowns nor takes the run for dead.
type plainRenderer struct {
	mu    sync.Mutex
	w     io.Writer
	paint Paint
	n     *narrator
	spoke time.Time
	stop  chan struct{}
	done  chan struct{}
}

func newPlainRenderer(w io.Writer, o Options) *plainRenderer {
	return &plainRenderer{w: w, paint: NewPaint(o.Colour), n: newNarrator(o.Now, o.Verbose), spoke: o.Now()}
}

func (p *plainRenderer) run() {
	p.stop, p.done = make(chan struct{}), make(chan struct{})
	go every(time.Second, p.beat, p.stop, p.done)
}

func (p *plainRenderer) Event(e event.Event) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.say(p.n.tell(e))
}

// beat says what is awaited once nothing has been said for beatEvery.
func (p *plainRenderer) beat() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.n.now().Sub(p.spoke) >= beatEvery {
		p.say(p.n.heartbeat())
		p.spoke = p.n.now()
	}
}

func (p *plainRenderer) say(lines []line) {
	for _, l := range lines {
		write(p.w, plainLine(l, p.paint))
		p.spoke = p.n.now()
	}
}

func (p *plainRenderer) Close() {
	if p.stop != nil {
		close(p.stop)
		<-p.done
	}
}

// plainLine writes a line without a symbol: "web: image done in 2.1s: …".
func plainLine(l line, paint Paint) string {
	var b strings.Builder
	if l.subject != "" {
		b.WriteString(l.subject + ": ")
	}
	switch l.mark {
	case markWarn:
		b.WriteString(paint.Warn("warning: "))
	case markBad:
		b.WriteString(paint.Bad("error: "))
	case markNone, markGood, markSame, markInfo:
	}
	b.WriteString(l.text + "\n")
	for _, u := range l.under {
		b.WriteString("    " + u + "\n")
	}
	if l.hint != "" {
		b.WriteString("    hint: " + l.hint + "\n")
	}
	return b.String()
}
