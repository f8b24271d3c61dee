package release

import (
	"cmp"
	"context"
	"errors"
	"strings"
	"time"

	"github.com/aws/smithy-go"

	"ferry.dev/ferry/internal/awsconf"
	"ferry.dev/ferry/internal/event"
	"ferry.dev/ferry/internal/fault"
	"ferry.dev/ferry/internal/poll"
)

// withRole repeats a call for a while as long as ECS says that it cannot use a role. IAM tells a role that was made a
// moment ago to the other services only after some seconds.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency
func (c *Client) withRole(ctx context.Context, subject string, sink event.Sink, call func(context.Context) error) error {
	refused := call(ctx)
	if !roleNotYet(refused) {
		return refused
	}
	patience := cmp.Or(c.RolePatience, time.Minute)
	w := poll.Wait{Subject: subject, Limit: time.Now().Add(patience), For: func() string { return "ECS to accept the role: " + short(refused) }}
	err := c.Pace.Until(ctx, w, sink, func(ctx context.Context) (bool, error) {
		err := call(ctx)
		if roleNotYet(err) {
			refused = err
			return false, nil
		}
		return true, err
	})
	if errors.Is(err, poll.ErrLimit) {
		return refused
	}
	return err
}

// roleNotYet tells whether an error may come from a role that IAM has not told yet. ECS has no code for it.
func roleNotYet(err error) bool {
	var api smithy.APIError
	if !errors.As(err, &api) {
		return false
	}
	m := strings.ToLower(api.ErrorMessage())
	return strings.Contains(m, "unable to assume") || strings.Contains(m, "iam:passrole") || strings.Contains(m, "role is not valid")
}

func short(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorMessage()
	}
	return err.Error()
}

// explain gives an error of a write its sentence and, where the cause is known, the way out.
func explain(what string, err error) error {
	if errors.Is(err, context.Canceled) {
		return err // nobody refused anything
	}
	e := &fault.Error{What: what, Err: awsconf.Explain(err)}
	var api smithy.APIError
	if !errors.As(err, &api) {
		return e
	}
	m := api.ErrorMessage()
	switch {
	case strings.Contains(strings.ToLower(m), "service linked role"):
		e.Hint = "the account lacks the role by which ECS acts: run: aws iam create-service-linked-role --aws-service-name ecs.amazonaws.com"
	case roleNotYet(err):
		e.Hint = "the roles stand in the service's stack; your own credentials need iam:PassRole on them"
	case strings.Contains(m, "No Fargate configuration exists"), strings.Contains(m, "Invalid 'cpu' setting"):
		e.Hint = "choose a cpu and memory pair that Fargate has; ferry validate lists them"
	case strings.Contains(m, "does not have an associated load balancer"):
		e.Hint = "the service's listener rule is missing; delete the service's stack and deploy again"
	case api.ErrorCode() == "AccessDeniedException":
		e.Hint = "your credentials lack the permission that the message names"
	}
	return e
}
