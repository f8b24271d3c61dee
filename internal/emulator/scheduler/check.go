package scheduler

import (
	"cmp"
	"regexp"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/scheduler/types"
)

var nameForm = regexp.MustCompile(`^[0-9a-zA-Z-_.]{1,64}$`)

// spec checks what create and update have in common and fills in the defaults.
func (s *Service) spec(name, expression *string, window *types.FlexibleTimeWindow, target *types.Target, out spec, key *string) (spec, error) {
	out.Expression, out.Zone = aws.ToString(expression), cmp.Or(out.Zone, "UTC")
	out.State = cmp.Or(out.State, types.ScheduleStateEnabled)
	out.After = cmp.Or(out.After, types.ActionAfterCompletionNone)
	switch {
	case !nameForm.MatchString(aws.ToString(name)):
		return spec{}, invalid("The Name must have 1 to 64 letters, digits, hyphens, underscores or periods.")
	case key != nil:
		return spec{}, invalid("KmsKeyArn is not supported by this endpoint.")
	case window == nil || target == nil:
		return spec{}, invalid("FlexibleTimeWindow and Target must be specified.")
	}
	w, err := parse(out.Expression, out.Zone)
	if err != nil {
		return spec{}, invalid("Invalid Schedule Expression " + out.Expression + ": " + err.Error())
	}
	if err := checkWindow(*window); err != nil {
		return spec{}, err
	}
	if out.Start != nil && w.at.IsZero() && s.now().Sub(*out.Start) > 5*time.Minute { // two stamps of the clock, no duration that passed
		return spec{}, invalid("The StartDate you specify cannot be earlier than 5 minutes ago.")
	}
	if out.Start != nil && out.End != nil && !out.Start.Before(*out.End) {
		return spec{}, invalid("The StartDate must come before the EndDate.")
	}
	out.Window, out.Target = *window, *target
	return out, s.checkTarget(&out.Target)
}

func checkWindow(w types.FlexibleTimeWindow) error {
	n := w.MaximumWindowInMinutes
	switch {
	case w.Mode == types.FlexibleTimeWindowModeOff && n == nil:
	case w.Mode == types.FlexibleTimeWindowModeFlexible && n != nil && *n >= 1 && *n <= 1440:
	default:
		return invalid("FlexibleTimeWindow takes the mode OFF, or FLEXIBLE with a MaximumWindowInMinutes from 1 to 1440.")
	}
	return nil
}

// checkTarget takes what this endpoint can start.
func (s *Service) checkTarget(t *types.Target) error {
	arn := aws.ToString(t.Arn)
	switch {
	case !strings.HasPrefix(aws.ToString(t.RoleArn), "arn:"):
		return invalid("Target.RoleArn must be the ARN of a role.")
	case t.DeadLetterConfig != nil && !strings.Contains(aws.ToString(t.DeadLetterConfig.Arn), ":sqs:"):
		return invalid("Target.DeadLetterConfig.Arn must be the ARN of an SQS queue.")
	case isCluster(arn) && t.EcsParameters == nil:
		return invalid("Target.EcsParameters must be specified for an ECS cluster.")
	case !isCluster(arn) && t.EcsParameters != nil:
		return invalid("Target.EcsParameters needs the ARN of an ECS cluster.")
	case !isCluster(arn) && !(strings.Contains(arn, ":states:") && strings.Contains(arn, ":stateMachine:")):
		return invalid("The target " + arn + " is not supported by this endpoint: it starts ECS tasks and state machines.")
	}
	if p := t.EcsParameters; p != nil {
		if n := aws.ToInt32(p.TaskCount); p.TaskCount != nil && (n < 1 || n > 10) {
			return invalid("TaskCount must be from 1 to 10.")
		}
		if p.LaunchType != "" && len(p.CapacityProviderStrategy) > 0 {
			return invalid("LaunchType and CapacityProviderStrategy cannot be specified together.")
		}
	}
	if t.RetryPolicy == nil {
		t.RetryPolicy = &types.RetryPolicy{}
	}
	r := t.RetryPolicy
	r.MaximumEventAgeInSeconds = aws.Int32(cmp.Or(aws.ToInt32(r.MaximumEventAgeInSeconds), 86400))
	if r.MaximumRetryAttempts == nil {
		r.MaximumRetryAttempts = aws.Int32(185)
	}
	if age := *r.MaximumEventAgeInSeconds; age < 60 || age > 86400 || *r.MaximumRetryAttempts < 0 || *r.MaximumRetryAttempts > 185 {
		return invalid("RetryPolicy takes an age from 60 to 86400 seconds and from 0 to 185 attempts.")
	}
	return nil
}

func isCluster(arn string) bool {
	return strings.Contains(arn, ":ecs:") && strings.Contains(arn, ":cluster/")
}
