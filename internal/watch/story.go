package watch

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"ferry.dev/ferry/internal/event"
)

// Story tells why a task that belongs to no deployment has stopped. Of the request it needs what hints and log lines are
// taken from.
func (c *Client) Story(ctx context.Context, r Request, t types.Task) event.TaskStopped {
	f := &following{Client: c, Request: r}
	return f.story(ctx, t)
}
