package elb

import (
	"maps"

	"ferry.dev/ferry/internal/emulator/ids"
)

// Tagged lists load balancers, target groups, listeners and rules with their tags, for the resource groups tagging API.
func (s *Service) Tagged() []ids.Tagged {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []ids.Tagged
	for arn, tags := range s.tags {
		all = append(all, ids.Tagged{ARN: arn, Tags: maps.Clone(tags)})
	}
	return all
}
