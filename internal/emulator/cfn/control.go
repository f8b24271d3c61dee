package cfn

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	cf "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
)

// DeleteStack begins the deletion of a stack. One that is gone already is no error, as on AWS. A creation under way is
// broken off first.
func (s *Service) DeleteStack(_ context.Context, in *cf.DeleteStackInput) (*cf.DeleteStackOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	st := s.byNameLocked(aws.ToString(in.StackName))
	if st == nil || st.gone() || st.Status == types.StackStatusDeleteInProgress {
		return &cf.DeleteStackOutput{}, nil
	}
	if st.Protected {
		return nil, invalid("Stack [%s] cannot be deleted while TerminationProtection is enabled", st.Name)
	}
	if st.busy() && st.Status != types.StackStatusCreateInProgress && st.Status != types.StackStatusRollbackInProgress {
		return nil, invalid("Stack [%s] cannot be deleted while in status %s", st.Name, st.Status)
	}
	if err := retainable(st, in); err != nil {
		return nil, err
	}
	s.sets = slices.DeleteFunc(s.sets, func(c *changeSet) bool { return c.StackID == st.ID })
	for _, o := range st.Outputs {
		if users := s.importersLocked(o.Export); o.Export != "" && len(users) > 0 {
			before := st.Status
			s.setLocked(st, types.StackStatusDeleteInProgress, "User Initiated")
			s.setLocked(st, before, fmt.Sprintf("Export %s cannot be deleted as it is in use by %s", o.Export, strings.Join(users, " and ")))
			return &cf.DeleteStackOutput{}, nil
		}
	}
	op := &operation{Kind: "delete", Retain: in.RetainResources, Token: aws.ToString(in.ClientRequestToken)}
	before := st.done
	if st.Status == types.StackStatusCreateInProgress {
		st.Op.Abandoned = true
		st.cancel()
	}
	if st.Status != types.StackStatusRollbackInProgress { // a rollback under way ends first
		s.setLocked(st, types.StackStatusDeleteInProgress, "User Initiated")
	}
	if !st.underWay() {
		before = nil
		st.Op = op
	}
	s.launchLocked(st, func(ctx context.Context) {
		if before != nil {
			<-before
			s.mu.Lock()
			st.Op = op
			if st.Status != types.StackStatusDeleteInProgress {
				s.setLocked(st, types.StackStatusDeleteInProgress, "User Initiated")
			}
			s.mu.Unlock()
		}
		s.erase(ctx, st)
	})
	return &cf.DeleteStackOutput{}, nil
}

// retainable refuses to retain resources of a stack whose deletion has not failed.
func retainable(st *stack, in *cf.DeleteStackInput) error {
	if len(in.RetainResources) == 0 {
		return nil
	}
	if st.Status != types.StackStatusDeleteFailed {
		return invalid("Invalid operation on stack [%s]. A stack must be in the DELETE_FAILED state to retain resources.", st.ID)
	}
	for _, name := range in.RetainResources {
		if st.find(name) == nil {
			return invalid("The specified resources to retain must be in a valid state. Do not specify resources that are in the DELETE_COMPLETE state, or do not exist: [%s]", name)
		}
	}
	return nil
}

// CancelUpdateStack breaks an update off; it is rolled back.
func (s *Service) CancelUpdateStack(_ context.Context, in *cf.CancelUpdateStackInput) (*cf.CancelUpdateStackOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	st := s.byNameLocked(aws.ToString(in.StackName))
	if st == nil {
		return nil, noStackAt(aws.ToString(in.StackName))
	}
	if st.Status != types.StackStatusUpdateInProgress || st.Op == nil {
		return nil, invalid("CancelUpdateStack cannot be called from current stack status")
	}
	st.Op.Cancel = "Update cancelled by user. "
	st.cancel()
	return &cf.CancelUpdateStackOutput{}, nil
}

// ContinueUpdateRollback tries again to roll back an update, without the resources to be skipped.
func (s *Service) ContinueUpdateRollback(_ context.Context, in *cf.ContinueUpdateRollbackInput) (*cf.ContinueUpdateRollbackOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	st := s.byNameLocked(aws.ToString(in.StackName))
	if st == nil {
		return nil, noStackAt(aws.ToString(in.StackName))
	}
	if st.Status != types.StackStatusUpdateRollbackFailed || st.Op == nil {
		return nil, invalid("Stack:%s is in %s state and can not continue rollback.", st.ID, st.Status)
	}
	for _, name := range in.ResourcesToSkip {
		if r := st.find(name); r == nil || r.Status != types.ResourceStatusUpdateFailed {
			return nil, invalid("Resources to skip [%s] must be in the UPDATE_FAILED state", name)
		}
	}
	st.Op.Skip = in.ResourcesToSkip
	s.setLocked(st, types.StackStatusUpdateRollbackInProgress, "User Initiated")
	s.launchLocked(st, func(ctx context.Context) { s.rollbackUpdate(ctx, st) })
	return &cf.ContinueUpdateRollbackOutput{}, nil
}

// UpdateTerminationProtection sets whether the stack can be deleted.
func (s *Service) UpdateTerminationProtection(_ context.Context, in *cf.UpdateTerminationProtectionInput) (*cf.UpdateTerminationProtectionOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	st := s.byNameLocked(aws.ToString(in.StackName))
	if st == nil || st.gone() {
		return nil, noStackAt(aws.ToString(in.StackName))
	}
	st.Protected = aws.ToBool(in.EnableTerminationProtection)
	return &cf.UpdateTerminationProtectionOutput{StackId: aws.String(st.ID)}, nil
}
