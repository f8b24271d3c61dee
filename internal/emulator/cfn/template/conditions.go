package template

import "reflect"

// Holds evaluates a condition by name; "" always holds.
func (e *Env) Holds(name string) (bool, error) {
	if name == "" {
		return true, nil
	}
	return e.condition(name, 0)
}

func (e *Env) condition(name string, depth int) (bool, error) {
	if v, ok := e.conditions[name]; ok {
		return v, nil
	}
	expr, ok := e.Template.Conditions[name]
	if !ok || e.open[name] {
		return false, fail("Template format error: Unresolved condition dependency %s in the Conditions block of the template", name)
	}
	if e.conditions == nil {
		e.conditions, e.open = map[string]bool{}, map[string]bool{}
	}
	e.open[name] = true
	defer delete(e.open, name)
	v, err := e.truth(expr, depth+1)
	if err != nil {
		return false, err
	}
	e.conditions[name] = v
	return v, nil
}

// truth evaluates a condition function.
func (e *Env) truth(v any, depth int) (bool, error) {
	if depth > maxEvalDepth {
		return false, fail("Template error: functions are nested too deeply")
	}
	m, ok := v.(map[string]any)
	if !ok || len(m) != 1 {
		return false, fail("Template format error: Every Condition member must be a condition function.")
	}
	for name, arg := range m {
		switch name {
		case "Condition":
			s, ok := arg.(string)
			if !ok {
				return false, fail("Template format error: Every Condition member must be a string.")
			}
			return e.condition(s, depth)
		case "Fn::Equals":
			return e.equals(arg, depth)
		case "Fn::Not":
			list, err := args(arg, 1, name)
			if err != nil {
				return false, err
			}
			v, err := e.truth(list[0], depth+1)
			return !v, err
		case "Fn::And", "Fn::Or":
			return e.several(name, arg, depth)
		}
	}
	return false, fail("Template format error: Conditions can only hold the functions Fn::And, Fn::Equals, Fn::Not and Fn::Or")
}

func (e *Env) equals(arg any, depth int) (bool, error) {
	list, err := args(arg, 2, "Fn::Equals")
	if err != nil {
		return false, err
	}
	a, err := e.eval(list[0], depth)
	if err != nil {
		return false, err
	}
	b, err := e.eval(list[1], depth)
	if err != nil {
		return false, err
	}
	x, textA := Text(a)
	y, textB := Text(b)
	if textA && textB {
		return x == y, nil
	}
	return reflect.DeepEqual(a, b), nil
}

func (e *Env) several(name string, arg any, depth int) (bool, error) {
	list, ok := arg.([]any)
	if !ok || len(list) < 2 || len(list) > 10 {
		return false, fail("Template validation error: every %s object requires a list of at least 2 and at most 10 boolean parameters.", name)
	}
	result := name == "Fn::And"
	for _, x := range list {
		v, err := e.truth(x, depth+1)
		if err != nil {
			return false, err
		}
		if name == "Fn::And" {
			result = result && v
		} else {
			result = result || v
		}
	}
	return result, nil
}

func (e *Env) branch(arg any, depth int) (any, error) {
	list, err := args(arg, 3, "Fn::If")
	if err != nil {
		return nil, err
	}
	name, ok := list[0].(string)
	if !ok {
		return nil, fail("Template error: Fn::If requires the name of a condition as its first argument")
	}
	v, err := e.condition(name, depth)
	if err != nil {
		return nil, err
	}
	if v {
		return e.eval(list[1], depth)
	}
	return e.eval(list[2], depth)
}
