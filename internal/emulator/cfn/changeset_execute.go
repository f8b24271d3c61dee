package cfn

import (
	"context"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	cf "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"ferry.dev/ferry/internal/emulator/cfn/template"
)

// ExecuteChangeSet begins what a change set proposes. The stack's other change sets are obsolete from then on, and go.
func (s *Service) ExecuteChangeSet(_ context.Context, in *cf.ExecuteChangeSetInput) (*cf.ExecuteChangeSetOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	set, st, err := s.findSetLocked(in.ChangeSetName, in.StackName)
	if err != nil {
		return nil, err
	}
	if set.Execution != types.ExecutionStatusAvailable {
		return nil, &types.InvalidChangeSetStatusException{Message: aws.String(fmt.Sprintf("ChangeSet [%s] cannot be executed in its current status of [%s]", set.ID, executionState(set)))}
	}
	op := &operation{Kind: "update", Target: set.Target, OnFail: string(set.OnFail), Token: aws.ToString(in.ClientRequestToken)}
	if set.Kind == types.ChangeSetTypeCreate {
		if st.Status != types.StackStatusReviewInProgress {
			return nil, invalid("Stack [%s] already exists and cannot be created again with the changeSet [%s].", st.Name, set.Name)
		}
		op.Kind = "create"
	} else if err := updatable(st); err != nil {
		return nil, err
	}
	if aws.ToBool(in.DisableRollback) {
		op.OnFail = "DO_NOTHING"
	}
	set.Execution = types.ExecutionStatusExecuteInProgress
	st.ChangeSet, st.Role = set.ID, set.Role
	s.sets = slices.DeleteFunc(s.sets, func(c *changeSet) bool { return c.StackID == st.ID && c != set })
	if t, err := template.Parse(set.Target.Template); err == nil && op.Kind == "create" {
		st.Description = t.Description
	}
	s.beginLocked(st, op)
	return &cf.ExecuteChangeSetOutput{}, nil
}

func executionState(set *changeSet) string {
	if set.Status == types.ChangeSetStatusCreateComplete {
		return string(set.Execution)
	}
	return string(set.Status)
}

// DeleteChangeSet discards a change set. One that is gone already is no error, as on AWS.
func (s *Service) DeleteChangeSet(_ context.Context, in *cf.DeleteChangeSetInput) (*cf.DeleteChangeSetOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	set, _, err := s.findSetLocked(in.ChangeSetName, in.StackName)
	if set == nil {
		if code(err) == "ChangeSetNotFound" {
			err = nil
		}
		return &cf.DeleteChangeSetOutput{}, err
	}
	if set.Execution == types.ExecutionStatusExecuteInProgress {
		return nil, &types.InvalidChangeSetStatusException{Message: aws.String(fmt.Sprintf("ChangeSet [%s] cannot be deleted in its current status of [%s]", set.ID, set.Execution))}
	}
	s.sets = slices.DeleteFunc(s.sets, func(c *changeSet) bool { return c == set })
	return &cf.DeleteChangeSetOutput{}, nil
}
