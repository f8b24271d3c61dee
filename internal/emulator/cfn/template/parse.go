package template

import (
	"bytes"
	"encoding/json"
	"io"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"
)

const (
	maxNodes = 200_000 // aliases can make a small text very large
	maxDepth = 200
)

// decode reads YAML or JSON into JSON's own types.
func decode(text string) (any, error) {
	if strings.HasPrefix(strings.TrimSpace(text), "{") {
		d := json.NewDecoder(strings.NewReader(text))
		d.UseNumber()
		var v any
		err := d.Decode(&v)
		if err == nil {
			if _, end := d.Token(); end == io.EOF {
				return v, nil
			}
			return nil, fail("Template format error: JSON not well-formed.")
		}
	}
	d := yaml.NewDecoder(bytes.NewReader([]byte(text)))
	var doc yaml.Node
	if err := d.Decode(&doc); err != nil {
		return nil, fail("Template format error: YAML not well-formed. (%s)", strings.TrimPrefix(err.Error(), "yaml: "))
	}
	c := converter{left: maxNodes}
	return c.value(&doc, 0)
}

type converter struct{ left int }

func (c *converter) value(n *yaml.Node, depth int) (any, error) {
	c.left--
	if c.left < 0 || depth > maxDepth {
		return nil, fail("Template format error: the document is nested or expanded too far")
	}
	var v any
	var err error
	switch n.Kind {
	case yaml.DocumentNode:
		if len(n.Content) == 0 {
			return nil, nil
		}
		return c.value(n.Content[0], depth+1)
	case yaml.AliasNode:
		if n.Alias == nil {
			return nil, fail("Template format error: YAML not well-formed. (an alias without anchor)")
		}
		return c.value(n.Alias, depth+1)
	case yaml.MappingNode:
		v, err = c.mapping(n, depth)
	case yaml.SequenceNode:
		list := make([]any, 0, len(n.Content))
		for _, item := range n.Content {
			x, err := c.value(item, depth+1)
			if err != nil {
				return nil, err
			}
			list = append(list, x)
		}
		v = list
	case yaml.ScalarNode:
		v = scalar(n)
	}
	if err != nil {
		return nil, err
	}
	return short(n.Tag, v), nil
}

func (c *converter) mapping(n *yaml.Node, depth int) (any, error) {
	m := make(map[string]any, len(n.Content)/2)
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		v, err := c.value(n.Content[i+1], depth+1)
		if err != nil {
			return nil, err
		}
		if key.Kind != yaml.ScalarNode {
			return nil, fail("Template format error: [line %d] map keys must be strings; received a map or a list instead", key.Line)
		}
		if key.Value == "<<" && key.Style == 0 { // a merge key: what is here already wins
			if base, ok := v.(map[string]any); ok {
				for k, x := range base {
					if _, has := m[k]; !has {
						m[k] = x
					}
				}
			}
			continue
		}
		m[key.Value] = v
	}
	return m, nil
}

// scalar reads a plain scalar as CloudFormation does: true and false, numbers that are written as a number would be
// written, null; everything else, dates and account numbers with leading zeros too, is text.
func scalar(n *yaml.Node) any {
	s := n.Value
	if n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) != 0 || strings.HasPrefix(n.Tag, "!") && !strings.HasPrefix(n.Tag, "!!") || n.Tag == "!!str" {
		return s
	}
	switch s {
	case "true", "True", "TRUE":
		return true
	case "false", "False", "FALSE":
		return false
	case "", "~", "null", "Null", "NULL":
		return nil
	}
	if i, err := strconv.ParseInt(s, 10, 64); err == nil && strconv.FormatInt(i, 10) == s {
		return json.Number(s)
	}
	if f, err := strconv.ParseFloat(s, 64); err == nil && strconv.FormatFloat(f, 'f', -1, 64) == s {
		return json.Number(s)
	}
	return s
}

// short turns a short form's tag into the long form.
func short(tag string, v any) any {
	if !strings.HasPrefix(tag, "!") || strings.HasPrefix(tag, "!!") || tag == "!" {
		return v
	}
	switch name := tag[1:]; name {
	case "Ref", "Condition":
		return map[string]any{name: v}
	case "GetAtt":
		if s, ok := v.(string); ok {
			res, attr, _ := strings.Cut(s, ".")
			v = []any{res, attr}
		}
		return map[string]any{"Fn::GetAtt": v}
	default:
		return map[string]any{"Fn::" + name: v}
	}
}
