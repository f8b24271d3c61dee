package ui

import (
	"io"
	"time"

	"ferry.dev/ferry/internal/event"
)

// Renderer shows a stream of events. Event is safe for concurrent use and never fails: a progress line that cannot be
// written must not end a release. Close takes away what does not stay on the screen and ends what runs in the background;
// no Event follows it.
type Renderer interface {
	Event(event.Event)
	Close()
}

var (
	_ Renderer = (*ttyRenderer)(nil)
	_ Renderer = (*plainRenderer)(nil)
	_ Renderer = (*jsonRenderer)(nil)
)

// Options of a renderer.
type Options struct {
	Mode    Mode
	Verbose bool             // tell everything, not only what matters
	Colour  bool             // colour what goes to stderr
	Now     func() time.Time // nil: time.Now
}

// NewRenderer returns the renderer of the mode. The caller must Close it.
func NewRenderer(s Streams, o Options) Renderer {
	if o.Now == nil {
		o.Now = time.Now
	}
	switch o.Mode {
	case JSON:
		return newJSONRenderer(s.Out, o.Now)
	case TTY:
		r := newTTYRenderer(s, o)
		r.run()
		return r
	default:
		r := newPlainRenderer(s.Err, o)
		r.run()
		return r
	}
}

// every calls f at each interval until stop is closed, then closes done.
func every(interval time.Duration, f func(), stop <-chan struct{}, done chan<- struct{}) {
	defer close(done)
	t := time.NewTicker(interval)
	defer t.Stop()
	for {
		select {
		case <-t.C:
			f()
		case <-stop:
			return
		}
	}
}

// write writes and forgets: see Renderer.
func write(w io.Writer, s string) { _, _ = io.WriteString(w, s) }
