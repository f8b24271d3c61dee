// Package persist saves and loads the state of a service that is one value behind one lock. Services that have more to
// look after when they come back (load balancers, tasks, stacks) load by themselves.
package persist

import (
	"encoding/json"
	"sync"
)

// Save returns what state points to as JSON, as it is at one moment.
func Save(mu sync.Locker, state any) ([]byte, error) {
	mu.Lock()
	defer mu.Unlock()
	return json.Marshal(state)
}

// Load takes what Save returned into what state points to.
func Load(mu sync.Locker, data []byte, state any) error {
	mu.Lock()
	defer mu.Unlock()
	return json.Unmarshal(data, state)
}
