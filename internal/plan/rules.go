package plan

import (
	"slices"
	"strings"

	"ferry.dev/ferry/internal/manifest"
)

// ListenerRule sends matching requests to a target group, or to HTTPS.
type ListenerRule struct {
	Key                     string // logical ID in the template
	LoadBalancer            string // Public, Private or Imported
	Listener                string // HTTP or HTTPS
	Target                  string // logical ID of the target group
	Redirect                bool   // to HTTPS instead
	Priority                int
	Hosts, Paths, SourceIPs []string
	Tests                   string // of a rule for test traffic: logical ID of the rule beside which it stands
	Header                  *manifest.TestTraffic
}

const (
	listenerHTTP  = "HTTP"
	listenerHTTPS = "HTTPS"
)

// maxConditionValues is how many values all conditions of a listener rule may have together.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html
const maxConditionValues = 5

// ListenerOutputs names the outputs of the environment that hold the listeners on which the rules stand.
func (r Routing) ListenerOutputs() []string {
	var names []string
	for _, rule := range r.Rules {
		if name := r.ListenerOutput(rule); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// ListenerOutput names the environment's output that holds the ARN of a rule's listener. Of a load balancer that exists
// already it only tells the listeners apart.
func (r Routing) ListenerOutput(rule ListenerRule) string {
	if rule.LoadBalancer == Imported {
		return r.Import.Name + rule.Listener
	}
	return rule.LoadBalancer + rule.Listener + "ListenerArn"
}

// newRules returns the listener rules of the i-th rule of a block. The first one's listener is where the service is called.
func newRules(s Service, b block, i int, h manifest.HTTP, target string) []ListenerRule {
	path := cleanPath(h.Path)
	rule := ListenerRule{
		LoadBalancer: b.kind, Listener: listenerHTTP, Target: target,
		Hosts: h.Aliases, Paths: pathPatterns(path), SourceIPs: h.AllowedSourceIPs,
	}
	if path == "/" && len(rule.Hosts)+len(rule.SourceIPs) > 0 {
		rule.Paths = nil // another condition stands already, and "/*" says nothing
	}
	var all []ListenerRule
	for part, one := range rule.split() {
		one.Key = ruleKey(b, i+part, one)
		one.Priority = preferredPriority(s, one, path)
		all = append(all, one.listeners(b, h.RedirectToHTTPS)...)
	}
	return all
}

// tested puts beside each rule that ECS moves the traffic of the one for test traffic: the same requests, with a header.
func (r *Routing) tested(s Service) {
	t := s.Manifest.Deployment.TestTraffic
	if t == nil || s.Manifest.Deployment.Strategy == manifest.StrategyRolling {
		return
	}
	var tests []ListenerRule
	for _, rule := range r.Rules {
		if rule.Redirect {
			continue
		}
		test := rule
		test.Key, test.Tests, test.Header = "Test"+rule.Key, rule.Key, t
		test.Priority = ahead(rule)
		tests = append(tests, test)
	}
	r.Rules = append(r.Rules, tests...)
}

// values counts the values of the rule's conditions.
func (r ListenerRule) values() int {
	n := len(r.Hosts) + len(r.Paths) + len(r.SourceIPs)
	if r.Header != nil {
		n++
	}
	return n
}

// listeners puts a rule on the listeners that a load balancer has. Port 80 of the environment's redirects everything to 443
// unless a rule there says otherwise; on one that exists already each service says it for itself.
func (r ListenerRule) listeners(b block, redirect bool) []ListenerRule {
	if !b.https {
		return []ListenerRule{r}
	}
	secure, plain := r, r
	secure.Listener, plain.Key = listenerHTTPS, "Plain"+r.Key
	switch {
	case b.bare:
	case !redirect:
		return []ListenerRule{secure, plain}
	case b.kind == Imported:
		plain.Redirect = true
		return []ListenerRule{secure, plain}
	}
	return []ListenerRule{secure}
}

// ruleKey is the logical ID of a rule. But for the first of all it follows from what the rule asks for, so that a rule which
// comes or goes moves no other.
func ruleKey(b block, place int, r ListenerRule) string {
	switch {
	case place > 0:
		ask := slices.Concat([]string{b.kind}, r.Hosts, []string{""}, r.Paths, []string{""}, r.SourceIPs)
		words := ""
		if len(r.Paths) > 0 {
			words = logical(r.Paths[0])
		} else if len(r.Hosts) > 0 {
			words = logical(r.Hosts[0])
		}
		return "Rule" + words[:min(len(words), 40)] + strings.ToUpper(digest(ask...))
	case b.lead:
		return "ListenerRule"
	}
	return b.kind + "ListenerRule"
}

// split spreads a rule that asks for too much over several: each name with each range once.
func (r ListenerRule) split() []ListenerRule {
	room := maxConditionValues - len(r.Paths)
	if len(r.Hosts)+len(r.SourceIPs) <= room {
		return []ListenerRule{r}
	}
	hosts, ips := room, room
	if len(r.Hosts) > 0 && len(r.SourceIPs) > 0 {
		hosts = min(len(r.Hosts), room-1)
		if len(r.SourceIPs) > len(r.Hosts) {
			hosts = max(1, room-len(r.SourceIPs))
		}
		ips = room - hosts
	}
	var all []ListenerRule
	for _, h := range chunks(r.Hosts, hosts) {
		for _, ip := range chunks(r.SourceIPs, ips) {
			one := r
			one.Hosts, one.SourceIPs = h, ip
			all = append(all, one)
		}
	}
	return all
}

// chunks cuts a list. Of an empty one there is one empty part.
func chunks(list []string, size int) [][]string {
	if len(list) == 0 {
		return [][]string{nil}
	}
	return slices.Collect(slices.Chunk(list, size))
}
