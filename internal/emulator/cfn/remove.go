package cfn

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
)

func (s *Service) everything(st *stack) []*resource {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(st.Resources)
}

// cleanup removes what an update, or its rollback, left over. What cannot be removed is reported and left, as on AWS.
func (s *Service) cleanup(ctx context.Context, st *stack) {
	s.mu.Lock()
	obsolete := slices.Clone(st.Op.Obsolete)
	s.mu.Unlock()
	s.removeAll(ctx, st, obsolete, func(r *resource) bool { return r.OnDelete == "Retain" && s.current(st, r) })
	s.mu.Lock()
	defer s.mu.Unlock()
	st.Resources = slices.DeleteFunc(st.Resources, func(r *resource) bool { return slices.ContainsFunc(obsolete, r.is) || r.ID == "" })
}

// current tells whether a resource is still the one that its logical ID stands for.
func (s *Service) current(st *stack, r *resource) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := st.find(r.Logical)
	return now != nil && now.is(r)
}

const (
	removeTries = 10          // a resource that something still uses is tried again …
	removePause = time.Second // … after a while
)

// removeAll deletes resources, those that depend on others first, and returns the logical IDs of those that stayed.
func (s *Service) removeAll(ctx context.Context, st *stack, list []*resource, keep func(*resource) bool) []string {
	deps := map[string][]string{}
	byKey := map[string]*resource{}
	for _, r := range list {
		if r.Status == types.ResourceStatusDeleteComplete || r.Status == types.ResourceStatusDeleteSkipped {
			continue
		}
		deps[r.Logical+"\x00"+r.ID] = nil
		byKey[r.Logical+"\x00"+r.ID] = r
	}
	for k, r := range byKey {
		for other, o := range byKey {
			if slices.Contains(r.DependsOn, o.Logical) {
				deps[k] = append(deps[k], other)
			}
		}
	}
	results := walk(ctx, reversed(deps), false, func(ctx context.Context, key string) error {
		r := byKey[key]
		if keep(r) {
			s.note(st, r, types.ResourceStatusDeleteSkipped, "")
			return nil
		}
		return s.removeOne(ctx, st, r)
	})
	var failed []string
	for k, err := range results {
		if err != nil {
			failed = append(failed, byKey[k].Logical)
		}
	}
	slices.Sort(failed)
	return slices.Compact(failed)
}

func (s *Service) removeOne(ctx context.Context, st *stack, r *resource) error {
	if r.ID == "" {
		s.note(st, r, types.ResourceStatusDeleteComplete, "")
		return nil
	}
	s.note(st, r, types.ResourceStatusDeleteInProgress, "")
	p := s.providers[r.Type]
	var err error
	for try := range removeTries {
		if try > 0 && s.deps.Clock.Wait(ctx, removePause) != nil {
			return ctx.Err()
		}
		if err = p.remove(ctx, s.requestFor(st, r, nil)); err == nil || isGone(err) {
			s.note(st, r, types.ResourceStatusDeleteComplete, "")
			return nil
		}
		if !isHeld(err) {
			break
		}
	}
	s.note(st, r, types.ResourceStatusDeleteFailed, because(err))
	return err
}

// erase deletes a stack's resources, then the stack.
func (s *Service) erase(ctx context.Context, st *stack) {
	s.mu.Lock()
	retain := st.Op.Retain
	s.mu.Unlock()
	failed := s.removeAll(ctx, st, s.everything(st), func(r *resource) bool {
		return r.OnDelete == "Retain" || r.OnDelete == "RetainExceptOnCreate" || slices.Contains(retain, r.Logical)
	})
	if s.ctx.Err() != nil {
		return
	}
	if len(failed) > 0 {
		s.settle(st, types.StackStatusDeleteFailed, fmt.Sprintf("The following resource(s) failed to delete: [%s]. ", strings.Join(failed, ", ")))
		return
	}
	s.settle(st, types.StackStatusDeleteComplete, "")
}
