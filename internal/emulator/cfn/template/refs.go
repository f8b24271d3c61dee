package template

import (
	"maps"
	"slices"
	"strings"
)

// reference is one use of a name within a value.
type reference struct {
	name string
	attr string // of GetAtt; "" = Ref
	cond bool   // a condition's name
}

// refs collects what a value refers to, the branches of Fn::If that will not be taken too.
func refs(v any, visit func(reference)) {
	switch v := v.(type) {
	case []any:
		for _, x := range v {
			refs(x, visit)
		}
	case map[string]any:
		if len(v) == 1 {
			for k, arg := range v {
				if refsOfFunction(k, arg, visit) {
					return
				}
			}
		}
		for _, k := range slices.Sorted(maps.Keys(v)) {
			refs(v[k], visit)
		}
	}
}

// refsOfFunction handles the functions whose arguments are names; the others are walked like any value.
func refsOfFunction(name string, arg any, visit func(reference)) bool {
	switch name {
	case "Ref":
		if s, ok := arg.(string); ok {
			visit(reference{name: s})
			return true
		}
	case "Condition":
		if s, ok := arg.(string); ok {
			visit(reference{name: s, cond: true})
			return true
		}
	case "Fn::If":
		if list, ok := arg.([]any); ok && len(list) > 0 {
			if s, ok := list[0].(string); ok {
				visit(reference{name: s, cond: true})
				refs(list[1:], visit)
				return true
			}
		}
	case "Fn::GetAtt":
		if res, attr, ok := getAttArgs(arg); ok {
			visit(reference{name: res, attr: attr})
			if list, isList := arg.([]any); isList {
				refs(list[1:], visit)
			}
			return true
		}
	case "Fn::Sub":
		text, vars := subArgs(arg)
		for _, n := range placeholders(text) {
			if _, own := vars[n]; own {
				continue
			}
			res, attr, _ := strings.Cut(n, ".")
			visit(reference{name: res, attr: attr})
		}
		for _, k := range slices.Sorted(maps.Keys(vars)) {
			refs(vars[k], visit)
		}
		return true
	}
	return false
}

// getAttArgs reads "Res.Attr" and ["Res", "Attr"]; the attribute is "" when it is itself a function.
func getAttArgs(arg any) (res, attr string, ok bool) {
	switch a := arg.(type) {
	case string:
		res, attr, ok = strings.Cut(a, ".")
		return res, attr, ok
	case []any:
		if len(a) < 2 {
			return "", "", false
		}
		var parts []string
		for i, x := range a {
			s, isText := x.(string)
			if !isText {
				if i == 0 {
					return "", "", false
				}
				return parts[0], "", true
			}
			parts = append(parts, s)
		}
		return parts[0], strings.Join(parts[1:], "."), true
	}
	return "", "", false
}

func subArgs(arg any) (string, map[string]any) {
	switch a := arg.(type) {
	case string:
		return a, nil
	case []any:
		if len(a) == 2 {
			text, _ := a[0].(string)
			vars, _ := a[1].(map[string]any)
			return text, vars
		}
	}
	return "", nil
}

// placeholders returns the names in ${Name} of a Sub text; ${!Literal} is none.
func placeholders(text string) []string {
	var out []string
	eachPlaceholder(text, func(string) {}, func(name string) { out = append(out, name) })
	return out
}

// eachPlaceholder walks a Sub text: literal text and names in turn.
func eachPlaceholder(text string, literal, name func(string)) {
	for {
		i := strings.Index(text, "${")
		if i < 0 {
			literal(text)
			return
		}
		end := strings.Index(text[i:], "}")
		if end < 0 {
			literal(text)
			return
		}
		literal(text[:i])
		inner := text[i+2 : i+end]
		if rest, ok := strings.CutPrefix(inner, "!"); ok {
			literal("${" + rest + "}")
		} else {
			name(strings.TrimSpace(inner))
		}
		text = text[i+end+1:]
	}
}
