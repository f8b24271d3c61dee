package manifest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// JSONSchema writes manifests/schema.json from the table, for editors: draft 2020-12, one definition per type of manifest.
// It knows the fields, their types and bounds. What depends on several fields, only ferry checks.
func JSONSchema() ([]byte, error) {
	defs := map[string]any{
		"variable": map[string]any{"description": "A value with a ${VARIABLE} in it.", "type": "string", "pattern": `\$\{`},
	}
	var branches []any
	var types []string
	for _, k := range Kinds() {
		if !k.Supported {
			continue
		}
		name := schemaName(k)
		defs[name] = schemaObject(schemaOf(k.Letter), "", true)
		if k.Type == "" {
			continue
		}
		types = append(types, k.Type)
		branches = append(branches, map[string]any{
			"if":   map[string]any{"properties": map[string]any{"type": map[string]any{"const": k.Type}}, "required": []string{"type"}},
			"then": map[string]any{"$ref": "#/$defs/" + name},
		})
	}
	branches = append(branches, map[string]any{
		"if":   map[string]any{"not": map[string]any{"required": []string{"type"}}},
		"then": map[string]any{"$ref": "#/$defs/app"},
	})
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	err := enc.Encode(map[string]any{
		"$schema":    "https://json-schema.org/draft/2020-12/schema",
		"title":      "ferry manifests",
		"type":       "object",
		"properties": map[string]any{"type": map[string]any{"enum": types}},
		"allOf":      branches,
		"$defs":      defs,
	})
	return b.Bytes(), err
}

func schemaName(k Kind) string {
	if k.Type == "" {
		return "app"
	}
	return strings.ReplaceAll(strings.ToLower(k.Type), " ", "-")
}

// schemaObject is the schema of a map.
func schemaObject(s *schema, path string, root bool) map[string]any {
	properties := map[string]any{}
	var required []string
	for _, key := range s.order {
		child := s.keys[key]
		if !child.field.Carried() {
			continue
		}
		properties[key] = schemaValue(child, strings.TrimPrefix(path+"."+key, "."))
		// Below the root an override may bring what the base leaves out.
		if child.field.Required && (root || strings.HasSuffix(path, "[]")) && !(key == "image" && root) {
			required = append(required, key)
		}
	}
	out := map[string]any{"type": "object", "additionalProperties": false}
	if len(properties) > 0 {
		out["properties"] = properties
	}
	if len(required) > 0 {
		out["required"] = required
	}
	switch {
	case s.any != nil && s.named == "environment":
		override := schemaObject(s.any, path+".<environment>", false)
		override["type"] = []string{"object", "null"} // all its lines may be commented out
		out["additionalProperties"] = override
	case s.any != nil:
		out["additionalProperties"] = schemaValue(s.any, path+".<name>")
	}
	return out
}

// schemaValue is the schema of a value: any of its forms, a variable, or null.
func schemaValue(s *schema, path string) map[string]any {
	if s.expr.free {
		return map[string]any{}
	}
	var forms []any
	for _, t := range s.expr.scalars {
		forms = append(forms, schemaScalar(t, s.field))
	}
	if s.expr.isMap {
		forms = append(forms, schemaObject(s, path, false))
	}
	if s.expr.isList {
		items := map[string]any{}
		if s.item != nil {
			items = schemaValue(s.item, path+"[]")
		}
		forms = append(forms, map[string]any{"type": "array", "items": items})
	}
	if !slices.Contains(s.expr.scalars, typeString) || len(s.field.Enum) > 0 {
		forms = append(forms, map[string]any{"$ref": "#/$defs/variable"})
	}
	out := map[string]any{"anyOf": append(forms, map[string]any{"type": "null"})}
	if s.field.Doc != "" {
		out["description"] = s.field.Doc
	}
	if s.field.Auto != "" {
		out["description"] = fmt.Sprintf("%s Default: %s.", s.field.Doc, s.field.Auto)
	} else if s.field.Default != "" {
		out["description"] = fmt.Sprintf("%s Default: %s.", s.field.Doc, s.field.Default)
	}
	return out
}

func schemaScalar(t string, f Field) map[string]any {
	switch t {
	case typeInt:
		out := map[string]any{"type": "integer"}
		if f.Max > f.Min {
			out["minimum"], out["maximum"] = f.Min, f.Max
		}
		return out
	case typePort:
		return map[string]any{"type": "integer", "minimum": 1, "maximum": 65535}
	case typeBool:
		return map[string]any{"type": "boolean"}
	case typeNumber:
		return map[string]any{"type": "number"}
	case typeDuration:
		return map[string]any{"type": "string", "pattern": `^([0-9.]+(d|h|m|s|ms|us|µs|ns))+$|^0$`}
	case typeCIDR:
		return map[string]any{"type": "string", "pattern": `^[0-9a-fA-F.:]+/[0-9]+$`}
	}
	if len(f.Enum) > 0 {
		var patterns []string
		for _, v := range f.Enum {
			patterns = append(patterns, anyCase(v))
		}
		return map[string]any{"anyOf": []any{
			map[string]any{"enum": f.Enum},
			map[string]any{"type": "string", "pattern": "^(" + strings.Join(patterns, "|") + ")$"},
		}}
	}
	return map[string]any{"type": []string{"string", "number", "boolean"}}
}

// anyCase is a pattern for a word in upper or lower case: JSON Schema's patterns have no flag for it.
func anyCase(word string) string {
	var b strings.Builder
	for _, r := range word {
		if unicode.IsLetter(r) {
			b.WriteString("[" + string(unicode.ToLower(r)) + string(unicode.ToUpper(r)) + "]")
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}
