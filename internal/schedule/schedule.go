// Package schedule owns when a job runs: it reads what a manifest says, in crontab's words or EventBridge Scheduler's,
// turns it into Scheduler's, and tells when the next runs are.
//
// It is pure and reads no clock. Which time zone holds, and between which dates, its callers say.
package schedule

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Schedule is when a job runs. The zero Schedule never does.
type Schedule struct {
	expression string
	cron       *cron         // of cron(…)
	every      time.Duration // of rate(…)
	at         time.Time     // of at(…), on the clock of a zone that is not known here
}

// Error is what is wrong with a schedule. Offset is the byte of the text at which it is.
type Error struct {
	Offset        int
	Message, Hint string
}

// Error implements error.
func (e *Error) Error() string { return e.Message }

func bad(offset int, hint, format string, args ...any) *Error {
	return &Error{Offset: offset, Message: fmt.Sprintf(format, args...), Hint: hint}
}

// None is what a manifest says of a job that only runs when it is asked to.
const None = "none"

// forms is the hint to what is no schedule at all.
const forms = `write a crontab ("0 2 * * *"), @daily, "@every 5m", rate(5 minutes), cron(0 2 * * ? *), at(2027-01-31T06:00:00) or none`

// Parse reads a schedule as a manifest says it: five fields of a crontab, @hourly and its like, @every with a duration,
// Scheduler's own rate(…), cron(…) and at(…), or none. Its error is an *Error.
// https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
func Parse(text string) (Schedule, error) {
	s := strings.TrimSpace(text)
	indent := strings.Index(text, s)
	inner, name, ok := call(s)
	var out Schedule
	var err *Error
	switch {
	case s == None:
		return Schedule{}, nil
	case s == "":
		err = bad(0, forms, "must not be empty")
	case ok && name == "cron":
		out, err = parseCron(inner)
		err = err.moved(len("cron("))
	case ok && name == "rate":
		out, err = parseRate(inner)
	case ok && name == "at":
		out, err = parseAt(inner)
	case strings.HasPrefix(s, "@"):
		out, err = parseKeyword(s)
	default:
		out, err = parseCrontab(s)
	}
	if err != nil {
		return Schedule{}, err.moved(indent)
	}
	return out, nil
}

func (e *Error) moved(by int) *Error {
	if e != nil {
		e.Offset += by
	}
	return e
}

// call takes name(inner) apart.
func call(s string) (inner, name string, ok bool) {
	name, rest, found := strings.Cut(s, "(")
	inner, closed := strings.CutSuffix(rest, ")")
	return inner, name, found && closed
}

// Expression is the schedule in EventBridge Scheduler's words: "cron(0 2 * * ? *)". It is "" for one that never runs.
func (s Schedule) Expression() string { return s.expression }

// Rate is how much time lies between two runs, 0 where that is not the same each time.
func (s Schedule) Rate() time.Duration { return s.every }

var rateForm = regexp.MustCompile(`^\s*([0-9]+)\s+(minutes?|hours?|days?)\s*$`)

// parseRate reads "5 minutes". A minute is the least that Scheduler takes.
func parseRate(inner string) (Schedule, *Error) {
	m := rateForm.FindStringSubmatch(inner)
	if m == nil {
		return Schedule{}, bad(0, "write rate(5 minutes), rate(1 hour) or rate(2 days)", "a rate is a whole number and minutes, hours or days")
	}
	n, err := strconv.Atoi(m[1])
	unit := map[byte]time.Duration{'m': time.Minute, 'h': time.Hour, 'd': 24 * time.Hour}[m[2][0]]
	if err != nil || n < 1 || n > int(100*365*24*time.Hour/unit) {
		return Schedule{}, bad(len("rate("), "the least is rate(1 minute)", "a rate cannot be %s %s", m[1], m[2])
	}
	return Schedule{expression: "rate(" + m[1] + " " + m[2] + ")", every: time.Duration(n) * unit}, nil
}

// atForm is how Scheduler writes the one moment of at(…).
const atForm = "2006-01-02T15:04:05"

func parseAt(inner string) (Schedule, *Error) {
	t, err := time.Parse(atForm, inner)
	if err != nil {
		return Schedule{}, bad(len("at("), "write at(2027-01-31T06:00:00); on.timezone says whose clock it is", "%q is no date and time", inner)
	}
	return Schedule{expression: "at(" + inner + ")", at: t}, nil
}

// keywords are crontab's names for usual schedules.
func keywords() map[string]string {
	return map[string]string{
		"@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *", "@monthly": "0 0 1 * *", "@weekly": "0 0 * * 0",
		"@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@hourly": "0 * * * *",
	}
}

func parseKeyword(s string) (Schedule, *Error) {
	if rest, ok := strings.CutPrefix(s, "@every"); ok {
		return parseEvery(strings.TrimSpace(rest))
	}
	fields, ok := keywords()[s]
	if !ok {
		return Schedule{}, bad(0, "write one of @hourly, @daily, @weekly, @monthly, @yearly, or @every 5m", "%q is no keyword of a crontab", s)
	}
	return parseCrontab(fields)
}

// parseEvery reads Go's durations, as Copilot does: 5m, 1h30m.
func parseEvery(text string) (Schedule, *Error) {
	d, err := time.ParseDuration(text)
	switch {
	case err != nil:
		return Schedule{}, bad(0, "write @every 5m or @every 1h30m", "@every takes a duration, not %q", text)
	case d < time.Minute:
		return Schedule{}, bad(0, "the least is @every 1m", "a job cannot run every %s", text)
	case d%time.Minute != 0:
		return Schedule{}, bad(0, "write @every "+strconv.Itoa(int(d/time.Minute)+1)+"m", "%s is no whole number of minutes", text)
	}
	n, unit := int(d/time.Minute), "minute"
	if d%time.Hour == 0 {
		n, unit = int(d/time.Hour), "hour"
	}
	if n > 1 {
		unit += "s"
	}
	return parseRate(strconv.Itoa(n) + " " + unit)
}

// Next returns the first run after a moment, in a time zone; zero where there is none. A rate is counted from the moment.
func (s Schedule) Next(after time.Time, zone *time.Location) time.Time {
	switch {
	case s.cron != nil:
		return s.cron.next(after.In(zone))
	case s.every > 0:
		return after.Add(s.every)
	case !s.at.IsZero():
		t := time.Date(s.at.Year(), s.at.Month(), s.at.Day(), s.at.Hour(), s.at.Minute(), s.at.Second(), 0, zone)
		if t.After(after) {
			return t
		}
	}
	return time.Time{}
}
