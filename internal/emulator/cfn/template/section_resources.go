package template

import (
	"fmt"
	"slices"
)

func (t *Template) resources(doc map[string]any) error {
	m, err := section(doc, "Resources", maxResources)
	if err != nil {
		return err
	}
	if len(m) == 0 {
		return fail("Template format error: At least one Resources member must be defined.")
	}
	for name, v := range m {
		fields, ok := v.(map[string]any)
		if !ok {
			return fail("Template format error: [/Resources/%s] Every Resources object must contain a Type member.", name)
		}
		r, err := resource(name, fields)
		if err != nil {
			return err
		}
		t.Resources[name] = r
	}
	return nil
}

func resource(name string, fields map[string]any) (*Resource, error) {
	r := &Resource{Properties: map[string]any{}}
	for k, v := range fields {
		text, isText := v.(string)
		switch k {
		case "Type":
			r.Type = text
		case "Properties":
			props, ok := v.(map[string]any)
			if !ok && v != nil {
				return nil, fail("Template format error: [/Resources/%s/Properties] Properties must be a map", name)
			}
			if props != nil {
				r.Properties = props
			}
		case "DependsOn":
			deps, err := names(v)
			if err != nil {
				return nil, fail("Template format error: [/Resources/%s/DependsOn] Every DependsOn value must be a string.", name)
			}
			r.DependsOn = deps
		case "Condition":
			if !isText {
				return nil, fail("Template format error: Every Condition member must be a string.")
			}
			r.Condition = text
		case "DeletionPolicy", "UpdateReplacePolicy":
			if !slices.Contains([]string{"Delete", "Retain", "Snapshot", "RetainExceptOnCreate"}, text) {
				return nil, fail("Template error: Unrecognized %s %s for resource %s", k, fmt.Sprint(v), name)
			}
			if k == "DeletionPolicy" {
				r.DeletionPolicy = text
			} else {
				r.UpdateReplacePolicy = text
			}
		case "Metadata":
			r.Metadata = v
		case "CreationPolicy", "UpdatePolicy": // nothing here waits for signals or rolls instances
		default:
			return nil, fail("Invalid template resource property '%s'", k)
		}
	}
	if r.Type == "" {
		return nil, fail("Template format error: [/Resources/%s] Every Resources object must contain a Type member.", name)
	}
	return r, nil
}

func names(v any) ([]string, error) {
	switch v := v.(type) {
	case string:
		return []string{v}, nil
	case []any:
		var out []string
		for _, x := range v {
			s, ok := x.(string)
			if !ok {
				return nil, fail("not a string")
			}
			out = append(out, s)
		}
		return out, nil
	}
	return nil, fail("not a string or list")
}

func (t *Template) outputs(doc map[string]any) error {
	m, err := section(doc, "Outputs", maxOutputs)
	if err != nil {
		return err
	}
	for name, v := range m {
		fields, ok := v.(map[string]any)
		if !ok || fields["Value"] == nil {
			return fail("Template format error: Every Outputs member must contain a Value object")
		}
		o := &Output{Value: fields["Value"]}
		o.Description, _ = fields["Description"].(string)
		o.Condition, _ = fields["Condition"].(string)
		if export, has := fields["Export"]; has {
			e, ok := export.(map[string]any)
			if !ok || e["Name"] == nil {
				return fail("Template format error: Output %s is malformed. The Name field of every Export member must be specified.", name)
			}
			o.Export = e["Name"]
		}
		t.Outputs[name] = o
	}
	return nil
}
