package cfn

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"ferry.dev/ferry/internal/emulator/cfn/template"
)

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
