package manifest

import (
	"slices"
	"strconv"
	"strings"
)

// Limits of a filter policy.
// https://docs.aws.amazon.com/sns/latest/dg/subscription-filter-policy-constraints.html
const (
	maxFilterKeys         = 5
	maxFilterCombinations = 150
	maxFilterNumber       = 1e9
)

// filter checks one filter policy.
type filter struct {
	validator
	body         bool // it looks at the message's body, where keys may be nested
	keys         int
	combinations int
}

// filterPolicy checks what SNS would refuse when the subscription is made, which is in the middle of a deploy.
func (v validator) filterPolicy(p path, t Subscription) {
	policy := p.with("filter_policy")
	n := v.root.find(policy)
	if n == nil || n.kind != mapping || !v.sure(policy, p.with("filter_policy_scope")) {
		if v.fromUser(p.with("filter_policy_scope")) && n.empty() {
			v.bad(p.with("filter_policy_scope"), "write filter_policy, or remove it", "there is no filter policy")
		}
		return
	}
	if len(n.entries) == 0 {
		v.bad(policy, "remove it to receive every message", "must not be empty")
		return
	}
	f := &filter{validator: v, body: t.FilterScope == "MessageBody", combinations: 1}
	f.object(policy, n, 1)
	switch {
	case f.keys > maxFilterKeys:
		v.bad(policy, "", "SNS takes at most %d keys, and these are %d", maxFilterKeys, f.keys)
	case f.combinations > maxFilterCombinations:
		v.bad(policy, "name fewer values", "SNS takes at most %d combinations of values, and these are %d", maxFilterCombinations, f.combinations)
	}
}

func (f *filter) object(p path, n *node, depth int) {
	for _, e := range n.entries {
		below := p.with(e.key)
		switch {
		case e.key == "$or" && e.value.kind == sequence:
			f.either(below, e.value, depth)
		case e.value.kind == sequence:
			f.keys++
			f.combinations *= max(1, len(e.value.items)) * depth
			f.values(below, e.value)
		case e.value.kind == mapping && f.body:
			f.object(below, e.value, depth+1)
		case e.value.kind == mapping:
			f.bad(below, "write a list, or filter_policy_scope: MessageBody", "attributes have no keys of their own: must be a list of values")
		default:
			f.bad(below, "write ["+e.value.text+"]", "must be a list of the values that match, not %s", e.value.describe())
		}
	}
}

func (f *filter) either(p path, n *node, depth int) {
	if len(n.items) < 2 {
		f.bad(p, "name at least two", "there is nothing to choose from")
	}
	for i, item := range n.items {
		below := p.with(index(i))
		if item.kind != mapping {
			f.bad(below, "write {key: [values]}", "must be a map, not %s", item.describe())
			continue
		}
		f.object(below, item, depth)
	}
}

func (f *filter) values(p path, n *node) {
	if len(n.items) == 0 {
		f.bad(p, "name a value", "an empty list matches nothing")
	}
	for i, item := range n.items {
		below := p.with(index(i))
		switch item.kind {
		case null:
			f.bad(below, "leave it out, or look for a missing key with {exists: false}", "CloudFormation takes no null")
		case sequence:
			f.bad(below, "write its values without the inner brackets", "must be a value, not a list")
		case mapping:
			f.operator(below, item)
		}
	}
}

// operators are the ways to match, beside being equal.
func operators() []string {
	return []string{"anything-but", "cidr", "equals-ignore-case", "exists", "numeric", "prefix", "suffix", "wildcard"}
}

func (f *filter) operator(p path, n *node) {
	if len(n.entries) != 1 {
		f.bad(p, "write each in braces of its own", "must have one operator, not %d", len(n.entries))
		return
	}
	e := n.entries[0]
	below := p.with(e.key)
	switch e.key {
	case "numeric":
		f.numeric(below, e.value)
	case "exists":
		if !fits(e.value, typeBool) {
			f.bad(below, "", "must be true or false, not %s", e.value.describe())
		}
	case "prefix", "suffix", "wildcard", "equals-ignore-case", "cidr":
		if e.value.kind != scalar {
			f.bad(below, "", "must be text, not %s", e.value.describe())
		}
	case "anything-but":
		if e.value.kind == mapping {
			f.operator(below, e.value)
		} else if e.value.kind == null || e.value.kind == sequence && len(e.value.items) == 0 {
			f.bad(below, "", "must name a value")
		}
	default:
		hint := "write one of " + strings.Join(operators(), ", ")
		if near, ok := nearest(e.key, operators()); ok {
			hint = "did you mean " + near + "?"
		}
		f.badKey(below, hint, "SNS has no operator %q", e.key)
	}
}

// numeric checks [">=", 100] and [">", 0, "<=", 10].
func (f *filter) numeric(p path, n *node) {
	const shape = `write ["=", 5] or [">", 0, "<=", 100]`
	if n.kind != sequence || len(n.items) != 2 && len(n.items) != 4 {
		f.bad(p, shape, "must be a list of one or two comparisons")
		return
	}
	for i := 0; i < len(n.items); i += 2 {
		op, value := n.items[i], n.items[i+1]
		number, err := strconv.ParseFloat(value.text, 64)
		switch {
		case !slices.Contains([]string{"=", ">", ">=", "<", "<="}, op.text):
			f.bad(p.with(index(i)), shape, "%s is no comparison", op.describe())
		case value.kind != scalar || err != nil || value.quoted && !value.filled:
			f.bad(p.with(index(i+1)), shape, "must be a number, not %s", value.describe())
		case number < -maxFilterNumber || number > maxFilterNumber:
			f.bad(p.with(index(i+1)), "", "SNS compares numbers from -10^9 to 10^9")
		}
	}
}
