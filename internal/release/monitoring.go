package release

import (
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// MonitoringTag is the service tag that remembers how finely the manifest asked for metrics last: ECS does not give it back.
const MonitoringTag = "ferry:monitoring"

// monitoringText writes it as a tag can hold it: CPUUtilization+MemoryUtilization@20. Nothing asked for is ECS's own minute.
func monitoringText(m *types.MonitoringConfiguration) string {
	if m == nil {
		return "60"
	}
	var all []string
	for _, c := range m.MetricConfigurations {
		all = append(all, strings.Join(slices.Sorted(slices.Values(c.MetricNames)), "+")+"@"+number(c.ResolutionSeconds))
	}
	return strings.Join(all, " ")
}

// monitoring returns what ECS has to be told, or nil. What is asked for no more goes back to a minute.
func (p *Plan) monitoring() *types.MonitoringConfiguration {
	want := p.Definition.Service.Monitoring
	was, known := tagMap(p.Live.Service.Tags)[MonitoringTag]
	switch {
	case was == monitoringText(want) || !known && want == nil:
		return nil
	case want == nil:
		return &types.MonitoringConfiguration{MetricConfigurations: []types.MetricConfiguration{{
			MetricNames: []string{"CPUUtilization", "MemoryUtilization"}, ResolutionSeconds: aws.Int32(60),
		}}}
	}
	return want
}
