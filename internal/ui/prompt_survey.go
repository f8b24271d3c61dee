package ui

import (
	"context"
	"errors"
	"io"
	"os"

	"github.com/AlecAivazis/survey/v2"
	"github.com/AlecAivazis/survey/v2/terminal"
)

// surveyPrompter asks with survey, on the terminal that stderr is, so that stdout may be a pipe.
type surveyPrompter struct {
	in  *terminalInput
	out *os.File
}

func newSurveyPrompter(in, out *os.File, early []byte) *surveyPrompter {
	return &surveyPrompter{in: &terminalInput{Reader: withEarly(in, early), file: in}, out: out}
}

func (p *surveyPrompter) Input(_ context.Context, q Question) (string, error) {
	var s string
	err := p.ask(q, &survey.Input{Message: q.Text, Help: q.Help, Default: q.Default}, &s)
	return s, err
}

func (p *surveyPrompter) Select(_ context.Context, q Question, choices []Choice) (int, error) {
	options := make([]string, len(choices))
	marked := 0
	for i, c := range choices {
		options[i] = c.text()
		if c.Label == q.Default {
			marked = i
		}
	}
	var i int
	err := p.ask(q, &survey.Select{Message: q.Text, Help: q.Help, Options: options, Default: marked, PageSize: 10}, &i)
	return i, err
}

func (p *surveyPrompter) Confirm(_ context.Context, q Question, yes bool) (bool, error) {
	var answer bool
	err := p.ask(q, &survey.Confirm{Message: q.Text, Help: q.Help, Default: yes}, &answer)
	return answer, err
}

func (p *surveyPrompter) ask(q Question, s survey.Prompt, answer any) error {
	opts := []survey.AskOpt{survey.WithStdio(p.in, p.out, p.out)}
	if q.Validate != nil {
		opts = append(opts, survey.WithValidator(func(v any) error {
			if text, ok := v.(string); ok {
				return q.Validate(text)
			}
			return nil
		}))
	}
	err := survey.AskOne(s, answer, opts...)
	switch {
	case errors.Is(err, terminal.InterruptErr):
		return interrupted()
	case errors.Is(err, io.EOF):
		return ended(q)
	default:
		return err
	}
}

// terminalInput is a terminal from which some bytes were read already.
type terminalInput struct {
	io.Reader
	file *os.File
}

// Fd is how survey switches the terminal's echo off and on.
func (t *terminalInput) Fd() uintptr { return t.file.Fd() }

// withEarly gives back what was typed before the first question.
func withEarly(r io.Reader, early []byte) io.Reader {
	if len(early) == 0 {
		return r
	}
	return &earlyReader{early: early, r: r}
}

type earlyReader struct {
	early []byte
	r     io.Reader
}

func (e *earlyReader) Read(p []byte) (int, error) {
	if len(e.early) == 0 {
		return e.r.Read(p)
	}
	n := copy(p, e.early)
	e.early = e.early[n:]
	return n, nil
}
