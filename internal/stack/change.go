package stack

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"ferry.dev/ferry/internal/event"
	"ferry.dev/ferry/internal/poll"
)

// Change is a change set that waits to be executed, or the knowledge that none is needed.
type Change struct {
	Spec     Spec
	Live     Stack     // as it stood before
	Previous *Previous // what Revert brings back; nil for a new stack
	Changes  event.StackChanges

	id    string    // ARN of the change set; "" = nothing to do
	stack string    // ARN of the stack
	since time.Time // CloudFormation's own clock: events before this are not ours
}

// Empty tells whether there is nothing to execute.
func (c *Change) Empty() bool { return c == nil || c.id == "" }

// New tells whether the change makes the stack.
func (c *Change) New() bool { return c.Previous == nil }

// Previous is a stack's template, tags and parameters before a change.
type Previous struct {
	Template   string
	Tags       map[string]string
	Parameters map[string]string
}

// Propose makes a change set for the spec, given how the stack stands. It first brings the stack into a state that
// takes one: it waits for somebody else's change, deletes a stack whose creation failed, and finishes a rollback that
// got stuck. When the live stack is what the spec asks for, it makes no call and the change is Empty.
func (c *Client) Propose(ctx context.Context, live Stack, spec Spec, sink event.Sink) (*Change, error) {
	if spec.Settled(live) {
		return &Change{Spec: spec, Live: live}, nil
	}
	live, err := c.Ready(ctx, live, sink)
	if err != nil {
		return nil, err
	}
	if spec.Settled(live) {
		return &Change{Spec: spec, Live: live}, nil
	}
	ch := &Change{Spec: spec, Live: live}
	if holdsOld(live) {
		if ch.Previous, err = c.previous(ctx, live); err != nil {
			return nil, err
		}
	}
	if err := c.create(ctx, ch); err != nil {
		return nil, err
	}
	if err := c.await(ctx, ch, sink); err != nil {
		return nil, err
	}
	if !ch.Empty() {
		sink(ch.Changes)
	}
	return ch, nil
}

// holdsOld tells whether the stack has a template that a change would replace.
func holdsOld(s Stack) bool {
	return s.Exists() && s.Status != types.StackStatusReviewInProgress
}

func (c *Client) previous(ctx context.Context, live Stack) (*Previous, error) {
	out, err := c.CFN.GetTemplate(ctx, &cloudformation.GetTemplateInput{
		StackName: &live.Name, TemplateStage: types.TemplateStageOriginal,
	})
	if err != nil {
		return nil, fmt.Errorf("reading the present template of stack %s: %w", live.Name, err)
	}
	return &Previous{Template: aws.ToString(out.TemplateBody), Tags: live.Tags, Parameters: live.Parameters}, nil
}

// create asks for the change set. Its name is computed from its content, so that a run that was killed leaves at most
// one behind, and the next run of the same command finds it again. (Executing any change set removes all others.)
func (c *Client) create(ctx context.Context, ch *Change) error {
	kind := types.ChangeSetTypeCreate
	if holdsOld(ch.Live) {
		kind = types.ChangeSetTypeUpdate
	}
	in := &cloudformation.CreateChangeSetInput{
		StackName:     &ch.Spec.Name,
		ChangeSetName: aws.String(changeSetName(ch.Spec)),
		ChangeSetType: kind,
		TemplateBody:  aws.String(string(ch.Spec.Template)),
		Capabilities:  capabilities(ch.Spec.Template),
		Parameters:    sdkParameters(ch.Spec.Parameters),
		Tags:          sdkTags(ch.Spec.Tags),
		Description:   aws.String("ferry"),
	}
	out, err := c.CFN.CreateChangeSet(ctx, in)
	var exists *types.AlreadyExistsException
	if errors.As(err, &exists) {
		return c.adopt(ctx, ch, in)
	}
	if err != nil {
		return fmt.Errorf("proposing a change of stack %s: %w", ch.Spec.Name, err)
	}
	ch.id, ch.stack = aws.ToString(out.Id), aws.ToString(out.StackId)
	return nil
}

// capabilities acknowledges what every template of ferry does, and macros only where the user's addons bring them.
func capabilities(template []byte) []types.Capability {
	all := []types.Capability{types.CapabilityCapabilityNamedIam}
	if transform.Match(template) {
		all = append(all, types.CapabilityCapabilityAutoExpand)
	}
	return all
}

var transform = regexp.MustCompile(`(?m)^Transform:`)

// adopt takes over the change set of the same content that a killed run has left or another one computes just now. One that
// cannot be executed any more is replaced.
func (c *Client) adopt(ctx context.Context, ch *Change, in *cloudformation.CreateChangeSetInput) error {
	old, err := c.CFN.DescribeChangeSet(ctx, &cloudformation.DescribeChangeSetInput{StackName: in.StackName, ChangeSetName: in.ChangeSetName})
	if err != nil {
		return fmt.Errorf("reading the change set that is there of stack %s: %w", ch.Spec.Name, err)
	}
	if usable(old) {
		ch.id, ch.stack = aws.ToString(old.ChangeSetId), aws.ToString(old.StackId)
		return nil
	}
	if err := c.drop(ctx, ch.Spec.Name, aws.ToString(old.ChangeSetId)); err != nil {
		return fmt.Errorf("removing an old change set of stack %s: %w", ch.Spec.Name, err)
	}
	out, err := c.CFN.CreateChangeSet(ctx, in)
	if err != nil {
		return fmt.Errorf("proposing a change of stack %s: %w", ch.Spec.Name, err)
	}
	ch.id, ch.stack = aws.ToString(out.Id), aws.ToString(out.StackId)
	return nil
}

// usable tells whether a change set is, or will be, ready to be executed.
func usable(d *cloudformation.DescribeChangeSetOutput) bool {
	switch d.Status {
	case types.ChangeSetStatusCreatePending, types.ChangeSetStatusCreateInProgress:
		return true
	case types.ChangeSetStatusCreateComplete:
		return d.ExecutionStatus == types.ExecutionStatusAvailable
	}
	return false
}

func changeSetName(s Spec) string {
	h := sha256.New()
	_, _ = h.Write(s.Template)
	for _, m := range []map[string]string{s.Tags, s.Parameters} {
		for _, k := range sortedKeys(m) {
			_, _ = io.WriteString(h, "\x00"+k+"\x00"+m[k])
		}
	}
	return "ferry-" + hex.EncodeToString(h.Sum(nil))[:16]
}

// await waits until CloudFormation has computed the change set.
func (c *Client) await(ctx context.Context, ch *Change, sink event.Sink) error {
	w := poll.Wait{Subject: ch.Spec.Name, Limit: c.deadline(),
		For: func() string { return "CloudFormation to compute the changes" }}
	var out *cloudformation.DescribeChangeSetOutput
	err := c.Pace.Until(ctx, w, sink, func(ctx context.Context) (bool, error) {
		var err error
		out, err = c.CFN.DescribeChangeSet(ctx, &cloudformation.DescribeChangeSetInput{ChangeSetName: &ch.id})
		if err != nil {
			return false, err
		}
		return out.Status == types.ChangeSetStatusCreateComplete || out.Status == types.ChangeSetStatusFailed, nil
	})
	if err != nil {
		return fmt.Errorf("computing the change of stack %s: %w", ch.Spec.Name, err)
	}
	if out.Status == types.ChangeSetStatusFailed {
		return c.refused(ctx, ch, aws.ToString(out.StatusReason))
	}
	ch.since = aws.ToTime(out.CreationTime)
	return c.count(ctx, ch, out)
}

// refused handles a change set that failed: an empty one is no failure.
func (c *Client) refused(ctx context.Context, ch *Change, reason string) error {
	id := ch.id
	ch.id = ""
	err := c.drop(ctx, ch.Spec.Name, id)
	if emptyChange(reason) {
		return err
	}
	return failed(ch.Spec.Name, "CloudFormation refused the template", errors.Join(errors.New(reason), err))
}

// emptyChange knows CloudFormation's two ways to say that there is nothing to change. It has no code for it.
func emptyChange(reason string) bool {
	return strings.Contains(reason, "didn't contain changes") || strings.Contains(reason, "No updates are to be performed")
}

// Discard removes a change set that will not be executed, and the empty stack that a CREATE change set made.
func (c *Client) Discard(ctx context.Context, ch *Change) error {
	if ch.Empty() {
		return nil
	}
	id := ch.id
	ch.id = ""
	if ch.New() {
		_, err := c.Delete(ctx, Stack{Name: ch.Spec.Name, ID: ch.stack, Status: types.StackStatusReviewInProgress}, event.Discard)
		return err
	}
	return c.drop(ctx, ch.Spec.Name, id)
}

// drop deletes a change set; one that is gone is fine.
func (c *Client) drop(ctx context.Context, stack, changeSet string) error {
	_, err := c.CFN.DeleteChangeSet(ctx, &cloudformation.DeleteChangeSetInput{StackName: &stack, ChangeSetName: &changeSet})
	var gone *types.ChangeSetNotFoundException
	if errors.As(err, &gone) || Absent(err) {
		return nil
	}
	return err
}
