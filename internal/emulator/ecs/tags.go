package ecs

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// tagsOf finds the tags of a cluster, service, task or task definition. The caller holds the lock.
func (s *Service) tagsOf(arn *string) (*[]types.Tag, error) {
	kind, parts := resource(aws.ToString(arn))
	switch {
	case kind == "task-definition":
		td, err := s.taskDefinition(*arn)
		if err != nil {
			return nil, invalid("The specified task definition was not found.")
		}
		return &td.Tags, nil
	case len(parts) == 0 || s.clusters[parts[0]] == nil:
		return nil, noCluster()
	}
	c := s.clusters[parts[0]]
	switch {
	case kind == "cluster":
		return &c.Cluster.Tags, nil
	case kind == "service" && len(parts) == 2 && c.Services[parts[1]] != nil:
		return &c.Services[parts[1]].Tags, nil
	case kind == "service":
		return nil, noService()
	case kind == "task" && len(parts) == 2 && c.Tasks[parts[1]] != nil:
		return &c.Tasks[parts[1]].Task.Tags, nil
	}
	return nil, &types.ResourceNotFoundException{Message: aws.String("The specified resource was not found.")}
}

// TagResource adds tags, or changes their values.
func (s *Service) TagResource(_ context.Context, in *ecs.TagResourceInput) (*ecs.TagResourceOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	tags, err := s.tagsOf(in.ResourceArn)
	if err != nil {
		return nil, err
	}
	out := slices.Clone(*tags)
	for _, tag := range in.Tags {
		out = slices.DeleteFunc(out, func(t types.Tag) bool { return aws.ToString(t.Key) == aws.ToString(tag.Key) })
		out = append(out, tag)
	}
	if len(out) > 50 {
		return nil, invalid("Number of tags exceeds the limit: 50.")
	}
	*tags = out
	return &ecs.TagResourceOutput{}, nil
}

// UntagResource removes tags.
func (s *Service) UntagResource(_ context.Context, in *ecs.UntagResourceInput) (*ecs.UntagResourceOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	tags, err := s.tagsOf(in.ResourceArn)
	if err != nil {
		return nil, err
	}
	*tags = slices.DeleteFunc(slices.Clone(*tags), func(t types.Tag) bool { return slices.Contains(in.TagKeys, aws.ToString(t.Key)) })
	return &ecs.UntagResourceOutput{}, nil
}

// ListTagsForResource lists a resource's tags.
func (s *Service) ListTagsForResource(_ context.Context, in *ecs.ListTagsForResourceInput) (*ecs.ListTagsForResourceOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	tags, err := s.tagsOf(in.ResourceArn)
	if err != nil {
		return nil, err
	}
	return &ecs.ListTagsForResourceOutput{Tags: orEmpty(*tags)}, nil
}
