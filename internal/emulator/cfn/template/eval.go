package template

import (
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
