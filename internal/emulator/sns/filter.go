package sns

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// filter is a parsed filter policy: every key must match, and of the alternatives of each $or one.
// https://docs.aws.amazon.com/sns/latest/dg/sns-subscription-filter-policies.html
type filter struct {
	leaves map[string][]condition
	nested map[string]filter
	either [][]filter
}

// condition tells whether a value that is there matches. One that wants the key to be missing says so instead.
type condition struct {
	match  func(value any) bool
	absent bool
	every  bool // no value of a list may fail it: anything-but
}

// parseFilter reads a policy; keys are nested only where it is about a message's body.
func parseFilter(text string, body bool) (filter, error) {
	var tree any
	if err := json.Unmarshal([]byte(text), &tree); err != nil {
		return filter{}, errors.New("failed to parse JSON")
	}
	object, ok := tree.(map[string]any)
	if !ok {
		return filter{}, errors.New("Filter is not an object") //nolint:staticcheck // SNS's words
	}
	return newFilter(object, body, 0)
}

// maxFilterDepth is far more than SNS's five keys can use, and keeps a hostile policy from costing anything.
const maxFilterDepth = 32

func newFilter(object map[string]any, body bool, depth int) (filter, error) {
	f := filter{leaves: map[string][]condition{}, nested: map[string]filter{}}
	if depth > maxFilterDepth {
		return f, errors.New("Filter is nested too deeply") //nolint:staticcheck // SNS's words
	}
	for _, key := range slices.Sorted(maps.Keys(object)) {
		switch value := object[key].(type) {
		case []any:
			if key == "$or" {
				alternatives, err := newAlternatives(value, body, depth)
				if err != nil {
					return f, err
				}
				f.either = append(f.either, alternatives)
				continue
			}
			if len(value) == 0 {
				return f, fmt.Errorf("%q: Empty arrays are not allowed", key)
			}
			for _, item := range value {
				c, err := newCondition(item)
				if err != nil {
					return f, fmt.Errorf("%q: %w", key, err)
				}
				f.leaves[key] = append(f.leaves[key], c)
			}
		case map[string]any:
			if !body {
				return f, errors.New("Filter policy scope MessageAttributes does not support nested filter policy") //nolint:staticcheck // SNS's words
			}
			below, err := newFilter(value, body, depth+1)
			if err != nil {
				return f, err
			}
			f.nested[key] = below
		default:
			return f, fmt.Errorf("%q must be an object or an array", key)
		}
	}
	return f, nil
}

func newAlternatives(list []any, body bool, depth int) ([]filter, error) {
	var all []filter
	for _, item := range list {
		object, ok := item.(map[string]any)
		if !ok {
			return nil, errors.New("$or must hold objects")
		}
		f, err := newFilter(object, body, depth+1)
		if err != nil {
			return nil, err
		}
		all = append(all, f)
	}
	if len(all) < 2 {
		return nil, errors.New("$or must have at least two objects")
	}
	return all, nil
}

// newCondition reads one of the values that a key may have: the value itself, or an operator with what it needs.
func newCondition(item any) (condition, error) {
	switch v := item.(type) {
	case string, float64, bool, nil:
		return condition{match: func(value any) bool { return value == v }}, nil
	case map[string]any:
		if len(v) != 1 {
			return condition{}, errors.New("Only one key allowed in match expression") //nolint:staticcheck // SNS's words
		}
		for operator, operand := range v {
			return newOperator(operator, operand)
		}
	}
	return condition{}, errors.New("Match value must be String, number, true, false, or null") //nolint:staticcheck // SNS's words
}

func newOperator(operator string, operand any) (condition, error) {
	text, isText := operand.(string)
	switch {
	case operator == "exists":
		want, ok := operand.(bool)
		if !ok {
			return condition{}, errors.New("exists match pattern must be either true or false.") //nolint:staticcheck // SNS's words
		}
		return condition{absent: !want, match: func(any) bool { return want }}, nil
	case operator == "numeric":
		return newNumeric(operand)
	case operator == "anything-but":
		return newAnythingBut(operand)
	case operator == "cidr" && isText:
		p, err := netip.ParsePrefix(text)
		if err != nil {
			return condition{}, errors.New("Nonstandard IP address: " + text) //nolint:staticcheck // SNS's words
		}
		return condition{match: func(value any) bool {
			s, _ := value.(string)
			a, err := netip.ParseAddr(s)
			return err == nil && p.Contains(a)
		}}, nil
	case isText:
		if match := textual(operator); match != nil {
			return condition{match: func(value any) bool {
				s, ok := value.(string)
				return ok && match(s, text)
			}}, nil
		}
	}
	return condition{}, fmt.Errorf("Unrecognized match type %s", operator) //nolint:staticcheck // SNS's words
}

// textual are the operators between two texts.
func textual(operator string) func(value, operand string) bool {
	switch operator {
	case "prefix":
		return strings.HasPrefix
	case "suffix":
		return strings.HasSuffix
	case "equals-ignore-case":
		return strings.EqualFold
	case "wildcard":
		return wildcard
	}
	return nil
}

// wildcard matches a pattern whose * stands for any text.
func wildcard(value, pattern string) bool {
	parts := strings.Split(pattern, "*")
	if len(parts) == 1 {
		return value == pattern
	}
	rest, ok := strings.CutPrefix(value, parts[0])
	if !ok {
		return false
	}
	for _, part := range parts[1 : len(parts)-1] {
		i := strings.Index(rest, part)
		if i < 0 {
			return false
		}
		rest = rest[i+len(part):]
	}
	return strings.HasSuffix(rest, parts[len(parts)-1])
}

// newAnythingBut negates values, or one operator on texts.
func newAnythingBut(operand any) (condition, error) {
	list, isList := operand.([]any)
	if !isList {
		list = []any{operand}
	}
	if len(list) == 0 {
		return condition{}, errors.New("anything-but needs a value")
	}
	var not []condition
	for _, item := range list {
		c, err := newCondition(item)
		if err != nil || c.absent || c.every {
			return condition{}, errors.New("anything-but takes values or one of prefix, suffix, wildcard, equals-ignore-case")
		}
		not = append(not, c)
	}
	return condition{every: true, match: func(value any) bool {
		return !slices.ContainsFunc(not, func(c condition) bool { return c.match(value) })
	}}, nil
}

// newNumeric reads one or two comparisons: [">=", 0, "<", 100].
func newNumeric(operand any) (condition, error) {
	list, _ := operand.([]any)
	if len(list) != 2 && len(list) != 4 {
		return condition{}, errors.New("Value of numeric must be an array of one or two comparisons") //nolint:staticcheck // SNS's words
	}
	var all []func(float64) bool
	for i := 0; i < len(list); i += 2 {
		operator, _ := list[i].(string)
		bound, ok := list[i+1].(float64)
		if !ok {
			return condition{}, fmt.Errorf("Value of %s must be numeric", operator) //nolint:staticcheck // SNS's words
		}
		compare := map[string]func(float64) bool{
			"=": func(n float64) bool { return n == bound }, ">": func(n float64) bool { return n > bound }, ">=": func(n float64) bool { return n >= bound },
			"<": func(n float64) bool { return n < bound }, "<=": func(n float64) bool { return n <= bound },
		}[operator]
		if compare == nil {
			return condition{}, fmt.Errorf("Unrecognized numeric range operator: %s", operator) //nolint:staticcheck // SNS's words
		}
		all = append(all, compare)
	}
	return condition{match: func(value any) bool {
		n, ok := value.(float64)
		return ok && !slices.ContainsFunc(all, func(compare func(float64) bool) bool { return !compare(n) })
	}}, nil
}

// matchBody holds a message's body, which must be a JSON object, against the filter.
func (f filter) matchBody(text string) bool {
	var object map[string]any
	if json.Unmarshal([]byte(text), &object) != nil {
		return false
	}
	return f.match(object)
}

// matchAttributes holds a message's attributes against the filter. Binary ones match nothing but exists.
func (f filter) matchAttributes(attributes map[string]Attribute) bool {
	object := map[string]any{}
	for name, a := range attributes {
		text := aws.ToString(a.StringValue)
		switch kind := aws.ToString(a.DataType); {
		case kind == "String.Array":
			var list []any
			if json.Unmarshal([]byte(text), &list) != nil {
				list = nil
			}
			object[name] = list
		case strings.HasPrefix(kind, "Number"):
			n, err := strconv.ParseFloat(text, 64)
			if err == nil {
				object[name] = n
			}
		case strings.HasPrefix(kind, "String"):
			object[name] = text
		default:
			object[name] = a.BinaryValue
		}
	}
	return f.match(object)
}

func (f filter) match(object map[string]any) bool {
	for key, conditions := range f.leaves {
		value, there := object[key]
		if !matchesAny(conditions, value, there) {
			return false
		}
	}
	for key, below := range f.nested {
		if !below.matchNested(object[key]) {
			return false
		}
	}
	for _, alternatives := range f.either {
		if !slices.ContainsFunc(alternatives, func(a filter) bool { return a.match(object) }) {
			return false
		}
	}
	return true
}

// matchNested goes down: into an object, or into any object of a list. Where there is none, only what wants keys to be
// missing matches.
func (f filter) matchNested(value any) bool {
	switch v := value.(type) {
	case map[string]any:
		return f.match(v)
	case []any:
		return slices.ContainsFunc(v, f.matchNested)
	}
	return f.match(nil)
}

// matchesAny tells whether one of a key's conditions holds. Of a list one value has to match.
func matchesAny(conditions []condition, value any, there bool) bool {
	values, isList := value.([]any)
	if !isList {
		values = []any{value}
	}
	for _, c := range conditions {
		switch {
		case !there:
			if c.absent {
				return true
			}
		case c.absent:
		case c.every && len(values) > 0:
			if !slices.ContainsFunc(values, func(v any) bool { return !scalar(v) || !c.match(v) }) {
				return true
			}
		case slices.ContainsFunc(values, func(v any) bool { return scalar(v) && c.match(v) }):
			return true
		case isList || !scalar(value): // exists, of what cannot be compared
			if c.match(struct{}{}) && !c.every {
				return true
			}
		}
	}
	return false
}

// scalar tells a scalar of JSON, the only values that conditions look at.
func scalar(v any) bool {
	switch v.(type) {
	case string, float64, bool, nil:
		return true
	}
	return false
}
