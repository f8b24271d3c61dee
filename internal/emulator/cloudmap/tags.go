package cloudmap

import (
	"context"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/servicediscovery"
	"github.com/aws/aws-sdk-go-v2/service/servicediscovery/types"

	"ferry.dev/ferry/internal/emulator/ids"
)

// tag adds or replaces tags. The caller holds the lock.
func (s *Service) tag(arn string, tags []types.Tag) {
	merged := maps.Clone(s.state.Tags[arn])
	if merged == nil {
		merged = map[string]string{}
	}
	for _, t := range tags {
		merged[aws.ToString(t.Key)] = aws.ToString(t.Value)
	}
	s.state.Tags[arn] = merged
}

func (s *Service) tags(arn *string) (map[string]string, error) {
	tags, ok := s.state.Tags[aws.ToString(arn)]
	if !ok {
		return nil, &types.ResourceNotFoundException{Message: aws.String("The resource " + aws.ToString(arn) + " was not found.")}
	}
	return tags, nil
}

// TagResource adds or replaces tags of a namespace.
func (s *Service) TagResource(_ context.Context, in *servicediscovery.TagResourceInput) (*servicediscovery.TagResourceOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.tags(in.ResourceARN); err != nil {
		return nil, err
	}
	s.tag(*in.ResourceARN, in.Tags)
	return &servicediscovery.TagResourceOutput{}, nil
}

// UntagResource removes tags of a namespace.
func (s *Service) UntagResource(_ context.Context, in *servicediscovery.UntagResourceInput) (*servicediscovery.UntagResourceOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	tags, err := s.tags(in.ResourceARN)
	if err != nil {
		return nil, err
	}
	tags = maps.Clone(tags)
	maps.DeleteFunc(tags, func(key, _ string) bool { return slices.Contains(in.TagKeys, key) })
	s.state.Tags[*in.ResourceARN] = tags
	return &servicediscovery.UntagResourceOutput{}, nil
}

// ListTagsForResource lists a namespace's tags by key.
func (s *Service) ListTagsForResource(_ context.Context, in *servicediscovery.ListTagsForResourceInput) (*servicediscovery.ListTagsForResourceOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	tags, err := s.tags(in.ResourceARN)
	if err != nil {
		return nil, err
	}
	out := &servicediscovery.ListTagsForResourceOutput{Tags: []types.Tag{}}
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		out.Tags = append(out.Tags, types.Tag{Key: aws.String(key), Value: aws.String(tags[key])})
	}
	return out, nil
}

// Tagged lists the namespaces with their tags.
func (s *Service) Tagged() []ids.Tagged {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []ids.Tagged
	for arn, tags := range s.state.Tags {
		all = append(all, ids.Tagged{ARN: arn, Tags: tags})
	}
	return all
}
