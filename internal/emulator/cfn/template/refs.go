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

// Dependencies returns the resources that a resource refers to or names in DependsOn, sorted.
func (t *Template) Dependencies(logical string) []string {
	r := t.Resources[logical]
	if r == nil {
		return nil
	}
	set := map[string]bool{}
	for _, d := range r.DependsOn {
		set[d] = true
	}
	refs(r.Properties, func(x reference) {
		if !x.cond && t.Resources[x.name] != nil {
			set[x.name] = true
		}
	})
	delete(set, logical)
	return slices.Sorted(maps.Keys(set))
}

// Order sorts resources so that each comes after those it depends on; a cycle is an error.
func (t *Template) Order(logical []string) ([]string, error) {
	const open, done = 1, 2
	state := map[string]int{}
	var order, cycle []string
	var visit func(n string) bool
	visit = func(n string) bool {
		switch state[n] {
		case done:
			return true
		case open:
			return false
		}
		state[n] = open
		for _, d := range t.Dependencies(n) {
			if !visit(d) {
				cycle = append(cycle, n)
				return false
			}
		}
		state[n] = done
		if slices.Contains(logical, n) {
			order = append(order, n)
		}
		return true
	}
	for _, n := range logical {
		if !visit(n) {
			slices.Sort(cycle)
			return nil, fail("Circular dependency between resources: [%s]", strings.Join(slices.Compact(cycle), ", "))
		}
	}
	return order, nil
}

// checkReferences refuses references that lead nowhere.
func (t *Template) checkReferences() error {
	bad := map[string]bool{}
	var badAtt, badCond string
	check := func(resourcesToo bool) func(reference) {
		return func(x reference) {
			switch {
			case x.cond:
				if _, ok := t.Conditions[x.name]; !ok {
					badCond = x.name
				}
			case x.attr != "":
				if t.Resources[x.name] == nil || !resourcesToo {
					badAtt = x.name
				}
			case strings.HasPrefix(x.name, "AWS::"):
				if !slices.Contains(pseudo(), x.name) {
					bad[x.name] = true
				}
			case t.Parameters[x.name] == nil && (t.Resources[x.name] == nil || !resourcesToo):
				bad[x.name] = true
			}
		}
	}
	report := func(block string) error {
		switch {
		case badAtt != "":
			return fail("Template error: instance of Fn::GetAtt references undefined resource %s", badAtt)
		case badCond != "":
			return fail("Template format error: Unresolved dependency %s. Cannot reference resources in the Conditions block of the template", badCond)
		case len(bad) > 0:
			return fail("Template format error: Unresolved resource dependencies [%s] in the %s block of the template", strings.Join(slices.Sorted(maps.Keys(bad)), ", "), block)
		}
		return nil
	}
	for _, name := range slices.Sorted(maps.Keys(t.Conditions)) {
		refs(t.Conditions[name], check(false))
	}
	if err := report("Conditions"); err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(t.Resources)) {
		r := t.Resources[name]
		refs(r.Properties, check(true))
		for _, d := range r.DependsOn {
			if t.Resources[d] == nil {
				bad[d] = true
			}
		}
		if r.Condition != "" {
			check(true)(reference{name: r.Condition, cond: true})
		}
	}
	if err := report("Resources"); err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(t.Outputs)) {
		o := t.Outputs[name]
		refs(o.Value, check(true))
		refs(o.Export, check(true))
		if o.Condition != "" {
			check(true)(reference{name: o.Condition, cond: true})
		}
	}
	return report("Outputs")
}

// Reference is one use of a resource or parameter within a value: Attribute is "" for Ref.
type Reference struct{ Name, Attribute string }

// References returns what a value refers to, conditions left out, in the order in which they are met.
func References(v any) []Reference {
	var out []Reference
	refs(v, func(x reference) {
		if !x.cond {
			out = append(out, Reference{x.name, x.attr})
		}
	})
	return out
}
