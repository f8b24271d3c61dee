package logs

import (
	"hash/maphash"
	"time"
)

// seen remembers which lines were emitted, as far back as a later reading can bring them again.
type seen struct {
	seed  maphash.Seed
	lines map[identity]int // how many equal lines were emitted
}

// identity is what live tail and FilterLogEvents agree on. Event IDs exist only in the latter.
type identity struct {
	stream  string
	time    int64
	message uint64
}

func newSeen() *seen { return &seen{seed: maphash.MakeSeed(), lines: map[identity]int{}} }

func (s *seen) identity(l line) identity {
	return identity{stream: l.stream, time: l.Time.UnixMilli(), message: maphash.String(s.seed, l.Message)}
}

// forget drops what is older than the oldest line that can come again.
func (s *seen) forget(before time.Time) {
	limit := before.UnixMilli()
	for id := range s.lines {
		if id.time < limit {
			delete(s.lines, id)
		}
	}
}

// reading is one pass over the log: a scan of a time range, or a live tail session. Each brings every line at most once.
type reading struct {
	seen  *seen
	count map[identity]int
}

func (s *seen) reading() *reading { return &reading{seen: s, count: map[identity]int{}} }

// isNew tells whether the line is one more of its kind than were emitted so far, and takes it as emitted.
func (r *reading) isNew(l line) bool {
	id := r.seen.identity(l)
	r.count[id]++
	if r.count[id] <= r.seen.lines[id] {
		return false
	}
	r.seen.lines[id]++
	return true
}

// forget drops the same from the reading itself: a live tail session may last for hours.
func (r *reading) forget(before time.Time) {
	limit := before.UnixMilli()
	for id := range r.count {
		if id.time < limit {
			delete(r.count, id)
		}
	}
}
