package emulator

import (
	"slices"
	"sync"
	"time"
)

// maxCalls bounds what the recorder of a long-running endpoint remembers: the newest calls.
const maxCalls = 20_000

// Call is one AWS request as the endpoint saw it.
type Call struct {
	Service   string    `json:"service"`
	Operation string    `json:"operation"`
	Start     time.Time `json:"start"` // when the request had arrived, on the wall's clock
	End       time.Time `json:"end"`   // when the answer had been written
	Status    int       `json:"status"`
	Error     string    `json:"error,omitempty"` // error code and message
}

// recorder remembers calls in the order in which they ended.
type recorder struct {
	mu    sync.Mutex
	calls []Call
}

func (r *recorder) add(c Call) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.calls) >= maxCalls {
		r.calls = slices.Delete(r.calls, 0, maxCalls/10)
	}
	r.calls = append(r.calls, c)
}

func (r *recorder) all() []Call {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.calls)
}

func (r *recorder) reset() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.calls = nil
}

// Depth returns how many of the calls came one after another: the size of the largest set of calls of which no two
// overlap in time. With a latency injected into every call, parallel calls overlap, and the depth is the number of
// round trips that a client waited for.
func Depth(calls []Call) int {
	byEnd := slices.SortedFunc(slices.Values(calls), func(a, b Call) int { return a.End.Compare(b.End) })
	depth := 0
	var last time.Time
	for _, c := range byEnd {
		if depth == 0 || !c.Start.Before(last) {
			depth, last = depth+1, c.End
		}
	}
	return depth
}
