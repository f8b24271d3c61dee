//go:build !windows

package ui

import (
	"bytes"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"

	"ferry.dev/ferry/internal/fault"
)

// person is at the other end of a terminal. They answer cursor queries if the terminal does, and type what a prompt asks for.
type person struct {
	t       *testing.T
	main    *os.File
	tty     *os.File
	seen    chan []byte
	screen  strings.Builder
	answers bool
}

func newPerson(t *testing.T, answers bool) *person {
	t.Helper()
	main, tty, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	p := &person{t: t, main: main, tty: tty, seen: make(chan []byte, 1024), answers: answers}
	done := make(chan struct{})
	go p.read(done)
	t.Cleanup(func() {
		_ = tty.Close()
		_ = main.Close()
		<-done
	})
	return p
}

func (p *person) read(done chan<- struct{}) {
	defer close(done)
	defer close(p.seen)
	buf := make([]byte, 4096)
	for {
		n, err := p.main.Read(buf)
		if n > 0 {
			chunk := bytes.Clone(buf[:n])
			if p.answers {
				for range bytes.Count(chunk, []byte("\x1b[6n")) {
					_, _ = p.main.WriteString("\x1b[1;1R")
				}
			}
			p.seen <- chunk
		}
		if err != nil {
			return
		}
	}
}

// sees waits until the screen shows text, and forgets what came before it.
func (p *person) sees(text string) bool {
	limit := time.After(20 * time.Second)
	for !strings.Contains(p.screen.String(), text) {
		select {
		case chunk := <-p.seen:
			p.screen.Write(chunk)
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

// picks types keys at a list that shows text.
func (p *person) picks(text, keys string) {
	if p.sees(text) {
		_, _ = p.main.WriteString(keys)
	}
}

// writes types keys at a line that shows text. survey asks twice there where the cursor is, and loses what is typed before it
// has read the answers: faster than any person types.
func (p *person) writes(text, keys string) {
	if p.sees(text) && p.sees("\x1b[6n") && p.sees("\x1b[6n") {
		p.emptied()
		_, _ = p.main.WriteString(keys)
	}
}

// emptied waits until everything that was typed has been read.
func (p *person) emptied() {
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for range tick.C {
		if !readable(int(p.tty.Fd()), 0) {
			return
		}
	}
}

func (p *person) streams() Streams {
	return Streams{In: p.tty, Err: p.tty, InTTY: true, ErrTTY: true}
}

func TestOnATerminalSurveyAsks(t *testing.T) {
	t.Parallel()
	p := newPerson(t, true)
	prompter := NewPrompter(p.streams(), nobody)
	if _, ok := prompter.(*surveyPrompter); !ok {
		t.Fatalf("got %T", prompter)
	}
	go func() {
		p.writes("What is it called?", "web\r")
		p.picks("Which?", "\x1b[B\r")
		p.writes("Sure?", "y\r")
	}()
	name, err := prompter.Input(t.Context(), Question{Text: "What is it called?"})
	if err != nil || name != "web" {
		t.Errorf("got %q, %v", name, err)
	}
	i, err := prompter.Select(t.Context(), Question{Text: "Which?"}, []Choice{{Label: "a"}, {Label: "b"}})
	if err != nil || i != 1 {
		t.Errorf("got %d, %v", i, err)
	}
	ok, err := prompter.Confirm(t.Context(), Question{Text: "Sure?"}, false)
	if err != nil || !ok {
		t.Errorf("got %v, %v", ok, err)
	}
}

func TestCtrlCAtAQuestionInterrupts(t *testing.T) {
	t.Parallel()
	p := newPerson(t, true)
	prompter := NewPrompter(p.streams(), nobody)
	go p.writes("What is it called?", "\x03")
	_, err := prompter.Input(t.Context(), Question{Text: "What is it called?"})
	if fault.ExitCode(err) != fault.Interrupted {
		t.Errorf("got %v", err)
	}
}

func TestATerminalThatDoesNotSayWhereItsCursorIsIsAskedWithPlainLines(t *testing.T) {
	t.Parallel()
	p := newPerson(t, false)
	_, _ = p.main.WriteString("typed early\n") // before the question: it must not be lost
	prompter := NewPrompter(p.streams(), nobody)
	if _, ok := prompter.(*linePrompter); !ok {
		t.Fatalf("got %T", prompter)
	}
	answer, err := prompter.Input(t.Context(), Question{Text: "What is it called?"})
	if err != nil || answer != "typed early" {
		t.Errorf("got %q, %v", answer, err)
	}
}
