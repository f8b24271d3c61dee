package ui

import (
	"fmt"
	"strings"
	"time"

	"ferry.dev/ferry/internal/event"
)

// releaseAsked is for who leaves early; the stage around it says enough to everybody else.
func (n *narrator) releaseAsked(e event.ReleaseAsked) []line {
	if !n.verbose {
		return nil
	}
	return []line{{subject: e.Subject, text: "asking ECS for the release: " + Sanitize(string(e.State))}}
}

// deploymentProgress tells a change of state and each new failed task. Readings between them only move the row.
func (n *narrator) deploymentProgress(e event.DeploymentProgress) []line {
	if r := n.find(e.Subject, event.StageWatch, event.StageRelease, event.StageDelete); r != nil {
		r.detail = progress(e)
		if r.waiting != nil {
			r.waiting.For = "" // the reading is newer than what was awaited before it; the limit stands
		}
	}
	was := n.last[e.Subject]
	if was.DeploymentID != e.DeploymentID {
		was = event.DeploymentProgress{}
	}
	n.last[e.Subject] = e

	var lines []line
	if e.Status != was.Status || e.Stage != was.Stage || n.verbose {
		l := line{subject: e.Subject, text: join("deployment "+words(e.Status, e.Stage), progress(e)), passing: true}
		if goesWrong(e.Status) {
			l.mark, l.passing = markBad, false
			l.text = join("deployment "+words(e.Status, e.Stage), Sanitize(e.Reason))
		}
		lines = append(lines, l)
	}
	if e.Failed > was.Failed && e.FailureThreshold > 0 {
		lines = append(lines, line{mark: markWarn, subject: e.Subject,
			text: fmt.Sprintf("%s failed; at %d the circuit breaker ends the deployment", Plural(e.Failed, "task"), e.FailureThreshold)})
	}
	return lines
}

// goesWrong tells the states of an ECS service deployment that lead away from success.
func goesWrong(status string) bool {
	return strings.HasPrefix(status, "ROLLBACK") || strings.HasPrefix(status, "STOP")
}

// words turns ECS's constants into words: "IN_PROGRESS", "BAKE_TIME" → "in progress, bake time".
func words(constants ...string) string {
	var out []string
	for _, c := range constants {
		if c != "" {
			out = append(out, strings.ToLower(strings.ReplaceAll(Sanitize(c), "_", " ")))
		}
	}
	return strings.Join(out, ", ")
}

func progress(e event.DeploymentProgress) string {
	text := fmt.Sprintf("%d of %s running", e.Running, Plural(e.Desired, "task"))
	if e.Pending > 0 {
		text += fmt.Sprintf(", %d pending", e.Pending)
	}
	if e.Failed > 0 {
		text += fmt.Sprintf(", %d failed", e.Failed)
	}
	return text
}

// targetHealth moves the row, and tells each new reason for which a target is unhealthy.
func (n *narrator) targetHealth(e event.TargetHealth) []line {
	total := e.Healthy + e.Initial + e.Unhealthy
	text := fmt.Sprintf("%d of %s healthy", e.Healthy, Plural(total, "target"))
	if r := n.find(e.Subject, event.StageWatch, event.StageRelease); r != nil {
		r.targets = text
	}
	reason := Sanitize(e.Reason)
	if n.verbose {
		return []line{{subject: e.Subject, text: join(text, reason)}}
	}
	if e.Unhealthy == 0 || n.unwell[e.Subject] == reason {
		return nil
	}
	n.unwell[e.Subject] = reason
	return []line{{mark: markWarn, subject: e.Subject, text: join(Plural(e.Unhealthy, "target")+" unhealthy", reason)}}
}

// taskStopped explains the first task in full; another one that ended the same way is one short line.
func (n *narrator) taskStopped(e event.TaskStopped) []line {
	cause := stopCause(e)
	if n.stopped[e.Subject] == nil {
		n.stopped[e.Subject] = map[string]int{}
	}
	n.stopped[e.Subject][cause]++
	if times := n.stopped[e.Subject][cause]; times > 1 && !n.verbose {
		return []line{{mark: markWarn, subject: e.Subject, text: fmt.Sprintf("task %s stopped in the same way (%d so far)", shortID(e.TaskID), times)}}
	}
	l := line{mark: markBad, subject: e.Subject, text: fmt.Sprintf("task %s stopped: %s", shortID(e.TaskID), cause), hint: Sanitize(e.Suggestion)}
	if e.Target != "" {
		l.under = append(l.under, "target: "+Sanitize(e.Target))
	}
	tail := e.LogTail
	if len(tail) > logTailMost {
		tail = tail[len(tail)-logTailMost:]
	}
	for _, s := range tail {
		l.under = append(l.under, "log: "+Sanitize(s))
	}
	return []line{l}
}

func stopCause(e event.TaskStopped) string {
	var parts []string
	if e.StopCode != "" {
		parts = append(parts, Sanitize(e.StopCode))
	}
	if e.ExitCode != nil {
		who := ""
		if e.Container != "" {
			who = "container " + Sanitize(e.Container) + " "
		}
		parts = append(parts, fmt.Sprintf("%sexit code %d", who, *e.ExitCode))
	}
	if e.Reason != "" {
		parts = append(parts, Sanitize(e.Reason))
	}
	return strings.Join(parts, ": ")
}

// shortID is enough of a task's ID to find it: eight digits, as the console and git show.
func shortID(id string) string {
	id = Sanitize(id[strings.LastIndexByte(id, '/')+1:])
	if len(id) > 8 {
		return id[:8]
	}
	return id
}

// serviceMessage tells what ECS cannot do. That it started and stopped tasks is told better by the other events.
func (n *narrator) serviceMessage(e event.ServiceMessage) []line {
	text := Sanitize(e.Message)
	trouble := strings.Contains(text, "unable to") || strings.Contains(text, "unhealthy") || strings.Contains(text, "failed")
	if !n.verbose && (!trouble || n.messages[e.Subject+"\x00"+text]) {
		return nil
	}
	n.messages[e.Subject+"\x00"+text] = true
	l := line{subject: e.Subject, text: "ECS: " + text}
	if trouble {
		l.mark = markWarn
	}
	if e.Suggestion != "" {
		return []line{l, {subject: e.Subject, text: "hint: " + Sanitize(e.Suggestion)}}
	}
	return []line{l}
}

// waitingFor moves the row, and tells a new wait unless another one of the same subject was told a moment ago.
func (n *narrator) waitingFor(e event.Waiting) []line {
	r := n.newest(e.Subject)
	if r != nil {
		r.waiting = &e
	}
	what := Sanitize(e.For)
	was, seen := n.waits[e.Subject]
	if seen && !n.verbose && (was.what == what || n.now().Sub(was.told) < waitsEvery) {
		return nil
	}
	n.waits[e.Subject] = wait{what: what, told: n.now()}
	text := "waiting for " + what
	if !e.Limit.IsZero() {
		text += fmt.Sprintf(" (at most %s)", Elapsed(e.Limit.Sub(e.Since).Round(time.Second)))
	}
	return []line{{subject: e.Subject, text: text, passing: true}}
}
