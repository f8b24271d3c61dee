package cfn

import (
	"strings"

	"ferry.dev/ferry/internal/emulator/cfn/template"
)

// refresh reads the attributes of a stack's resources again and sets its outputs by them. After a restart the endpoint,
// or a load balancer, may listen on another port, and addresses are attributes.
func (s *Service) refresh(st *stack) {
	if st.busy() || st.gone() || st.Current == nil || len(st.Outputs) == 0 {
		return
	}
	changed := false
	for _, r := range s.everything(st) {
		p := s.providers[r.Type]
		if p.read == nil || !r.live() {
			continue
		}
		attrs, err := p.read(s.ctx, s.requestFor(st, r, nil))
		if err != nil { // somebody else removed it; the next update will find out
			continue
		}
		changed = changed || !equal(any(attrs), any(r.Attributes))
		s.mu.Lock()
		r.Attributes = attrs
		s.mu.Unlock()
	}
	if !changed {
		return
	}
	t, err := template.Parse(st.Current.Template)
	if err != nil {
		return
	}
	outputs, err := s.outputsOf(st, t, st.Current, map[string]bool{})
	if err != nil || strings.HasPrefix(string(st.Status), "DELETE") {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	st.Outputs = outputs
}
