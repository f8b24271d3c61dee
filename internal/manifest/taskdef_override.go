package manifest

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// TaskdefStep is one step down into a task definition as ECS's API has it: a key of an object, or, with an empty key, an
// item of a list, -1 being a new one at its end.
type TaskdefStep struct {
	Key   string
	Index int
}

// segment is a part of an override's path: Ulimits, Ulimits[0] or Ulimits[-].
var segment = regexp.MustCompile(`^([A-Za-z0-9_-]+)(?:\[([0-9]{1,4}|-)\])?$`)

// overrideFault is what is wrong with an override, and what to write instead.
type overrideFault struct{ message, hint string }

func (f *overrideFault) Error() string { return f.message }

func faultf(hint, format string, args ...any) *overrideFault {
	return &overrideFault{fmt.Sprintf(format, args...), hint}
}

// Resolve translates an override from CloudFormation's words into those of ECS's API: the way to the property and its
// value, whose numbers are numbers. What CloudFormation's task definition does not have is an error.
func (o TaskdefOverride) Resolve() ([]TaskdefStep, any, error) {
	steps, at, err := o.steps()
	if err != nil {
		return nil, nil, err
	}
	value, err := at.translate(o.Value, o.Path)
	if err != nil {
		return nil, nil, err
	}
	return steps, value, nil
}

func (o TaskdefOverride) steps() ([]TaskdefStep, property, error) {
	at := taskdefProperties()
	var steps []TaskdefStep
	for _, part := range strings.Split(o.Path, ".") {
		m := segment.FindStringSubmatch(part)
		if m == nil {
			return nil, at, faultf("write keys with dots between them: ContainerDefinitions[0].StopTimeout", "%q is no path", o.Path)
		}
		next, ok := at.child(m[1])
		if at.free {
			next, ok = property{name: m[1], api: m[1], leaf: typeString}, true
		}
		switch {
		case at.list:
			return nil, at, faultf("write "+at.name+"[0] or "+at.name+"[-]", "%s is a list", at.name)
		case at.leaf != "":
			return nil, at, faultf("end the path at "+at.name, "%s has nothing below it", at.name)
		case !ok:
			return nil, at, faultf(at.hint(m[1]), "a task definition has no property %s here", m[1])
		case m[2] != "" && !next.list:
			return nil, at, faultf("write "+m[1], "%s is no list", m[1])
		}
		steps, at = append(steps, TaskdefStep{Key: next.api}), next
		if m[2] != "" {
			at.list = false
			steps = append(steps, TaskdefStep{Index: itemIndex(m[2])})
		}
	}
	return steps, at, nil
}

func itemIndex(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		return -1
	}
	return n
}

// translate gives a value the API's keys and types.
func (p property) translate(value any, path string) (any, error) {
	switch {
	case value == nil:
		return nil, nil
	case p.list:
		items, ok := value.([]any)
		if !ok {
			return nil, faultf("write a list", "%s takes a list", path)
		}
		p.list = false
		out := make([]any, 0, len(items))
		for i, item := range items {
			v, err := p.translate(item, path+index(i))
			if err != nil {
				return nil, err
			}
			out = append(out, v)
		}
		return out, nil
	case p.leaf != "":
		return p.scalar(value, path)
	}
	return p.fields(value, path)
}

func (p property) fields(value any, path string) (any, error) {
	m, ok := value.(map[string]any)
	if !ok {
		return nil, faultf("write a map", "%s takes a map", path)
	}
	out := make(map[string]any, len(m))
	for _, key := range sortedKeys(m) {
		c, ok := p.child(key)
		if p.free {
			c, ok = property{name: key, api: key, leaf: typeString}, true
		}
		if !ok {
			return nil, faultf(p.hint(key), "a task definition has no property %s in %s", key, path)
		}
		v, err := c.translate(m[key], path+"."+key)
		if err != nil {
			return nil, err
		}
		out[c.api] = v
	}
	return out, nil
}

// scalar makes a value what the API takes: CloudFormation takes "512" for a number, and 512 for a text.
func (p property) scalar(value any, path string) (any, error) {
	text := ""
	switch v := value.(type) {
	case []any, map[string]any:
		return nil, faultf("write one value", "%s takes one value", path)
	case float64:
		text = strconv.FormatFloat(v, 'f', -1, 64)
	default:
		text = fmt.Sprint(v)
	}
	switch p.leaf {
	case typeInt:
		if n, ok := parseInt(text); ok {
			return n, nil
		}
		return nil, faultf("write a whole number", "%s takes a whole number, not %q", path, text)
	case typeBool:
		if b, ok := parseBool(text); ok {
			return b, nil
		}
		return nil, faultf("write true or false", "%s takes true or false, not %q", path, text)
	}
	return text, nil
}
