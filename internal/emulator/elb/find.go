package elb

import (
	"cmp"
	"net"
	"slices"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
)

func addressKey(id string, port int32) string { return net.JoinHostPort(id, strconv.Itoa(int(port))) }

func (s *Service) lbLocked(arn *string) (*loadBalancer, error) {
	return find(s.lbs, arn, func(lb *loadBalancer) *string { return lb.LoadBalancerArn }, noLoadBalancer)
}

func (s *Service) groupLocked(arn *string) (*targetGroup, error) {
	return find(s.groups, arn, func(g *targetGroup) *string { return g.TargetGroupArn }, noTargetGroup)
}

func (s *Service) listenerLocked(arn *string) (*listener, error) {
	return find(s.listeners, arn, func(l *listener) *string { return l.ListenerArn }, noListener)
}

func (s *Service) ruleLocked(arn *string) (*rule, error) {
	return find(s.rules, arn, func(r *rule) *string { return r.RuleArn }, noRule)
}

// find returns the one that has an ARN.
func find[T any](all []*T, arn *string, of func(*T) *string, missing func() error) (*T, error) {
	i := slices.IndexFunc(all, func(x *T) bool { return aws.ToString(of(x)) == aws.ToString(arn) })
	if i < 0 {
		return nil, missing()
	}
	return all[i], nil
}

// rulesOfLocked returns a listener's rules in the order in which they are tried: by priority, the default one last.
func (s *Service) rulesOfLocked(arn string) []*rule {
	var rules []*rule
	for _, r := range s.rules {
		if r.Listener == arn {
			rules = append(rules, r)
		}
	}
	slices.SortStableFunc(rules, func(a, b *rule) int { return priorityOf(a) - priorityOf(b) })
	return rules
}

// priorityOf orders the default rule after every other.
func priorityOf(r *rule) int {
	n, err := strconv.Atoi(aws.ToString(r.Priority))
	if err != nil {
		return 1 << 20
	}
	return n
}

// groupsOf returns the target groups that actions forward to.
func groupsOf(actions []types.Action) []string {
	var arns []string
	for _, a := range actions {
		if a.ForwardConfig == nil {
			continue
		}
		for _, t := range a.ForwardConfig.TargetGroups {
			arns = append(arns, aws.ToString(t.TargetGroupArn))
		}
	}
	return arns
}

// balancersOfLocked returns the load balancers whose rules forward to a target group.
func (s *Service) balancersOfLocked(group string) []string {
	var arns []string
	for _, r := range s.rules {
		if !slices.Contains(groupsOf(r.Actions), group) {
			continue
		}
		l, err := s.listenerLocked(&r.Listener)
		if err == nil && !slices.Contains(arns, aws.ToString(l.LoadBalancerArn)) {
			arns = append(arns, aws.ToString(l.LoadBalancerArn))
		}
	}
	return arns
}

// page cuts one page out of a list, as the Describe operations do: the marker is the index of the next element.
func page[T any](all []T, marker *string, size *int32) ([]T, *string, error) {
	start := 0
	if m := aws.ToString(marker); m != "" {
		n, err := strconv.Atoi(m)
		if err != nil || n < 0 || n > len(all) {
			return nil, nil, invalid("'%s' is not a valid marker", m)
		}
		start = n
	}
	n := cmp.Or(int(aws.ToInt32(size)), 400)
	if n < 1 || n > 400 {
		return nil, nil, invalid("Page size must be between 1 and 400")
	}
	if start+n >= len(all) {
		return all[start:], nil, nil
	}
	return all[start : start+n], aws.String(strconv.Itoa(start + n)), nil
}
