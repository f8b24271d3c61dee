package stack

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"ferry.dev/ferry/internal/event"
	"ferry.dev/ferry/internal/fault"
	"ferry.dev/ferry/internal/poll"
)

// lookEvery says at which look of a follower the stack itself is read, should its events never name the end.
const lookEvery = 6

// follower follows a stack's change to its end. Each look is one DescribeStackEvents: the events name the end, and
// one DescribeStacks at the end reads status and outputs.
type follower struct {
	client *Client
	name   string
	id     string    // ARN, which outlives the stack
	since  time.Time // events before this are not ours
	over   func(types.StackStatus) bool
	sink   event.Sink
	what   string // "the change": ends the sentence "waiting for …"

	seen    map[string]bool
	looks   int
	current string // last status of the stack, for the heartbeat
	cause   failure
}

// failure is the first resource that failed, which is why the change did.
type failure struct {
	resource, kind, reason string
}

func (f failure) err() error {
	if f.reason == "" {
		return nil
	}
	return fmt.Errorf("%s (%s): %s", f.resource, f.kind, f.reason)
}

func (f *follower) run(ctx context.Context) (Stack, error) {
	if f.seen == nil {
		f.seen = map[string]bool{}
	}
	var end Stack
	w := poll.Wait{Subject: f.name, Limit: f.client.deadline(), For: f.waitsFor}
	err := f.client.Pace.Until(ctx, w, f.sink, func(ctx context.Context) (bool, error) {
		over, err := f.look(ctx)
		if err != nil || (!over && f.looks%lookEvery != 0) {
			return false, err
		}
		end, err = f.client.Describe(ctx, f.id)
		if err == nil {
			f.current = string(end.Status)
		}
		return err == nil && f.over(end.Status), err
	})
	if errors.Is(err, poll.ErrLimit) {
		return Stack{}, &fault.Error{Code: fault.TimedOut, What: fmt.Sprintf("stack %s is still changing", f.name), Err: err,
			Hint: "CloudFormation goes on with it; run the same command again to wait for its end"}
	}
	if err != nil {
		return Stack{}, fmt.Errorf("following stack %s: %w", f.name, err)
	}
	return end, nil
}

func (f *follower) waitsFor() string {
	if f.current == "" {
		return f.what + " of the stack to end"
	}
	return f.what + " of the stack to end, now " + f.current
}

// skip marks what has happened so far as known, where no time tells old events from new ones.
func (f *follower) skip(ctx context.Context) error {
	f.seen = map[string]bool{}
	out, err := f.client.CFN.DescribeStackEvents(ctx, &cloudformation.DescribeStackEventsInput{StackName: &f.id})
	if err != nil {
		return fmt.Errorf("reading the events of stack %s: %w", f.name, err)
	}
	for _, e := range out.StackEvents {
		f.seen[aws.ToString(e.EventId)] = true
	}
	return nil
}

// look reads the events that are new, tells them in their order, and says whether one of them is the end.
func (f *follower) look(ctx context.Context) (over bool, err error) {
	f.looks++
	fresh, err := f.fresh(ctx)
	for _, e := range slices.Backward(fresh) {
		f.note(e)
		if aws.ToString(e.PhysicalResourceId) == f.id && aws.ToString(e.ResourceType) == "AWS::CloudFormation::Stack" {
			f.current = string(e.ResourceStatus)
			over = f.over(types.StackStatus(e.ResourceStatus))
		}
	}
	return over, err
}

// fresh reads events, newest first, back to the first that is known or not ours.
func (f *follower) fresh(ctx context.Context) ([]types.StackEvent, error) {
	var fresh []types.StackEvent
	pages := cloudformation.NewDescribeStackEventsPaginator(f.client.CFN, &cloudformation.DescribeStackEventsInput{StackName: &f.id})
	for pages.HasMorePages() {
		out, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, e := range out.StackEvents {
			if f.seen[aws.ToString(e.EventId)] || aws.ToTime(e.Timestamp).Before(f.since) {
				return fresh, nil
			}
			fresh = append(fresh, e)
		}
	}
	return fresh, nil
}

func (f *follower) note(e types.StackEvent) {
	f.seen[aws.ToString(e.EventId)] = true
	reason := aws.ToString(e.ResourceStatusReason)
	if f.cause.reason == "" && strings.HasSuffix(string(e.ResourceStatus), "_FAILED") && !consequence(reason) &&
		aws.ToString(e.PhysicalResourceId) != f.id {
		f.cause = failure{resource: aws.ToString(e.LogicalResourceId), kind: aws.ToString(e.ResourceType), reason: reason}
	}
	f.sink(event.StackEvent{
		Stack: f.name, LogicalID: aws.ToString(e.LogicalResourceId), Type: aws.ToString(e.ResourceType),
		PhysicalID: aws.ToString(e.PhysicalResourceId), Status: string(e.ResourceStatus), Reason: reason, Time: aws.ToTime(e.Timestamp),
	})
}

// consequence tells whether a resource failed only because another one did.
func consequence(reason string) bool {
	return reason == "" || strings.HasPrefix(reason, "Resource creation cancelled") || strings.HasPrefix(reason, "Resource update cancelled")
}
