package schedule

import (
	"math/bits"
	"strconv"
	"strings"
)

// set holds the values that a field lets through: minutes to 59, and years counted from the first that there is.
type set [4]uint64

func (s set) has(v int) bool { return v >= 0 && v < 64*len(s) && s[v/64]&(1<<(v%64)) != 0 }

func (s set) with(v int) set {
	s[v/64] |= 1 << (v % 64)
	return s
}

func (s set) without(v int) set {
	s[v/64] &^= 1 << (v % 64)
	return s
}

func (s set) union(o set) set {
	for i := range s {
		s[i] |= o[i]
	}
	return s
}

func (s set) count() int {
	n := 0
	for _, word := range s {
		n += bits.OnesCount64(word)
	}
	return n
}

// full tells whether every value of a field is in.
func (s set) full(u unit) bool { return s.count() == u.max-u.min+1 }

// values lists what is in, in order.
func (s set) values() []int {
	var all []int
	for v := range 64 * len(s) {
		if s.has(v) {
			all = append(all, v)
		}
	}
	return all
}

// write says a set in Scheduler's words: *, a step from its first value to the field's end, or values and ranges.
func (s set) write(u unit) string {
	if s.full(u) {
		return "*"
	}
	all := s.values()
	if step := evenly(all); step > 1 && u.sunday == 0 && all[len(all)-1]+step > u.max {
		return strconv.Itoa(all[0]) + "/" + strconv.Itoa(step)
	}
	var parts []string
	for i := 0; i < len(all); {
		j := i
		for j+1 < len(all) && all[j+1] == all[j]+1 {
			j++
		}
		text := strconv.Itoa(all[i] + u.sunday)
		if j > i+1 {
			text += "-" + strconv.Itoa(all[j]+u.sunday)
		} else if j == i+1 {
			text += "," + strconv.Itoa(all[j]+u.sunday)
		}
		parts = append(parts, text)
		i = j + 1
	}
	return strings.Join(parts, ",")
}

// evenly returns the distance of values that are as far from each other, three at least; 0 where they are not.
func evenly(all []int) int {
	if len(all) < 3 {
		return 0
	}
	step := all[1] - all[0]
	for i := 2; i < len(all); i++ {
		if all[i]-all[i-1] != step {
			return 0
		}
	}
	return step
}
