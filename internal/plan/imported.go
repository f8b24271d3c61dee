package plan

import "ferry.dev/ferry/internal/manifest"

// Import is an Application Load Balancer that exists already, which the manifest names. What is not known without AWS is
// empty until a deploy has looked; a template rendered before that has parameters instead.
type Import struct {
	Name           string // as the manifest has it: a name or an ARN
	Known          bool   // the rest was looked up
	DNSName, Zone  string
	VPC            string
	FullName       string
	SecurityGroups []string
	HTTPListener   string // ARN; "" = it has none
	HTTPSListener  string
}

// HTTPS tells whether the service's rules go on a listener with HTTPS. Not known: where it answers to names of its own.
func (i *Import) HTTPS(h manifest.HTTP) bool {
	if i == nil || !i.Known {
		return len(h.Aliases) > 0
	}
	return i.HTTPSListener != ""
}

// Adopt tells the service what was found out about its load balancer.
func (s *Service) Adopt(i Import) {
	i.Known = true
	s.Import = &i
	s.Routing = newRouting(*s)
	s.Network = newTaskNetwork(*s)
}
