package cli

import (
	"bytes"
	"context"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ferry.dev/ferry/internal/event"
	"ferry.dev/ferry/internal/fault"
)

func TestTheFirstSignalEndsTheCommandInGoodOrder(t *testing.T) {
	t.Parallel()
	var out, errs bytes.Buffer
	app := newShell(t).app(strings.NewReader(""), &out, &errs)
	app.Patience = time.Hour
	signals := make(chan os.Signal, 1)
	code := app.supervise(signals, func(ctx context.Context) fault.Code {
		signals <- os.Interrupt
		<-ctx.Done()
		return fault.ExitCode(ctx.Err())
	})
	if code != fault.Interrupted || errs.Len() > 0 {
		t.Errorf("exit %d\n%s", code, errs.String())
	}
}

func TestACommandThatTakesItsTimeToEndSaysThatItHeard(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	said := make(chan string, 1)
	app := newShell(t).app(strings.NewReader(""), &out, tell(said))
	app.Patience = time.Millisecond
	signals := make(chan os.Signal, 1)
	app.supervise(signals, func(ctx context.Context) fault.Code {
		signals <- os.Interrupt
		<-ctx.Done()
		if s := <-said; !strings.Contains(s, "Ctrl-C again leaves at once") {
			t.Errorf("it said %q", s)
		}
		return fault.OK
	})
}

// tell is a writer that passes on what is written.
type tell chan<- string

func (c tell) Write(p []byte) (int, error) {
	c <- string(p)
	return len(p), nil
}

func TestTheSecondSignalLeavesAtOnce(t *testing.T) {
	t.Parallel()
	var out, errs bytes.Buffer
	app := newShell(t).app(strings.NewReader(""), &out, &errs)
	signals := make(chan os.Signal, 2)
	stuck := make(chan struct{})
	t.Cleanup(func() { close(stuck) })
	code := app.supervise(signals, func(context.Context) fault.Code {
		signals <- os.Interrupt
		signals <- os.Interrupt
		<-stuck
		return fault.OK
	})
	if code != fault.Interrupted {
		t.Errorf("exit %d", code)
	}
}

func TestWhoLeavesAReleaseIsToldHowToComeBack(t *testing.T) {
	t.Parallel()
	var out, errs bytes.Buffer
	app := newShell(t).app(strings.NewReader(""), &out, &errs)
	going := newUnderway()
	sink := going.watch(event.Discard)
	sink(event.DeploymentProgress{Subject: "web", DeploymentID: "d-1"})
	sink(event.DeploymentProgress{Subject: "api", DeploymentID: "d-2"})
	sink(event.StageEnded{Subject: "api", Stage: event.StageWatch, Outcome: event.OutcomeDone})
	sink(event.StackChanges{Stack: "demo-test-job"})
	sink(event.StackChanges{Stack: "demo-test-web"})
	sink(event.StageEnded{Subject: "web", Stage: event.StageInfrastructure, Outcome: event.OutcomeDone, Detail: "demo-test-web"})
	s := scene{}
	s.env.Name = "test"
	going.tell(app, s)
	want := `CloudFormation goes on with stack demo-test-job. The same command again takes it up.
The release of web goes on in Amazon ECS (deployment d-1); if it fails, the previous one is brought back.
Come back to it with: ferry wait web --env test
`
	if diff := cmp.Diff(want, errs.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestAReleaseThatBeganIsNeverCalledNothing(t *testing.T) {
	t.Parallel()
	release := event.StageStarted{Subject: "web", Stage: event.StageRelease}
	others := event.Waiting{Subject: "web", For: "the end of deployment d-0"}
	asked := func(s event.Asked) event.Event { return event.ReleaseAsked{Subject: "web", State: s} }
	goesOn := "The release of web goes on in Amazon ECS; if it fails, the previous one is brought back.\nCome back to it with: ferry wait web --env test\n"
	mayGoOn := "The release of web may go on in Amazon ECS: its answer was not seen. Look with: ferry status web --env test\n"
	nothing := "Interrupted; nothing that this command began goes on in AWS.\n"
	released := event.StageEnded{Subject: "web", Stage: event.StageRelease, Outcome: event.OutcomeDone}
	cut := func(s event.Stage) event.Event {
		return event.StageEnded{Subject: "web", Stage: s, Outcome: event.OutcomeFailed}
	}
	for _, c := range []struct {
		name   string
		events []event.Event
		want   string
	}{
		{"before anything", nil, nothing},
		{"before it is asked for", []event.Event{release, cut(event.StageRelease)}, nothing},
		{"while another's is waited for", []event.Event{release, others, cut(event.StageRelease)}, nothing},
		{"while it is asked for", []event.Event{release, asked(event.AskedSending), cut(event.StageRelease)}, mayGoOn},
		{"while it is asked for after another's end", []event.Event{release, others, asked(event.AskedSending), cut(event.StageRelease)}, mayGoOn},
		{
			"while ECS has yet to accept a role",
			[]event.Event{release, asked(event.AskedSending), event.Waiting{Subject: "web", For: "ECS to accept the role"}, cut(event.StageRelease)}, mayGoOn,
		},
		{"after it was refused", []event.Event{release, asked(event.AskedSending), asked(event.AskedRefused), cut(event.StageRelease)}, nothing},
		{"once it was accepted", []event.Event{release, asked(event.AskedSending), asked(event.AskedAccepted), cut(event.StageRelease)}, goesOn},
		{
			"before its first reading",
			[]event.Event{release, released, event.StageStarted{Subject: "web", Stage: event.StageWatch}, cut(event.StageWatch)}, goesOn,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var out, errs bytes.Buffer
			app := newShell(t).app(strings.NewReader(""), &out, &errs)
			going := newUnderway()
			sink := going.watch(event.Discard)
			for _, e := range c.events {
				sink(e)
			}
			s := scene{}
			s.env.Name = "test"
			going.tell(app, s)
			if diff := cmp.Diff(c.want, errs.String()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
