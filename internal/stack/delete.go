package stack

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"ferry.dev/ferry/internal/event"
	"ferry.dev/ferry/internal/fault"
)

// Delete deletes a stack and follows it to its end. It tells whether there was one: an absent stack is fine.
func (c *Client) Delete(ctx context.Context, live Stack, sink event.Sink) (bool, error) {
	if !live.Exists() {
		return false, nil
	}
	live, err := c.deletable(ctx, live, sink)
	if err != nil || !live.Exists() {
		return true, err
	}
	f := follower{client: c, name: live.Name, id: live.ID, over: deleted, sink: sink, what: "the deletion"}
	if err := f.skip(ctx); err != nil {
		return true, err
	}
	if _, err := c.CFN.DeleteStack(ctx, &cloudformation.DeleteStackInput{StackName: &live.ID}); err != nil {
		return true, fmt.Errorf("deleting stack %s: %w", live.Name, err)
	}
	end, err := f.run(ctx)
	if err != nil {
		return true, err
	}
	if end.Exists() {
		return true, &fault.Error{What: fmt.Sprintf("stack %s could not be deleted", live.Name), Err: f.cause.err(),
			Hint: "remove what holds the resource and run the same command again"}
	}
	return true, nil
}

// deletable waits for the end of a change that would not let the stack be deleted. A creation may be cut short.
func (c *Client) deletable(ctx context.Context, live Stack, sink event.Sink) (Stack, error) {
	if !moving(live.Status) || live.Status == types.StackStatusCreateInProgress || live.Status == types.StackStatusRollbackInProgress {
		return live, nil
	}
	return c.settle(ctx, live, sink)
}
