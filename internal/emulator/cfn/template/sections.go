package template

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Parse reads a template and refuses what CloudFormation refuses before it looks at any resource type.
func Parse(text string) (*Template, error) {
	v, err := decode(text)
	if err != nil {
		return nil, err
	}
	doc, ok := v.(map[string]any)
	if !ok {
		return nil, fail("Template format error: unsupported structure.")
	}
	t := &Template{Text: text, Parameters: map[string]*Parameter{}, Mappings: map[string]map[string]map[string]any{}, Conditions: map[string]any{}, Resources: map[string]*Resource{}, Outputs: map[string]*Output{}}
	if err := t.head(doc); err != nil {
		return nil, err
	}
	for _, section := range []func(map[string]any) error{t.parameters, t.mappings, t.conditions, t.resources, t.outputs} {
		if err := section(doc); err != nil {
			return nil, err
		}
	}
	if err := t.checkReferences(); err != nil {
		return nil, err
	}
	if _, err := t.Order(slices.Sorted(maps.Keys(t.Resources))); err != nil {
		return nil, err
	}
	return t, nil
}

func (t *Template) head(doc map[string]any) error {
	known := []string{"AWSTemplateFormatVersion", "Conditions", "Description", "Mappings", "Metadata", "Outputs", "Parameters", "Resources", "Rules", "Transform", "Hooks"}
	var unknown []string
	for _, k := range slices.Sorted(maps.Keys(doc)) {
		if !slices.Contains(known, k) {
			unknown = append(unknown, k)
		}
	}
	if len(unknown) > 0 {
		return fail("Invalid template property or properties [%s]", strings.Join(unknown, ", "))
	}
	for _, k := range []string{"Transform", "Hooks", "Rules"} {
		if doc[k] != nil {
			return fail("Template format error: %s is not available on this endpoint", k)
		}
	}
	if v, has := doc["AWSTemplateFormatVersion"]; has {
		if t.Version, _ = v.(string); t.Version != "2010-09-09" {
			return fail("Template format error: AWSTemplateFormatVersion must be \"2010-09-09\"")
		}
	}
	if d, has := doc["Description"]; has && d != nil {
		s, ok := d.(string)
		if !ok || len(s) > 1024 {
			return fail("Template format error: Description must be a string of at most 1024 bytes")
		}
		t.Description = s
	}
	t.Metadata = doc["Metadata"]
	return nil
}

// section returns a top level map, empty when it is absent.
func section(doc map[string]any, name string, most int) (map[string]any, error) {
	v, has := doc[name]
	if !has || v == nil {
		return nil, nil
	}
	m, ok := v.(map[string]any)
	if !ok {
		return nil, fail("Template format error: [/%s] Expected a map.", name)
	}
	if len(m) > most {
		return nil, fail("Template format error: Number of %s, %d, is greater than maximum allowed, %d", strings.ToLower(name), len(m), most)
	}
	for k := range m {
		if !alphanumeric(k) && name != "Mappings" {
			return nil, fail("Template format error: %s name %s is non alphanumeric.", strings.TrimSuffix(name, "s"), k)
		}
	}
	return m, nil
}

func alphanumeric(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9')
	})
}

func (t *Template) conditions(doc map[string]any) error {
	m, err := section(doc, "Conditions", 1<<20)
	if m != nil {
		t.Conditions = m
	}
	return err
}

func (t *Template) mappings(doc map[string]any) error {
	m, err := section(doc, "Mappings", maxMappings)
	if err != nil {
		return err
	}
	for name, v := range m {
		top, ok := v.(map[string]any)
		if !ok {
			return fail("Template format error: Every Mappings member %s must be a map", name)
		}
		t.Mappings[name] = map[string]map[string]any{}
		for k, second := range top {
			inner, ok := second.(map[string]any)
			if !ok {
				return fail("Template format error: Every Mappings attribute must be a String or a List.")
			}
			t.Mappings[name][k] = inner
		}
	}
	return nil
}

// Text returns a scalar as text.
func Text(v any) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case json.Number:
		return v.String(), true
	case bool:
		return strconv.FormatBool(v), true
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64), true
	case int:
		return strconv.Itoa(v), true
	}
	return "", false
}
