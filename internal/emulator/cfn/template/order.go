package template

import (
	"maps"
	"slices"
	"strings"
)

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
