//go:build !windows

package cli

import (
	"bytes"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"ferry.dev/ferry/internal/fault"
	"ferry.dev/ferry/internal/ui"
)

// terminal is a terminal of a person's: it answers cursor queries, and they type what the wizard asks for.
type terminal struct {
	t         *testing.T
	main, tty *os.File
	seen      chan []byte
	screen    strings.Builder // what was not looked at yet
	all       strings.Builder
}

func newTerminal(t *testing.T) *terminal {
	t.Helper()
	main, tty, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	term := &terminal{t: t, main: main, tty: tty, seen: make(chan []byte, 4096)}
	done := make(chan struct{})
	go func() {
		defer close(done)
		buf := make([]byte, 4096)
		for {
			n, err := main.Read(buf)
			if n > 0 {
				for range bytes.Count(buf[:n], []byte("\x1b[6n")) {
					_, _ = main.WriteString("\x1b[1;1R")
				}
				term.seen <- bytes.Clone(buf[:n])
			}
			if err != nil {
				return
			}
		}
	}()
	t.Cleanup(func() {
		_ = tty.Close()
		_ = main.Close()
		<-done
	})
	return term
}

// sees waits until the screen shows text, and forgets what came before it.
func (p *terminal) sees(text string) bool {
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

// picks types keys at a list.
func (p *terminal) picks(text, keys string) {
	if p.sees(text) {
		_, _ = p.main.WriteString(keys)
	}
}

// writes types keys at a line. survey asks twice there where the cursor is, and loses what is typed before it has read the
// answers: faster than any person types.
func (p *terminal) writes(text, keys string) {
	if !p.sees(text) || !p.sees("\x1b[6n") || !p.sees("\x1b[6n") {
		return
	}
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for range tick.C {
		var set unix.FdSet
		set.Set(int(p.tty.Fd()))
		if n, err := unix.Select(int(p.tty.Fd())+1, &set, nil, nil, &unix.Timeval{}); err != nil || n == 0 {
			break
		}
	}
	_, _ = p.main.WriteString(keys)
}

const (
	down  = "\x1b[B"
	enter = "\r"
	ctrlC = "\x03"
)

// wizardOn starts ferry init on the terminal and returns its end.
func wizardOn(s *shell, p *terminal, args ...string) <-chan fault.Code {
	app := s.app(p.tty, p.tty, p.tty)
	app.Streams = ui.Streams{In: p.tty, Out: p.tty, Err: p.tty, InTTY: true, OutTTY: true, ErrTTY: true}
	ended := make(chan fault.Code, 1)
	go func() { ended <- app.Run(s.t.Context(), append([]string{"init"}, args...)) }()
	return ended
}

func TestAPersonAnswersTheWizardFromStartToEnd(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	s.env["NO_COLOR"] = "1"
	s.file("api/Dockerfile", "FROM scratch\nEXPOSE 9000\n")
	s.file("Dockerfile", "FROM scratch\n")
	p := newTerminal(t)
	ended := wizardOn(s, p)

	p.writes("What is the application called?", "Shop!"+enter)
	p.sees("a name begins with a lower-case letter")
	p.writes("What is the application called?", "shop"+enter)
	p.picks("What kind of service is it?", down+enter)
	p.picks("What is the image made from?", down+enter)
	p.writes("What is the service called?", enter)
	p.picks("Where shall it run?", enter)
	p.sees("The same without questions:")
	p.writes("Deploy api to local now?", "n"+enter)
	p.sees("ferry deploy api --env local")
	if code := <-ended; code != fault.OK {
		t.Errorf("exit %d", code)
	}
	command := "ferry init --app shop --name api --type 'Backend Service' --dockerfile api/Dockerfile --port 9000 --env local --yes"
	if !strings.Contains(p.all.String(), command) {
		t.Errorf("the screen lacks %q:\n%s", command, p.all.String())
	}

	again := newShell(t)
	again.file("api/Dockerfile", "FROM scratch\nEXPOSE 9000\n")
	again.file("Dockerfile", "FROM scratch\n")
	again.ok("init", "--app", "shop", "--name", "api", "--type", "Backend Service", "--dockerfile", "api/Dockerfile", "--port", "9000", "--env", "local", "--yes")
	if diff := cmp.Diff(again.tree(), s.tree()); diff != "" {
		t.Errorf("the command that the wizard printed writes other files (-command +wizard):\n%s", diff)
	}
}

func TestCtrlCInTheWizardWritesNothing(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	s.file("Dockerfile", "FROM scratch\nEXPOSE 80\n")
	before := s.tree()
	p := newTerminal(t)
	ended := wizardOn(s, p, "--app", "shop", "--type", "Backend Service", "--dockerfile", "Dockerfile")
	p.writes("What is the service called?", ctrlC)
	if code := <-ended; code != fault.Interrupted {
		t.Errorf("exit %d", code)
	}
	if diff := cmp.Diff(before, s.tree()); diff != "" {
		t.Errorf("(-before +after):\n%s", diff)
	}
}
