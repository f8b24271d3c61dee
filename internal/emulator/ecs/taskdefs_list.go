package ecs

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// ListTaskDefinitions lists revision ARNs by family and revision, ACTIVE ones unless Status says otherwise.
func (s *Service) ListTaskDefinitions(_ context.Context, in *ecs.ListTaskDefinitionsInput) (*ecs.ListTaskDefinitionsOutput, error) {
	status := cmp.Or(in.Status, types.TaskDefinitionStatusActive)
	s.mu.Lock()
	defer s.mu.Unlock()
	var keys []string // sort as ECS sorts: revisions by number, not by text
	arns := map[string]string{}
	for name, f := range s.families {
		if in.FamilyPrefix != nil && name != *in.FamilyPrefix {
			continue
		}
		for n, td := range f.Revisions {
			if td.Definition.Status == status {
				key := fmt.Sprintf("%s:%010d", name, n)
				arns[key], keys = td.arn(), append(keys, key)
			}
		}
	}
	keys, next, err := page(keys, in.Sort == types.SortOrderDesc, in.MaxResults, 100, in.NextToken)
	if err != nil {
		return nil, err
	}
	out := &ecs.ListTaskDefinitionsOutput{TaskDefinitionArns: []string{}, NextToken: next}
	for _, key := range keys {
		out.TaskDefinitionArns = append(out.TaskDefinitionArns, arns[key])
	}
	return out, nil
}

// ListTaskDefinitionFamilies lists families that have (ACTIVE), or have no more (INACTIVE), active revisions.
func (s *Service) ListTaskDefinitionFamilies(_ context.Context, in *ecs.ListTaskDefinitionFamiliesInput) (*ecs.ListTaskDefinitionFamiliesOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var names []string
	for name, f := range s.families {
		if !strings.HasPrefix(name, aws.ToString(in.FamilyPrefix)) || len(f.Revisions) == 0 {
			continue
		}
		wanted := in.Status == "" || in.Status == types.TaskDefinitionFamilyStatusAll ||
			(in.Status == types.TaskDefinitionFamilyStatusActive) == f.active()
		if wanted {
			names = append(names, name)
		}
	}
	names, next, err := page(names, false, in.MaxResults, 100, in.NextToken)
	if err != nil {
		return nil, err
	}
	return &ecs.ListTaskDefinitionFamiliesOutput{Families: names, NextToken: next}, nil
}

func (f *family) active() bool {
	for _, td := range f.Revisions {
		if td.Definition.Status == types.TaskDefinitionStatusActive {
			return true
		}
	}
	return false
}
