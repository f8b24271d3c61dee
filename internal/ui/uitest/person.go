//go:build !windows

package uitest

import (
	"bytes"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"
)

// Person is at the other end of a terminal, and types what a prompt asks for.
type Person struct {
	TTY *os.File // the program's end

	t       testing.TB
	main    *os.File
	seen    chan []byte
	screen  strings.Builder // what was not looked at yet
	all     strings.Builder
	answers bool
}

// NewPerson opens a terminal for the time of the test. It answers cursor queries only if answers is set.
func NewPerson(t testing.TB, answers bool) *Person {
	t.Helper()
	main, tty, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	p := &Person{TTY: tty, t: t, main: main, seen: make(chan []byte, 4096), answers: answers}
	done := make(chan struct{})
	go p.read(done)
	t.Cleanup(func() {
		_ = tty.Close()
		_ = main.Close()
		<-done
	})
	return p
}

func (p *Person) read(done chan<- struct{}) {
	defer close(done)
	buf := make([]byte, 4096)
	for {
		n, err := p.main.Read(buf)
		if n > 0 {
			chunk := bytes.Clone(buf[:n])
			if p.answers {
				for range bytes.Count(chunk, []byte("\x1b[6n")) {
					p.Type("\x1b[1;1R")
				}
			}
			p.seen <- chunk
		}
		if err != nil {
			return
		}
	}
}

// Type types keys at once.
func (p *Person) Type(keys string) { _, _ = p.main.WriteString(keys) }

// Sees waits until the screen shows text, and forgets what came before it.
func (p *Person) Sees(text string) bool {
	limit := time.After(30 * time.Second)
	for !strings.Contains(p.screen.String(), text) {
		select {
		case chunk := <-p.seen:
			p.screen.Write(chunk)
			p.all.Write(chunk)
		case <-limit:
			p.t.Errorf("%q never appeared; the screen got %q", text, p.screen.String())
			return false
		}
	}
	_, after, _ := strings.Cut(p.screen.String(), text)
	p.screen.Reset()
	p.screen.WriteString(after)
	return true
}

// Screen returns everything that Sees has looked at.
func (p *Person) Screen() string { return p.all.String() }

// Picks types keys at a list that shows text.
func (p *Person) Picks(text, keys string) {
	if p.Sees(text) {
		p.Type(keys)
	}
}

// Writes types keys at a line that shows text. survey asks twice there where the cursor is, and loses what is typed before
// it has read the answers: faster than any person types.
func (p *Person) Writes(text, keys string) {
	if p.Sees(text) && p.Sees("\x1b[6n") && p.Sees("\x1b[6n") {
		p.emptied()
		p.Type(keys)
	}
}

// emptied waits until everything that was typed has been read.
func (p *Person) emptied() {
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	fd := int(p.TTY.Fd())
	for range tick.C {
		var set unix.FdSet
		set.Set(fd)
		if n, err := unix.Select(fd+1, &set, nil, nil, &unix.Timeval{}); err != unix.EINTR && (err != nil || n == 0) {
			return
		}
	}
}
