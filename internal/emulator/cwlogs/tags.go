package cwlogs

import (
	"context"
	"maps"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"

	"ferry.dev/ferry/internal/emulator/ids"
)

// TagResource adds tags to a log group, named by its ARN.
func (s *Service) TagResource(_ context.Context, in *cloudwatchlogs.TagResourceInput) (*cloudwatchlogs.TagResourceOutput, error) {
	err := s.withTags(in.ResourceArn, func(tags map[string]string) { maps.Copy(tags, in.Tags) })
	if err != nil {
		return nil, err
	}
	return &cloudwatchlogs.TagResourceOutput{}, nil
}

// UntagResource removes tags from a log group.
func (s *Service) UntagResource(_ context.Context, in *cloudwatchlogs.UntagResourceInput) (*cloudwatchlogs.UntagResourceOutput, error) {
	err := s.withTags(in.ResourceArn, func(tags map[string]string) {
		for _, name := range in.TagKeys {
			delete(tags, name)
		}
	})
	if err != nil {
		return nil, err
	}
	return &cloudwatchlogs.UntagResourceOutput{}, nil
}

// ListTagsForResource reads a log group's tags.
func (s *Service) ListTagsForResource(_ context.Context, in *cloudwatchlogs.ListTagsForResourceInput) (*cloudwatchlogs.ListTagsForResourceOutput, error) {
	out := &cloudwatchlogs.ListTagsForResourceOutput{}
	err := s.withTags(in.ResourceArn, func(tags map[string]string) { out.Tags = maps.Clone(tags) })
	if err != nil {
		return nil, err
	}
	return out, nil
}

// ListTagsLogGroup is the older form of ListTagsForResource, by name.
func (s *Service) ListTagsLogGroup(_ context.Context, in *cloudwatchlogs.ListTagsLogGroupInput) (*cloudwatchlogs.ListTagsLogGroupOutput, error) {
	out := &cloudwatchlogs.ListTagsLogGroupOutput{}
	err := s.withTags(in.LogGroupName, func(tags map[string]string) { out.Tags = maps.Clone(tags) })
	if err != nil {
		return nil, err
	}
	return out, nil
}

func (s *Service) withTags(resource *string, f func(map[string]string)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	g, err := s.group(aws.String(groupName(aws.ToString(resource))), nil)
	if err != nil {
		return err
	}
	f(g.Tags)
	return nil
}

// Tagged lists the log groups with their tags, for the resource groups tagging API.
func (s *Service) Tagged() []ids.Tagged {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []ids.Tagged
	for name, g := range s.groups {
		all = append(all, ids.Tagged{ARN: s.groupARN(name), Tags: maps.Clone(g.Tags)})
	}
	return all
}
