package deploy

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	elbtypes "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"ferry.dev/ferry/internal/event"
	"ferry.dev/ferry/internal/plan"
	"ferry.dev/ferry/internal/render"
	"ferry.dev/ferry/internal/stack"
)

// The order of image and infrastructure. Building and pushing come before any change to what serves already: a build
// that fails must leave a running service's infrastructure as it is. So
//
//   - the environment's stack, to which a deploy only ever adds, changes beside the build;
//   - the stack of a service that is new is made beside the build: nobody uses it yet, and the next try needs it;
//   - for a service that stands the change set is only computed beside the build. It is executed once the image is
//     pushed, and discarded if the build fails.

// environment brings the environment's stack to what is live already joined with what the services at hand need.
func (l *line) environment(ctx context.Context, f found, jobs []job) (stack.Stack, error) {
	live, err := l.stacks.Readable(ctx, f.env, l.sink)
	if err != nil {
		return stack.Stack{}, err
	}
	e, _, err := l.target.environmentPlan(plan.LiveNeeds(live.Outputs).Union(needs(jobs)))
	if err != nil {
		return stack.Stack{}, err
	}
	template, err := render.EnvironmentStack(e)
	if err != nil {
		return stack.Stack{}, err
	}
	done := stage(l.sink, e.Name, event.StageInfrastructure, e.Stack)
	s, changed, err := l.stacks.Apply(ctx, live, stack.SpecOf(e.Stack, template, e.Tags), l.sink)
	done(outcome(err, changed), e.Stack)
	return s, err
}

// infrastructure is a service's stack on its way to what it should be.
type infrastructure struct {
	stack  stack.Stack
	change *stack.Change // nil where nothing had to change
	// weights are those of the listener rules that ECS swings, as they stood before the change, by the names of their parameters.
	weights map[string]string
}

// serviceStack proposes the change of a service's stack, and carries it out once it may: at once for a new service, else
// when the image has been pushed.
func (l *line) serviceStack(ctx context.Context, j job, s standing, env stack.Stack, pushed <-chan bool) (infrastructure, error) {
	done := stage(l.sink, j.name, event.StageInfrastructure, j.plan.Stack)
	in, err := l.changeService(ctx, j, s, env, pushed)
	done(outcome(err, in.change != nil), j.plan.Stack)
	return in, err
}

func (l *line) changeService(ctx context.Context, j job, s standing, env stack.Stack, pushed <-chan bool) (infrastructure, error) {
	live, err := l.stacks.Readable(ctx, s.stack, l.sink)
	if err != nil {
		return infrastructure{}, err
	}
	if err := l.rules.place(ctx, j.plan, live, env); err != nil {
		return infrastructure{}, err
	}
	j.plan.KeepVolumeRole = live.Outputs[plan.OutputVolumeRole] != ""
	template, err := render.ServiceStack(j.plan)
	if err != nil {
		return infrastructure{}, err
	}
	change, weights, err := l.propose(ctx, j, live, stack.SpecOf(j.plan.Stack, template, j.plan.Tags))
	if err != nil {
		return infrastructure{}, err
	}
	if change.Empty() {
		return infrastructure{stack: change.Live}, nil
	}
	if !change.New() && !<-pushed {
		return infrastructure{}, l.discard(ctx, change)
	}
	if err := l.turns.await(ctx, j.plan); err != nil {
		return infrastructure{}, errors.Join(err, l.discard(ctx, change))
	}
	if change, weights, err = l.current(ctx, j, change, weights); err != nil {
		return infrastructure{}, err
	}
	after, err := l.stacks.Execute(ctx, change, l.sink)
	return infrastructure{stack: after, change: change, weights: weights}, err
}

// discard removes a change set that will not be executed, even when the run was interrupted.
func (l *line) discard(ctx context.Context, change *stack.Change) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	return l.stacks.Discard(ctx, change)
}

// listenerRules gives listener rules free numbers. It reads each listener once, and only when a service's stack is new
// or its rules have changed; services that are deployed side by side do not meet.
type listenerRules struct {
	elb   *elasticloadbalancingv2.Client
	mu    sync.Mutex
	taken map[string]map[int]string // environment's output that names the listener → number → owner
}

func (r *listenerRules) place(ctx context.Context, s plan.Service, live, env stack.Stack) error {
	kept := live.Outputs[plan.OutputRulePriorities]
	if s.KeepPriorities(kept) {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, rule := range s.Routing.Rules {
		output := s.Routing.ListenerOutput(rule)
		if r.taken[output] != nil {
			continue
		}
		numbers, err := r.read(ctx, cmp.Or(s.Listener(rule).Text, env.Outputs[output]))
		if err != nil {
			return err
		}
		r.taken[output] = numbers
	}
	return s.PlacePriorities(r.taken, kept)
}

// read returns the numbers that a listener's rules have.
func (r *listenerRules) read(ctx context.Context, listener string) (map[int]string, error) {
	taken := map[int]string{}
	in := &elasticloadbalancingv2.DescribeRulesInput{ListenerArn: &listener}
	for {
		out, err := r.elb.DescribeRules(ctx, in)
		if err != nil {
			return nil, fmt.Errorf("reading the rules of listener %s: %w", listener, err)
		}
		for _, rule := range out.Rules {
			if n, ok := priority(rule); ok {
				taken[n] = aws.ToString(rule.RuleArn)
			}
		}
		if aws.ToString(out.NextMarker) == "" {
			return taken, nil
		}
		in.Marker = out.NextMarker
	}
}

// priority reads a rule's number; the default rule has none.
func priority(r elbtypes.Rule) (int, bool) {
	var n int
	_, err := fmt.Sscanf(strings.TrimSpace(aws.ToString(r.Priority)), "%d", &n)
	return n, err == nil
}
