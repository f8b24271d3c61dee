package deploy

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"

	"ferry.dev/ferry/internal/fault"
	"ferry.dev/ferry/internal/plan"
	"ferry.dev/ferry/internal/stack"
)

// ECS owns the weights of a rule whose traffic it moves. What CloudFormation is given for them is what they are at that moment,
// whether a stack goes forward or back.

// traffic reads how the listener rules of a service's live stack share requests out, as far as ECS decides it. Of a stack
// without such rules nothing is asked.
func (l *line) traffic(ctx context.Context, live stack.Stack) (plan.Traffic, error) {
	rules := plan.WeightedRules(live.Outputs)
	if len(rules) == 0 {
		return nil, nil
	}
	keys := map[string]string{}
	for key, arn := range rules {
		keys[arn] = key
	}
	out, err := l.elb.DescribeRules(ctx, &elasticloadbalancingv2.DescribeRulesInput{RuleArns: slices.Sorted(maps.Keys(keys))})
	if err != nil {
		return nil, fmt.Errorf("reading the listener rules of stack %s: %w", live.Name, err)
	}
	found := plan.Traffic{}
	for _, rule := range out.Rules {
		weights := map[string]int{}
		for _, action := range rule.Actions {
			if action.ForwardConfig == nil {
				continue
			}
			for _, group := range action.ForwardConfig.TargetGroups {
				weights[aws.ToString(group.TargetGroupArn)] = int(aws.ToInt32(group.Weight))
			}
		}
		found.Note(keys[aws.ToString(rule.RuleArn)], live.Outputs, weights)
	}
	return found, nil
}

// propose proposes the change of a service's stack with the weights that stand. It returns them, those of rules that the new
// template has no more included.
func (l *line) propose(ctx context.Context, j job, live stack.Stack, spec stack.Spec) (*stack.Change, map[string]string, error) {
	if spec.Settled(live) {
		change, err := l.stacks.Propose(ctx, live, spec, l.sink)
		return change, nil, err
	}
	traffic, err := l.traffic(ctx, live)
	if err != nil {
		return nil, nil, err
	}
	weights := traffic.Parameters()
	spec.Parameters = map[string]string{}
	for _, p := range j.plan.Parameters() {
		if value, ok := weights[p.Name]; ok {
			spec.Parameters[p.Name] = value
		}
	}
	change, err := l.stacks.Propose(ctx, live, spec, l.sink)
	return change, weights, err
}

// current returns a proposed change with the weights of now: building an image takes time, and ECS may have swung them.
func (l *line) current(ctx context.Context, j job, change *stack.Change, weights map[string]string) (*stack.Change, map[string]string, error) {
	traffic, err := l.traffic(ctx, change.Live)
	if err != nil || maps.Equal(weights, traffic.Parameters()) {
		return change, weights, err
	}
	if err := l.discard(ctx, change); err != nil {
		return nil, nil, err
	}
	return l.propose(ctx, j, change.Live, change.Spec)
}

// stranded refuses to give up shifting traffic while the target group serves that would go with it.
func (l *line) stranded(ctx context.Context, f found, jobs []job) error {
	for i, j := range jobs {
		live := f.services[i].stack
		if j.plan.ShiftsTraffic() || len(plan.WeightedRules(live.Outputs)) == 0 {
			continue
		}
		traffic, err := l.traffic(ctx, live)
		if err != nil {
			return err
		}
		if group := j.plan.Stranded(traffic); group != "" {
			return &fault.Error{
				Code: fault.Refused,
				What: fmt.Sprintf("%s: target group %s serves its requests, and with strategy %s it would be deleted", j.name, live.Outputs[group+"Name"],
					strings.ToLower(j.plan.Manifest.Deployment.Strategy)),
				Hint: "deploy once more with the strategy that it has, which moves the traffic to the other target group; then change the strategy",
			}
		}
	}
	return nil
}
