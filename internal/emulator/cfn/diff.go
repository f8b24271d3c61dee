package cfn

import (
	"maps"
	"reflect"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"ferry.dev/ferry/internal/emulator/cfn/template"
)

// differ compares what is deployed with what a version asks for, without touching anything.
type differ struct {
	s       *Service
	st      *stack
	before  *template.Template // nil when nothing is deployed
	after   *template.Template
	was, to *version
	live    map[string]*resource
	changed map[string]types.Replacement // resources that change so far; "" = added
}

// diff returns the changes in the order of their logical IDs.
func (s *Service) diff(st *stack, t *template.Template, v *version) ([]types.Change, error) {
	d := &differ{s: s, st: st, after: t, to: v, live: map[string]*resource{}, changed: map[string]types.Replacement{}}
	s.mu.Lock()
	d.was = st.Current
	for _, r := range st.Resources {
		if r.live() {
			d.live[r.Logical] = clone(r)
		}
	}
	s.mu.Unlock()
	if d.was != nil {
		before, err := template.Parse(d.was.Template)
		if err != nil {
			return nil, err
		}
		d.before = before
	}
	return d.run()
}

func (d *differ) run() ([]types.Change, error) {
	names, err := active(d.env())
	if err != nil {
		return nil, err
	}
	order, err := d.after.Order(names)
	if err != nil {
		return nil, err
	}
	found := map[string]types.ResourceChange{}
	for _, name := range order {
		c, err := d.one(name)
		if err != nil {
			return nil, err
		}
		if c != nil {
			found[name] = *c
		}
	}
	for name, r := range d.live {
		if !slices.Contains(names, name) {
			found[name] = removal(r)
		}
	}
	var out []types.Change
	for _, name := range slices.Sorted(maps.Keys(found)) {
		c := found[name]
		out = append(out, types.Change{Type: types.ChangeTypeResource, ResourceChange: &c})
	}
	return out, nil
}

// env evaluates against what is there; what will only be known later is template.Unknown.
func (d *differ) env() *template.Env {
	e := d.s.envFor(d.st, d.after, d.to)
	e.Ref = func(logical string) (any, error) {
		r, exists := d.live[logical]
		replacement, touched := d.changed[logical]
		if !exists || (touched && replacement != types.ReplacementFalse) {
			return template.Unknown, nil
		}
		return r.ID, nil
	}
	e.GetAtt = func(logical, attr string) (any, error) {
		r, exists := d.live[logical]
		replacement, touched := d.changed[logical]
		if !exists || (touched && replacement != types.ReplacementFalse) {
			return template.Unknown, nil
		}
		return attributeOf(r, attr)
	}
	e.Import = func(name string) (string, error) {
		d.s.mu.Lock()
		defer d.s.mu.Unlock()
		return d.s.exportLocked(name)
	}
	return e
}

func removal(r *resource) types.ResourceChange {
	c := types.ResourceChange{Action: types.ChangeActionRemove, LogicalResourceId: aws.String(r.Logical), PhysicalResourceId: aws.String(r.ID), ResourceType: aws.String(r.Type), PolicyAction: types.PolicyActionDelete}
	if r.OnDelete == "Retain" || r.OnDelete == "RetainExceptOnCreate" {
		c.PolicyAction = types.PolicyActionRetain
	}
	c.BeforeContext = contextOf(r.Properties)
	return c
}

// one compares one resource; nil means that nothing changes.
func (d *differ) one(name string) (*types.ResourceChange, error) {
	decl := d.after.Resources[name]
	v, err := d.env().Eval(decl.Properties)
	if err != nil {
		return nil, err
	}
	props, _ := v.(map[string]any)
	c := &types.ResourceChange{Action: types.ChangeActionAdd, LogicalResourceId: aws.String(name), ResourceType: aws.String(decl.Type), AfterContext: contextOf(props)}
	old, exists := d.live[name]
	if !exists {
		d.changed[name] = ""
		return c, nil
	}
	p := d.s.providers[decl.Type]
	c.Action, c.PhysicalResourceId, c.BeforeContext = types.ChangeActionModify, aws.String(old.ID), contextOf(old.Properties)
	c.Replacement = types.ReplacementFalse
	for _, k := range slices.Sorted(maps.Keys(union(old.Properties, props))) {
		if !equal(old.Properties[k], props[k]) {
			d.property(c, p, name, k, old.Properties[k], props[k])
		}
	}
	if old.Type != decl.Type {
		c.Replacement = types.ReplacementTrue
	}
	d.others(c, p, old, decl, props)
	if len(c.Scope) == 0 && old.Type == decl.Type {
		return nil, nil
	}
	if c.Replacement == types.ReplacementTrue {
		c.PolicyAction = types.PolicyActionReplaceAndDelete
		if decl.UpdateReplacePolicy == "Retain" {
			c.PolicyAction = types.PolicyActionReplaceAndRetain
		}
	}
	d.changed[name] = c.Replacement
	return c, nil
}

// sameBesides tells whether a version without changes to resources changes nothing else either: outputs and tags.
func (s *Service) sameBesides(st *stack, t *template.Template, v *version) bool {
	s.mu.Lock()
	now := st.Current
	s.mu.Unlock()
	if now == nil || !maps.Equal(now.Tags, v.Tags) {
		return false
	}
	before, err := template.Parse(now.Template)
	if err != nil || !reflect.DeepEqual(before.Outputs, t.Outputs) || before.Description != t.Description {
		return false
	}
	if reflect.DeepEqual(now.Parameters, v.Parameters) && reflect.DeepEqual(now.Read, v.Read) {
		return true
	}
	used := map[string]bool{}
	next, err := s.outputsOf(st, t, v, used)
	if err != nil {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return reflect.DeepEqual(next, st.Outputs)
}
