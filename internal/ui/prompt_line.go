package ui

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// linePrompter asks with plain lines and reads typed ones: for dumb terminals.
type linePrompter struct {
	in  *bufio.Reader
	out io.Writer
}

func newLinePrompter(in io.Reader, out io.Writer) *linePrompter {
	return &linePrompter{in: bufio.NewReader(in), out: out}
}

func (p *linePrompter) Input(ctx context.Context, q Question) (string, error) {
	for {
		p.ask(q, q.Default)
		s, err := p.read(ctx, q)
		if err != nil {
			return "", err
		}
		s = cmp.Or(s, q.Default)
		if q.Validate == nil {
			return s, nil
		}
		problem := q.Validate(s)
		if problem == nil {
			return s, nil
		}
		write(p.out, "  "+problem.Error()+"\n")
	}
}

func (p *linePrompter) Select(ctx context.Context, q Question, choices []Choice) (int, error) {
	marked := 0
	for i, c := range choices {
		write(p.out, fmt.Sprintf("  %d) %s\n", i+1, c.text()))
		if c.Label == q.Default {
			marked = i
		}
	}
	for {
		p.ask(q, strconv.Itoa(marked+1))
		s, err := p.read(ctx, q)
		if err != nil {
			return 0, err
		}
		if s == "" {
			return marked, nil
		}
		if n, err := strconv.Atoi(s); err == nil && n >= 1 && n <= len(choices) {
			return n - 1, nil
		}
		write(p.out, fmt.Sprintf("  type a number from 1 to %d\n", len(choices)))
	}
}

func (p *linePrompter) Confirm(ctx context.Context, q Question, yes bool) (bool, error) {
	preset := "y/N"
	if yes {
		preset = "Y/n"
	}
	for {
		p.ask(q, preset)
		s, err := p.read(ctx, q)
		if err != nil {
			return false, err
		}
		switch strings.ToLower(s) {
		case "":
			return yes, nil
		case "y", "yes":
			return true, nil
		case "n", "no":
			return false, nil
		}
		write(p.out, "  type y or n\n")
	}
}

func (p *linePrompter) ask(q Question, preset string) {
	text := q.Text
	if preset != "" {
		text += " [" + preset + "]"
	}
	write(p.out, text+" ")
}

// read reads a line. The reading itself cannot be ended: when the context ends first it is left behind, and the process is
// about to end too.
func (p *linePrompter) read(ctx context.Context, q Question) (string, error) {
	type answer struct {
		text string
		err  error
	}
	got := make(chan answer, 1)
	go func() {
		text, err := p.in.ReadString('\n')
		got <- answer{text, err}
	}()
	select {
	case <-ctx.Done():
		return "", interrupted()
	case a := <-got:
		if errors.Is(a.err, io.EOF) {
			return "", ended(q)
		}
		return strings.TrimSpace(a.text), a.err
	}
}
