package plan

import (
	"fmt"
	"slices"
	"strings"

	"ferry.dev/ferry/internal/manifest"
)

// Alarm is a CloudWatch alarm in a service's stack that ends a deployment when it goes off.
type Alarm struct {
	Key         string // logical ID
	Name        string // ≤ 255 characters
	Description string
	Metric      ScalingMetric
	Threshold   float64
}

// RollbackAlarms are the alarms that the manifest's thresholds ask for. They look at the last three minutes.
func (s Service) RollbackAlarms() []Alarm {
	on := s.Manifest.Deployment.AlarmOn
	of := map[string]string{"ClusterName": s.Cluster, "ServiceName": s.ServiceName}
	var all []Alarm
	add := func(key, suffix, what string, threshold float64, m ScalingMetric) {
		m.Statistic = "Average"
		all = append(all, Alarm{Key: key, Name: s.Stack + "-" + suffix, Metric: m, Threshold: threshold,
			Description: fmt.Sprintf("Ends a deployment of %s when %s", s.Name, what)})
	}
	if on.CPU != nil {
		add("RollbackCPUAlarm", "rollback-cpu", "its tasks use too much cpu", *on.CPU, ScalingMetric{Namespace: "AWS/ECS", Name: "CPUUtilization", Dimensions: of})
	}
	if on.Memory != nil {
		add("RollbackMemoryAlarm", "rollback-memory", "its tasks use too much memory", *on.Memory, ScalingMetric{Namespace: "AWS/ECS", Name: "MemoryUtilization", Dimensions: of})
	}
	if queues := s.Queues(); on.MessagesDelayed != nil && len(queues) > 0 {
		add("RollbackMessagesAlarm", "rollback-messages", "messages pile up", float64(*on.MessagesDelayed),
			ScalingMetric{Namespace: "AWS/SQS", Name: "ApproximateNumberOfMessagesDelayed", Dimensions: map[string]string{"QueueName": queues[0].Name}})
	}
	return all
}

// AlarmNames are all alarms that end a deployment: those that exist, and those of the service's stack.
func (s Service) AlarmNames() []string {
	names := append([]string(nil), s.Manifest.Deployment.Alarms...)
	for _, a := range s.RollbackAlarms() {
		names = append(names, a.Name)
	}
	return names
}

// ShiftsTraffic tells whether a deployment moves traffic from one target group to another.
func (s Service) ShiftsTraffic() bool {
	return s.Manifest.Deployment.Strategy != manifest.StrategyRolling && s.Routing != nil
}

// Alternate is what ECS moves traffic with: the target group beside a target group, and the rule that leads to either.
type Alternate struct {
	Key  string // logical ID of the other target group
	Name string // ≤ 32 characters
	Rule string // logical ID of the listener rule
	Test string // logical ID of the listener rule for test traffic; "" = none
}

// Alternate returns what stands beside a target group; nil where no traffic moves.
func (s Service) Alternate(t TargetGroup) *Alternate {
	if !s.ShiftsTraffic() {
		return nil
	}
	a := &Alternate{Key: alternate + t.Key, Name: digested(s.Stack, maxTargetGroupName, "alternate", t.Key, t.Protocol, t.ProtocolVersion)}
	for _, r := range s.Routing.Rules {
		switch {
		case r.Target != t.Key || r.Redirect:
		case r.Tests != "":
			a.Test = r.Key
		case a.Rule == "":
			a.Rule = r.Key
		}
	}
	return a
}

// TargetGroups are the target groups of the service's stack: the routing's, each with what stands beside it.
func (s Service) TargetGroups() []TargetGroup {
	var all []TargetGroup
	for _, t := range s.Routing.Targets {
		all = append(all, t)
		if a := s.Alternate(t); a != nil {
			t.Key, t.Name = a.Key, a.Name
			all = append(all, t)
		}
	}
	return all
}

// AlternateOf returns the logical ID of the target group beside one; "" where no traffic moves.
func (s Service) AlternateOf(target string) string {
	if !s.ShiftsTraffic() {
		return ""
	}
	return alternate + target
}

// HookFunctions are the Lambda functions that the hook role may call: those of the hooks that name no role of their own.
func (s Service) HookFunctions() []string {
	var all []string
	for _, h := range s.Manifest.Deployment.Hooks {
		if !h.Pause && h.Role == "" {
			all = append(all, h.Function)
		}
	}
	return all
}

// HookRole names the role with which ECS calls them, and TrafficRole the one with which it moves traffic.
func (s Service) HookRole() string { return shorten(s.Stack+"-hooks", maxRoleName) }

// TrafficRole names the role with which ECS moves traffic between target groups.
func (s Service) TrafficRole() string { return shorten(s.Stack+"-traffic", maxRoleName) }

// Rebalances tells whether ECS may move tasks between availability zones: for that it must be allowed more than there are.
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-rebalancing.html
func (s Service) Rebalances() bool { return s.Manifest.Deployment.Maximum > 100 }

// traffic: ECS moves the traffic of one listener rule for each target group.
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/alb-resources-for-blue-green.html
func (c *checker) traffic(s Service) {
	if !s.ShiftsTraffic() {
		return
	}
	strategy := strings.ToLower(s.Manifest.Deployment.Strategy)
	rules := map[string]int{}
	for _, r := range s.Routing.Rules {
		if r.Redirect {
			continue
		}
		if r.Tests != "" {
			c.testRule(s, r)
			continue
		}
		if rules[r.Target]++; rules[r.Target] == 2 {
			c.add("deployment.strategy", fmt.Sprintf("%s moves the traffic of one listener rule for each container and port, and several lead to one here", strategy),
				"leave http.redirect_to_https away, and give additional_rules another target_port; or write strategy: rolling")
		}
	}
}

// testRule: ECS knows one rule for test traffic beside the one for all other, so that it cannot be spread over several.
func (c *checker) testRule(s Service, r ListenerRule) {
	const place = "deployment.test_traffic"
	beside := s.Routing.Rules[slices.IndexFunc(s.Routing.Rules, func(o ListenerRule) bool { return o.Key == r.Tests })]
	switch n := r.values(); {
	case n > maxConditionValues:
		c.add(place, fmt.Sprintf("with it a listener rule would have %d values, and the load balancer takes %d: its names, paths (two for a path and all below it), addresses and the header", n, maxConditionValues),
			"ask for fewer names or addresses in http")
	case bandStart(r.Priority) == bandStart(beside.Priority):
		c.add(place, "there is no place before a rule with so deep a path and source addresses", "leave allowed_source_ips away, or write a shorter path")
	}
}
