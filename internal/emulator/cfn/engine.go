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

// bring makes, changes, replaces or leaves one resource.
func (s *Service) bring(ctx context.Context, st *stack, t *template.Template, v *version, name string, used map[string]bool) error {
	decl := t.Resources[name]
	s.mu.Lock()
	old := st.find(name)
	if old != nil && !old.live() {
		old = nil
	}
	s.mu.Unlock()
	next := &resource{Logical: name, Type: decl.Type, Tags: v.Tags, DependsOn: t.Dependencies(name), OnDelete: decl.DeletionPolicy, OnReplace: decl.UpdateReplacePolicy}
	props, err := s.liveEnv(st, t, v, used).Eval(decl.Properties)
	if err == nil {
		next.Properties, _ = props.(map[string]any)
		err = s.providers[decl.Type].check(name, next.Properties)
	}
	switch {
	case old == nil:
		return s.create(ctx, st, next, err, nil)
	case err != nil:
		s.touch(st, change{Logical: name, Before: clone(old)})
		s.note(st, old, types.ResourceStatusUpdateFailed, because(err))
		return err
	}
	p := s.providers[decl.Type]
	plan := p.compare(old, next)
	switch {
	case plan == same:
		s.mu.Lock()
		defer s.mu.Unlock()
		old.DependsOn, old.OnDelete, old.OnReplace, old.Tags = next.DependsOn, next.OnDelete, next.OnReplace, next.Tags
		return nil
	case plan == replace && p.name != "" && next.Properties[p.name] != nil && equal(next.Properties[p.name], old.Properties[p.name]) && old.Type == next.Type:
		s.touch(st, change{Logical: name, Before: clone(old)})
		err := fmt.Errorf("CloudFormation cannot update a stack when a custom-named resource requires replacing. Rename %v and update the stack again.", next.Properties[p.name]) //nolint:staticcheck // CloudFormation's own sentence
		s.note(st, old, types.ResourceStatusUpdateFailed, err.Error())
		return err
	case plan == replace:
		return s.create(ctx, st, next, nil, old)
	}
	return s.change(ctx, st, old, next)
}

// touch remembers what a resource was, for the rollback.
func (s *Service) touch(st *stack, c change) {
	s.mu.Lock()
	defer s.mu.Unlock()
	st.Op.Changed = append(st.Op.Changed, c)
}

func clone(r *resource) *resource {
	c := *r
	return &c
}

// create makes a resource, in the place of old when that is given; err is why it cannot even be tried.
func (s *Service) create(ctx context.Context, st *stack, r *resource, err error, old *resource) error {
	s.mu.Lock()
	failedStatus, doneStatus := types.ResourceStatusCreateFailed, types.ResourceStatusCreateComplete
	if old != nil {
		failedStatus, doneStatus = types.ResourceStatusUpdateFailed, types.ResourceStatusUpdateComplete
		before := clone(old)
		st.Op.Changed = append(st.Op.Changed, change{Logical: r.Logical, Before: before, Replaced: true})
		r.ID = old.ID
		s.noteLocked(st, r, types.ResourceStatusUpdateInProgress, "Requested update requires the creation of a new physical resource; hence creating one.")
		r.ID = ""
	} else {
		st.Op.Changed = append(st.Op.Changed, change{Logical: r.Logical})
		s.noteLocked(st, r, types.ResourceStatusCreateInProgress, "")
	}
	st.Resources = append(slices.DeleteFunc(st.Resources, func(x *resource) bool { return x.Logical == r.Logical }), r)
	s.mu.Unlock()
	p := s.providers[r.Type]
	if err == nil {
		var id string
		id, err = p.create(context.WithoutCancel(ctx), s.requestFor(st, r, nil))
		if id != "" {
			s.mu.Lock()
			r.ID = id
			if old != nil && old.OnReplace != "Retain" {
				st.Op.Obsolete = append(st.Op.Obsolete, clone(old))
			}
			s.mu.Unlock()
		}
	}
	if err == nil {
		status := types.ResourceStatusCreateInProgress
		if old != nil {
			status = types.ResourceStatusUpdateInProgress
		}
		s.note(st, r, status, "Resource creation Initiated")
		err = s.ready(ctx, st, r)
	}
	if err != nil {
		s.note(st, r, failedStatus, reasonFor(ctx, err))
		return err
	}
	s.note(st, r, doneStatus, "")
	return nil
}

func reasonFor(ctx context.Context, err error) string {
	if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		return "Resource creation cancelled"
	}
	return because(err)
}

// ready waits for a new or changed resource and reads its attributes.
func (s *Service) ready(ctx context.Context, st *stack, r *resource) error {
	p := s.providers[r.Type]
	if p.settle != nil {
		if err := p.settle(ctx, r.ID); err != nil {
			return err
		}
	}
	attrs := map[string]any{}
	if p.read != nil {
		var err error
		if attrs, err = p.read(context.WithoutCancel(ctx), s.requestFor(st, r, nil)); err != nil {
			return err
		}
	}
	s.mu.Lock()
	r.Attributes = attrs
	s.mu.Unlock()
	return nil
}

func (s *Service) requestFor(st *stack, r, old *resource) request {
	req := request{Logical: r.Logical, Stack: st.Name, ID: r.ID, Props: r.Properties, Attrs: r.Attributes, Tags: r.Tags}
	if old != nil {
		req.Old, req.OldTags = old.Properties, old.Tags
	}
	if req.Props == nil {
		req.Props = map[string]any{}
	}
	return req
}

// change updates a resource in place.
func (s *Service) change(ctx context.Context, st *stack, r, next *resource) error {
	before := clone(r)
	s.touch(st, change{Logical: r.Logical, Before: before})
	s.mu.Lock()
	r.Properties, r.Tags, r.DependsOn, r.OnDelete, r.OnReplace = next.Properties, next.Tags, next.DependsOn, next.OnDelete, next.OnReplace
	s.noteLocked(st, r, types.ResourceStatusUpdateInProgress, "")
	s.mu.Unlock()
	err := s.providers[r.Type].update(context.WithoutCancel(ctx), s.requestFor(st, r, before))
	if err == nil {
		err = s.ready(ctx, st, r)
	}
	if err != nil {
		s.note(st, r, types.ResourceStatusUpdateFailed, reasonFor(ctx, err))
		return err
	}
	s.note(st, r, types.ResourceStatusUpdateComplete, "")
	return nil
}

type verdict int

const (
	same verdict = iota
	modify
	replace
)

// compare tells what it takes to turn one resource into another.
func (p provider) compare(old, next *resource) verdict {
	if old.Type != next.Type {
		return replace
	}
	result := same
	for k := range union(old.Properties, next.Properties) {
		if equal(old.Properties[k], next.Properties[k]) {
			continue
		}
		if p.update == nil || slices.Contains(p.createOnly, k) {
			return replace
		}
		result = modify
	}
	if p.tagged && p.update != nil && !maps.Equal(old.Tags, next.Tags) && !maps.Equal(mergeTags(old.Tags, old.Properties["Tags"]), mergeTags(next.Tags, next.Properties["Tags"])) {
		result = modify
	}
	return result
}

func union(a, b map[string]any) map[string]bool {
	out := map[string]bool{}
	for k := range a {
		out[k] = true
	}
	for k := range b {
		out[k] = true
	}
	return out
}
