package release

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"golang.org/x/sync/errgroup"
)

// Live is what stands in ECS.
type Live struct {
	Service *types.Service                  // nil: there is none, its name is free
	Task    *Task                           // the service's task definition; nil without a service
	Latest  *Task                           // the family's latest active revision; nil when there is none
	Scaling Scaling                         // read by Client.Scaling, where the service has or is to have any
	Express *types.ECSExpressGatewayService // of a service in Express Mode
}

// Task is a registered task definition with its tags.
type Task struct {
	types.TaskDefinition
	Tags map[string]string
}

// ARN returns the task definition's ARN.
func (t *Task) ARN() string {
	if t == nil {
		return ""
	}
	return aws.ToString(t.TaskDefinitionArn)
}

// Inspect reads a service, its task definition and the family's latest revision: two calls side by side, and a third
// only where the service does not run the latest. In Express Mode it is one more.
func (c *Client) Inspect(ctx context.Context, cluster, service, family string) (Live, error) {
	var l Live
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() (err error) {
		if l.Service, err = c.service(gctx, cluster, service); err == nil && l.Service != nil && InExpressMode(*l.Service) {
			l.Express, err = c.Express(gctx, l.Service.ServiceArn)
		}
		return err
	})
	g.Go(func() (err error) { l.Latest, err = c.Task(gctx, family); return err })
	if err := g.Wait(); err != nil {
		return Live{}, err
	}
	if l.Service == nil {
		return l, nil
	}
	running := TaskDefinition(*l.Service)
	if running == l.Latest.ARN() {
		l.Task = l.Latest
		return l, nil
	}
	var err error
	l.Task, err = c.Task(ctx, running)
	return l, err
}

// service reads a service with its tags. Only ECS's own MISSING or INACTIVE, or a cluster that does not exist, mean
// that there is none.
func (c *Client) service(ctx context.Context, cluster, name string) (*types.Service, error) {
	out, err := c.ECS.DescribeServices(ctx, &ecs.DescribeServicesInput{
		Cluster: &cluster, Services: []string{name}, Include: []types.ServiceField{types.ServiceFieldTags},
	})
	var noCluster *types.ClusterNotFoundException
	if errors.As(err, &noCluster) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading service %s: %w", name, err)
	}
	for _, f := range out.Failures {
		if aws.ToString(f.Reason) != "MISSING" {
			return nil, fmt.Errorf("reading service %s: %s %s", name, aws.ToString(f.Reason), aws.ToString(f.Detail))
		}
	}
	for _, s := range out.Services {
		if aws.ToString(s.Status) != "INACTIVE" {
			return &s, nil
		}
	}
	return nil, nil
}

// Task reads a task definition by ARN, or the latest active revision of a family. It returns nil where there is none,
// which ECS says with a ClientException that it uses for other things too: the message tells them apart.
func (c *Client) Task(ctx context.Context, name string) (*Task, error) {
	out, err := c.ECS.DescribeTaskDefinition(ctx, &ecs.DescribeTaskDefinitionInput{
		TaskDefinition: &name, Include: []types.TaskDefinitionField{types.TaskDefinitionFieldTags},
	})
	var client *types.ClientException
	if errors.As(err, &client) && strings.Contains(client.ErrorMessage(), "Unable to describe task definition") {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading task definition %s: %w", name, err)
	}
	if out.TaskDefinition == nil {
		return nil, fmt.Errorf("reading task definition %s: ECS answered with none", name)
	}
	return &Task{TaskDefinition: *out.TaskDefinition, Tags: tagMap(out.Tags)}, nil
}
