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

func contextOf(props map[string]any) *string {
	b, err := json.Marshal(map[string]any{"Properties": props})
	if err != nil {
		return nil
	}
	return aws.String(string(b))
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
