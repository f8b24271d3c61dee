package release

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"ferry.dev/ferry/internal/event"
	"ferry.dev/ferry/internal/fault"
	"ferry.dev/ferry/internal/poll"
)

// ParseExpress reads a task definition as Parse does, and beside it what `aws ecs create-express-gateway-service
// --cli-input-json` takes.
func ParseExpress(task, express []byte) (Definition, error) {
	var d Definition
	if err := decode(task, &d.Task); err != nil {
		return Definition{}, fmt.Errorf("reading the task definition: %w", err)
	}
	d.Express = &ecs.CreateExpressGatewayServiceInput{}
	if err := decode(express, d.Express); err != nil {
		return Definition{}, fmt.Errorf("reading the definition of the service in Express Mode: %w", err)
	}
	d.Service = ecs.CreateServiceInput{Cluster: d.Express.Cluster, ServiceName: d.Express.ServiceName, Tags: d.Express.Tags}
	return d, nil
}

// InExpressMode tells whether ECS itself keeps what leads requests to a service.
func InExpressMode(s types.Service) bool {
	return s.ResourceManagementType == types.ResourceManagementTypeEcs
}

// TaskDefinition is the ARN of what a service runs. Of a service in Express Mode only its primary deployment tells.
func TaskDefinition(s types.Service) string {
	if d := primary(s); d != nil {
		return cmp.Or(aws.ToString(s.TaskDefinition), aws.ToString(d.TaskDefinition))
	}
	return aws.ToString(s.TaskDefinition)
}

// Express reads a service in Express Mode by its ARN. It returns nil where there is none any more.
func (c *Client) Express(ctx context.Context, arn *string) (*types.ECSExpressGatewayService, error) {
	out, err := c.ECS.DescribeExpressGatewayService(ctx, &ecs.DescribeExpressGatewayServiceInput{ServiceArn: arn})
	var none *types.ResourceNotFoundException
	if errors.As(err, &none) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading service %s in Express Mode: %w", aws.ToString(arn), err)
	}
	if out.Service == nil || out.Service.Status != nil && out.Service.Status.StatusCode == types.ExpressGatewayServiceStatusCodeInactive {
		return nil, nil
	}
	return out.Service, nil
}

// Configuration is the newest of a service's configurations: while one takes the place of another it has both. Nil: it has none.
func Configuration(s *types.ECSExpressGatewayService) *types.ExpressGatewayServiceConfiguration {
	if s == nil || len(s.ActiveConfigurations) == 0 {
		return nil
	}
	newest := slices.MaxFunc(s.ActiveConfigurations, func(a, b types.ExpressGatewayServiceConfiguration) int {
		return aws.ToTime(a.CreatedAt).Compare(aws.ToTime(b.CreatedAt))
	})
	return &newest
}

// Endpoint is the address of a service in Express Mode, a public one before one that answers inside only; "" as long as ECS
// says none. ECS gives the host's name, and HTTPS is meant.
func Endpoint(s *types.ECSExpressGatewayService) string {
	if s == nil {
		return ""
	}
	found := map[types.AccessType]string{}
	for _, c := range s.ActiveConfigurations {
		for _, p := range c.IngressPaths {
			found[p.AccessType] = cmp.Or(found[p.AccessType], aws.ToString(p.Endpoint))
		}
	}
	endpoint := cmp.Or(found[types.AccessTypePublic], found[types.AccessTypePrivate])
	if endpoint == "" || strings.Contains(endpoint, "://") {
		return endpoint
	}
	return "https://" + endpoint
}

// compareExpress fills in what has to be done to a service in Express Mode. An update says everything: ECS's documents do not
// tell what it makes of a member that is missing.
func (p *Plan) compareExpress() {
	want := p.Definition.Express
	p.Retag = retag(*p.Live.Service, p.Definition)
	newTask := p.Reuse == nil || p.Reuse.ARN() != TaskDefinition(*p.Live.Service)
	reasons := expressChanges(Configuration(p.Live.Express), want)
	p.Changes = append(p.Changes, reasons...)
	switch d := primary(*p.Live.Service); {
	case newTask || len(reasons) > 0:
		p.Express = &ecs.UpdateExpressGatewayServiceInput{
			ServiceArn: p.Live.Service.ServiceArn, HealthCheckPath: want.HealthCheckPath, NetworkConfiguration: want.NetworkConfiguration,
			ScalingTarget: want.ScalingTarget,
		}
	case d != nil && d.RolloutState == types.DeploymentRolloutStateFailed:
		p.Update = &ecs.UpdateServiceInput{ForceNewDeployment: true}
		p.Changes = append(p.Changes, "the last deployment failed")
	}
}

// expressChanges are the reasons for an update, in the manifest's words.
func expressChanges(live *types.ExpressGatewayServiceConfiguration, want *ecs.CreateExpressGatewayServiceInput) []string {
	if live == nil {
		return []string{"configuration"}
	}
	var reasons []string
	if old, path := aws.ToString(live.HealthCheckPath), aws.ToString(want.HealthCheckPath); old != path {
		reasons = append(reasons, "http.healthcheck.path "+old+" → "+path)
	}
	if !sameExpressNetwork(live.NetworkConfiguration, want.NetworkConfiguration) {
		reasons = append(reasons, "network")
	}
	if old, now := scalingText(live.ScalingTarget), scalingText(want.ScalingTarget); old != now {
		reasons = append(reasons, "count "+old+" → "+now)
	}
	return reasons
}

// sameExpressNetwork: security groups that ECS has added of its own accord are no difference.
func sameExpressNetwork(live, want *types.ExpressGatewayServiceNetworkConfiguration) bool {
	if live == nil || want == nil {
		return live == want
	}
	missing := slices.ContainsFunc(want.SecurityGroups, func(id string) bool { return !slices.Contains(live.SecurityGroups, id) })
	return !missing && slices.Equal(slices.Sorted(slices.Values(live.Subnets)), slices.Sorted(slices.Values(want.Subnets)))
}

// scalingText puts a range and its metric into words: 1-10 by AVERAGE_CPU 70.
func scalingText(t *types.ExpressGatewayScalingTarget) string {
	if t == nil {
		return "none"
	}
	return fmt.Sprintf("%s-%s by %s %s", number(t.MinTaskCount), number(t.MaxTaskCount), t.AutoScalingMetric, number(t.AutoScalingTargetValue))
}

// createExpress makes a service in Express Mode and finds the ECS service and the deployment that came of it.
func (c *Client) createExpress(ctx context.Context, p Plan, s *Started, sink event.Sink) error {
	in := clone(*p.Definition.Express)
	in.TaskDefinitionArn = s.Task.TaskDefinitionArn
	in.Tags = sdkTags(wantedTags(p.Definition))
	err := c.asking(ctx, aws.ToString(in.ServiceName), sink, func(ctx context.Context) error {
		_, err := c.ECS.CreateExpressGatewayService(ctx, &in)
		return err
	})
	if err != nil {
		return explain(fmt.Sprintf("ECS refused to create service %s in Express Mode", aws.ToString(in.ServiceName)), err)
	}
	s.Accepted = true
	made, err := c.service(ctx, aws.ToString(in.Cluster), aws.ToString(in.ServiceName))
	if err != nil {
		return err
	}
	if made == nil {
		return fmt.Errorf("ECS accepted service %s in Express Mode but does not know it", aws.ToString(in.ServiceName))
	}
	s.Service = *made
	s.Deployment, err = c.find(ctx, "", *made, s.Task.ARN())
	return err
}

// sendExpress updates a service in Express Mode. ECS answers with the service revision that it goes to: where that is another
// one than before, a deployment brings it live.
func (c *Client) sendExpress(ctx context.Context, p Plan, s *Started, sink event.Sink) error {
	in := *p.Express
	in.TaskDefinitionArn = s.Task.TaskDefinitionArn
	var out *ecs.UpdateExpressGatewayServiceOutput
	err := c.asking(ctx, aws.ToString(s.Service.ServiceName), sink, func(ctx context.Context) (err error) {
		out, err = c.ECS.UpdateExpressGatewayService(ctx, &in)
		return err
	})
	if err != nil {
		return explain(fmt.Sprintf("ECS refused to update service %s in Express Mode", aws.ToString(s.Service.ServiceName)), err)
	}
	s.Accepted = true
	target := ""
	if out.Service != nil && out.Service.TargetConfiguration != nil {
		target = aws.ToString(out.Service.TargetConfiguration.ServiceRevisionArn)
	}
	now := Configuration(p.Live.Express)
	if target == "" || now != nil && target == aws.ToString(now.ServiceRevisionArn) {
		if s.Task.ARN() == TaskDefinition(s.Service) {
			return nil // there is nothing to follow but the count
		}
		s.Deployment, err = c.find(ctx, aws.ToString(s.Service.CurrentServiceDeployment), s.Service, s.Task.ARN())
		return err
	}
	s.Deployment, err = c.findRevision(ctx, s.Service, target)
	return err
}

// findRevision returns the deployment that brings a service revision live.
func (c *Client) findRevision(ctx context.Context, s types.Service, revision string) (string, error) {
	var found string
	w := poll.Wait{Subject: aws.ToString(s.ServiceName), Limit: time.Now().Add(findLimit), Now: true,
		For: func() string { return "ECS to start the deployment" }}
	err := c.Pace.Until(ctx, w, event.Discard, func(ctx context.Context) (bool, error) {
		list, err := c.list(ctx, s, nil)
		if err != nil {
			return false, err
		}
		for _, d := range list {
			if aws.ToString(d.TargetServiceRevisionArn) == revision {
				found = aws.ToString(d.ServiceDeploymentArn)
				return true, nil
			}
		}
		return false, nil
	})
	if errors.Is(err, poll.ErrLimit) {
		return "", fmt.Errorf("ECS accepted the update of service %s but started no deployment for it", aws.ToString(s.ServiceName))
	}
	return found, err
}

// removeExpress deletes a service in Express Mode and waits until it is gone, its load balancer and all. ECS drains it itself.
func (c *Client) removeExpress(ctx context.Context, s types.Service, limit time.Time, sink event.Sink) error {
	name := aws.ToString(s.ServiceName)
	if aws.ToString(s.Status) == "ACTIVE" {
		_, err := c.ECS.DeleteExpressGatewayService(ctx, &ecs.DeleteExpressGatewayServiceInput{ServiceArn: s.ServiceArn})
		if err != nil && !gone(err) {
			return fmt.Errorf("deleting service %s in Express Mode: %w", name, err)
		}
	}
	return c.awaitExpressGone(ctx, s, limit, sink)
}

func (c *Client) awaitExpressGone(ctx context.Context, s types.Service, limit time.Time, sink event.Sink) error {
	name := aws.ToString(s.ServiceName)
	w := poll.Wait{Subject: name, Limit: limit, For: func() string { return "ECS to take the load balancer of the service away" }}
	err := c.Pace.Until(ctx, w, sink, func(ctx context.Context) (bool, error) {
		now, err := c.Express(ctx, s.ServiceArn)
		return now == nil, err
	})
	if errors.Is(err, poll.ErrLimit) {
		return &fault.Error{Code: fault.TimedOut, What: fmt.Sprintf("service %s in Express Mode is still draining", name), Err: err,
			Hint: "run the same command again to wait longer"}
	}
	return err
}
