package manifest

import "slices"

// merge lays an environment's override over the base and returns the result; neither is changed. Maps merge by key,
// lists are replaced, a scalar and a map replace each other, as do fields of one group. null takes back what the base says.
func merge(s *schema, base, over *node) *node {
	if base == nil || base.kind != mapping || over.kind != mapping {
		return withoutNulls(over.clone())
	}
	out := base.clone()
	for _, e := range over.entries {
		var child *schema
		if s != nil {
			child = s.value(e.key)
			for _, rival := range slices.Concat(s.rivals(e.key), s.cleared(e.key)) {
				if over.get(rival) == nil && !e.value.empty() {
					out.drop(rival)
				}
			}
		}
		if e.value.kind == null && !e.value.bad {
			out.drop(e.key)
			continue
		}
		out.place(e, merge(child, out.get(e.key), e.value))
	}
	return out
}

// withoutNulls drops what an override takes back where the base has nothing to take.
func withoutNulls(n *node) *node {
	if n.kind != mapping {
		return n
	}
	kept := n.entries[:0]
	for _, e := range n.entries {
		if e.value.kind == null && !e.value.bad {
			continue
		}
		e.value = withoutNulls(e.value)
		kept = append(kept, e)
	}
	n.entries = kept
	return n
}

// place puts an entry of an override where the key stands, or at the end: its place in the source counts from now on.
func (n *node) place(e entry, value *node) {
	e.value = value
	for i := range n.entries {
		if n.entries[i].key == e.key {
			n.entries[i] = e
			return
		}
	}
	n.entries = append(n.entries, e)
}
