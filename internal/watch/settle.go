package watch

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"ferry.dev/ferry/internal/event"
	"ferry.dev/ferry/internal/fault"
	"ferry.dev/ferry/internal/poll"
)

// Settle waits until a service runs as many tasks as it should. It is for changes for which ECS starts no deployment,
// of the desired count most of all.
func (c *Client) Settle(ctx context.Context, r Request, sink event.Sink) (Verdict, error) {
	var now types.Service
	w := poll.Wait{Subject: r.Subject, Limit: r.Limit, For: func() string {
		if now.ServiceName == nil { // nobody has looked yet
			return "ECS to take the change"
		}
		return fmt.Sprintf("%d tasks to run, now %d", now.DesiredCount, now.RunningCount)
	}}
	err := c.Pace.Until(ctx, w, sink, func(ctx context.Context) (bool, error) {
		out, err := c.ECS.DescribeServices(ctx, &ecs.DescribeServicesInput{Cluster: &r.Cluster, Services: []string{r.Service}})
		if err != nil {
			return false, err
		}
		if len(out.Services) == 0 {
			return false, fmt.Errorf("service %s is gone", r.Service)
		}
		now = out.Services[0]
		return now.RunningCount >= now.DesiredCount, nil
	})
	v := Verdict{Code: fault.OK, Status: aws.ToString(now.Status)}
	if errors.Is(err, poll.ErrLimit) {
		v.Code, err = fault.TimedOut, nil
	}
	return v, err
}
