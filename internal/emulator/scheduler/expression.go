package scheduler

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // a machine without a database of time zones runs schedules too
)

// when is a schedule expression that was understood.
type when struct {
	zone *time.Location
	rate time.Duration
	at   time.Time
	cron *fields
}

var callForm = regexp.MustCompile(`^(rate|at|cron)\((.*)\)$`)

// parse reads a schedule expression.
// https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
func parse(expression, zone string) (w when, err error) {
	if w.zone, err = time.LoadLocation(zone); err != nil || zone == "Local" {
		return when{}, fmt.Errorf("the time zone %s is not known", zone)
	}
	m := callForm.FindStringSubmatch(expression)
	if m == nil {
		return when{}, errors.New("it is neither rate, at nor cron")
	}
	switch m[1] {
	case "at":
		w.at, err = time.ParseInLocation("2006-01-02T15:04:05", m[2], w.zone)
	case "rate":
		w.rate, err = parseRate(m[2])
	default:
		w.cron, err = parseFields(strings.Fields(m[2]))
	}
	return w, err
}

// Next returns the first time after a moment at which a schedule expression says something is to be done, zero where there is none:
// Application Auto Scaling reads the same expressions. A rate is counted from anchor; no zone is UTC.
func Next(expression, zone string, after, anchor time.Time) (time.Time, error) {
	w, err := parse(expression, cmp.Or(zone, "UTC"))
	if err != nil {
		return time.Time{}, err
	}
	return w.next(after, anchor), nil
}

func parseRate(text string) (time.Duration, error) {
	number, unit, _ := strings.Cut(text, " ")
	n, err := strconv.ParseUint(number, 10, 31)
	size, ok := map[string]time.Duration{"minute": time.Minute, "hour": time.Hour, "day": 24 * time.Hour}[strings.TrimSuffix(unit, "s")]
	if err != nil || n == 0 || !ok || n > uint64(1<<62/size) {
		return 0, errors.New("a rate is a positive number and minutes, hours or days")
	}
	return time.Duration(n) * size, nil
}

// next returns the first time after a moment, zero where there is none. A rate is counted from anchor.
func (w when) next(after, anchor time.Time) time.Time {
	switch {
	case w.rate > 0:
		if after.Before(anchor) {
			return anchor
		}
		return anchor.Add((after.Sub(anchor)/w.rate + 1) * w.rate)
	case w.cron != nil:
		return w.cron.next(after.In(w.zone))
	case w.at.After(after):
		return w.at
	}
	return time.Time{}
}

// fields are the six of a cron expression, each a test of a date's part.
type fields struct {
	minute, hour, month, year func(int) bool
	day                       func(time.Time) bool
}

const lastYear = 2199

func parseFields(f []string) (*fields, error) {
	if len(f) != 6 {
		return nil, fmt.Errorf("a cron expression has six fields, not %d", len(f))
	}
	if (f[2] == "?") == (f[4] == "?") {
		return nil, errors.New("one of day-of-month and day-of-week must be ?")
	}
	var out fields
	var err error
	test := func(text string, least, most int, names string) func(int) bool {
		t, e := oneOf(text, least, most, names)
		err = errors.Join(err, e)
		return t
	}
	out.minute, out.hour = test(f[0], 0, 59, ""), test(f[1], 0, 23, "")
	out.month, out.year = test(f[3], 1, 12, "JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC"), test(f[5], 1970, lastYear, "")
	if f[4] == "?" {
		out.day = dayOfMonth(f[2], test)
	} else {
		out.day = dayOfWeek(f[4], test)
	}
	return &out, err
}

type tester = func(text string, least, most int, names string) func(int) bool

// dayOfMonth reads numbers, L (the last), LW (the last working day) and nW (the working day nearest to n).
func dayOfMonth(text string, test tester) func(time.Time) bool {
	nearest, isNearest := strings.CutSuffix(text, "W")
	switch {
	case text == "L":
		return func(t time.Time) bool { return t.Day() == length(t) }
	case text == "LW":
		return func(t time.Time) bool { return t.Day() == workday(t, length(t)) }
	case isNearest:
		day := test(nearest, 1, 31, "")
		return func(t time.Time) bool {
			for n := 1; n <= length(t); n++ {
				if day(n) && t.Day() == workday(t, n) {
					return true
				}
			}
			return false
		}
	}
	day := test(text, 1, 31, "")
	return func(t time.Time) bool { return day(t.Day()) }
}

// dayOfWeek reads numbers and names, L (Saturday), nL (the month's last) and n#m (its m-th).
func dayOfWeek(text string, test tester) func(time.Time) bool {
	const names = "SUNMONTUEWEDTHUFRISAT"
	weekday := func(t time.Time) int { return int(t.Weekday()) + 1 }
	last, isLast := strings.CutSuffix(text, "L")
	which, nth, isNth := strings.Cut(text, "#")
	switch {
	case text == "L":
		return func(t time.Time) bool { return weekday(t) == 7 }
	case isLast:
		day := test(last, 1, 7, names)
		return func(t time.Time) bool { return day(weekday(t)) && t.Day()+7 > length(t) }
	case isNth:
		day, week := test(which, 1, 7, names), test(nth, 1, 5, "")
		return func(t time.Time) bool { return day(weekday(t)) && week((t.Day()+6)/7) }
	}
	day := test(text, 1, 7, names)
	return func(t time.Time) bool { return day(weekday(t)) }
}

// length is how many days the month of t has.
func length(t time.Time) int { return time.Date(t.Year(), t.Month()+1, 0, 0, 0, 0, 0, time.UTC).Day() }

// workday is the day from Monday to Friday nearest to day n of the month of t, in the same month.
func workday(t time.Time, n int) int {
	best := 0
	for d := max(1, n-2); d <= min(n+2, length(t)); d++ {
		weekday := time.Date(t.Year(), t.Month(), d, 0, 0, 0, 0, time.UTC).Weekday()
		if weekday != time.Saturday && weekday != time.Sunday && (best == 0 || distance(d, n) < distance(best, n)) {
			best = d
		}
	}
	return best
}

func distance(a, b int) int { return max(a-b, b-a) }

// oneOf reads a list of values, ranges and steps.
func oneOf(text string, least, most int, names string) (func(int) bool, error) {
	in := map[int]bool{}
	number := func(s string) (int, error) {
		if i := strings.Index(names, strings.ToUpper(s)); len(s) == 3 && i >= 0 && i%3 == 0 {
			return least + i/3, nil
		}
		n, err := strconv.Atoi(s)
		if err != nil || n < least || n > most {
			return 0, fmt.Errorf("%q is not from %d to %d", s, least, most)
		}
		return n, nil
	}
	for _, part := range strings.Split(text, ",") {
		span, step, stepped := strings.Cut(part, "/")
		from, to, by := least, most, 1
		first, last, ranged := strings.Cut(span, "-")
		var errs [3]error
		if stepped {
			if by, errs[0] = strconv.Atoi(step); by < 1 {
				errs[0] = fmt.Errorf("%q is no step", step)
			}
		}
		if span != "*" {
			from, errs[1] = number(first)
			switch {
			case ranged:
				to, errs[2] = number(last)
			case !stepped:
				to = from
			}
		}
		if err := errors.Join(errs[:]...); err != nil {
			return nil, err
		}
		for n := from; n <= to; n += by {
			in[n] = true
		}
	}
	return func(n int) bool { return in[n] }, nil
}

// next goes from minute to minute, and over days and hours that do not fit. An hour that the clock shows twice counts once.
func (f *fields) next(after time.Time) time.Time {
	t := after.Truncate(time.Minute).Add(time.Minute)
	for t.Year() <= lastYear {
		switch {
		case !f.year(t.Year()) || !f.month(int(t.Month())) || !f.day(t):
			t = time.Date(t.Year(), t.Month(), t.Day()+1, 0, 0, 0, 0, t.Location())
		case !f.hour(t.Hour()):
			t = t.Add(time.Duration(60-t.Minute()) * time.Minute)
		case !f.minute(t.Minute()) || again(t):
			t = t.Add(time.Minute)
		default:
			return t
		}
	}
	return time.Time{}
}

// again tells whether the clock has shown this time an hour before already.
func again(t time.Time) bool {
	e := t.Add(-time.Hour)
	return e.Hour() == t.Hour() && e.Minute() == t.Minute()
}
