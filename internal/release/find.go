package release

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"ferry.dev/ferry/internal/event"
	"ferry.dev/ferry/internal/poll"
)

// findLimit is how long ECS may take to start the service deployment for an update that it accepted.
const findLimit = 2 * time.Minute

// find returns the service deployment that an update has started. The answer to the update names it, as the service's
// current one; where it still names the one before, or none, the list is asked until one is there whose target revision
// runs our task definition.
func (c *Client) find(ctx context.Context, before string, s types.Service, task string) (string, error) {
	if d := aws.ToString(s.CurrentServiceDeployment); d != "" && d != before {
		return d, nil
	}
	var found string
	w := poll.Wait{Subject: aws.ToString(s.ServiceName), Limit: time.Now().Add(findLimit), Now: true,
		For: func() string { return "ECS to start the deployment" }}
	err := c.Pace.Until(ctx, w, event.Discard, func(ctx context.Context) (bool, error) {
		list, err := c.list(ctx, s, nil)
		if err != nil {
			return false, err
		}
		list = slices.DeleteFunc(list, func(b types.ServiceDeploymentBrief) bool {
			return aws.ToString(b.ServiceDeploymentArn) == before
		})
		found, err = c.targeting(ctx, list, task)
		return found != "", err
	})
	if errors.Is(err, poll.ErrLimit) {
		return "", fmt.Errorf("ECS accepted the update of service %s but started no deployment for it", aws.ToString(s.ServiceName))
	}
	return found, err
}

// list returns the newest service deployments, newest first, of the given states; nil = all.
func (c *Client) list(ctx context.Context, s types.Service, states []types.ServiceDeploymentStatus) ([]types.ServiceDeploymentBrief, error) {
	out, err := c.ECS.ListServiceDeployments(ctx, &ecs.ListServiceDeploymentsInput{
		Cluster: s.ClusterArn, Service: s.ServiceArn, Status: states,
	})
	if err != nil {
		return nil, fmt.Errorf("listing the deployments of service %s: %w", aws.ToString(s.ServiceName), err)
	}
	list := out.ServiceDeployments
	slices.SortStableFunc(list, func(a, b types.ServiceDeploymentBrief) int {
		return aws.ToTime(b.CreatedAt).Compare(aws.ToTime(a.CreatedAt))
	})
	return list, nil
}

// targeting returns the newest deployment whose target revision runs the task definition, or "".
func (c *Client) targeting(ctx context.Context, list []types.ServiceDeploymentBrief, task string) (string, error) {
	list = list[:min(len(list), 20)] // as many revisions as one call describes
	var arns []string
	for _, d := range list {
		if a := aws.ToString(d.TargetServiceRevisionArn); a != "" && !slices.Contains(arns, a) {
			arns = append(arns, a)
		}
	}
	if len(arns) == 0 {
		return "", nil
	}
	tasks, err := c.revisions(ctx, arns)
	for _, d := range list {
		if tasks[aws.ToString(d.TargetServiceRevisionArn)] == task {
			return aws.ToString(d.ServiceDeploymentArn), err
		}
	}
	return "", err
}

// revisions returns the task definition of each service revision.
func (c *Client) revisions(ctx context.Context, arns []string) (map[string]string, error) {
	out, err := c.ECS.DescribeServiceRevisions(ctx, &ecs.DescribeServiceRevisionsInput{ServiceRevisionArns: arns})
	if err != nil {
		return nil, fmt.Errorf("reading service revisions: %w", err)
	}
	tasks := map[string]string{}
	for _, r := range out.ServiceRevisions {
		tasks[aws.ToString(r.ServiceRevisionArn)] = aws.ToString(r.TaskDefinition)
	}
	return tasks, nil
}
