package cwlogs

import (
	"encoding/json"
	"fmt"
	"slices"
)

// state is what survives a restart of the endpoint.
type state struct {
	Seq    uint64
	Groups map[string]*group
}

// Save returns everything as JSON. Events that retention has removed are not in it.
func (s *Service) Save() ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, g := range s.groups {
		s.expire(g)
	}
	return json.Marshal(state{Seq: s.seq, Groups: s.groups})
}

// Load replaces everything with what Save returned.
func (s *Service) Load(data []byte) error {
	var st state
	if err := json.Unmarshal(data, &st); err != nil {
		return fmt.Errorf("reading the log groups: %w", err)
	}
	for _, g := range st.Groups {
		if g.Tags == nil {
			g.Tags = map[string]string{}
		}
		if g.Streams == nil {
			g.Streams = map[string]*stream{}
		}
	}
	if st.Groups == nil {
		st.Groups = map[string]*group{}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seq, s.groups = st.Seq, st.Groups
	return nil
}

// expire drops the events that the group's retention has removed.
func (s *Service) expire(g *group) {
	for _, st := range g.Streams {
		kept := s.between(g, st, nil, nil)
		if len(kept) == len(st.Events) {
			continue
		}
		st.Events, st.Bytes = slices.Clone(kept), 0
		for _, e := range kept {
			st.Bytes += int64(len(e.Message) + overhead)
		}
	}
}
