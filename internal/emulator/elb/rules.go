package elb

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	elbv2 "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
)

const maxPriority = 50000

// CreateRule adds a rule to a listener.
func (s *Service) CreateRule(_ context.Context, in *elbv2.CreateRuleInput) (*elbv2.CreateRuleOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	l, err := s.listenerLocked(in.ListenerArn)
	if err != nil {
		return nil, err
	}
	lb, err := s.lbLocked(l.LoadBalancerArn)
	if err != nil {
		return nil, err
	}
	n := aws.ToInt32(in.Priority)
	if n < 1 || n > maxPriority {
		return nil, invalid("Rule priority '%d' must be between '1' and '%d' inclusive", n, maxPriority)
	}
	for _, r := range s.rulesOfLocked(*l.ListenerArn) {
		if priorityOf(r) == int(n) {
			return nil, priorityInUse(n)
		}
	}
	if err := noTransforms(in.Transforms); err != nil {
		return nil, err
	}
	conditions, err := checkConditions(in.Conditions)
	if err != nil {
		return nil, err
	}
	actions, err := s.checkActionsLocked(lb, in.Actions)
	if err != nil {
		return nil, err
	}
	r := &rule{Listener: *l.ListenerArn, Rule: types.Rule{
		Actions: actions, Conditions: conditions, IsDefault: aws.Bool(false),
		Priority: aws.String(strconv.Itoa(int(n))), RuleArn: newRuleARN(*l.ListenerArn),
	}}
	if err := s.setTagsLocked(*r.RuleArn, in.Tags); err != nil {
		return nil, err
	}
	s.rules = append(s.rules, r)
	s.wakeLocked()
	return &elbv2.CreateRuleOutput{Rules: []types.Rule{r.Rule}}, nil
}

// noTransforms refuses what the proxy would not do.
func noTransforms(t []types.RuleTransform) error {
	if len(t) > 0 {
		return invalid("Rule transforms are not available on this endpoint")
	}
	return nil
}

func priorityInUse(n int32) error {
	return &types.PriorityInUseException{Message: aws.String(fmt.Sprintf("Priority '%d' is currently in use", n))}
}

// DescribeRules lists a listener's rules in the order in which they are tried, or those named.
func (s *Service) DescribeRules(_ context.Context, in *elbv2.DescribeRulesInput) (*elbv2.DescribeRulesOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var views []types.Rule
	switch {
	case in.ListenerArn != nil:
		if _, err := s.listenerLocked(in.ListenerArn); err != nil {
			return nil, err
		}
		for _, r := range s.rulesOfLocked(*in.ListenerArn) {
			views = append(views, r.Rule)
		}
	case len(in.RuleArns) > 0:
		for _, arn := range in.RuleArns {
			r, err := s.ruleLocked(&arn)
			if err != nil {
				return nil, err
			}
			views = append(views, r.Rule)
		}
	default:
		return nil, invalid("You must specify either listener rule ARNs or a listener ARN")
	}
	cut, next, err := page(views, in.Marker, in.PageSize)
	if err != nil {
		return nil, err
	}
	return &elbv2.DescribeRulesOutput{Rules: cut, NextMarker: next}, nil
}

// ModifyRule changes a rule's conditions and actions; what is not given stays.
func (s *Service) ModifyRule(_ context.Context, in *elbv2.ModifyRuleInput) (*elbv2.ModifyRuleOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, err := s.ruleLocked(in.RuleArn)
	if err != nil {
		return nil, err
	}
	if aws.ToBool(r.IsDefault) {
		return nil, &types.OperationNotPermittedException{Message: aws.String(fmt.Sprintf("Default rule '%s' cannot be modified", *r.RuleArn))}
	}
	next := r.Rule
	if len(in.Conditions) > 0 {
		if next.Conditions, err = checkConditions(in.Conditions); err != nil {
			return nil, err
		}
	}
	if len(in.Actions) > 0 {
		lb, err := s.balancerOfLocked(r)
		if err != nil {
			return nil, err
		}
		if next.Actions, err = s.checkActionsLocked(lb, in.Actions); err != nil {
			return nil, err
		}
	}
	if err := noTransforms(in.Transforms); err != nil {
		return nil, err
	}
	r.Rule = next
	s.wakeLocked()
	return &elbv2.ModifyRuleOutput{Rules: []types.Rule{r.Rule}}, nil
}

func (s *Service) balancerOfLocked(r *rule) (*loadBalancer, error) {
	l, err := s.listenerLocked(&r.Listener)
	if err != nil {
		return nil, err
	}
	return s.lbLocked(l.LoadBalancerArn)
}

// DeleteRule removes a rule.
func (s *Service) DeleteRule(_ context.Context, in *elbv2.DeleteRuleInput) (*elbv2.DeleteRuleOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, err := s.ruleLocked(in.RuleArn)
	if err != nil {
		return nil, err
	}
	if aws.ToBool(r.IsDefault) {
		return nil, &types.OperationNotPermittedException{Message: aws.String(fmt.Sprintf("Default rule '%s' cannot be deleted", *r.RuleArn))}
	}
	s.rules = slices.DeleteFunc(s.rules, func(x *rule) bool { return x == r })
	delete(s.tags, *r.RuleArn)
	s.wakeLocked()
	return &elbv2.DeleteRuleOutput{}, nil
}

// SetRulePriorities moves rules to other priorities, all of them or none.
func (s *Service) SetRulePriorities(_ context.Context, in *elbv2.SetRulePrioritiesInput) (*elbv2.SetRulePrioritiesOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	moved := map[*rule]int32{}
	for _, p := range in.RulePriorities {
		r, err := s.ruleLocked(p.RuleArn)
		if err != nil {
			return nil, err
		}
		n := aws.ToInt32(p.Priority)
		if aws.ToBool(r.IsDefault) {
			return nil, &types.OperationNotPermittedException{Message: aws.String("Priority of the default rule cannot be modified")}
		}
		if n < 1 || n > maxPriority {
			return nil, invalid("Rule priority '%d' must be between '1' and '%d' inclusive", n, maxPriority)
		}
		moved[r] = n
	}
	for r, n := range moved {
		for _, other := range s.rulesOfLocked(r.Listener) {
			at, isMoved := moved[other]
			if other != r && ((isMoved && at == n) || (!isMoved && priorityOf(other) == int(n))) {
				return nil, priorityInUse(n)
			}
		}
	}
	var views []types.Rule
	for r, n := range moved {
		r.Priority = aws.String(strconv.Itoa(int(n)))
		views = append(views, r.Rule)
	}
	return &elbv2.SetRulePrioritiesOutput{Rules: views}, nil
}
