package plan

import (
	"fmt"
	"slices"
	"strings"

	"ferry.dev/ferry/internal/diag"
)

// messages checks what workers and publishers say about each other: a subscription to a topic that is not there fails in
// the middle of a deploy.
func (c *checker) messages(services []Service) {
	byName := map[string]Service{}
	for _, s := range services {
		byName[s.Name] = s
	}
	for _, s := range services {
		c.file = s.Name + "/manifest.yml"
		c.queueNames(s)
		for i, sub := range s.Subscriptions() {
			if publisher, known := byName[sub.Service]; known {
				c.subscription(i, sub, publisher)
			}
		}
	}
	c.circles(services, byName)
}

// subscription holds one against what its publisher's manifest says.
func (c *checker) subscription(i int, sub Subscription, publisher Service) {
	path := fmt.Sprintf("subscribe.topics[%d].name", i)
	var names []string
	for _, t := range publisher.Topics() {
		switch {
		case t.Name == sub.Topic:
			return
		case strings.TrimSuffix(t.Name, fifoSuffix) == strings.TrimSuffix(sub.Topic, fifoSuffix) && t.FIFO:
			c.add(path, fmt.Sprintf("topic %q of %s is a FIFO topic, and the queue is none", sub.Name, sub.Service), "write fifo: true for the queue, too")
			return
		case strings.TrimSuffix(t.Name, fifoSuffix) == strings.TrimSuffix(sub.Topic, fifoSuffix):
			c.add(path, fmt.Sprintf("the queue is a FIFO queue, and topic %q of %s is no FIFO topic", sub.Name, sub.Service),
				fmt.Sprintf("write fifo: true for the topic in %s/manifest.yml, or queue: true here for a queue of its own", sub.Service))
			return
		}
		names = append(names, strings.TrimSuffix(t.Key, fifoSuffix))
	}
	hint := fmt.Sprintf("write it under publish.topics in %s/manifest.yml", sub.Service)
	if len(names) > 0 {
		hint += ", or take one that is there: " + strings.Join(names, ", ")
	}
	c.add(path, fmt.Sprintf("service %q publishes no topic %q", sub.Service, sub.Name), hint)
}

// queueNames finds queues of one service that would get the same name.
func (c *checker) queueNames(s Service) {
	owner := map[string]bool{}
	for _, q := range s.Queues() {
		names := []string{q.Name}
		if q.Tries > 0 {
			names = append(names, q.DeadLetterName)
		}
		for _, name := range names {
			if owner[name] {
				c.add("subscribe.topics", fmt.Sprintf("two queues would have the name %q", name), "rename one of the topics")
			}
			owner[name] = true
		}
	}
}

// circles finds services that wait for each other's topics: none of their stacks could be made first.
func (c *checker) circles(services []Service, byName map[string]Service) {
	reported := map[string]bool{}
	for _, s := range services {
		way := circle(s.Name, s.Name, byName, map[string]bool{})
		if way == nil || reported[s.Name] {
			continue
		}
		for _, name := range way {
			reported[name] = true
		}
		next := append(way, s.Name)[1]
		c.file = s.Name + "/manifest.yml"
		for i, sub := range s.Subscriptions() {
			if sub.Service == next {
				c.add(fmt.Sprintf("subscribe.topics[%d].service", i), "the services wait for each other's topics: "+strings.Join(append(way, s.Name), " → "),
					"let one of them publish from a service of its own")
				break
			}
		}
	}
}

// circle returns the way from a service through its publishers back to the one that is looked for, or nil.
func circle(from, to string, byName map[string]Service, seen map[string]bool) []string {
	seen[from] = true
	for _, next := range byName[from].Publishers() {
		if next == to {
			return []string{from}
		}
		if seen[next] {
			continue
		}
		if way := circle(next, to, byName, seen); way != nil {
			return append([]string{from}, way...)
		}
	}
	return nil
}

// CheckPublishers warns about subscriptions to topics of services that the workspace, whose services are all, does not
// have. They may live elsewhere, in another workspace of the same application.
func CheckPublishers(services []Service, all []string) diag.List {
	var found diag.List
	for _, s := range services {
		for i, sub := range s.Subscriptions() {
			if slices.Contains(all, sub.Service) {
				continue
			}
			found = append(found, diag.Diagnostic{
				Position: diag.Position{File: s.Name + "/manifest.yml"}, Severity: diag.Warning, Path: fmt.Sprintf("subscribe.topics[%d].service", i),
				Message: fmt.Sprintf("the workspace has no service %q", sub.Service),
				Hint:    fmt.Sprintf("the topic %s must be there when this is deployed", sub.Topic),
			})
		}
	}
	return found
}
