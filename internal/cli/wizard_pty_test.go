//go:build !windows

package cli

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ferry.dev/ferry/internal/fault"
	"ferry.dev/ferry/internal/ui"
	"ferry.dev/ferry/internal/ui/uitest"
)

const (
	down  = "\x1b[B"
	enter = "\r"
	ctrlC = "\x03"
)

// wizardOn starts ferry init on the terminal and returns its end.
func wizardOn(s *shell, p *uitest.Person, args ...string) <-chan fault.Code {
	app := s.app(p.TTY, p.TTY, p.TTY)
	app.Streams = ui.Streams{In: p.TTY, Out: p.TTY, Err: p.TTY, InTTY: true, OutTTY: true, ErrTTY: true}
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
	p := uitest.NewPerson(t, true)
	ended := wizardOn(s, p)

	p.Writes("What is the application called?", "Shop!"+enter)
	p.Sees("a name begins with a lower-case letter")
	p.Writes("What is the application called?", "shop"+enter)
	p.Picks("What kind of service is it?", down+enter)
	p.Picks("What is the image made from?", down+enter)
	p.Writes("What is the service called?", enter)
	p.Picks("Where shall it run?", enter)
	p.Sees("The same without questions:")
	p.Writes("Deploy api to local now?", "n"+enter)
	p.Sees("ferry deploy api --env local")
	if code := <-ended; code != fault.OK {
		t.Errorf("exit %d", code)
	}
	command := "ferry init --app shop --name api --type 'Backend Service' --dockerfile api/Dockerfile --port 9000 --env local --yes"
	if !strings.Contains(p.Screen(), command) {
		t.Errorf("the screen lacks %q:\n%s", command, p.Screen())
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
	p := uitest.NewPerson(t, true)
	ended := wizardOn(s, p, "--app", "shop", "--type", "Backend Service", "--dockerfile", "Dockerfile")
	p.Writes("What is the service called?", ctrlC)
	if code := <-ended; code != fault.Interrupted {
		t.Errorf("exit %d", code)
	}
	if diff := cmp.Diff(before, s.tree()); diff != "" {
		t.Errorf("(-before +after):\n%s", diff)
	}
}
