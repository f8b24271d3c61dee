package plan

import (
	"cmp"
	"strings"

	"ferry.dev/ferry/internal/manifest"
)

// TaskRoleARN is the role of the application: ferry's own, or the one that the manifest names.
func (s Service) TaskRoleARN() string { return cmp.Or(s.Manifest.TaskRole.ARN, s.RoleARN(s.TaskRole)) }

// ExecutionRoleARN is the role with which ECS starts the task.
func (s Service) ExecutionRoleARN() string {
	return cmp.Or(s.Manifest.ExecutionRole.ARN, s.RoleARN(s.ExecutionRole))
}

// OwnTaskRole and OwnExecutionRole tell whether the stack makes the role.
func (s Service) OwnTaskRole() bool      { return s.Manifest.TaskRole.ARN == "" }
func (s Service) OwnExecutionRole() bool { return s.Manifest.ExecutionRole.ARN == "" }

// ExecutionPolicies are what the manifest adds to what ECS may do.
func (s Service) ExecutionPolicies() []Policy { return manifestPolicies(s.Manifest.ExecutionRole) }

// manifestPolicies are the statements that a manifest writes itself.
func manifestPolicies(r manifest.Role) []Policy {
	if len(r.Statements) == 0 {
		return nil
	}
	p := Policy{Name: "manifest"}
	for _, m := range r.Statements {
		p.Statements = append(p.Statements, Statement{
			Effect: m.Effect, Actions: m.Actions, Resources: escaped(m.Resources), Conditions: escapedConditions(m.Conditions),
		})
	}
	return []Policy{p}
}

func escaped(texts []string) []string {
	out := make([]string, len(texts))
	for i, t := range texts {
		out[i] = escapeSub(t)
	}
	return out
}

func escapedConditions(m map[string]map[string][]string) map[string]map[string][]string {
	out := map[string]map[string][]string{}
	for operator, keys := range m {
		out[operator] = map[string][]string{}
		for key, values := range keys {
			out[operator][key] = escaped(values)
		}
	}
	return out
}

// ExecutionManagedPolicies are ARNs of managed policies of the execution role, as texts for Fn::Sub.
func (s Service) ExecutionManagedPolicies() []string {
	return managedPolicies(s.Manifest.ExecutionRole.ManagedPolicies)
}

// managedPolicies completes the names of AWS's own.
func managedPolicies(names []string) []string {
	var arns []string
	for _, name := range names {
		if !strings.HasPrefix(name, "arn:") {
			name = joinARN("${AWS::Partition}", "iam", "", "aws", "policy/"+strings.TrimPrefix(escapeSub(name), "/"))
		} else {
			name = escapeSub(name)
		}
		arns = append(arns, name)
	}
	return arns
}

// roleResource refers to one of the two roles in a policy of the service's stack.
func roleResource(m manifest.Role, id string) string {
	if m.ARN != "" {
		return escapeSub(m.ARN)
	}
	return "${" + id + ".Arn}"
}
