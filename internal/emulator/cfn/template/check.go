package template

import (
	"maps"
	"slices"
	"strings"
)

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
