package ui

import (
	"context"
	"fmt"
	"os"

	"ferry.dev/ferry/internal/fault"
)

// Prompter asks the user. Every question names the flag that answers it, so that a run without a terminal can say it.
//
// A Prompter returns the context's error when that ends, a *fault.Error with code Interrupted on Ctrl-C, and one with code
// Usage where it cannot ask.
type Prompter interface {
	// Input asks for a line of text, again and again until Validate accepts it.
	Input(ctx context.Context, q Question) (string, error)
	// Select asks for one of at least one choices and returns its index.
	Select(ctx context.Context, q Question, choices []Choice) (int, error)
	// Confirm asks yes or no; yes says what Enter alone means.
	Confirm(ctx context.Context, q Question, yes bool) (bool, error)
}

// Question is what is asked.
type Question struct {
	Text     string
	Help     string // one sentence more; may be empty
	Flag     string // the flag that answers it, as typed: "--name web"
	Default  string // Input: what Enter alone means; Select: the label of the choice that is marked at first
	Validate func(string) error
}

// Choice is one answer of a Select.
type Choice struct {
	Label  string
	Detail string // why one would take it; may be empty
}

func (c Choice) text() string {
	if c.Detail == "" {
		return c.Label
	}
	return c.Label + " — " + c.Detail
}

// NewPrompter returns the prompter for the streams: survey on a terminal; on one that does not say where its cursor is
// (survey would wait for that for ever) or is dumb, plain questions and typed answers; else Refuse. A CI system that
// allocates a terminal has nobody before it.
func NewPrompter(s Streams, getenv func(string) string) Prompter {
	if !s.InTTY || !s.ErrTTY || inCI(getenv) {
		return Refuse{}
	}
	in, okIn := s.In.(*os.File)
	out, okOut := s.Err.(*os.File)
	if getenv("TERM") == "dumb" || !okIn || !okOut {
		return newLinePrompter(s.In, s.Err)
	}
	answers, early := answersCursorQuery(in, out, cursorQueryPatience)
	if !answers {
		return newLinePrompter(withEarly(s.In, early), s.Err)
	}
	return newSurveyPrompter(in, out, early)
}

// Refuse asks nothing: there is no terminal.
type Refuse struct{}

var (
	_ Prompter = Refuse{}
	_ Prompter = (*linePrompter)(nil)
	_ Prompter = (*surveyPrompter)(nil)
)

// Input refuses.
func (Refuse) Input(_ context.Context, q Question) (string, error) { return "", refusal(q) }

// Select refuses.
func (Refuse) Select(_ context.Context, q Question, _ []Choice) (int, error) { return 0, refusal(q) }

// Confirm refuses.
func (Refuse) Confirm(_ context.Context, q Question, _ bool) (bool, error) { return false, refusal(q) }

func refusal(q Question) error {
	return &fault.Error{
		Code: fault.Usage,
		What: fmt.Sprintf("no terminal to ask %q on", q.Text),
		Hint: "answer with " + q.Flag,
	}
}

// interrupted is what Ctrl-C at a question ends in.
func interrupted() error {
	return &fault.Error{Code: fault.Interrupted, What: "interrupted; nothing was changed"}
}

// ended is what the end of the input at a question ends in.
func ended(q Question) error {
	return &fault.Error{
		Code: fault.Usage,
		What: fmt.Sprintf("the input ended before %q was answered", q.Text),
		Hint: "answer with " + q.Flag,
	}
}
