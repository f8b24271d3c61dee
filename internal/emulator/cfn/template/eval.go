package template

import (
	"errors"
	"maps"
	"slices"
	"strings"
)

// Unknown stands for a value that is known only once a resource has been made. A change set is computed with it.
const Unknown = "{{changeSet:KNOWN_AFTER_APPLY}}"

// pseudo are the parameters that every template has.
func pseudo() []string {
	return []string{"AWS::AccountId", "AWS::NotificationARNs", "AWS::NoValue", "AWS::Partition", "AWS::Region", "AWS::StackId", "AWS::StackName", "AWS::URLSuffix"}
}

// Env is what values are evaluated in.
type Env struct {
	Template   *Template
	Parameters map[string]string // bound, and SSM parameters read
	Account    string
	Region     string
	StackName  string
	StackID    string
	Zones      func(region string) []string
	// Ref returns a resource's physical ID and GetAtt one of its attributes.
	Ref    func(logical string) (any, error)
	GetAtt func(logical, attribute string) (any, error)
	Import func(name string) (string, error)

	conditions map[string]bool
	open       map[string]bool
}

// noValue is what Ref AWS::NoValue evaluates to: the property that holds it is left out.
type noValue struct{}

const maxEvalDepth = 100

// Eval evaluates every intrinsic function within a value.
func (e *Env) Eval(v any) (any, error) {
	out, err := e.eval(v, 0)
	if err != nil {
		return nil, err
	}
	if out == (noValue{}) {
		return nil, nil
	}
	return out, nil
}

func (e *Env) eval(v any, depth int) (any, error) {
	if depth > maxEvalDepth {
		return nil, fail("Template error: functions are nested too deeply")
	}
	switch v := v.(type) {
	case []any:
		out := make([]any, 0, len(v))
		for _, x := range v {
			y, err := e.eval(x, depth+1)
			if err != nil {
				return nil, err
			}
			if y != (any)(noValue{}) {
				out = append(out, y)
			}
		}
		return out, nil
	case map[string]any:
		if len(v) == 1 {
			for k, arg := range v {
				if f, ok := e.function(k); ok {
					return f(arg, depth+1)
				}
			}
		}
		out := make(map[string]any, len(v))
		for _, k := range slices.Sorted(maps.Keys(v)) {
			y, err := e.eval(v[k], depth+1)
			if err != nil {
				return nil, err
			}
			if y != (any)(noValue{}) {
				out[k] = y
			}
		}
		return out, nil
	}
	return v, nil
}

func (e *Env) function(name string) (func(arg any, depth int) (any, error), bool) {
	switch name {
	case "Ref":
		return e.ref, true
	case "Fn::GetAtt":
		return e.getAtt, true
	case "Fn::Sub":
		return e.sub, true
	case "Fn::Join":
		return e.join, true
	case "Fn::Select":
		return e.pick, true
	case "Fn::Split":
		return e.split, true
	case "Fn::If":
		return e.branch, true
	case "Fn::ImportValue":
		return e.importValue, true
	case "Fn::FindInMap":
		return e.findInMap, true
	case "Fn::GetAZs":
		return e.getAZs, true
	case "Fn::Base64":
		return e.base64, true
	case "Fn::Cidr":
		return e.cidr, true
	case "Fn::Length":
		return e.length, true
	case "Fn::ToJsonString":
		return e.toJSON, true
	case "Fn::Equals", "Fn::And", "Fn::Or", "Fn::Not":
		return func(arg any, depth int) (any, error) { return e.truth(map[string]any{name: arg}, depth) }, true
	}
	if strings.HasPrefix(name, "Fn::") {
		return func(any, int) (any, error) {
			return nil, fail("Template error: unresolved or unsupported function %s", name)
		}, true
	}
	return nil, false
}

// text evaluates to a scalar as text.
func (e *Env) text(v any, depth int, function string) (string, error) {
	x, err := e.eval(v, depth)
	if err != nil {
		return "", err
	}
	s, ok := Text(x)
	if !ok {
		return "", fail("Template error: every argument of %s must evaluate to a string", function)
	}
	return s, nil
}

// list evaluates to a list.
func (e *Env) list(v any, depth int, function string) ([]any, error) {
	x, err := e.eval(v, depth)
	if err != nil {
		return nil, err
	}
	if x == Unknown {
		return []any{Unknown}, nil
	}
	l, ok := x.([]any)
	if !ok {
		return nil, fail("Template error: %s requires a list argument", function)
	}
	return l, nil
}

func args(arg any, n int, function string) ([]any, error) {
	l, ok := arg.([]any)
	if !ok || len(l) != n {
		return nil, fail("Template error: %s requires a list argument with %d elements", function, n)
	}
	return l, nil
}

func (e *Env) ref(arg any, _ int) (any, error) {
	name, ok := arg.(string)
	if !ok {
		return nil, fail("Template error: Ref requires the name of a parameter or a resource")
	}
	switch name {
	case "AWS::AccountId":
		return e.Account, nil
	case "AWS::Region":
		return e.Region, nil
	case "AWS::Partition":
		return "aws", nil
	case "AWS::URLSuffix":
		return "amazonaws.com", nil
	case "AWS::StackName":
		return e.StackName, nil
	case "AWS::StackId":
		return e.StackID, nil
	case "AWS::NotificationARNs":
		return []any{}, nil
	case "AWS::NoValue":
		return noValue{}, nil
	}
	if p, ok := e.Template.Parameters[name]; ok {
		return p.value(e.Parameters[name]), nil
	}
	if e.Template.Resources[name] == nil || e.Ref == nil {
		return nil, fail("Template format error: Unresolved resource dependencies [%s] in the Resources block of the template", name)
	}
	return e.Ref(name)
}

// value is a bound parameter's value: text, or a list of text.
func (p *Parameter) value(text string) any {
	if !p.list() {
		return text
	}
	out := []any{}
	if text == "" {
		return out
	}
	for item := range strings.SplitSeq(text, ",") {
		out = append(out, strings.TrimSpace(item))
	}
	return out
}

func (e *Env) getAtt(arg any, depth int) (any, error) {
	res, attr, ok := getAttArgs(arg)
	if ok && attr == "" { // the attribute's name is a function
		list, _ := arg.([]any)
		var err error
		if attr, err = e.text(list[1], depth, "Fn::GetAtt"); err != nil {
			return nil, err
		}
	}
	if !ok || e.Template.Resources[res] == nil || e.GetAtt == nil {
		return nil, fail("Template error: every Fn::GetAtt object requires two non-empty parameters, the resource name and the resource attribute")
	}
	return e.GetAtt(res, attr)
}

func (e *Env) sub(arg any, depth int) (any, error) {
	text, vars := subArgs(arg)
	if list, isList := arg.([]any); isList && (len(list) != 2 || vars == nil) || !isList && !isString(arg) {
		return nil, fail("Template error: One or more Fn::Sub intrinsic functions don't specify expected arguments. Specify a string as first argument, and an optional second argument to specify a mapping of values to replace in the string")
	}
	var b strings.Builder
	var errs []error
	eachPlaceholder(text, func(s string) { b.WriteString(s) }, func(name string) {
		var v any = map[string]any{"Ref": name}
		if own, ok := vars[name]; ok {
			v = own
		} else if strings.Contains(name, ".") {
			v = map[string]any{"Fn::GetAtt": name}
		}
		s, err := e.text(v, depth, "Fn::Sub")
		errs = append(errs, err)
		b.WriteString(s)
	})
	return b.String(), errors.Join(errs...)
}

func isString(v any) bool {
	_, ok := v.(string)
	return ok
}

func (e *Env) importValue(arg any, depth int) (any, error) {
	name, err := e.text(arg, depth, "Fn::ImportValue")
	if err != nil {
		return nil, err
	}
	if e.Import == nil {
		return nil, fail("No export named %s found", name)
	}
	return e.Import(name)
}
