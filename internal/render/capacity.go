package render

import (
	"strconv"
	"strings"

	"ferry.dev/ferry/internal/plan"
)

type strategyItem struct {
	CapacityProvider string `json:"capacityProvider"`
	Weight           int    `json:"weight"`
	Base             int    `json:"base"`
}

type placementConstraint struct {
	Type       string `json:"type"`
	Expression string `json:"expression,omitempty"`
}

type placementStrategy struct {
	Type  string `json:"type"`
	Field string `json:"field,omitempty"`
}

// place says where the tasks of a service run, beside its launch type.
func place(out *service, s plan.Service) {
	m := s.Manifest.Capacity
	for _, item := range s.Capacity.Strategy {
		out.CapacityProviderStrategy = append(out.CapacityProviderStrategy, strategyItem{item.Provider, item.Weight, item.Base})
	}
	for _, c := range m.Constraints {
		out.PlacementConstraints = append(out.PlacementConstraints, placementConstraint{c.Type, c.Expression})
	}
	for _, p := range m.Strategies {
		out.PlacementStrategy = append(out.PlacementStrategy, placementStrategy{p.Type, p.Field})
	}
	if s.Capacity.Fargate() {
		out.PlatformVersion = "LATEST"
		if m.PlatformVersion != "" {
			out.PlatformVersion = m.PlatformVersion
		}
	}
	if m.Daemon() {
		out.SchedulingStrategy = strings.ToUpper(m.Scheduling)
	}
}

// newNetworkConfiguration places tasks that have network interfaces of their own; for others ECS refuses one.
func newNetworkConfiguration(s plan.Service) *networkConfiguration {
	if len(s.Network.Subnets) == 0 {
		return nil
	}
	return &networkConfiguration{AwsvpcConfiguration: awsvpc{
		Subnets:        s.Network.Subnets,
		SecurityGroups: s.Network.SecurityGroups,
		AssignPublicIP: enabled(s.Network.PublicIP),
	}}
}

// size writes a task's cpu or memory; "" where the task has no limit of its own.
func size(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}
