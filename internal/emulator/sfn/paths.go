package sfn

import (
	"encoding/json"
	"fmt"
	"maps"
	"strconv"
	"strings"
)

// steps cuts a reference path: $.a.b[0].
func steps(path string) ([]string, error) {
	rest, ok := strings.CutPrefix(path, "$")
	if !ok {
		return nil, fmt.Errorf("the path %q does not begin with $", path)
	}
	var out []string
	for rest != "" {
		switch rest[0] {
		case '.':
			end := strings.IndexAny(rest[1:], ".[")
			if end < 0 {
				end = len(rest) - 1
			}
			out, rest = append(out, rest[1:end+1]), rest[end+1:]
		case '[':
			end := strings.IndexByte(rest, ']')
			if end < 0 {
				return nil, fmt.Errorf("the path %q is not closed", path)
			}
			out, rest = append(out, strings.Trim(rest[1:end], "'\"")), rest[end+1:]
		default:
			return nil, fmt.Errorf("the path %q cannot be read", path)
		}
	}
	return out, nil
}

// lookUp finds what a path names; ok is false where there is nothing.
func lookUp(data any, path string) (any, bool) {
	parts, err := steps(path)
	if err != nil {
		return nil, false
	}
	for _, p := range parts {
		switch v := data.(type) {
		case map[string]any:
			next, ok := v[p]
			if !ok {
				return nil, false
			}
			data = next
		case []any:
			i, err := strconv.Atoi(p)
			if err != nil || i < 0 || i >= len(v) {
				return nil, false
			}
			data = v[i]
		default:
			return nil, false
		}
	}
	return data, true
}

// put lays a result over the input at a path; "" drops it.
func put(input, result any, path string) (any, error) {
	if path == "" {
		return input, nil
	}
	parts, err := steps(path)
	if err != nil || len(parts) == 0 {
		return result, err
	}
	return place(input, result, parts)
}

func place(into, result any, parts []string) (any, error) {
	if len(parts) == 0 {
		return result, nil
	}
	m, ok := into.(map[string]any)
	if into != nil && !ok {
		return nil, fmt.Errorf("%q cannot be put into what is no object", parts[0])
	}
	out := maps.Clone(m)
	if out == nil {
		out = map[string]any{}
	}
	v, err := place(out[parts[0]], result, parts[1:])
	out[parts[0]] = v
	return out, err
}

// fill makes a state's parameters: a key that ends in .$ takes its value from the input.
func fill(template json.RawMessage, input any) (any, error) {
	if template == nil {
		return input, nil
	}
	v, err := decode(template)
	if err != nil {
		return nil, err
	}
	return fillValue(v, input)
}

func fillValue(v, input any) (any, error) {
	switch v := v.(type) {
	case map[string]any:
		out := map[string]any{}
		for key, value := range v {
			name, dynamic := strings.CutSuffix(key, ".$")
			var err error
			if path, ok := value.(string); dynamic && ok {
				if out[name], ok = lookUp(input, path); !ok {
					return nil, fmt.Errorf("the path %q names nothing in the input", path)
				}
				continue
			}
			if out[key], err = fillValue(value, input); err != nil {
				return nil, err
			}
		}
		return out, nil
	case []any:
		out := make([]any, len(v))
		for i := range v {
			var err error
			if out[i], err = fillValue(v[i], input); err != nil {
				return nil, err
			}
		}
		return out, nil
	}
	return v, nil
}

// holds tells whether a rule is true of the data.
func (c choice) holds(data any) bool {
	switch {
	case len(c.And) > 0:
		for _, o := range c.And {
			if !o.holds(data) {
				return false
			}
		}
		return true
	case len(c.Or) > 0:
		for _, o := range c.Or {
			if o.holds(data) {
				return true
			}
		}
		return false
	case c.Not != nil:
		return !c.Not.holds(data)
	}
	v, present := lookUp(data, c.Variable)
	text, isText := v.(string)
	yes, isBool := v.(bool)
	switch {
	case c.IsPresent != nil:
		return present == *c.IsPresent
	case c.IsNull != nil:
		return present && (v == nil) == *c.IsNull
	case c.StringEquals != nil:
		return isText && text == *c.StringEquals
	case c.BooleanEquals != nil:
		return isBool && yes == *c.BooleanEquals
	}
	return c.numeric(v)
}

func (c choice) numeric(v any) bool {
	number, ok := v.(json.Number)
	n, err := number.Float64()
	switch {
	case !ok || err != nil:
		return false
	case c.NumericEquals != nil:
		return n == *c.NumericEquals
	case c.NumericGreaterThan != nil:
		return n > *c.NumericGreaterThan
	case c.NumericGreaterThanEquals != nil:
		return n >= *c.NumericGreaterThanEquals
	}
	return c.NumericLessThan != nil && n < *c.NumericLessThan
}
