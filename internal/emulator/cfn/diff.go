package cfn

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"

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

func contextOf(props map[string]any) *string {
	b, err := json.Marshal(map[string]any{"Properties": props})
	if err != nil {
		return nil
	}
	return aws.String(string(b))
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

// property records that one property changes, and what that means.
func (d *differ) property(c *types.ResourceChange, p provider, name, key string, from, to any) {
	dynamic := mentions(to, template.Unknown)
	recreate := types.RequiresRecreationNever
	if p.update == nil || slices.Contains(p.createOnly, key) {
		recreate = types.RequiresRecreationAlways
		c.Replacement = strongest(c.Replacement, dynamic)
	}
	detail := types.ResourceChangeDetail{Evaluation: types.EvaluationTypeStatic, ChangeSource: types.ChangeSourceDirectModification, Target: &types.ResourceTargetDefinition{
		Attribute: types.ResourceAttributeProperties, Name: aws.String(key), Path: aws.String("/Properties/" + key), RequiresRecreation: recreate,
		AttributeChangeType: changeType(from, to), BeforeValue: valueText(from), AfterValue: valueText(to),
	}}
	if key == "Tags" {
		detail.Target.Attribute, detail.Target.Name = types.ResourceAttributeTags, nil
		c.Scope = addScope(c.Scope, types.ResourceAttributeTags)
	} else {
		c.Scope = addScope(c.Scope, types.ResourceAttributeProperties)
	}
	if dynamic {
		detail.Evaluation = types.EvaluationTypeDynamic
	}
	if source, entity := d.source(name, key); entity != "" {
		detail.ChangeSource, detail.CausingEntity = source, aws.String(entity)
	}
	c.Details = append(c.Details, detail)
}

func strongest(r types.Replacement, dynamic bool) types.Replacement {
	if !dynamic || r == types.ReplacementTrue {
		return types.ReplacementTrue
	}
	return types.ReplacementConditional
}

// source tells which parameter or resource makes a property change whose text in the template is the same as before.
func (d *differ) source(name, key string) (types.ChangeSource, string) {
	if d.before == nil || d.before.Resources[name] == nil || !reflect.DeepEqual(d.before.Resources[name].Properties[key], d.after.Resources[name].Properties[key]) {
		return "", ""
	}
	for _, ref := range template.References(d.after.Resources[name].Properties[key]) {
		if _, isParam := d.after.Parameters[ref.Name]; isParam && d.was.Parameters[ref.Name] != d.to.Parameters[ref.Name] {
			return types.ChangeSourceParameterReference, ref.Name
		}
		if _, touched := d.changed[ref.Name]; touched {
			if ref.Attribute != "" {
				return types.ChangeSourceResourceAttribute, ref.Name + "." + ref.Attribute
			}
			return types.ChangeSourceResourceReference, ref.Name
		}
	}
	return "", ""
}

// others records changes outside the properties: the stack's tags and the policies.
func (d *differ) others(c *types.ResourceChange, p provider, old *resource, decl *template.Resource, props map[string]any) {
	static := func(a types.ResourceAttribute, before, after string) {
		c.Scope = addScope(c.Scope, a)
		c.Details = append(c.Details, types.ResourceChangeDetail{Evaluation: types.EvaluationTypeStatic, ChangeSource: types.ChangeSourceDirectModification, Target: &types.ResourceTargetDefinition{
			Attribute: a, RequiresRecreation: types.RequiresRecreationNever, BeforeValue: valueText(before), AfterValue: valueText(after), Path: aws.String("/" + string(a)),
		}})
	}
	if p.tagged && p.update != nil && !slices.Contains(c.Scope, types.ResourceAttributeTags) && !maps.Equal(mergeTags(old.Tags, old.Properties["Tags"]), mergeTags(d.to.Tags, props["Tags"])) {
		static(types.ResourceAttributeTags, "", "")
	}
	if old.OnDelete != decl.DeletionPolicy {
		static(types.ResourceAttributeDeletionPolicy, old.OnDelete, decl.DeletionPolicy)
	}
	if old.OnReplace != decl.UpdateReplacePolicy {
		static(types.ResourceAttributeUpdateReplacePolicy, old.OnReplace, decl.UpdateReplacePolicy)
	}
}

func addScope(scope []types.ResourceAttribute, a types.ResourceAttribute) []types.ResourceAttribute {
	if slices.Contains(scope, a) {
		return scope
	}
	return append(scope, a)
}

func changeType(from, to any) types.AttributeChangeType {
	switch {
	case from == nil:
		return types.AttributeChangeTypeAdd
	case to == nil:
		return types.AttributeChangeTypeRemove
	}
	return types.AttributeChangeTypeModify
}

func valueText(v any) *string {
	if v == nil || v == "" {
		return nil
	}
	if s, ok := template.Text(v); ok {
		return aws.String(s)
	}
	b, err := json.Marshal(v)
	if err != nil {
		return nil
	}
	return aws.String(string(b))
}

// mentions tells whether text occurs anywhere within a value.
func mentions(v any, text string) bool {
	switch v := v.(type) {
	case string:
		return strings.Contains(v, text)
	case []any:
		return slices.ContainsFunc(v, func(x any) bool { return mentions(x, text) })
	case map[string]any:
		for _, x := range v {
			if mentions(x, text) {
				return true
			}
		}
	}
	return false
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
