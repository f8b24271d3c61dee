package cfn

import (
	"context"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	cf "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"ferry.dev/ferry/internal/emulator/cfn/template"
)

func parametersOf(v *version) []types.Parameter {
	if v == nil {
		return nil
	}
	t, err := template.Parse(v.Template)
	var out []types.Parameter
	for _, k := range slices.Sorted(maps.Keys(v.Parameters)) {
		p := types.Parameter{ParameterKey: aws.String(k), ParameterValue: aws.String(v.Parameters[k])}
		if read, ok := v.Read[k]; ok {
			p.ResolvedValue = aws.String(read)
		}
		if err == nil && t.Parameters[k] != nil && t.Parameters[k].NoEcho {
			p.ParameterValue = aws.String("****")
		}
		out = append(out, p)
	}
	return out
}

func tagsOf(v *version) []types.Tag {
	out := []types.Tag{}
	if v == nil {
		return out
	}
	for _, k := range slices.Sorted(maps.Keys(v.Tags)) {
		out = append(out, types.Tag{Key: aws.String(k), Value: aws.String(v.Tags[k])})
	}
	return out
}

func (st *stack) view() types.Stack {
	v := types.Stack{
		StackId: aws.String(st.ID), StackName: aws.String(st.Name), StackStatus: st.Status, StackStatusReason: optional(st.Reason), Description: optional(st.Description),
		CreationTime: aws.Time(st.Created), LastUpdatedTime: st.Updated, DeletionTime: st.Deleted, ChangeSetId: optional(st.ChangeSet), RoleARN: optional(st.Role),
		EnableTerminationProtection: aws.Bool(st.Protected), DisableRollback: aws.Bool(false), TimeoutInMinutes: st.Timeout, NotificationARNs: []string{},
		Parameters: parametersOf(st.Current), Tags: tagsOf(st.Current), RollbackConfiguration: &types.RollbackConfiguration{},
		DriftInformation: &types.StackDriftInformation{StackDriftStatus: types.StackDriftStatusNotChecked},
	}
	if st.Current != nil {
		v.Capabilities = st.Current.Capabilities
	}
	for _, o := range st.Outputs {
		v.Outputs = append(v.Outputs, types.Output{OutputKey: aws.String(o.Key), OutputValue: aws.String(o.Value), Description: optional(o.Description), ExportName: optional(o.Export)})
	}
	return v
}

// DescribeStacks describes one stack (a deleted one by its ID only) or all that are not deleted, the newest first.
func (s *Service) DescribeStacks(_ context.Context, in *cf.DescribeStacksInput) (*cf.DescribeStacksOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if in.StackName != nil {
		st := s.byNameLocked(*in.StackName)
		if st == nil {
			return nil, noStack(*in.StackName)
		}
		return &cf.DescribeStacksOutput{Stacks: []types.Stack{st.view()}}, nil
	}
	views := []types.Stack{}
	for _, st := range slices.Backward(s.stacks) {
		if !st.gone() {
			views = append(views, st.view())
		}
	}
	cut, next, err := page(views, in.NextToken, 100)
	if err != nil {
		return nil, err
	}
	return &cf.DescribeStacksOutput{Stacks: cut, NextToken: next}, nil
}

// DescribeStackEvents lists a stack's events, the newest first.
func (s *Service) DescribeStackEvents(_ context.Context, in *cf.DescribeStackEventsInput) (*cf.DescribeStackEventsOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	st := s.byNameLocked(aws.ToString(in.StackName))
	if st == nil {
		return nil, noStackAt(aws.ToString(in.StackName))
	}
	cut, next, err := pageBack(st.Events, in.NextToken, 100)
	if err != nil {
		return nil, err
	}
	return &cf.DescribeStackEventsOutput{StackEvents: cut, NextToken: next}, nil
}

// ListStacks lists stacks by status, deleted ones too, the newest first.
func (s *Service) ListStacks(_ context.Context, in *cf.ListStacksInput) (*cf.ListStacksOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := []types.StackSummary{}
	for _, st := range slices.Backward(s.stacks) {
		if len(in.StackStatusFilter) > 0 && !slices.Contains(in.StackStatusFilter, st.Status) {
			continue
		}
		all = append(all, types.StackSummary{
			CreationTime: aws.Time(st.Created), LastUpdatedTime: st.Updated, DeletionTime: st.Deleted, StackId: aws.String(st.ID), StackName: aws.String(st.Name),
			StackStatus: st.Status, StackStatusReason: optional(st.Reason), TemplateDescription: optional(st.Description),
			DriftInformation: &types.StackDriftInformationSummary{StackDriftStatus: types.StackDriftStatusNotChecked},
		})
	}
	cut, next, err := page(all, in.NextToken, 100)
	if err != nil {
		return nil, err
	}
	return &cf.ListStacksOutput{StackSummaries: cut, NextToken: next}, nil
}
