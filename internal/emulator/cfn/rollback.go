package cfn

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
)

// resumeLocked takes up what an endpoint that was stopped or killed left behind.
func (s *Service) resumeLocked(st *stack) {
	switch st.Status {
	case types.StackStatusCreateInProgress:
		s.launchLocked(st, func(context.Context) { s.failed(st, "The endpoint was restarted. ") })
	case types.StackStatusRollbackInProgress:
		s.launchLocked(st, func(context.Context) { s.rollbackCreate(s.ctx, st) })
	case types.StackStatusUpdateInProgress:
		s.launchLocked(st, func(context.Context) { s.failed(st, "The endpoint was restarted. ") })
	case types.StackStatusUpdateRollbackInProgress:
		s.launchLocked(st, func(context.Context) { s.rollbackUpdate(s.ctx, st) })
	case types.StackStatusUpdateCompleteCleanupInProgress:
		s.launchLocked(st, func(context.Context) { s.finishUpdate(st, types.StackStatusUpdateComplete) })
	case types.StackStatusUpdateRollbackCompleteCleanupInProgress:
		s.launchLocked(st, func(context.Context) { s.finishUpdate(st, types.StackStatusUpdateRollbackComplete) })
	case types.StackStatusDeleteInProgress:
		st.Op.Kind, st.Op.Abandoned = "delete", false
		s.launchLocked(st, func(ctx context.Context) { s.erase(ctx, st) })
	}
}

func (s *Service) finishUpdate(st *stack, status types.StackStatus) {
	s.cleanup(s.ctx, st)
	if s.ctx.Err() == nil {
		s.settle(st, status, "")
	}
}

// rollbackCreate removes what a failed creation made.
func (s *Service) rollbackCreate(ctx context.Context, st *stack) {
	failed := s.removeAll(ctx, st, s.everything(st), func(r *resource) bool { return r.OnDelete == "Retain" })
	if s.ctx.Err() != nil {
		return
	}
	if len(failed) > 0 {
		s.settle(st, types.StackStatusRollbackFailed, fmt.Sprintf("The following resource(s) failed to delete: [%s]. ", strings.Join(failed, ", ")))
		return
	}
	s.mu.Lock()
	st.Outputs, st.Imports = nil, nil
	s.mu.Unlock()
	s.settle(st, types.StackStatusRollbackComplete, "")
}

// rollbackUpdate gives every touched resource its earlier properties, the last one first, and removes what was made.
func (s *Service) rollbackUpdate(ctx context.Context, st *stack) {
	var failed []string
	s.mu.Lock()
	changed := slices.Clone(st.Op.Changed)
	s.mu.Unlock()
	for _, c := range slices.Backward(changed) {
		if err := s.restore(ctx, st, c); err != nil {
			failed = append(failed, c.Logical)
		}
		if s.ctx.Err() != nil {
			return
		}
	}
	if len(failed) > 0 {
		slices.Sort(failed)
		s.mu.Lock()
		s.setLocked(st, types.StackStatusUpdateRollbackFailed, fmt.Sprintf("The following resource(s) failed to update: [%s]. ", strings.Join(failed, ", ")))
		s.mu.Unlock()
		return // the operation stays, for ContinueUpdateRollback
	}
	s.set(st, types.StackStatusUpdateRollbackCompleteCleanupInProgress, "")
	s.cleanup(ctx, st)
	if s.ctx.Err() == nil {
		s.settle(st, types.StackStatusUpdateRollbackComplete, "")
	}
}

// restore undoes one change. Undoing twice does no harm: an endpoint that was killed in between does it again.
func (s *Service) restore(ctx context.Context, st *stack, c change) error {
	s.mu.Lock()
	now := st.find(c.Logical)
	skip := slices.Contains(st.Op.Skip, c.Logical)
	s.mu.Unlock()
	switch {
	case c.Before == nil: // it was made by the update
		s.obsolete(st, now)
		return nil
	case c.Replaced:
		if now != nil && now.ID != c.Before.ID {
			s.obsolete(st, now)
		}
		s.put(st, clone(c.Before))
		return nil
	case skip || now == nil || (equal(now.Properties, c.Before.Properties) && now.Status != types.ResourceStatusUpdateFailed && mapsEqual(now.Tags, c.Before.Tags)):
		s.put(st, clone(c.Before))
		return nil
	}
	back := clone(c.Before)
	s.put(st, back)
	s.note(st, back, types.ResourceStatusUpdateInProgress, "")
	p := s.providers[back.Type]
	var err error
	if p.update != nil && !equal(now.Properties, c.Before.Properties) {
		err = p.update(ctx, s.requestFor(st, back, now))
	}
	if err == nil {
		err = s.ready(ctx, st, back)
	}
	if err != nil {
		s.note(st, back, types.ResourceStatusUpdateFailed, because(err))
		return err
	}
	s.note(st, back, types.ResourceStatusUpdateComplete, "")
	return nil
}

func mapsEqual(a, b map[string]string) bool {
	if len(a) != len(b) {
		return false
	}
	for k, v := range a {
		if b[k] != v {
			return false
		}
	}
	return true
}

// put makes r the stack's resource of its logical ID.
func (s *Service) put(st *stack, r *resource) {
	s.mu.Lock()
	defer s.mu.Unlock()
	st.Resources = append(slices.DeleteFunc(st.Resources, func(x *resource) bool { return x.Logical == r.Logical }), r)
}

// obsolete takes a resource out of the stack, to be removed in the cleanup.
func (s *Service) obsolete(st *stack, r *resource) {
	if r == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !slices.ContainsFunc(st.Op.Obsolete, r.is) {
		st.Op.Obsolete = append(st.Op.Obsolete, r)
	}
}
