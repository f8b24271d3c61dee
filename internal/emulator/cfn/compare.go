package cfn

import (
	"maps"
	"slices"
)

type verdict int

const (
	same verdict = iota
	modify
	replace
)

// compare tells what it takes to turn one resource into another.
func (p provider) compare(old, next *resource) verdict {
	if old.Type != next.Type {
		return replace
	}
	result := same
	for k := range union(old.Properties, next.Properties) {
		if equal(old.Properties[k], next.Properties[k]) {
			continue
		}
		if p.update == nil || slices.Contains(p.createOnly, k) {
			return replace
		}
		result = modify
	}
	if p.tagged && p.update != nil && !maps.Equal(old.Tags, next.Tags) && !maps.Equal(mergeTags(old.Tags, old.Properties["Tags"]), mergeTags(next.Tags, next.Properties["Tags"])) {
		result = modify
	}
	return result
}

func union(a, b map[string]any) map[string]bool {
	out := map[string]bool{}
	for k := range a {
		out[k] = true
	}
	for k := range b {
		out[k] = true
	}
	return out
}
