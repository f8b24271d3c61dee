package cfn

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	cf "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
)

// sorted returns a stack's resources by logical ID.
func (st *stack) sorted() []*resource {
	out := slices.Clone(st.Resources)
	slices.SortFunc(out, func(a, b *resource) int {
		if a.Logical < b.Logical {
			return -1
		}
		return 1
	})
	return out
}

// DescribeStackResources lists up to a hundred resources of a stack, or finds the stack of a physical resource.
func (s *Service) DescribeStackResources(_ context.Context, in *cf.DescribeStackResourcesInput) (*cf.DescribeStackResourcesOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var st *stack
	switch {
	case in.StackName != nil && in.PhysicalResourceId != nil:
		return nil, invalid("Specify either StackName or PhysicalResourceId, but not both")
	case in.StackName != nil:
		if st = s.byNameLocked(*in.StackName); st == nil {
			return nil, noStack(*in.StackName)
		}
	default:
		id := aws.ToString(in.PhysicalResourceId)
		for _, x := range s.stacks {
			if !x.gone() && slices.ContainsFunc(x.Resources, func(r *resource) bool { return r.ID == id }) {
				st = x
			}
		}
		if st == nil {
			return nil, invalid("Stack for %s does not exist", id)
		}
	}
	out := &cf.DescribeStackResourcesOutput{StackResources: []types.StackResource{}}
	for _, r := range st.sorted() {
		if in.LogicalResourceId == nil || *in.LogicalResourceId == r.Logical {
			out.StackResources = append(out.StackResources, types.StackResource{
				LogicalResourceId: aws.String(r.Logical), PhysicalResourceId: optional(r.ID), ResourceType: aws.String(r.Type), ResourceStatus: r.Status,
				ResourceStatusReason: optional(r.Reason), StackId: aws.String(st.ID), StackName: aws.String(st.Name), Timestamp: aws.Time(r.At),
				DriftInformation: &types.StackResourceDriftInformation{StackResourceDriftStatus: types.StackResourceDriftStatusNotChecked},
			})
		}
	}
	if in.LogicalResourceId != nil && len(out.StackResources) == 0 {
		return nil, invalid("Resource %s does not exist for stack %s", *in.LogicalResourceId, st.Name)
	}
	return out, nil
}

// DescribeStackResource describes one resource of a stack.
func (s *Service) DescribeStackResource(_ context.Context, in *cf.DescribeStackResourceInput) (*cf.DescribeStackResourceOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	st := s.byNameLocked(aws.ToString(in.StackName))
	if st == nil {
		return nil, invalid("Stack '%s' does not exist", aws.ToString(in.StackName))
	}
	r := st.find(aws.ToString(in.LogicalResourceId))
	if r == nil {
		return nil, invalid("Resource %s does not exist for stack %s", aws.ToString(in.LogicalResourceId), st.Name)
	}
	return &cf.DescribeStackResourceOutput{StackResourceDetail: &types.StackResourceDetail{
		LastUpdatedTimestamp: aws.Time(r.At), LogicalResourceId: aws.String(r.Logical), PhysicalResourceId: optional(r.ID), ResourceType: aws.String(r.Type),
		ResourceStatus: r.Status, ResourceStatusReason: optional(r.Reason), StackId: aws.String(st.ID), StackName: aws.String(st.Name),
		DriftInformation: &types.StackResourceDriftInformation{StackResourceDriftStatus: types.StackResourceDriftStatusNotChecked},
	}}, nil
}

// ListStackResources lists a stack's resources by logical ID.
func (s *Service) ListStackResources(_ context.Context, in *cf.ListStackResourcesInput) (*cf.ListStackResourcesOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	st := s.byNameLocked(aws.ToString(in.StackName))
	if st == nil {
		return nil, noStack(aws.ToString(in.StackName))
	}
	all := []types.StackResourceSummary{}
	for _, r := range st.sorted() {
		all = append(all, types.StackResourceSummary{
			LastUpdatedTimestamp: aws.Time(r.At), LogicalResourceId: aws.String(r.Logical), PhysicalResourceId: optional(r.ID), ResourceType: aws.String(r.Type),
			ResourceStatus: r.Status, ResourceStatusReason: optional(r.Reason),
			DriftInformation: &types.StackResourceDriftInformationSummary{StackResourceDriftStatus: types.StackResourceDriftStatusNotChecked},
		})
	}
	cut, next, err := page(all, in.NextToken, 100)
	if err != nil {
		return nil, err
	}
	return &cf.ListStackResourcesOutput{StackResourceSummaries: cut, NextToken: next}, nil
}
