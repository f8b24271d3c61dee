package template

import (
	"errors"
	"strings"
)

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
