package ui

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"ferry.dev/ferry/internal/event"
)

// mark says what kind of news a line is.
type mark int

const (
	markNone mark = iota
	markGood
	markSame // nothing to do
	markWarn
	markBad
	markInfo
)

// line is a piece of news that stays on the screen.
type line struct {
	mark    mark
	subject string // may be empty
	text    string
	under   []string // evidence, indented below
	hint    string
	passing bool // true of the moment only: the live view shows it in its row, plain mode says it once
}

// row is a stage at work.
type row struct {
	subject string
	stage   event.Stage
	since   time.Time
	detail  string // latest reading
	targets string // latest target health
	waiting *event.Waiting
	output  []string // the last lines of a build
	pushed  time.Time
	done    int // resources of a stack that are finished
	total   int // resources that the change set announced
}

// narrator says what each event means, once for the live view and for plain lines. It is not safe for concurrent use.
type narrator struct {
	now     func() time.Time
	verbose bool

	rows     []*row
	last     map[string]event.DeploymentProgress
	waits    map[string]wait
	unwell   map[string]string         // subject → reason of the last unhealthy target that was told
	stopped  map[string]map[string]int // subject → explanation → how often
	messages map[string]bool
}

type wait struct {
	what string
	told time.Time
}

// What keeps plain mode short.
const (
	buildTail   = 20               // lines of a build shown when it fails
	pushEvery   = 10 * time.Second // between two lines about the same push
	waitsEvery  = 5 * time.Second  // between two lines about a subject's waits
	beatEvery   = 30 * time.Second // silence after which plain mode says what it waits for
	logTailMost = 20               // log lines shown of a stopped task
)

func newNarrator(now func() time.Time, verbose bool) *narrator {
	return &narrator{
		now: now, verbose: verbose,
		last: map[string]event.DeploymentProgress{}, waits: map[string]wait{}, unwell: map[string]string{},
		stopped: map[string]map[string]int{}, messages: map[string]bool{},
	}
}

// tell takes the next event in and returns what there is to say about it. The switch covers the sealed set; a test holds it.
func (n *narrator) tell(e event.Event) []line {
	switch e := e.(type) {
	case event.StageStarted:
		return n.stageStarted(e)
	case event.StageEnded:
		return n.stageEnded(e)
	case event.BuildOutput:
		return n.buildOutput(e)
	case event.PushProgress:
		return n.pushProgress(e)
	case event.StackEvent:
		return n.stackEvent(e)
	case event.StackChanges:
		return n.stackChanges(e)
	case event.DeploymentProgress:
		return n.deploymentProgress(e)
	case event.TargetHealth:
		return n.targetHealth(e)
	case event.TaskStopped:
		return n.taskStopped(e)
	case event.ServiceMessage:
		return n.serviceMessage(e)
	case event.Waiting:
		return n.waitingFor(e)
	case event.ReleaseAsked:
		return n.releaseAsked(e)
	case event.LogLine:
		return []line{{subject: e.Service, text: "log: " + Sanitize(e.Message)}}
	case event.Notice:
		m := markInfo
		if e.Level == event.Warning {
			m = markWarn
		}
		return []line{{mark: m, subject: e.Subject, text: Sanitize(e.Text), hint: Sanitize(e.Hint)}}
	}
	return nil
}

// heartbeat says what every stage at work is doing.
func (n *narrator) heartbeat() []line {
	var lines []line
	for _, r := range n.rows {
		text := string(r.stage) + ": still at it"
		if s := r.state(); s != "" {
			text = string(r.stage) + ": " + s
		}
		lines = append(lines, line{subject: r.subject, text: fmt.Sprintf("%s (%s%s)", text, Elapsed(n.now().Sub(r.since)), r.limit())})
	}
	return lines
}

// find returns the subject's row of the first of the stages that is at work, or nil.
func (n *narrator) find(subject string, stages ...event.Stage) *row {
	for _, stage := range stages {
		for _, r := range n.rows {
			if r.subject == subject && r.stage == stage {
				return r
			}
		}
	}
	return nil
}

// newest returns the row of the subject's stage that began last, or nil.
func (n *narrator) newest(subject string) *row {
	for _, r := range slices.Backward(n.rows) {
		if r.subject == subject {
			return r
		}
	}
	return nil
}

// ofStack returns the row of the stage that changes a stack. Stack names end in the environment or the service they are of.
func (n *narrator) ofStack(stack string) *row {
	var found *row
	for _, r := range n.rows {
		if r.stage != event.StageInfrastructure && r.stage != event.StageDelete {
			continue
		}
		if r.subject == stack || strings.HasSuffix(stack, "-"+r.subject) {
			if found == nil || len(r.subject) > len(found.subject) {
				found = r
			}
		}
	}
	return found
}

// state is what the row is doing, in a phrase.
func (r *row) state() string {
	var parts []string
	for _, s := range []string{r.detail, r.targets} {
		if s != "" {
			parts = append(parts, s)
		}
	}
	if r.waiting != nil && r.waiting.For != "" {
		parts = append(parts, "waiting for "+Sanitize(r.waiting.For))
	}
	return strings.Join(parts, "; ")
}

// limit says when the row's wait ends by itself.
func (r *row) limit() string {
	if r.waiting == nil || r.waiting.Limit.IsZero() {
		return ""
	}
	return ", gives up at " + Elapsed(r.waiting.Limit.Sub(r.since))
}
