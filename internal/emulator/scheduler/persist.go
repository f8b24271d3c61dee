package scheduler

import "encoding/json"

// saved is the service's state in a file.
type saved struct {
	Groups    map[string]*group
	Schedules map[string]*schedule
}

// Save returns the service's state.
func (s *Service) Save() ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return json.Marshal(saved{s.groups, s.schedules})
}

// Load takes what Save returned and sets the schedules going. Runs whose time has passed meanwhile are gone.
func (s *Service) Load(data []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var from saved
	if err := json.Unmarshal(data, &from); err != nil {
		return err
	}
	s.groups, s.schedules = from.Groups, from.Schedules
	for _, x := range s.schedules {
		s.arm(x)
	}
	return nil
}
