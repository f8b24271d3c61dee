package scheduler

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/scheduler"
	"github.com/aws/aws-sdk-go-v2/service/scheduler/types"

	"ferry.dev/ferry/internal/emulator/ids"
	"ferry.dev/ferry/internal/emulator/paging"
)

// CreateScheduleGroup makes a group.
func (s *Service) CreateScheduleGroup(_ context.Context, in *scheduler.CreateScheduleGroupInput) (*scheduler.CreateScheduleGroupOutput, error) {
	name := aws.ToString(in.Name)
	if !nameForm.MatchString(name) {
		return nil, invalid("The Name must have 1 to 64 letters, digits, hyphens, underscores or periods.")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.groups[name] != nil {
		return nil, exists("Schedule group", name)
	}
	g := &group{Name: name, Created: s.now(), Modified: s.now(), Tags: map[string]string{}}
	g.tag(in.Tags)
	s.groups[name] = g
	return &scheduler.CreateScheduleGroupOutput{ScheduleGroupArn: s.groupARN(name)}, nil
}

func (g *group) tag(tags []types.Tag) {
	for _, t := range tags {
		g.Tags[aws.ToString(t.Key)] = aws.ToString(t.Value)
	}
}

// GetScheduleGroup returns one group.
func (s *Service) GetScheduleGroup(_ context.Context, in *scheduler.GetScheduleGroupInput) (*scheduler.GetScheduleGroupOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g := s.groups[aws.ToString(in.Name)]
	if g == nil {
		return nil, notFound("Schedule group", aws.ToString(in.Name))
	}
	return &scheduler.GetScheduleGroupOutput{Arn: s.groupARN(g.Name), Name: &g.Name, CreationDate: &g.Created, LastModificationDate: &g.Modified,
		State: types.ScheduleGroupStateActive}, nil
}

// DeleteScheduleGroup deletes a group and its schedules.
func (s *Service) DeleteScheduleGroup(_ context.Context, in *scheduler.DeleteScheduleGroupInput) (*scheduler.DeleteScheduleGroupOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	name := aws.ToString(in.Name)
	switch {
	case name == defaultGroup:
		return nil, invalid("The default schedule group cannot be deleted.")
	case s.groups[name] == nil:
		return nil, notFound("Schedule group", name)
	}
	for _, x := range s.schedules {
		if x.Group == name {
			s.drop(x)
		}
	}
	delete(s.groups, name)
	return &scheduler.DeleteScheduleGroupOutput{}, nil
}

// ListScheduleGroups lists groups by name.
func (s *Service) ListScheduleGroups(_ context.Context, in *scheduler.ListScheduleGroupsInput) (*scheduler.ListScheduleGroupsOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := []types.ScheduleGroupSummary{}
	for _, name := range slices.Sorted(maps.Keys(s.groups)) {
		g := s.groups[name]
		if strings.HasPrefix(name, aws.ToString(in.NamePrefix)) {
			all = append(all, types.ScheduleGroupSummary{Arn: s.groupARN(name), Name: &g.Name, CreationDate: &g.Created, LastModificationDate: &g.Modified,
				State: types.ScheduleGroupStateActive})
		}
	}
	page, next, err := paging.Page(all, in.NextToken, in.MaxResults, 100)
	if err != nil {
		return nil, invalid("The NextToken is not valid.")
	}
	return &scheduler.ListScheduleGroupsOutput{ScheduleGroups: page, NextToken: next}, nil
}

// tagged finds a group by its ARN: schedules have no tags. The caller holds the lock.
func (s *Service) tagged(arn *string) (*group, error) {
	for name, g := range s.groups {
		if *s.groupARN(name) == aws.ToString(arn) && name != defaultGroup {
			return g, nil
		}
	}
	return nil, notFound("Schedule group", aws.ToString(arn))
}

// TagResource adds or replaces tags of a group.
func (s *Service) TagResource(_ context.Context, in *scheduler.TagResourceInput) (*scheduler.TagResourceOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g, err := s.tagged(in.ResourceArn)
	if err != nil {
		return nil, err
	}
	g.tag(in.Tags)
	return &scheduler.TagResourceOutput{}, nil
}

// UntagResource removes tags of a group.
func (s *Service) UntagResource(_ context.Context, in *scheduler.UntagResourceInput) (*scheduler.UntagResourceOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g, err := s.tagged(in.ResourceArn)
	if err != nil {
		return nil, err
	}
	maps.DeleteFunc(g.Tags, func(key, _ string) bool { return slices.Contains(in.TagKeys, key) })
	return &scheduler.UntagResourceOutput{}, nil
}

// ListTagsForResource lists a group's tags by key.
func (s *Service) ListTagsForResource(_ context.Context, in *scheduler.ListTagsForResourceInput) (*scheduler.ListTagsForResourceOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g, err := s.tagged(in.ResourceArn)
	if err != nil {
		return nil, err
	}
	out := &scheduler.ListTagsForResourceOutput{Tags: []types.Tag{}}
	for _, key := range slices.Sorted(maps.Keys(g.Tags)) {
		out.Tags = append(out.Tags, types.Tag{Key: aws.String(key), Value: aws.String(g.Tags[key])})
	}
	return out, nil
}

// Tagged lists the groups with their tags.
func (s *Service) Tagged() []ids.Tagged {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []ids.Tagged
	for name, g := range s.groups {
		if name != defaultGroup {
			all = append(all, ids.Tagged{ARN: *s.groupARN(name), Tags: maps.Clone(g.Tags)})
		}
	}
	return all
}
