package ui

import (
	"bytes"
	"flag"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ferry.dev/ferry/internal/event"
	"ferry.dev/ferry/internal/ui/uitest"
)

var update = flag.Bool("update", false, "write the golden files")

// play sends the stream to a renderer and draws after each event, where the renderer draws.
func play(stream []moment, clock *ticking, r Renderer) {
	for _, m := range stream {
		clock.at = clock.at.Add(m.after)
		r.Event(m.event)
		if t, ok := r.(*ttyRenderer); ok {
			t.draw()
		}
		if p, ok := r.(*plainRenderer); ok {
			p.beat()
		}
	}
}

func renderer(mode Mode, w *bytes.Buffer, clock *ticking, verbose bool) Renderer {
	s := Streams{Out: w, Err: w, Size: func() (int, int) { return 100, 24 }}
	o := Options{Mode: mode, Verbose: verbose, Now: clock.now}
	switch mode {
	case JSON:
		return newJSONRenderer(w, clock.now)
	case TTY:
		return newTTYRenderer(s, o)
	default:
		return newPlainRenderer(w, o)
	}
}

func TestOneStreamIsRenderedThreeWays(t *testing.T) {
	t.Parallel()
	for _, mode := range []Mode{TTY, Plain, JSON} {
		t.Run(string(mode), func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			clock := &ticking{begin()}
			r := renderer(mode, &out, clock, false)
			play(aRelease(), clock, r)
			r.Close()
			text := out.String()
			if mode == TTY {
				text = screenOf(t, 100, 24, text)
			}
			uitest.Golden(t, *update, "release."+string(mode), text)
		})
	}
}

func TestTheLiveViewShowsARowForEachStageAtWork(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	clock := &ticking{begin()}
	r := renderer(TTY, &out, clock, false)
	play(aRelease()[:9], clock, r)
	uitest.Golden(t, *update, "release.frame", screenOf(t, 100, 24, out.String()))
}

// sealed reads the names of all events out of their source, so that one that is added cannot be forgotten here.
func sealed(t *testing.T) []string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), filepath.Join("..", "event", "event.go"), nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, d := range file.Decls {
		f, ok := d.(*ast.FuncDecl)
		if ok && f.Recv != nil && f.Name.Name == "event" {
			names = append(names, f.Recv.List[0].Type.(*ast.Ident).Name)
		}
	}
	slices.Sort(names)
	return names
}

func TestEveryEventIsRenderedByEachRenderer(t *testing.T) {
	t.Parallel()
	sample := map[string]event.Event{}
	for _, m := range aRelease() {
		name := reflect.TypeOf(m.event).Name()
		if _, ok := sample[name]; !ok {
			sample[name] = m.event
		}
	}
	var have []string
	for name := range sample {
		have = append(have, name)
	}
	slices.Sort(have)
	if diff := cmp.Diff(sealed(t), have); diff != "" {
		t.Fatalf("the sample stream must hold every event (-sealed +sample):\n%s", diff)
	}
	for name, e := range sample {
		for _, mode := range []Mode{TTY, Plain, JSON} {
			t.Run(name+"/"+string(mode), func(t *testing.T) {
				t.Parallel()
				var out bytes.Buffer
				r := renderer(mode, &out, &ticking{begin()}, true)
				r.Event(e)
				r.Close()
				if strings.TrimSpace(out.String()) == "" {
					t.Errorf("%s renders %s as nothing", mode, name)
				}
			})
		}
	}
}

func TestAPlainDeployOfTwentySecondsIsShort(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	clock := &ticking{begin()}
	r := renderer(Plain, &out, clock, false)
	play(aRelease()[:13], clock, r)
	for i := range 100 { // ten readings a second, as a poll of several resources makes them
		clock.at = clock.at.Add(100 * time.Millisecond)
		r.Event(event.DeploymentProgress{Subject: "web", DeploymentID: "d-1", Status: "IN_PROGRESS", Desired: 2, Running: i % 2, Pending: 1})
		r.Event(event.TargetHealth{Subject: "web", Healthy: i % 2, Initial: 1})
		r.Event(event.StackEvent{Stack: "demo-test-web", LogicalID: "Role", Type: "AWS::IAM::Role", Status: "CREATE_IN_PROGRESS"})
		r.Event(event.BuildOutput{Subject: "web", Line: "step"})
		r.Event(event.Waiting{Subject: "web", For: "2 of 2 tasks to be healthy", Since: begin()})
	}
	if n := strings.Count(out.String(), "\n"); n > 20 {
		t.Errorf("%d lines:\n%s", n, out.String())
	}
}

func TestThePlainHeartbeatSaysWhatIsAwaited(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	clock := &ticking{begin()}
	p := newPlainRenderer(&out, Options{Now: clock.now})
	p.Event(event.StageStarted{Subject: "web", Stage: event.StageWatch})
	p.Event(event.Waiting{Subject: "web", For: "1 of 1 task to be healthy", Since: begin(), Limit: begin().Add(time.Hour)})
	for range 70 {
		clock.at = clock.at.Add(time.Second)
		p.beat()
	}
	want := `web: watch
web: waiting for 1 of 1 task to be healthy (at most 1h00m)
web: watch: waiting for 1 of 1 task to be healthy (30s, gives up at 1h00m)
web: watch: waiting for 1 of 1 task to be healthy (1m00s, gives up at 1h00m)
`
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestAFailedBuildShowsItsLastLines(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	clock := &ticking{begin()}
	r := renderer(Plain, &out, clock, false)
	r.Event(event.StageStarted{Subject: "web", Stage: event.StageImage})
	for range 30 {
		r.Event(event.BuildOutput{Subject: "web", Line: "noise"})
	}
	r.Event(event.BuildOutput{Subject: "web", Line: "main.go:3: undefined: x"})
	r.Event(event.StageEnded{Subject: "web", Stage: event.StageImage, Outcome: event.OutcomeFailed, Detail: "exit status 1", Elapsed: time.Second})
	want := "web: image\nweb: error: image failed after 1.0s: exit status 1\n" + strings.Repeat("    noise\n", 19) + "    main.go:3: undefined: x\n"
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestTasksThatStopInTheSameWayAreExplainedOnce(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	r := renderer(Plain, &out, &ticking{begin()}, false)
	for _, id := range []string{"aaaaaaaa1", "bbbbbbbb2"} {
		r.Event(event.TaskStopped{Subject: "web", TaskID: id, StopCode: "TaskFailedToStart", Reason: "no image", LogTail: []string{"x"}, Suggestion: "push it"})
	}
	want := `web: error: task aaaaaaaa stopped: TaskFailedToStart: no image
    log: x
    hint: push it
web: warning: task bbbbbbbb stopped in the same way (2 so far)
`
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
