package manifest

import (
	"errors"
	"strings"
	"time"

	"ferry.dev/ferry/internal/diag"
	"ferry.dev/ferry/internal/schedule"
)

// job checks what EventBridge Scheduler and Step Functions would refuse of a job.
func (v validator) job(w Workload) {
	if w.Job == nil {
		return
	}
	v.schedule(*w.Job)
	v.span(*w.Job)
	window, timeout := at("on.window"), at("timeout")
	switch d := w.Job.Window; {
	case !v.fromUser(window):
	case d < time.Minute || d > 24*time.Hour:
		v.bad(window, "write 1m to 24h, or leave it out", "a flexible window has from 1 to 1440 minutes, not %s", d)
	case d%time.Minute != 0:
		v.bad(window, "", "%s is no whole number of minutes", d)
	}
	const year = 365 * 24 * time.Hour // for which an execution of a state machine may run
	switch d := w.Job.Timeout; {
	case !v.fromUser(timeout):
	case d < time.Second || d > year:
		v.bad(timeout, "write 1s to 8760h, or leave it out", "a run cannot be stopped after %s", d)
	case d%time.Second != 0:
		v.bad(timeout, "", "%s is no whole number of seconds", d)
	}
	if connect := at("network.connect"); v.fromUser(connect) && w.Network.Connect != nil {
		v.warn(connect, "remove it; services that others call have Service Connect", "Service Connect is for services: a job's task has none")
	}
}

// schedule checks the expression, at the part of it that is wrong, and the time zone.
func (v validator) schedule(j Job) {
	p := at("on.schedule")
	if !v.has(p) || !v.sure(p) {
		return
	}
	s, err := schedule.Parse(j.Schedule)
	var e *schedule.Error
	if errors.As(err, &e) {
		v.report(diag.Error, v.inText(p, e.Offset), p, e.Hint, "%s", e.Message)
	}
	zone := at("on.timezone")
	where, err := schedule.Zone(j.TimeZone)
	if err != nil || len(j.TimeZone) > 50 {
		v.bad(zone, "write a name of the IANA's, like Europe/Berlin or America/New_York", "%q is no time zone", j.TimeZone)
		return
	}
	if e == nil && s.Expression() != "" && s.Next(time.Unix(0, 0), where).IsZero() {
		v.warn(p, "", "no day fits the schedule: the job never runs")
	}
}

// inText is the place of a byte of a scalar that stands in one line as it was written.
func (v validator) inText(p path, offset int) place {
	n := v.root.find(p)
	at := v.locate(p)
	rest := skipRunes(v.sourceLine(at.line), at.col-1)
	if i := strings.Index(rest, n.text); i == 0 || i == 1 && n.quoted {
		at.col += i + len([]rune(n.text[:offset]))
	}
	return at
}

// span checks between which moments the schedule holds.
func (v validator) span(j Job) {
	start, okStart := v.moment(at("on.start"), j.Start)
	end, okEnd := v.moment(at("on.end"), j.End)
	if okStart && okEnd && j.Start != "" && j.End != "" && !start.Before(end) {
		v.bad(at("on.end"), "", "the schedule ends before it starts")
	}
}

func (v validator) moment(p path, text string) (time.Time, bool) {
	if text == "" {
		return time.Time{}, true
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		v.bad(p, "for example 2027-01-31T06:00:00Z or 2027-01-31T06:00:00+01:00", "%q is no date and time", text)
	}
	return t, err == nil
}
