package schedule

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

// cron is a cron expression of EventBridge Scheduler's.
// https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#cron-based
type cron struct {
	minute, hour, month, year set // years from firstYear
	day, weekday              set // of the month; of the week, Sunday is 1. Empty where the field is "?" or is said below
	last                      bool
	lastWorkday               bool // LW
	workday                   int  // 15W: the working day nearest to the 15th
	lastOf, nth               int  // 6L: the month's last Friday; 6#3: its third, with nthOf
	nthOf                     int
}

const firstYear, lastYear = 1970, 2199

func cronUnits() []unit {
	return []unit{
		{name: "minute", max: 59}, {name: "hour", max: 23}, {name: "day of the month", min: 1, max: 31},
		{name: "month", min: 1, max: 12, names: monthNames}, {name: "day of the week", min: 1, max: 7, names: dayNames},
		{name: "year", min: firstYear, max: lastYear},
	}
}

// parseCron reads what stands in cron(…).
func parseCron(inner string) (Schedule, *Error) {
	fields, starts := words(inner)
	units := cronUnits()
	if len(fields) != len(units) {
		return Schedule{}, bad(0, "minute, hour, day of the month, month, day of the week, year: cron(0 2 * * ? *)", "cron(…) has six fields, not %d", len(fields))
	}
	day, weekday := fields[2], fields[4]
	switch {
	case day == "?" && weekday == "?":
		return Schedule{}, bad(starts[4], "write * for the day of the month", "one of the two fields for days must say when")
	case day != "?" && weekday != "?":
		return Schedule{}, bad(starts[4], "write ? for the one that does not matter", "one of the two fields for days must be ?")
	}
	c := &cron{}
	plain := func(into *set) func(unit, string) *Error {
		return func(u unit, field string) (err *Error) {
			*into, err = u.parse(field, false)
			return err
		}
	}
	readers := []func(unit, string) *Error{plain(&c.minute), plain(&c.hour), c.days, plain(&c.month), c.weekdays, c.years}
	for i, read := range readers {
		if err := read(units[i], fields[i]); err != nil {
			return Schedule{}, err.moved(starts[i])
		}
	}
	return Schedule{expression: "cron(" + strings.Join(fields, " ") + ")", cron: c}, nil
}

var (
	workdayForm = regexp.MustCompile(`^([0-9]{1,2})W$`)
	lastForm    = regexp.MustCompile(`^([1-7]|[A-Za-z]{3})L$`)
	nthForm     = regexp.MustCompile(`^([1-7]|[A-Za-z]{3})#([1-5])$`)
)

func (c *cron) days(u unit, field string) (err *Error) {
	switch m := workdayForm.FindStringSubmatch(field); {
	case field == "?":
	case field == "L":
		c.last = true
	case field == "LW":
		c.lastWorkday = true
	case m != nil:
		c.workday, err = u.value(m[1])
	default:
		c.day, err = u.parse(field, false)
	}
	return err
}

func (c *cron) weekdays(u unit, field string) (err *Error) {
	last, nth := lastForm.FindStringSubmatch(field), nthForm.FindStringSubmatch(field)
	switch {
	case field == "?":
	case field == "L":
		c.weekday = c.weekday.with(7)
	case last != nil:
		c.lastOf, err = u.value(last[1])
	case nth != nil:
		c.nth = int(nth[2][0] - '0')
		c.nthOf, err = u.value(nth[1])
	default:
		c.weekday, err = u.parse(field, false)
	}
	return err
}

// years keeps the set small by counting from the first year.
func (c *cron) years(u unit, field string) *Error {
	at := 0
	for _, part := range strings.Split(field, ",") {
		one, err := u.yearPart(part)
		if err != nil {
			return err.moved(at)
		}
		c.year = c.year.union(one)
		at += len(part) + 1
	}
	return nil
}

func (u unit) yearPart(part string) (set, *Error) {
	span, step, stepped := strings.Cut(part, "/")
	n := 1
	if stepped {
		var err error
		if n, err = strconv.Atoi(step); err != nil || n < 1 {
			return set{}, bad(len(span)+1, "", "the step of the year must be a number of at least 1, not %q", step)
		}
	}
	from, to := u.min, u.max
	if first, last, ranged := strings.Cut(span, "-"); span != "*" {
		var err *Error
		if from, err = u.value(first); err != nil {
			return set{}, err
		}
		if to = from; ranged {
			if to, err = u.value(last); err != nil {
				return set{}, err.moved(len(first) + 1)
			}
		} else if stepped {
			to = u.max
		}
	}
	if from > to {
		return set{}, bad(0, "", "the range %s of the year ends before it begins", span)
	}
	var out set
	for y := from; y <= to; y += n {
		out = out.with(y - firstYear)
	}
	return out, nil
}

// next returns the first moment after another, on the clock of its zone. A time that a change of the clock leaves out is
// left out, one that comes twice counts once.
func (c *cron) next(after time.Time) time.Time {
	zone := after.Location()
	for day := time.Date(after.Year(), after.Month(), after.Day(), 12, 0, 0, 0, zone); day.Year() <= lastYear; day = day.AddDate(0, 0, 1) {
		if !c.month.has(int(day.Month())) || !c.year.has(day.Year()-firstYear) || !c.onDay(day) {
			continue
		}
		for _, h := range c.hour.values() {
			for _, m := range c.minute.values() {
				t := first(time.Date(day.Year(), day.Month(), day.Day(), h, m, 0, 0, zone))
				if t.After(after) && t.Hour() == h && t.Minute() == m {
					return t
				}
			}
		}
	}
	return time.Time{}
}

// first is the first of the two moments at which a clock that is put back shows a time.
func first(t time.Time) time.Time {
	for _, back := range []time.Duration{30 * time.Minute, time.Hour} {
		if e := t.Add(-back); e.Hour() == t.Hour() && e.Minute() == t.Minute() {
			return e
		}
	}
	return t
}

func (c *cron) onDay(day time.Time) bool {
	begin := time.Date(day.Year(), day.Month(), 1, 12, 0, 0, 0, day.Location())
	length := begin.AddDate(0, 1, -1).Day()
	weekday := int(day.Weekday()) + 1
	switch {
	case c.last:
		return day.Day() == length
	case c.lastWorkday:
		return day.Day() == nearestWorkday(begin, length, length)
	case c.workday > 0:
		return c.workday <= length && day.Day() == nearestWorkday(begin, c.workday, length)
	case c.lastOf > 0:
		return weekday == c.lastOf && day.Day() > length-7
	case c.nth > 0:
		return weekday == c.nthOf && (day.Day()-1)/7+1 == c.nth
	}
	return c.day.has(day.Day()) || c.weekday.has(weekday)
}

// nearestWorkday is the day from Monday to Friday that is nearest to a day of a month and in the same month.
func nearestWorkday(begin time.Time, day, length int) int {
	switch begin.AddDate(0, 0, day-1).Weekday() {
	case time.Saturday:
		if day == 1 {
			return 3
		}
		return day - 1
	case time.Sunday:
		if day == length {
			return day - 2
		}
		return day + 1
	}
	return day
}
