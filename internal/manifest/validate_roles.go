package manifest

import (
	"strings"
)

// role checks one of the task's roles.
func (v validator) role(p path, r Role) {
	if arn := p.with("arn"); r.ARN != "" {
		v.roleARN(arn, r.ARN)
		for _, key := range []string{"statements", "managed_policies"} {
			if v.has(p.with(key)) {
				v.bad(p.with(key), "put them on that role, or remove arn", "a role that exists is not changed")
			}
		}
	}
	for i, s := range r.Statements {
		base := p.with("statements").with(index(i))
		for j, action := range s.Actions {
			service, name, ok := strings.Cut(action, ":")
			if action != "*" && (!ok || service == "" || name == "" || strings.ContainsAny(action, " \t")) {
				v.bad(itemOf(v, base.with("actions"), j), "write service:Action, for example s3:GetObject", "%q is no action", action)
			}
		}
		for j, resource := range s.Resources {
			if resource != "*" && !strings.HasPrefix(resource, "arn:") {
				v.bad(itemOf(v, base.with("resources"), j), "write an ARN, or \"*\"", "%q is no ARN", resource)
			}
		}
	}
	policies := p.with("managed_policies")
	for i, name := range r.ManagedPolicies {
		if strings.HasPrefix(name, "arn:") && !(isARN(name, "iam") && strings.Contains(name, ":policy/")) {
			v.bad(policies.with(index(i)), "it looks like arn:aws:iam::<account>:policy/<name>", "%q is no ARN of a policy", name)
		}
	}
	if n := len(r.ManagedPolicies); n > 20 {
		v.bad(policies, "write statements instead", "a role has at most 20 managed policies, not %d", n)
	}
}

func (v validator) roleARN(p path, arn string) {
	if !isARN(arn, "iam") || !strings.Contains(arn, ":role/") {
		v.bad(p, "it looks like arn:aws:iam::<account>:role/<name>", "%q is no ARN of a role", arn)
	}
}

// itemOf is the path of the i-th text of a list that may be written as a single one.
func itemOf(v validator, p path, i int) path {
	if n := v.root.find(p); n != nil && n.kind == scalar {
		return p
	}
	return p.with(index(i))
}

// imports checks groups and subnets that are found by what others say of them.
func (v validator) imports(n WorkloadNetwork) {
	groups := at("network.vpc.security_groups.groups")
	for i, item := range v.root.find(groups).elements() {
		if item.kind == mapping {
			v.export(groups.with(index(i)), item)
		}
	}
	tags := at("network.vpc.placement.subnets.from_tags")
	if v.has(tags) && len(n.SubnetTags) == 0 {
		v.bad(tags, "write <tag>: <value>", "names no tag")
	}
	for _, tag := range sortedKeys(n.SubnetTags) {
		if len(n.SubnetTags[tag]) == 0 {
			v.bad(tags.with(tag), "write its value", "has no value")
		}
	}
}
