package ui

import (
	"fmt"
	"slices"
	"strings"

	"ferry.dev/ferry/internal/event"
)

func (n *narrator) stageStarted(e event.StageStarted) []line {
	n.rows = append(n.rows, &row{subject: e.Subject, stage: e.Stage, since: n.now(), detail: Sanitize(e.Detail)})
	return []line{{subject: e.Subject, text: join(string(e.Stage), Sanitize(e.Detail)), passing: true}}
}

func (n *narrator) stageEnded(e event.StageEnded) []line {
	var output []string
	if i := slices.IndexFunc(n.rows, func(r *row) bool { return r.subject == e.Subject && r.stage == e.Stage }); i >= 0 {
		output = n.rows[i].output
		n.rows = slices.Delete(n.rows, i, i+1)
	}
	l := line{subject: e.Subject}
	detail := Sanitize(e.Detail)
	switch e.Outcome {
	case event.OutcomeUnchanged:
		l.mark, l.text = markSame, join(string(e.Stage)+" unchanged", detail)
	case event.OutcomeFailed:
		l.mark, l.text = markBad, join(fmt.Sprintf("%s failed after %s", e.Stage, Elapsed(e.Elapsed)), detail)
		if !n.verbose { // else they are on the screen already
			l.under = output
		}
	default:
		l.mark, l.text = markGood, join(fmt.Sprintf("%s done in %s", e.Stage, Elapsed(e.Elapsed)), detail)
	}
	return []line{l}
}

// buildOutput keeps a build's last lines for the case that it fails; a build that works is not worth reading.
func (n *narrator) buildOutput(e event.BuildOutput) []line {
	text := Sanitize(e.Line)
	if r := n.find(e.Subject, event.StageImage); r != nil && text != "" {
		r.detail = strings.TrimSpace(text)
		r.output = append(r.output, text)
		if len(r.output) > buildTail {
			r.output = r.output[1:]
		}
	}
	if !n.verbose {
		return nil
	}
	return []line{{subject: e.Subject, text: "build: " + text}}
}

func (n *narrator) pushProgress(e event.PushProgress) []line {
	text := "pushed " + Bytes(e.Done)
	if e.Total > 0 {
		text += " of " + Bytes(e.Total)
	}
	r := n.find(e.Subject, event.StageImage)
	if r == nil {
		return []line{{subject: e.Subject, text: text, passing: true}}
	}
	r.detail = text
	if !n.verbose && n.now().Sub(r.pushed) < pushEvery {
		return nil
	}
	r.pushed = n.now()
	return []line{{subject: e.Subject, text: text, passing: true}}
}

func (n *narrator) stackChanges(e event.StackChanges) []line {
	total := e.Add + e.Modify + e.Remove
	if r := n.ofStack(e.Stack); r != nil {
		r.total += total
		r.detail = fmt.Sprintf("0 of %s", Plural(r.total, "resource"))
	}
	l := line{subject: e.Stack, text: fmt.Sprintf("stack: %d to add, %d to change, %d to remove", e.Add, e.Modify, e.Remove)}
	if len(e.Replacements) > 0 {
		l.mark = markWarn
		l.under = []string{"replaced: " + Sanitize(strings.Join(e.Replacements, ", "))}
	}
	return []line{l}
}

// stackEvent counts what is finished and tells what failed; the rest is told only when asked for.
func (n *narrator) stackEvent(e event.StackEvent) []line {
	status := Sanitize(e.Status)
	ofResource := e.Type != "AWS::CloudFormation::Stack"
	if r := n.ofStack(e.Stack); r != nil && ofResource {
		if strings.HasSuffix(status, "_COMPLETE") {
			r.done++
		}
		r.detail = fmt.Sprintf("%s %s", Sanitize(e.LogicalID), strings.ToLower(strings.ReplaceAll(status, "_", " ")))
		if r.total >= r.done && r.total > 0 {
			r.detail = fmt.Sprintf("%d of %s; %s", r.done, Plural(r.total, "resource"), r.detail)
		}
	}
	// CloudFormation cancels what is under way when one resource fails: an echo, not a cause.
	failed := strings.HasSuffix(status, "_FAILED") && !strings.HasPrefix(e.Reason, "Resource creation cancelled")
	rolling := !ofResource && strings.Contains(status, "ROLLBACK_IN_PROGRESS")
	if !failed && !rolling && !n.verbose {
		return nil
	}
	l := line{subject: e.Stack, text: join(fmt.Sprintf("%s (%s) %s", Sanitize(e.LogicalID), Sanitize(e.Type), status), Sanitize(e.Reason))}
	if failed {
		l.mark = markBad
	} else if rolling {
		l.mark = markWarn
	}
	return []line{l}
}

// join writes "head: tail", or head alone.
func join(head, tail string) string {
	if tail == "" {
		return head
	}
	return head + ": " + tail
}
