package cloudwatch

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"ferry.dev/ferry/internal/emulator/ids"
)

// named finds the alarm that an ARN names. The caller holds the lock.
func (s *Service) named(arn *string) (*alarm, error) {
	name, ok := strings.CutPrefix(aws.ToString(arn), s.arn(""))
	a := s.state.Alarms[name]
	if !ok || a == nil {
		return nil, &types.ResourceNotFoundException{Message: aws.String("Unknown"), ResourceType: aws.String("alarm"), ResourceId: arn}
	}
	return a, nil
}

// ListTagsForResource lists an alarm's tags.
func (s *Service) ListTagsForResource(_ context.Context, in *cloudwatch.ListTagsForResourceInput) (*cloudwatch.ListTagsForResourceOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	a, err := s.named(in.ResourceARN)
	if err != nil {
		return nil, err
	}
	out := &cloudwatch.ListTagsForResourceOutput{Tags: []types.Tag{}}
	for _, k := range slices.Sorted(maps.Keys(a.Tags)) {
		out.Tags = append(out.Tags, types.Tag{Key: aws.String(k), Value: aws.String(a.Tags[k])})
	}
	return out, nil
}

// TagResource sets tags of an alarm.
func (s *Service) TagResource(_ context.Context, in *cloudwatch.TagResourceInput) (*cloudwatch.TagResourceOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	a, err := s.named(in.ResourceARN)
	if err != nil {
		return nil, err
	}
	for _, t := range in.Tags {
		a.Tags[aws.ToString(t.Key)] = aws.ToString(t.Value)
	}
	return &cloudwatch.TagResourceOutput{}, nil
}

// UntagResource removes tags of an alarm.
func (s *Service) UntagResource(_ context.Context, in *cloudwatch.UntagResourceInput) (*cloudwatch.UntagResourceOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	a, err := s.named(in.ResourceARN)
	if err != nil {
		return nil, err
	}
	for _, k := range in.TagKeys {
		delete(a.Tags, k)
	}
	return &cloudwatch.UntagResourceOutput{}, nil
}

// Tagged lists the alarms with their tags.
func (s *Service) Tagged() []ids.Tagged {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []ids.Tagged
	for _, a := range s.state.Alarms {
		all = append(all, ids.Tagged{ARN: *a.AlarmArn, Tags: maps.Clone(a.Tags)})
	}
	return all
}
