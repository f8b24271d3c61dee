package stack

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/smithy-go"

	"ferry.dev/ferry/internal/event"
	"ferry.dev/ferry/internal/fault"
)

// Apply brings a stack to its spec: Propose, then Execute. It returns the stack as it then stands and whether
// anything was changed.
func (c *Client) Apply(ctx context.Context, live Stack, spec Spec, sink event.Sink) (Stack, bool, error) {
	ch, err := c.Propose(ctx, live, spec, sink)
	if err != nil {
		return Stack{}, false, err
	}
	if ch.Empty() {
		return ch.Live, false, nil
	}
	s, err := c.Execute(ctx, ch, sink)
	return s, true, err
}

// Execute carries a change out, follows it to its end and returns the stack as it then stands.
// A change that fails is rolled back by CloudFormation before Execute returns the first failing resource's reason.
func (c *Client) Execute(ctx context.Context, ch *Change, sink event.Sink) (Stack, error) {
	if ch.Empty() {
		return ch.Live, nil
	}
	if err := c.execute(ctx, ch); err != nil {
		return c.lost(ctx, ch, sink, err)
	}
	return c.conclude(ctx, ch, sink)
}

// execute starts a change. The change set's own UUID is the request token: the same for a retry, never used twice.
func (c *Client) execute(ctx context.Context, ch *Change) error {
	_, err := c.CFN.ExecuteChangeSet(ctx, &cloudformation.ExecuteChangeSetInput{
		ChangeSetName: &ch.id, ClientRequestToken: aws.String(path.Base(ch.id)),
	})
	return err
}

// conclude follows an executed change to its end.
func (c *Client) conclude(ctx context.Context, ch *Change, sink event.Sink) (Stack, error) {
	f := follower{client: c, name: ch.Spec.Name, id: ch.stack, since: ch.since, over: ended, sink: sink, what: "the change"}
	end, err := f.run(ctx)
	if err != nil {
		return Stack{}, err
	}
	if !changed(end.Status) {
		return end, broken(ch, end, f.cause)
	}
	return end, nil
}

// lost handles a change set that can no longer be executed because another run, killed or side by side, executed
// the same one or changed the stack in between: it looks again and starts over.
func (c *Client) lost(ctx context.Context, ch *Change, sink event.Sink, cause error) (Stack, error) {
	if !overtaken(cause) {
		return Stack{}, fmt.Errorf("changing stack %s: %w", ch.Spec.Name, cause)
	}
	live, err := c.Describe(ctx, ch.Spec.Name)
	if err != nil {
		return Stack{}, err
	}
	again, err := c.Propose(ctx, live, ch.Spec, sink)
	if err != nil || again.Empty() {
		return again.settled(), err
	}
	if err := c.execute(ctx, again); err != nil {
		return Stack{}, fmt.Errorf("changing stack %s: %w", ch.Spec.Name, err)
	}
	return c.conclude(ctx, again, sink)
}

// overtaken tells whether a change set could not be executed because the stack or the set is not what it was.
// That the stack is being changed CloudFormation says as a ValidationError.
func overtaken(err error) bool {
	var api smithy.APIError
	if !errors.As(err, &api) {
		return false
	}
	switch api.ErrorCode() {
	case "ChangeSetNotFound", "InvalidChangeSetStatus", "ValidationError":
		return true
	}
	return false
}

func (c *Change) settled() Stack {
	if c == nil {
		return Stack{}
	}
	return c.Live
}

// Revert brings back the template and the tags that the stack had before the change, and its parameters but for those that
// have another value by now. A new stack is left as it is: what it holds is needed to try again.
func (c *Client) Revert(ctx context.Context, ch *Change, now map[string]string, sink event.Sink) (Stack, error) {
	live, err := c.Describe(ctx, ch.Spec.Name)
	if err != nil || ch.Previous == nil {
		return live, err
	}
	back := Spec{Name: ch.Spec.Name, Template: []byte(ch.Previous.Template), Tags: ch.Previous.Tags, Digest: ch.Live.Outputs[DigestOutput]}
	back.Parameters = maps.Clone(ch.Previous.Parameters)
	for name := range back.Parameters {
		if value, ok := now[name]; ok {
			back.Parameters[name] = value
		}
	}
	s, _, err := c.Apply(ctx, live, back, sink)
	return s, err
}

// Ready brings a stack into a state that takes a change set: it waits for the end of a change that goes on, deletes a
// stack whose creation failed, and finishes a rollback that got stuck. For a stack that stands still it makes no call.
func (c *Client) Ready(ctx context.Context, live Stack, sink event.Sink) (Stack, error) {
	for {
		var err error
		switch {
		case moving(live.Status):
			live, err = c.settle(ctx, live, sink)
		case dead(live.Status):
			if _, err = c.Delete(ctx, live, sink); err == nil {
				live = Stack{Name: live.Name}
			}
		case live.Status == types.StackStatusUpdateRollbackFailed:
			live, err = c.unstick(ctx, live, sink)
		default:
			return live, nil
		}
		if err != nil {
			return Stack{}, err
		}
	}
}

// Readable is Ready for who only wants to read what the stack holds: the clean-up after an update does not matter.
func (c *Client) Readable(ctx context.Context, live Stack, sink event.Sink) (Stack, error) {
	if good(live.Status) {
		return live, nil
	}
	return c.Ready(ctx, live, sink)
}

// settle waits for the end of a change that somebody else, or a run that was killed, has started.
func (c *Client) settle(ctx context.Context, live Stack, sink event.Sink) (Stack, error) {
	f := follower{client: c, name: live.Name, id: live.ID, over: still, sink: sink, what: "another change"}
	if err := f.skip(ctx); err != nil {
		return Stack{}, err
	}
	f.looks = lookEvery - 1 // its end may have come before the events that are known now
	return f.run(ctx)
}

// unstick finishes an update rollback that failed.
func (c *Client) unstick(ctx context.Context, live Stack, sink event.Sink) (Stack, error) {
	f := follower{client: c, name: live.Name, id: live.ID, over: still, sink: sink, what: "the rollback that got stuck"}
	if err := f.skip(ctx); err != nil {
		return Stack{}, err
	}
	if _, err := c.CFN.ContinueUpdateRollback(ctx, &cloudformation.ContinueUpdateRollbackInput{StackName: &live.ID}); err != nil {
		return Stack{}, stuck(live, err)
	}
	s, err := f.run(ctx)
	if err != nil {
		return Stack{}, err
	}
	if s.Status == types.StackStatusUpdateRollbackFailed {
		return Stack{}, stuck(s, f.cause.err())
	}
	return s, nil
}

func stuck(s Stack, cause error) error {
	return &fault.Error{
		What: fmt.Sprintf("stack %s is stuck in UPDATE_ROLLBACK_FAILED", s.Name), Err: cause,
		Hint: fmt.Sprintf("repair the resource that is named, then run: aws cloudformation continue-update-rollback --stack-name %s", s.Name),
	}
}

func (c *Client) deadline() time.Time {
	if c.Limit > 0 {
		return time.Now().Add(c.Limit)
	}
	return time.Now().Add(time.Hour)
}
