package ui

import (
	"io"
	"os"

	"golang.org/x/term"
)

// Streams are the three standard streams and what is known of them.
type Streams struct {
	In       io.Reader
	Out, Err io.Writer

	InTTY, OutTTY, ErrTTY bool

	// Size returns the width and height, in cells, of the terminal that Err writes to. It is asked again for every
	// frame, so that a resize needs no signal. Nil, or a zero, means unknown.
	Size func() (width, height int)
}

// System returns the streams of this process.
func System() Streams {
	s := Streams{
		In: os.Stdin, Out: os.Stdout, Err: os.Stderr,
		InTTY:  term.IsTerminal(int(os.Stdin.Fd())),
		OutTTY: term.IsTerminal(int(os.Stdout.Fd())) && enableVT(os.Stdout),
		ErrTTY: term.IsTerminal(int(os.Stderr.Fd())) && enableVT(os.Stderr),
	}
	s.Size = func() (int, int) {
		w, h, err := term.GetSize(int(os.Stderr.Fd()))
		if err != nil {
			return 0, 0
		}
		return w, h
	}
	return s
}

// The size assumed where the terminal does not say.
const (
	defaultWidth  = 80
	defaultHeight = 24
)

// size returns the terminal's size, with the defaults filled in.
func (s Streams) size() (width, height int) {
	if s.Size != nil {
		width, height = s.Size()
	}
	if width <= 0 {
		width = defaultWidth
	}
	if height <= 0 {
		height = defaultHeight
	}
	return width, height
}
