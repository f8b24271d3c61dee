package emulator

import (
	"slices"
	"sync"
	"time"
)

// Fault is what goes wrong with calls that match it. Latency alone only delays them.
type Fault struct {
	Service   string        `json:"service,omitempty"`   // as in the signature, such as "ecs"; "": every service
	Operation string        `json:"operation,omitempty"` // "": every operation
	After     int           `json:"after,omitempty"`     // so many matching calls pass first
	Times     int           `json:"times,omitempty"`     // so many calls are hit; 0: all, until the faults are cleared
	Latency   time.Duration `json:"latency,omitempty"`   // delay before the call is looked at, in nanoseconds
	Code      string        `json:"code,omitempty"`      // answer with this error code instead of running the operation
	Message   string        `json:"message,omitempty"`
	Status    int           `json:"status,omitempty"` // HTTP status for Code; 0: what the service uses
	Drop      bool          `json:"drop,omitempty"`   // close the connection instead of running the operation
	Lose      bool          `json:"lose,omitempty"`   // run the operation, then close the connection instead of answering
}

type faults struct {
	mu      sync.Mutex
	latency time.Duration
	armed   []Fault
}

func (f *faults) add(fault Fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.armed = append(f.armed, fault)
}

func (f *faults) clear() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.armed, f.latency = nil, 0
}

func (f *faults) setLatency(d time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.latency = d
}

// take returns the fault that hits this call, counting it; the zero Fault when there is none.
// Its latency includes the one that every call has.
func (f *faults) take(service, operation string) Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i := range f.armed {
		a := &f.armed[i]
		if a.Service != "" && a.Service != service || a.Operation != "" && a.Operation != operation {
			continue
		}
		if a.After > 0 {
			a.After--
			continue
		}
		hit := *a
		if a.Times--; a.Times == 0 {
			f.armed = slices.Delete(f.armed, i, i+1)
		} else if a.Times < 0 {
			a.Times = 0
		}
		hit.Latency += f.latency
		return hit
	}
	return Fault{Latency: f.latency}
}
