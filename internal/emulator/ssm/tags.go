package ssm

import (
	"context"
	"maps"
	"slices"

	"ferry.dev/ferry/internal/emulator/wire"
)

// tagged finds the parameter whose tags are meant. The caller holds the lock.
func (s *Service) tagged(kind string, id *string) (*parameter, error) {
	if kind != "Parameter" {
		return nil, &wire.Error{Code: "InvalidResourceType", Message: "Only parameters can be tagged here, not " + kind + "."}
	}
	p, _, _, err := s.find(str(id))
	if err != nil {
		return nil, &wire.Error{Code: "InvalidResourceId", Message: "The resource ID " + str(id) + " is not valid."}
	}
	return p, nil
}

// AddTagsToResource adds or replaces tags of a parameter.
func (s *Service) AddTagsToResource(_ context.Context, in *AddTagsToResourceInput) (*AddTagsToResourceOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, err := s.tagged(in.ResourceType, in.ResourceId)
	if err != nil {
		return nil, err
	}
	for _, t := range in.Tags {
		p.Tags[str(t.Key)] = str(t.Value)
	}
	return &AddTagsToResourceOutput{}, nil
}

// RemoveTagsFromResource removes tags of a parameter.
func (s *Service) RemoveTagsFromResource(_ context.Context, in *RemoveTagsFromResourceInput) (*RemoveTagsFromResourceOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, err := s.tagged(in.ResourceType, in.ResourceId)
	if err != nil {
		return nil, err
	}
	maps.DeleteFunc(p.Tags, func(key, _ string) bool { return slices.Contains(in.TagKeys, key) })
	return &RemoveTagsFromResourceOutput{}, nil
}

// ListTagsForResource lists a parameter's tags by key.
func (s *Service) ListTagsForResource(_ context.Context, in *ListTagsForResourceInput) (*ListTagsForResourceOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, err := s.tagged(in.ResourceType, in.ResourceId)
	if err != nil {
		return nil, err
	}
	out := &ListTagsForResourceOutput{TagList: []Tag{}}
	for _, key := range slices.Sorted(maps.Keys(p.Tags)) {
		value := p.Tags[key]
		out.TagList = append(out.TagList, Tag{Key: &key, Value: &value})
	}
	return out, nil
}
