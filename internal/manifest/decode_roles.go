package manifest

func decodeRole(n *node) Role {
	r := Role{ARN: n.get("arn").str(), ManagedPolicies: n.get("managed_policies").strs()}
	for _, item := range n.get("statements").elements() {
		r.Statements = append(r.Statements, RoleStatement{
			Effect: properCase(item.get("effect").str()), Actions: item.get("actions").strs(), Resources: item.get("resources").strs(),
			Conditions: decodeConditions(item.get("conditions")),
		})
	}
	return r
}

// properCase writes an effect as IAM does, which tells Deny from deny.
func properCase(effect string) string {
	if len(effect) > 0 && (effect[0] == 'd' || effect[0] == 'D') {
		return "Deny"
	}
	return "Allow"
}

func decodeConditions(n *node) map[string]map[string][]string {
	if !n.usable() || n.kind != mapping {
		return nil
	}
	out := make(map[string]map[string][]string, len(n.entries))
	for _, operator := range n.entries {
		keys := map[string][]string{}
		for _, key := range operator.value.pairs() {
			keys[key.key] = key.value.strs()
		}
		out[operator.key] = keys
	}
	return out
}

func decodeOverrides(n *node) []TaskdefOverride {
	var out []TaskdefOverride
	for _, item := range n.elements() {
		out = append(out, TaskdefOverride{Path: item.get("path").str(), Value: item.get("value").anything()})
	}
	return out
}

// anything reads a value as encoding/json would: what is a number or a boolean in YAML is one here.
func (n *node) anything() any {
	switch {
	case !n.usable() || n.kind == null:
		return nil
	case n.kind == mapping:
		m := make(map[string]any, len(n.entries))
		for _, e := range n.entries {
			if e.value.kind != null { // a key with null is one that is not written, here as everywhere
				m[e.key] = e.value.anything()
			}
		}
		return m
	case n.kind == sequence:
		list := make([]any, 0, len(n.items))
		for _, item := range n.items {
			list = append(list, item.anything())
		}
		return list
	}
	if fits(n, typeInt) && (n.tag == tagInt || n.filled) {
		v, _ := parseInt(n.text)
		return v
	}
	if v, ok := parseBool(n.text); ok && (n.tag == tagBool || n.filled) && (!n.quoted || n.filled) {
		return v
	}
	if n.tag == tagFloat && fits(n, typeNumber) {
		return parseNumber(n.text)
	}
	return n.text
}
