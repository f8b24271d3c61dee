package ecr

import (
	"maps"

	"github.com/aws/aws-sdk-go-v2/aws"

	"ferry.dev/ferry/internal/emulator/ids"
)

// Tagged lists the repositories with their tags, for the resource groups tagging API.
func (s *Service) Tagged() []ids.Tagged {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []ids.Tagged
	for _, r := range s.repos {
		all = append(all, ids.Tagged{ARN: aws.ToString(r.RepositoryArn), Tags: maps.Clone(r.Tags)})
	}
	return all
}
