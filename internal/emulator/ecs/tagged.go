package ecs

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"ferry.dev/ferry/internal/emulator/ids"
)

// Tagged lists clusters, services, task definitions and running tasks with their tags, for the resource groups tagging API.
func (s *Service) Tagged() []ids.Tagged {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []ids.Tagged
	add := func(arn *string, tags []types.Tag) {
		m := map[string]string{}
		for _, t := range tags {
			m[aws.ToString(t.Key)] = aws.ToString(t.Value)
		}
		all = append(all, ids.Tagged{ARN: aws.ToString(arn), Tags: m})
	}
	for _, c := range s.clusters {
		if !c.active() {
			continue
		}
		add(c.Cluster.ClusterArn, c.Cluster.Tags)
		for _, svc := range c.Services {
			if svc.status() != "INACTIVE" {
				add(svc.Service.ServiceArn, svc.Tags)
			}
		}
		for _, t := range c.Tasks {
			if !t.stopped() {
				add(t.Task.TaskArn, t.Task.Tags)
			}
		}
	}
	for _, f := range s.families {
		for _, td := range f.Revisions {
			if td.Definition.Status == types.TaskDefinitionStatusActive {
				add(td.Definition.TaskDefinitionArn, td.Tags)
			}
		}
	}
	return all
}
