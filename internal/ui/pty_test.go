//go:build !windows

package ui

import (
	"testing"

	"ferry.dev/ferry/internal/fault"
	"ferry.dev/ferry/internal/ui/uitest"
)

func streamsOf(p *uitest.Person) Streams {
	return Streams{In: p.TTY, Err: p.TTY, InTTY: true, ErrTTY: true}
}

func TestOnATerminalSurveyAsks(t *testing.T) {
	t.Parallel()
	p := uitest.NewPerson(t, true)
	prompter := NewPrompter(streamsOf(p), nobody)
	if _, ok := prompter.(*surveyPrompter); !ok {
		t.Fatalf("got %T", prompter)
	}
	go func() {
		p.Writes("What is it called?", "web\r")
		p.Picks("Which?", "\x1b[B\r")
		p.Writes("Sure?", "y\r")
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
	p := uitest.NewPerson(t, true)
	prompter := NewPrompter(streamsOf(p), nobody)
	go p.Writes("What is it called?", "\x03")
	_, err := prompter.Input(t.Context(), Question{Text: "What is it called?"})
	if fault.ExitCode(err) != fault.Interrupted {
		t.Errorf("got %v", err)
	}
}

func TestATerminalThatDoesNotSayWhereItsCursorIsIsAskedWithPlainLines(t *testing.T) {
	t.Parallel()
	p := uitest.NewPerson(t, false)
	p.Type("typed early\n") // before the question: it must not be lost
	prompter := NewPrompter(streamsOf(p), nobody)
	if _, ok := prompter.(*linePrompter); !ok {
		t.Fatalf("got %T", prompter)
	}
	answer, err := prompter.Input(t.Context(), Question{Text: "What is it called?"})
	if err != nil || answer != "typed early" {
		t.Errorf("got %q, %v", answer, err)
	}
}
