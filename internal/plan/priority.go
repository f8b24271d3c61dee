package plan

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"

	"ferry.dev/ferry/internal/fault"
)

// A listener tries its rules by number, lowest first, and knows nothing of one path being part of another. So the number
// says how much a rule asks for, and among equals it is spread by a digest of the rule's owner:
//
//	1 … 999         never used: room for rules made by hand that must come first
//	1000 … 48999    60 bands of 800: named hosts, then hosts with a wildcard, then any host;
//	                within these by depth of the path, deepest first, "/" last;
//	                within these rules with source addresses, or for test traffic, before rules for everyone; a rule
//	                with both stands in the band before that
//	49000 … 50000   never used: room for rules made by hand that must come last
//
// A path is matched in whole segments, so of two paths that match the same request one is the deeper, and "/" without a
// host comes after everything.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateRule.html
const (
	firstPriority = 1000
	bandSize      = 800
	maxDepth      = 9
)

// preferredPriority computes the number of a rule from what is known for ever: app, environment, service and the rule.
func preferredPriority(s Service, r ListenerRule, path string) int {
	sum := sha256.Sum256([]byte(strings.Join([]string{s.App, s.Env, s.Name, r.Key}, "\x00")))
	slot := int(binary.BigEndian.Uint32(sum[:4]) % bandSize)
	return firstPriority + band(r, path)*bandSize + slot
}

// band grades what a rule asks for: 0 is the most special.
func band(r ListenerRule, path string) int {
	hosts := 2
	switch {
	case len(r.Hosts) == 0:
	case strings.Contains(strings.Join(r.Hosts, ""), "*"):
		hosts = 1
	default:
		hosts = 0
	}
	depth := 0
	if path != "/" {
		depth = min(strings.Count(path, "/"), maxDepth)
	}
	everyone := 1
	if len(r.SourceIPs) > 0 {
		everyone = 0
	}
	return (hosts*(maxDepth+1)+(maxDepth-depth))*2 + everyone
}

// ahead is the number of the rule for test traffic beside a rule, which must be tried before it: in the band before the rule's
// own. Before the very first band, which ten segments of a path and a source address make, there is none: it stays, and
// package plan's check refuses it.
func ahead(r ListenerRule) int {
	return max(r.Priority-bandSize, firstPriority)
}

// Priority returns the number for a rule of owner: preferred, or the next one of its band that taken does not give to
// somebody else. taken maps numbers to owners; a number that owner has already in this band is kept, so that a rule
// never moves because another one came or went. The error is a *fault.Error: the band is full.
func Priority(preferred int, taken map[int]string, owner string) (int, error) {
	start := bandStart(preferred)
	for p, by := range taken {
		if by == owner && bandStart(p) == start {
			return p, nil
		}
	}
	for i := range bandSize {
		p := start + (preferred-start+i)%bandSize
		if _, used := taken[p]; !used {
			return p, nil
		}
	}
	return 0, &fault.Error{
		Code: fault.Refused,
		What: fmt.Sprintf("no free listener rule priority between %d and %d for %s", start, start+bandSize-1, owner),
		Hint: "delete rules of the load balancer's listener that nobody needs",
	}
}

func bandStart(p int) int { return p - (p-firstPriority)%bandSize }

// Priorities writes the numbers of all rules, as the service's stack puts them out.
func (r Routing) Priorities() string {
	var all []string
	for _, rule := range r.Rules {
		all = append(all, rule.Key+"="+strconv.Itoa(rule.Priority))
	}
	return strings.Join(all, ",")
}

// OutputRulePriorities is the output of a service's stack that holds what Priorities wrote.
const OutputRulePriorities = "RulePriorities"

// KeepPriorities puts the numbers that the service's live stack put out back in place. It reports false where a rule has
// no number yet that still fits: then the listener must be asked which are free.
func (s Service) KeepPriorities(live string) bool {
	if s.Routing == nil {
		return true
	}
	all := true
	for i, rule := range s.Routing.Rules {
		if p, ok := livePriority(live, rule); ok {
			s.Routing.Rules[i].Priority = p
		} else {
			all = false
		}
	}
	return all
}

// livePriority finds the number of a rule in what Priorities wrote, if the rule still asks for as much.
func livePriority(live string, rule ListenerRule) (int, bool) {
	for entry := range strings.SplitSeq(live, ",") {
		if key, number, ok := strings.Cut(entry, "="); ok && key == rule.Key {
			p, err := strconv.Atoi(number)
			return p, err == nil && bandStart(p) == bandStart(rule.Priority)
		}
	}
	return 0, false
}

// PlacePriorities gives every rule of the service a number that is free on its listener. taken maps listeners
// (ListenerOutput) to the numbers taken there and their owners; it is updated, so that services placed one after another do
// not meet. A service owns its numbers under its stack's name, those that its live stack put out from the start.
func (s Service) PlacePriorities(taken map[string]map[int]string, live string) error {
	if s.Routing == nil {
		return nil
	}
	owner := func(r ListenerRule) string { return s.Stack + "/" + r.Key }
	for _, rule := range s.Routing.Rules {
		listener := s.Routing.ListenerOutput(rule)
		if taken[listener] == nil {
			taken[listener] = map[int]string{}
		}
		if p, ok := livePriority(live, rule); ok {
			taken[listener][p] = owner(rule)
		}
	}
	for i, rule := range s.Routing.Rules {
		numbers := taken[s.Routing.ListenerOutput(rule)]
		p, err := Priority(rule.Priority, numbers, owner(rule))
		if err != nil {
			return err
		}
		numbers[p] = owner(rule)
		s.Routing.Rules[i].Priority = p
	}
	return nil
}
