package deploy

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"ferry.dev/ferry/internal/event"
	"ferry.dev/ferry/internal/release"
)

// sayExpress says that a service is not behind the environment's load balancer.
func (l *line) sayExpress(j job) {
	if j.plan.Express != nil {
		l.sink(event.Notice{Level: event.Info, Subject: j.name, Text: "runs in ECS Express Mode: ECS keeps its load balancer, address and scaling"})
	}
}

// located asks for the address of a service that is new in Express Mode: it is no stack's. An address that cannot be read is no
// reason to fail.
func (l *line) located(ctx context.Context, j job, b begun, result *ServiceResult) {
	if j.plan.Express == nil || result.URL != "" || b.started.Service.ServiceArn == nil {
		return
	}
	live, err := l.releases.Express(ctx, b.started.Service.ServiceArn)
	if err != nil {
		l.sink(event.Notice{Level: event.Warning, Subject: j.name, Text: "the address is not known: " + err.Error()})
		return
	}
	result.URL = release.Endpoint(live)
}

// express reads what only ECS knows of a service in Express Mode: its address, and how it scales.
func (l *line) express(ctx context.Context, s types.Service, r *ServiceStatus) error {
	live, err := l.releases.Express(ctx, s.ServiceArn)
	if err != nil {
		return err
	}
	r.URL = release.Endpoint(live)
	if c := release.Configuration(live); c != nil && c.ScalingTarget != nil {
		t := c.ScalingTarget
		r.Scaling = expressScaling(int(aws.ToInt32(t.MinTaskCount)), int(aws.ToInt32(t.MaxTaskCount)), string(t.AutoScalingMetric), int(aws.ToInt32(t.AutoScalingTargetValue)))
	}
	return nil
}

// expressScaling is a range and its metric in the words of scaling policies; nil where the range is one number.
func expressScaling(least, most int, metric string, target int) *ScalingStatus {
	if least == most {
		return nil
	}
	word := map[string]string{
		string(types.ExpressGatewayServiceScalingMetricAverageCPUUtilization):    "cpu",
		string(types.ExpressGatewayServiceScalingMetricAverageMemoryUtilization): "memory",
		string(types.ExpressGatewayServiceScalingMetricRequestCountPerTarget):    "requests",
	}[metric]
	return &ScalingStatus{Min: least, Max: most, Policies: []string{fmt.Sprintf("%s %d", word, target)}}
}
