package cfn

import (
	"context"
	"encoding/base64"
	"maps"
	"slices"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	cf "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"ferry.dev/ferry/internal/emulator/cfn/template"
)

// page cuts one page out of a list; the token is the index of the next element.
func page[T any](all []T, token *string, size int) ([]T, *string, error) {
	start := 0
	if t := aws.ToString(token); t != "" {
		b, err := base64.RawURLEncoding.DecodeString(t)
		n := -1
		if err == nil {
			n, err = strconv.Atoi(string(b))
		}
		if err != nil || n < 0 || n > len(all) {
			return nil, nil, invalid("1 validation error detected: Value '%s' at 'nextToken' is not a token that this operation returned", t)
		}
		start = n
	}
	if start+size >= len(all) {
		return all[start:], nil, nil
	}
	return all[start : start+size], aws.String(base64.RawURLEncoding.EncodeToString([]byte(strconv.Itoa(start + size)))), nil
}

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
	events := slices.Clone(st.Events)
	slices.Reverse(events)
	cut, next, err := page(events, in.NextToken, 100)
	if err != nil {
		return nil, err
	}
	return &cf.DescribeStackEventsOutput{StackEvents: cut, NextToken: next}, nil
}

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

// ListExports lists every export by name.
func (s *Service) ListExports(_ context.Context, in *cf.ListExportsInput) (*cf.ListExportsOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := []types.Export{}
	for _, st := range s.stacks {
		if st.gone() {
			continue
		}
		for _, o := range st.Outputs {
			if o.Export != "" {
				all = append(all, types.Export{ExportingStackId: aws.String(st.ID), Name: aws.String(o.Export), Value: aws.String(o.Value)})
			}
		}
	}
	slices.SortFunc(all, func(a, b types.Export) int {
		if *a.Name < *b.Name {
			return -1
		}
		return 1
	})
	cut, next, err := page(all, in.NextToken, 100)
	if err != nil {
		return nil, err
	}
	return &cf.ListExportsOutput{Exports: cut, NextToken: next}, nil
}

// ListImports lists the stacks that use an export; none is an error, as on AWS.
func (s *Service) ListImports(_ context.Context, in *cf.ListImportsInput) (*cf.ListImportsOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	users := s.importersLocked(aws.ToString(in.ExportName))
	if len(users) == 0 {
		return nil, invalid("Export '%s' is not imported by any stack.", aws.ToString(in.ExportName))
	}
	cut, next, err := page(users, in.NextToken, 100)
	if err != nil {
		return nil, err
	}
	return &cf.ListImportsOutput{Imports: cut, NextToken: next}, nil
}
