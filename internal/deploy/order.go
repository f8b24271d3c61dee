package deploy

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"ferry.dev/ferry/internal/fault"
	"ferry.dev/ferry/internal/plan"
	"ferry.dev/ferry/internal/stack"
)

// A subscription cannot be made to a topic that is not there yet. So the stack of a worker waits, among services that are
// deployed together, for the stacks of those that publish; where the publisher is not deployed with it, its topic has to
// stand already, which is looked at before anything is written.

// turns tells, for each service of a run, when its stack is done with.
type turns map[string]*turn

type turn struct {
	topics []string // that stood before the run
	done   chan struct{}
	once   sync.Once
	after  []string // topics that stand now; valid once done is closed
}

func newTurns(jobs []job, standing []standing) turns {
	t := turns{}
	for i, j := range jobs {
		t[j.name] = &turn{topics: topicsOf(standing[i].stack), done: make(chan struct{})}
	}
	return t
}

func topicsOf(s stack.Stack) []string { return strings.Split(s.Outputs[plan.OutputTopics], ",") }

// over notes that a service's stack has come to its end; only the first call counts.
func (t turns) over(service string, s stack.Stack) {
	if one := t[service]; one != nil {
		one.once.Do(func() {
			one.after = topicsOf(s)
			close(one.done)
		})
	}
}

// await waits until the topics stand that a service subscribes to.
func (t turns) await(ctx context.Context, s plan.Service) error {
	for _, sub := range s.Subscriptions() {
		publisher := t[sub.Service]
		if publisher == nil || sub.Service == s.Name || slices.Contains(publisher.topics, sub.Topic) {
			continue
		}
		select {
		case <-publisher.done:
		case <-ctx.Done():
			return ctx.Err()
		}
		if !slices.Contains(publisher.after, sub.Topic) {
			return &fault.Error{
				What: fmt.Sprintf("%s: topic %s of %s, which it subscribes to, was not made", s.Name, sub.Name, sub.Service),
				Hint: fmt.Sprintf("mend %s and deploy again", sub.Service),
			}
		}
	}
	return nil
}

// publishers reads the stacks of the services that publish for those of the run without being deployed with them.
func (l *line) publishers(ctx context.Context, jobs []job) (map[string]stack.Stack, error) {
	here := map[string]bool{}
	for _, j := range jobs {
		here[j.name] = true
	}
	found := map[string]stack.Stack{}
	var mu sync.Mutex
	g, gctx := errgroup.WithContext(ctx)
	for _, j := range jobs {
		for _, name := range j.plan.Publishers() {
			if here[name] {
				continue
			}
			here[name] = true
			g.Go(func() error {
				s, err := l.stacks.Describe(gctx, plan.ServiceStack(l.target.App.Name, l.target.Env.Name, name))
				mu.Lock()
				defer mu.Unlock()
				found[name] = s
				return err
			})
		}
	}
	return found, g.Wait()
}

// unpublished refuses subscriptions to topics that neither stand nor are made by this run. What a stack that is not ours
// holds is not known here.
func (l *line) unpublished(jobs []job, publishers map[string]stack.Stack) error {
	for _, j := range jobs {
		for _, sub := range j.plan.Subscriptions() {
			s, elsewhere := publishers[sub.Service]
			ours := s.Outputs[plan.OutputTemplateDigest] != ""
			if !elsewhere || s.Holds() && !ours || slices.Contains(topicsOf(s), sub.Topic) {
				continue
			}
			what := fmt.Sprintf("%s subscribes to topic %s of %s, which has never been deployed in environment %s", j.name, sub.Name, sub.Service, l.target.Env.Name)
			if s.Holds() {
				what = fmt.Sprintf("%s subscribes to topic %s of %s, which was deployed to environment %s without it", j.name, sub.Name, sub.Service, l.target.Env.Name)
			}
			return &fault.Error{Code: fault.Refused, What: what,
				Hint: fmt.Sprintf("deploy both: ferry deploy %s %s --env %s", sub.Service, j.name, l.target.Env.Name)}
		}
	}
	return nil
}
