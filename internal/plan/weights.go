package plan

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

// With a strategy that shifts traffic, ECS swings the weights of listener rules with every deployment, and after one it may
// be either target group that serves. CloudFormation writes a rule as a whole when any of it changes. So the weights are
// parameters of the service's template, which a deploy gives as they stand: the template says nothing of them, and no
// deployment makes it another one.

// Weight names the parameter that holds the share of the rule's own target group.
func (r ListenerRule) Weight() string { return r.Key + "Weight" }

// AlternateWeight names the one of the target group beside it.
func (r ListenerRule) AlternateWeight() string { return r.Key + "AlternateWeight" }

// weighted lists the rules whose weights ECS swings.
func (s Service) weighted() []ListenerRule {
	if !s.ShiftsTraffic() {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(s.Routing.Rules), func(r ListenerRule) bool { return r.Redirect })
}

// alternate begins the logical ID of the target group beside one.
const alternate = "Alternate"

// Traffic is how listener rules share their requests out: rule → target group → weight, both by their logical IDs.
type Traffic map[string]map[string]int

// WeightedRules finds among the outputs of a service's live stack the listener rules whose weights ECS swings: logical ID →
// ARN. The stack of a service that was deployed otherwise puts none out.
func WeightedRules(outputs map[string]string) map[string]string {
	rules := map[string]string{}
	for name, arn := range outputs {
		if key, ok := strings.CutSuffix(name, "Arn"); ok && strings.Contains(arn, ":listener-rule/") {
			rules[key] = arn
		}
	}
	return rules
}

// Note takes in what a rule shares out, by the ARNs of target groups. What is no target group of the stack whose outputs these
// are does not count.
func (t Traffic) Note(rule string, outputs map[string]string, weights map[string]int) {
	for name, arn := range outputs {
		key, ok := strings.CutSuffix(name, "Arn")
		if weight, shared := weights[arn]; ok && shared {
			if t[rule] == nil {
				t[rule] = map[string]int{}
			}
			t[rule][key] = weight
		}
	}
}

// Parameters are the values of the parameters that hold the weights.
func (t Traffic) Parameters() map[string]string {
	values := map[string]string{}
	for rule, shares := range t {
		r := ListenerRule{Key: rule}
		own, other := 0, 0
		for key, weight := range shares {
			if strings.HasPrefix(key, alternate) {
				other += weight
			} else {
				own += weight
			}
		}
		if own+other > 0 {
			values[r.Weight()], values[r.AlternateWeight()] = strconv.Itoa(own), strconv.Itoa(other)
		}
	}
	return values
}

// Stranded names a target group that serves and that the service's stack is to have no more: the one beside its own, which goes
// when the strategy shifts no traffic from now on. It is "" where there is none.
func (s Service) Stranded(t Traffic) string {
	kept := map[string]bool{}
	if s.Routing != nil {
		for _, group := range s.TargetGroups() {
			kept[group.Key] = true
		}
	}
	for _, rule := range slices.Sorted(maps.Keys(t)) {
		for key, weight := range t[rule] {
			if own, beside := strings.CutPrefix(key, alternate); beside && weight > 0 && !kept[key] && kept[own] {
				return key
			}
		}
	}
	return ""
}
