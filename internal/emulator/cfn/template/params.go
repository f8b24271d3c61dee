package template

import (
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// knownType tells whether a parameter type exists. Of AWS's own types the list forms are lists of text.
func knownType(t string) bool {
	switch t {
	case "String", "Number", "CommaDelimitedList", "List<Number>", "List<String>", "AWS::SSM::Parameter::Name":
		return true
	}
	if inner, ok := strings.CutPrefix(t, "AWS::SSM::Parameter::Value<"); ok {
		inner, ok = strings.CutSuffix(inner, ">")
		return ok && knownType(inner)
	}
	if inner, ok := strings.CutPrefix(t, "List<"); ok {
		inner, ok = strings.CutSuffix(inner, ">")
		return ok && strings.HasPrefix(inner, "AWS::")
	}
	return strings.HasPrefix(t, "AWS::EC2::") || strings.HasPrefix(t, "AWS::Route53::")
}

func (p *Parameter) list() bool {
	inner, _ := strings.CutPrefix(p.Type, "AWS::SSM::Parameter::Value<")
	return p.Type == "CommaDelimitedList" || strings.HasPrefix(p.Type, "List<") || strings.HasPrefix(inner, "List<") || strings.HasPrefix(inner, "CommaDelimitedList")
}

// SSM returns whether the parameter's value is the name of an SSM parameter to be read.
func (p *Parameter) SSM() bool { return strings.HasPrefix(p.Type, "AWS::SSM::Parameter::Value<") }

// Bind gives every declared parameter its value: the one given, else the default. It refuses what CloudFormation refuses.
func (t *Template) Bind(given map[string]string) (map[string]string, error) {
	var strange, missing []string
	for _, k := range slices.Sorted(maps.Keys(given)) {
		if t.Parameters[k] == nil {
			strange = append(strange, k)
		}
	}
	if len(strange) > 0 {
		return nil, fail("Parameters: [%s] do not exist in the template", strings.Join(strange, ", "))
	}
	values := map[string]string{}
	for _, k := range slices.Sorted(maps.Keys(t.Parameters)) {
		p := t.Parameters[k]
		v, ok := given[k]
		if !ok && p.Default == nil {
			missing = append(missing, k)
			continue
		}
		if !ok {
			v = *p.Default
		}
		if err := p.check(k, v); err != nil {
			return nil, err
		}
		values[k] = v
	}
	if len(missing) > 0 {
		return nil, fail("Parameters: [%s] must have values", strings.Join(missing, ", "))
	}
	return values, nil
}

func (p *Parameter) check(name, value string) error {
	if p.list() {
		for item := range strings.SplitSeq(value, ",") {
			item = strings.TrimSpace(item)
			if len(p.Allowed) > 0 && !slices.Contains(p.Allowed, item) {
				return fail("Parameter '%s' must be one of AllowedValues", name)
			}
			if p.Type == "List<Number>" {
				if _, err := strconv.ParseFloat(item, 64); err != nil {
					return fail("Parameter '%s' must be a list of numbers", name)
				}
			}
		}
		return nil
	}
	if len(p.Allowed) > 0 && !slices.Contains(p.Allowed, value) {
		return fail("Parameter '%s' must be one of AllowedValues", name)
	}
	if reason := p.broken(value); reason != "" {
		if p.Constraint != "" {
			return fail("Parameter '%s' failed to satisfy constraint: %s", name, p.Constraint)
		}
		return fail("Parameter '%s' %s", name, reason)
	}
	return nil
}

// broken tells what is wrong with a value, or "".
func (p *Parameter) broken(value string) string {
	if p.Type == "Number" {
		n, err := strconv.ParseFloat(value, 64)
		switch {
		case err != nil:
			return "must be a number"
		case p.MinValue != nil && n < *p.MinValue:
			return "must be a number not less than " + number(*p.MinValue)
		case p.MaxValue != nil && n > *p.MaxValue:
			return "must be a number not greater than " + number(*p.MaxValue)
		}
		return ""
	}
	if p.MinLength != nil && float64(len(value)) < *p.MinLength {
		return "must contain at least " + number(*p.MinLength) + " characters"
	}
	if p.MaxLength != nil && float64(len(value)) > *p.MaxLength {
		return "must contain at most " + number(*p.MaxLength) + " characters"
	}
	if p.Pattern != "" {
		re, err := regexp.Compile(`^(?:` + p.Pattern + `)$`)
		if err != nil || !re.MatchString(value) {
			return "must match pattern " + p.Pattern
		}
	}
	return ""
}

func number(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }
