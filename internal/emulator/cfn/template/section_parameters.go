package template

import (
	"strconv"
	"strings"
)

func (t *Template) parameters(doc map[string]any) error {
	m, err := section(doc, "Parameters", maxParameters)
	if err != nil {
		return err
	}
	for name, v := range m {
		fields, ok := v.(map[string]any)
		if !ok {
			return fail("Template format error: Every Parameters object must contain a Type member.")
		}
		p, err := parameter(name, fields)
		if err != nil {
			return err
		}
		t.Parameters[name] = p
	}
	return nil
}

func parameter(name string, fields map[string]any) (*Parameter, error) {
	p := &Parameter{}
	for k, v := range fields {
		text, isText := Text(v)
		switch k {
		case "Type":
			p.Type = text
		case "Default":
			if !isText {
				return nil, fail("Template format error: Every Default member must be a string.")
			}
			p.Default = &text
		case "Description":
			p.Description = text
		case "NoEcho":
			p.NoEcho = strings.EqualFold(text, "true")
		case "AllowedPattern":
			p.Pattern = text
		case "ConstraintDescription":
			p.Constraint = text
		case "AllowedValues":
			list, ok := v.([]any)
			if !ok {
				return nil, fail("Template format error: Every AllowedValues member must be a list.")
			}
			for _, x := range list {
				s, _ := Text(x)
				p.Allowed = append(p.Allowed, s)
			}
		case "MinLength", "MaxLength", "MinValue", "MaxValue":
			n, err := strconv.ParseFloat(text, 64)
			if err != nil {
				return nil, fail("Template format error: Every %s member must be a number.", k)
			}
			*map[string]**float64{"MinLength": &p.MinLength, "MaxLength": &p.MaxLength, "MinValue": &p.MinValue, "MaxValue": &p.MaxValue}[k] = &n
		default:
			return nil, fail("Invalid template parameter property '%s'", k)
		}
	}
	if p.Type == "" {
		return nil, fail("Template format error: Every Parameters object must contain a Type member.")
	}
	if !knownType(p.Type) {
		return nil, fail("Template format error: Unrecognized parameter type: %s", p.Type)
	}
	return p, nil
}
