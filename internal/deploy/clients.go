package deploy

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"

	"ferry.dev/ferry/internal/poll"
	"ferry.dev/ferry/internal/release"
	"ferry.dev/ferry/internal/site"
	"ferry.dev/ferry/internal/stack"
	"ferry.dev/ferry/internal/watch"
)

// clients are the stages' own clients, over one SDK client for each AWS service.
type clients struct {
	stacks   *stack.Client
	releases *release.Client
	watches  *watch.Client
	elb      *elasticloadbalancingv2.Client
	ecs      *ecs.Client
	logs     *cloudwatchlogs.Client
	sites    *site.Client
}

func newClients(cfg aws.Config, pace poll.Pace) clients {
	c := clients{
		elb:  elasticloadbalancingv2.NewFromConfig(cfg),
		ecs:  ecs.NewFromConfig(cfg),
		logs: cloudwatchlogs.NewFromConfig(cfg),
	}
	c.sites = site.New(cfg)
	c.stacks = &stack.Client{CFN: cloudformation.NewFromConfig(cfg), Pace: pace}
	c.releases = &release.Client{ECS: c.ecs, AutoScaling: applicationautoscaling.NewFromConfig(cfg), Alarms: release.NewAlarms(cfg), Pace: pace}
	c.watches = &watch.Client{ECS: c.ecs, ELB: c.elb, Logs: c.logs, Pace: pace}
	return c
}
