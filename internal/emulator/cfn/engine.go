package cfn

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"ferry.dev/ferry/internal/emulator/cfn/template"
)

// launchLocked begins an operation in its own goroutine.
func (s *Service) launchLocked(st *stack, f func(ctx context.Context)) {
	ctx, cancel := context.WithCancel(s.ctx)
	done := make(chan struct{})
	st.cancel, st.done = cancel, done
	s.wg.Go(func() {
		defer close(done)
		defer cancel()
		f(ctx)
	})
}

// deploy brings a stack to the version that its operation wants: a creation or an update.
func (s *Service) deploy(ctx context.Context, st *stack) {
	create := st.Op.Kind == "create"
	reason := s.forward(ctx, st)
	if s.ctx.Err() != nil || s.abandoned(st) {
		return // the endpoint stops, and Load takes it up again; or the stack's deletion waits for this to end
	}
	if reason != "" {
		s.failed(st, reason)
		return
	}
	if create {
		s.settle(st, types.StackStatusCreateComplete, "")
		return
	}
	s.set(st, types.StackStatusUpdateCompleteCleanupInProgress, "")
	s.cleanup(s.ctx, st)
	if s.ctx.Err() == nil {
		s.settle(st, types.StackStatusUpdateComplete, "")
	}
}

func (s *Service) abandoned(st *stack) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return st.Op.Abandoned
}

// failed does what the operation asks for when it fails.
func (s *Service) failed(st *stack, reason string) {
	create := st.Op.Kind == "create"
	switch {
	case st.Op.OnFail == "DO_NOTHING" && create:
		s.settle(st, types.StackStatusCreateFailed, reason)
	case st.Op.OnFail == "DO_NOTHING":
		s.settle(st, types.StackStatusUpdateFailed, reason)
	case create && st.Op.OnFail == "DELETE":
		s.set(st, types.StackStatusDeleteInProgress, reason+"Delete requested by user.")
		s.mu.Lock()
		st.Op.Kind = "delete"
		s.mu.Unlock()
		s.erase(s.ctx, st)
	case create:
		s.set(st, types.StackStatusRollbackInProgress, reason+"Rollback requested by user.")
		s.rollbackCreate(s.ctx, st)
	default:
		s.mu.Lock()
		st.Op.Obsolete = nil // the new physical resources go instead of the old ones
		s.setLocked(st, types.StackStatusUpdateRollbackInProgress, reason)
		s.mu.Unlock()
		s.rollbackUpdate(s.ctx, st)
	}
}

// settle ends an operation.
func (s *Service) settle(st *stack, status types.StackStatus, reason string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if st.Op != nil && st.Op.Abandoned {
		return
	}
	if st.Op != nil && (status == types.StackStatusCreateComplete || status == types.StackStatusUpdateComplete || status == types.StackStatusCreateFailed || status == types.StackStatusUpdateFailed) {
		st.Current = st.Op.Target
	}
	now := s.deps.Clock.Now()
	if status == types.StackStatusDeleteComplete {
		st.Deleted = &now
		st.Outputs, st.Imports = nil, nil
	}
	s.setLocked(st, status, reason)
	st.Op = nil
	if set := s.setByIDLocked(st.ChangeSet); set != nil && set.Execution == types.ExecutionStatusExecuteInProgress {
		set.Execution = types.ExecutionStatusExecuteComplete
		if status != types.StackStatusCreateComplete && status != types.StackStatusUpdateComplete {
			set.Execution = types.ExecutionStatusExecuteFailed
		}
	}
}

// forward makes and changes resources, then outputs; it returns why it failed, or "".
func (s *Service) forward(ctx context.Context, st *stack) string {
	s.mu.Lock()
	target := st.Op.Target
	s.mu.Unlock()
	t, err := template.Parse(target.Template)
	if err != nil {
		return err.Error() + ". "
	}
	used := map[string]bool{}
	names, err := active(s.liveEnv(st, t, target, used))
	if err != nil {
		return err.Error() + ". "
	}
	deps := map[string][]string{}
	for _, n := range names {
		deps[n] = t.Dependencies(n)
	}
	seen := &imports{names: map[string]bool{}}
	results := walk(ctx, deps, true, func(ctx context.Context, name string) error {
		own := map[string]bool{}
		err := s.bring(ctx, st, t, target, name, own)
		seen.add(own)
		return err
	})
	if s.ctx.Err() != nil {
		return "stopped"
	}
	if reason := s.reasonOf(st, results); reason != "" {
		return reason
	}
	return s.conclude(st, t, target, names, seen.names)
}

// reasonOf says which resources failed, in CloudFormation's words.
func (s *Service) reasonOf(st *stack, results map[string]error) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var created, updated []string
	for _, name := range slices.Sorted(maps.Keys(results)) {
		if results[name] == nil || errors.Is(results[name], errSkipped) {
			continue
		}
		if r := st.find(name); r != nil && r.Status == types.ResourceStatusUpdateFailed {
			updated = append(updated, name)
		} else {
			created = append(created, name)
		}
	}
	reason := ""
	if len(created) > 0 {
		reason += fmt.Sprintf("The following resource(s) failed to create: [%s]. ", strings.Join(created, ", "))
	}
	if len(updated) > 0 {
		reason += fmt.Sprintf("The following resource(s) failed to update: [%s]. ", strings.Join(updated, ", "))
	}
	if reason == "" && st.Op.Cancel != "" {
		reason = st.Op.Cancel
	}
	return reason
}
