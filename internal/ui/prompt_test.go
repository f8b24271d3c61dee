package ui

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ferry.dev/ferry/internal/fault"
)

func nobody(string) string { return "" }

func TestWithoutATerminalEveryQuestionIsRefusedByNamingItsFlag(t *testing.T) {
	t.Parallel()
	q := Question{Text: "What is it called?", Flag: "--name"}
	p := NewPrompter(Streams{In: strings.NewReader("web\n"), Err: io.Discard}, nobody)
	_, input := p.Input(t.Context(), q)
	_, selected := p.Select(t.Context(), q, []Choice{{Label: "a"}})
	_, confirmed := p.Confirm(t.Context(), q, true)
	for _, err := range []error{input, selected, confirmed} {
		if fault.ExitCode(err) != fault.Usage || fault.Hint(err) != "answer with --name" {
			t.Errorf("got %v (exit %d, hint %q)", err, fault.ExitCode(err), fault.Hint(err))
		}
	}
}

func TestATerminalInCIIsNobodyToAsk(t *testing.T) {
	t.Parallel()
	ci := func(k string) string { return map[string]string{"CI": "true"}[k] }
	if p := NewPrompter(Streams{InTTY: true, ErrTTY: true}, ci); p != (Refuse{}) {
		t.Errorf("got %T", p)
	}
}

func TestADumbTerminalIsAskedWithPlainLines(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	dumb := func(k string) string { return map[string]string{"TERM": "dumb"}[k] }
	in := strings.NewReader("\nX!\nweb\n9\n2\n\nmaybe\ny\n")
	p := NewPrompter(Streams{In: in, Err: &out, InTTY: true, ErrTTY: true}, dumb)
	ctx := t.Context()
	lower := func(s string) error {
		if strings.ToLower(s) != s {
			return errors.New("lower case only")
		}
		return nil
	}
	var got []any
	note := func(v any, err error) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, v)
	}
	note(p.Input(ctx, Question{Text: "App?", Default: "demo"}))
	note(p.Input(ctx, Question{Text: "Name?", Validate: lower}))
	note(p.Select(ctx, Question{Text: "Which?"}, []Choice{{Label: "a"}, {Label: "b", Detail: "better"}}))
	note(p.Select(ctx, Question{Text: "Again?", Default: "b"}, []Choice{{Label: "a"}, {Label: "b"}}))
	note(p.Confirm(ctx, Question{Text: "Sure?"}, false))
	if diff := cmp.Diff([]any{"demo", "web", 1, 1, true}, got); diff != "" {
		t.Errorf("answers (-want +got):\n%s", diff)
	}
	want := `App? [demo] Name?   lower case only
Name?   1) a
  2) b — better
Which? [1]   type a number from 1 to 2
Which? [1]   1) a
  2) b
Again? [2] Sure? [y/N]   type y or n
Sure? [y/N] `
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("screen (-want +got):\n%s", diff)
	}
}

func TestTheEndOfTheInputIsAUsageError(t *testing.T) {
	t.Parallel()
	_, err := newLinePrompter(strings.NewReader(""), io.Discard).Input(t.Context(), Question{Text: "Name?", Flag: "--name"})
	if fault.ExitCode(err) != fault.Usage || fault.Hint(err) != "answer with --name" {
		t.Errorf("got %v, hint %q", err, fault.Hint(err))
	}
}

func TestAnInterruptEndsAQuestion(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r, w := io.Pipe()
	defer w.Close()
	_, err := newLinePrompter(r, io.Discard).Input(ctx, Question{Text: "Name?"})
	if fault.ExitCode(err) != fault.Interrupted {
		t.Errorf("got %v", err)
	}
}
