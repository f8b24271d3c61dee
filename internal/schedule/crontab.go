package schedule

import (
	"strconv"
	"strings"
)

// unit is one field of a crontab or of a cron expression.
type unit struct {
	name     string
	min, max int
	names    string // three letters each, the first for min
	sunday   int    // days of the week: what a crontab adds to its number to make Scheduler's
}

const (
	monthNames = "JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC"
	dayNames   = "SUNMONTUEWEDTHUFRISAT"
)

// crontabUnits are the five fields of a crontab, in its own numbers: Sunday is 0, and 7 too.
func crontabUnits() []unit {
	return []unit{
		{name: "minute", max: 59}, {name: "hour", max: 23}, {name: "day of the month", min: 1, max: 31},
		{name: "month", min: 1, max: 12, names: monthNames}, {name: "day of the week", max: 7, names: dayNames, sunday: 1},
	}
}

// parseCrontab turns five fields of a crontab into Scheduler's cron(…): six fields, of which one of the two for days is "?",
// and whose Sunday is 1.
func parseCrontab(s string) (Schedule, *Error) {
	fields, starts := words(s)
	units := crontabUnits()
	if len(fields) != len(units) {
		return Schedule{}, crontabShape(s, fields)
	}
	sets := make([]set, len(units))
	for i, u := range units {
		var err *Error
		if sets[i], err = u.parse(fields[i], true); err != nil {
			return Schedule{}, err.moved(starts[i])
		}
	}
	if sets[4].has(7) { // crontab's second Sunday
		sets[4] = sets[4].without(7).with(0)
	}
	units[4].max = 6
	anyDay, anyWeekday := sets[2].full(units[2]), sets[4].full(units[4])
	if !anyDay && !anyWeekday {
		return Schedule{}, bad(starts[4], "restrict one of the two and write * for the other; two jobs can have one schedule each",
			"days of the month and of the week together mean either of them in a crontab, which EventBridge Scheduler cannot say")
	}
	out := make([]string, 0, 6)
	for i, u := range units {
		out = append(out, sets[i].write(u))
	}
	if anyDay && !anyWeekday {
		out[2] = "?"
	} else {
		out[4] = "?"
	}
	return parseCron(strings.Join(append(out, "*"), " "))
}

// crontabShape says what is wrong with a text that has not five fields.
func crontabShape(s string, fields []string) *Error {
	switch {
	case strings.HasPrefix(s, "TZ=") || strings.HasPrefix(s, "CRON_TZ="):
		return bad(0, "write on.timezone", "a time zone does not stand in the schedule")
	case len(fields) == 6:
		return bad(0, "without seconds: five fields; Scheduler's own six are written cron(…)", "a crontab has five fields, not six")
	case len(fields) > 1:
		return bad(0, "minute, hour, day of the month, month, day of the week: 0 2 * * *", "a crontab has five fields, not %d", len(fields))
	}
	return bad(0, forms, "%q is no schedule", s)
}

// words cuts a text at blanks, and tells where each word begins.
func words(s string) (list []string, starts []int) {
	for i := 0; i < len(s); {
		if s[i] == ' ' || s[i] == '\t' {
			i++
			continue
		}
		j := i
		for j < len(s) && s[j] != ' ' && s[j] != '\t' {
			j++
		}
		list, starts = append(list, s[i:j]), append(starts, i)
		i = j
	}
	return list, starts
}

// parse reads a field: lists of values, ranges and steps. A crontab takes ? for *.
func (u unit) parse(field string, crontab bool) (set, *Error) {
	var all set
	at := 0
	for _, part := range strings.Split(field, ",") {
		one, err := u.part(part, crontab)
		if err != nil {
			return set{}, err.moved(at)
		}
		all = all.union(one)
		at += len(part) + 1
	}
	return all, nil
}

func (u unit) part(part string, crontab bool) (set, *Error) {
	span, step, stepped := strings.Cut(part, "/")
	n := 1
	if stepped {
		var err error
		if n, err = strconv.Atoi(step); err != nil || n < 1 {
			return set{}, bad(len(span)+1, "", "the step of the %s must be a number of at least 1, not %q", u.name, step)
		}
	}
	from, to := u.min, u.max
	if u.sunday != 0 && crontab {
		to = 6
	}
	if span != "*" && !(crontab && span == "?") {
		first, last, ranged := strings.Cut(span, "-")
		var err *Error
		if from, err = u.value(first); err != nil {
			return set{}, err
		}
		switch {
		case ranged:
			if to, err = u.value(last); err != nil {
				return set{}, err.moved(len(first) + 1)
			}
		case !stepped:
			to = from
		}
	}
	if from > to {
		return set{}, bad(0, "write the parts behind one another, with a comma", "the range %s of the %s ends before it begins", span, u.name)
	}
	var out set
	for v := from; v <= to; v += n {
		out = out.with(v)
	}
	return out, nil
}

// value reads a number or a name.
func (u unit) value(s string) (int, *Error) {
	if len(s) == 3 && u.names != "" {
		if i := strings.Index(u.names, strings.ToUpper(s)); i >= 0 && i%3 == 0 {
			return i/3 + max(u.min, 0), nil
		}
	}
	n, err := strconv.Atoi(s)
	if err != nil || s[0] == '+' || s[0] == '-' {
		return 0, bad(0, "", "%q is no %s", s, u.name)
	}
	if n < u.min || n > u.max {
		return 0, bad(0, "", "the %s goes from %d to %d, not to %d", u.name, u.min, u.max, n)
	}
	return n, nil
}
