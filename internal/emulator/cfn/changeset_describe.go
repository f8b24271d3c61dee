package cfn

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	cf "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
)

// DescribeChangeSet tells what a change set would do; property values only when asked for.
func (s *Service) DescribeChangeSet(_ context.Context, in *cf.DescribeChangeSetInput) (*cf.DescribeChangeSetOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	set, _, err := s.findSetLocked(in.ChangeSetName, in.StackName)
	if err != nil {
		return nil, err
	}
	changes := set.Changes
	if !aws.ToBool(in.IncludePropertyValues) {
		changes = withoutValues(changes)
	}
	cut, next, err := page(changes, in.NextToken, 100)
	if err != nil {
		return nil, err
	}
	out := &cf.DescribeChangeSetOutput{
		Capabilities: set.Target.Capabilities, ChangeSetId: aws.String(set.ID), ChangeSetName: aws.String(set.Name), Changes: cut, NextToken: next,
		CreationTime: aws.Time(set.Created), ExecutionStatus: set.Execution, StackId: aws.String(set.StackID), StackName: aws.String(set.StackName),
		Status: set.Status, IncludeNestedStacks: aws.Bool(false), OnStackFailure: set.OnFail, Parameters: parametersOf(set.Target), Tags: tagsOf(set.Target),
		RollbackConfiguration: &types.RollbackConfiguration{}, NotificationARNs: []string{},
	}
	out.StatusReason, out.Description = optional(set.Reason), optional(set.Description)
	return out, nil
}

func withoutValues(changes []types.Change) []types.Change {
	out := make([]types.Change, len(changes))
	for i, c := range changes {
		r := *c.ResourceChange
		r.BeforeContext, r.AfterContext = nil, nil
		r.Details = slices.Clone(r.Details)
		for j := range r.Details {
			t := *r.Details[j].Target
			t.BeforeValue, t.AfterValue, t.Path, t.AttributeChangeType = nil, nil, nil, ""
			r.Details[j].Target = &t
		}
		out[i] = types.Change{Type: c.Type, ResourceChange: &r}
	}
	return out
}

// ListChangeSets lists a stack's change sets.
func (s *Service) ListChangeSets(_ context.Context, in *cf.ListChangeSetsInput) (*cf.ListChangeSetsOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	st := s.byNameLocked(aws.ToString(in.StackName))
	if st == nil {
		return nil, noStackAt(aws.ToString(in.StackName))
	}
	all := []types.ChangeSetSummary{}
	for _, c := range s.sets {
		if c.StackID == st.ID {
			all = append(all, types.ChangeSetSummary{
				ChangeSetId: aws.String(c.ID), ChangeSetName: aws.String(c.Name), CreationTime: aws.Time(c.Created), Description: optional(c.Description),
				ExecutionStatus: c.Execution, StackId: aws.String(c.StackID), StackName: aws.String(c.StackName), Status: c.Status, StatusReason: optional(c.Reason),
				IncludeNestedStacks: aws.Bool(false),
			})
		}
	}
	cut, next, err := page(all, in.NextToken, 100)
	if err != nil {
		return nil, err
	}
	return &cf.ListChangeSetsOutput{Summaries: cut, NextToken: next}, nil
}
