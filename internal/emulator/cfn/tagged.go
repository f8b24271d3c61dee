package cfn

import (
	"maps"

	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"ferry.dev/ferry/internal/emulator/ids"
)

// Tagged lists the stacks that are there with their tags, for the resource groups tagging API.
func (s *Service) Tagged() []ids.Tagged {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []ids.Tagged
	for _, st := range s.stacks {
		if st.Current != nil && st.Status != types.StackStatusDeleteComplete {
			all = append(all, ids.Tagged{ARN: st.ID, Tags: maps.Clone(st.Current.Tags)})
		}
	}
	return all
}
