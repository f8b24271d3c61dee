package scheduler

import (
	"cmp"
	"context"
	"errors"
	"math/rand/v2"
	"path"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/aws-sdk-go-v2/service/scheduler/types"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/smithy-go"

	"ferry.dev/ferry/internal/emulator/ids"
	"ferry.dev/ferry/internal/emulator/sqs"
)

// arm sets a schedule going, from now on. The caller holds the lock.
func (s *Service) arm(x *schedule) {
	s.rest(x)
	if x.Spec.State != types.ScheduleStateEnabled {
		return
	}
	w, err := parse(x.Spec.Expression, x.Spec.Zone)
	if err != nil { // it was read before
		return
	}
	ctx, cancel := context.WithCancel(s.ctx)
	x.timer = cancel
	key, spec, made := x.Group+"/"+x.Name, x.Spec, x.Created
	s.wg.Go(func() {
		s.keep(ctx, key, spec, w, made)
		s.completed(ctx, x)
	})
}

// rest ends a schedule's goroutine. The caller holds the lock.
func (s *Service) rest(x *schedule) {
	if x.timer != nil {
		x.timer()
		x.timer = nil
	}
}

// completed deletes a schedule that has no more runs, where that was asked for.
func (s *Service) completed(ctx context.Context, x *schedule) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if ctx.Err() == nil && x.Spec.After == types.ActionAfterCompletionDelete {
		s.drop(x)
	}
}

// keep starts the target at each of a schedule's times until there are no more. key is group/name.
func (s *Service) keep(ctx context.Context, key string, x spec, w when, made time.Time) {
	anchor := made.Add(w.rate)
	if x.Start != nil {
		anchor = *x.Start
	}
	after := s.Clock.Now()
	for {
		if x.Start != nil && after.Before(*x.Start) {
			after = x.Start.Add(-time.Second)
		}
		next := w.next(after, anchor)
		if next.IsZero() || x.End != nil && next.After(*x.End) {
			return
		}
		begin := next
		if n := aws.ToInt32(x.Window.MaximumWindowInMinutes); n > 0 {
			begin = next.Add(rand.N(time.Duration(n) * time.Minute))
		}
		if s.until(ctx, begin) != nil {
			return
		}
		s.wg.Go(func() { s.deliver(ctx, key, x) })
		if after = next; w.rate == 0 && s.Clock.Now().After(after) {
			after = s.Clock.Now() // times that a clock jumped over are gone
		}
	}
}

// shortest is the least time to wait on the wall's clock, so that one whose waits are shorter than its time goes by does not
// keep the processor busy.
const shortest = 5 * time.Millisecond

// until waits for a moment on the clock.
func (s *Service) until(ctx context.Context, t time.Time) error {
	for {
		left := t.Sub(s.Clock.Now())
		if left <= 0 {
			return ctx.Err()
		}
		d := left
		for s.Clock.Shorten(d) < shortest {
			d *= 2
		}
		if err := s.Clock.Wait(ctx, d); err != nil {
			return err
		}
	}
}

// deliver starts the target, and tries again what was refused, within the schedule's patience.
func (s *Service) deliver(ctx context.Context, key string, x spec) {
	began, pause := s.Clock.Now(), time.Second
	for attempt := int32(0); ; attempt++ {
		err := s.start(ctx, path.Base(key), x.Target)
		if err == nil || ctx.Err() != nil {
			return
		}
		tooOld := s.Clock.Since(began)+pause > time.Duration(*x.Target.RetryPolicy.MaximumEventAgeInSeconds)*time.Second
		if tooOld || attempt >= *x.Target.RetryPolicy.MaximumRetryAttempts {
			s.bury(key, x.Target, err, tooOld, attempt)
			return
		}
		if s.Clock.Wait(ctx, pause) != nil {
			return
		}
		pause = min(2*pause, 5*time.Minute)
	}
}

// bury puts a run that could not be started into the schedule's dead-letter queue, with the reason.
// https://docs.aws.amazon.com/scheduler/latest/UserGuide/configuring-schedule-dlq.html
func (s *Service) bury(key string, t types.Target, cause error, tooOld bool, attempts int32) {
	if t.DeadLetterConfig == nil || s.Queues == nil {
		return
	}
	code, condition := "InternalFailure", "MaximumRetryAttempts"
	var api smithy.APIError
	if errors.As(cause, &api) {
		code = api.ErrorCode()
	}
	if tooOld {
		condition = "MaximumEventAgeInSeconds"
	}
	attributes := map[string]sqs.Attribute{}
	for key, value := range map[string]string{"ERROR_CODE": code, "ERROR_MESSAGE": cause.Error(), "EXHAUSTED_RETRY_CONDITION": condition,
		"RETRY_ATTEMPTS": strconv.Itoa(int(attempts)), "SCHEDULE_ARN": s.Scope.ARN("scheduler", "schedule/"+key), "TARGET_ARN": *t.Arn} {
		attributes[key] = sqs.Attribute{DataType: aws.String("String"), StringValue: aws.String(value)}
	}
	s.Queues.Deliver(*t.DeadLetterConfig.Arn, &sqs.SendMessageInput{ //nolint:errcheck // Scheduler keeps no run that its queue does not take
		MessageBody: aws.String(cmp.Or(aws.ToString(t.Input), "{}")), MessageAttributes: attributes})
}

// start calls the target once.
func (s *Service) start(ctx context.Context, name string, t types.Target) error {
	if t.EcsParameters == nil {
		_, err := s.Executions.StartExecution(ctx, &sfn.StartExecutionInput{
			StateMachineArn: t.Arn, Name: aws.String(ids.NewUUID()), Input: t.Input,
		})
		return err
	}
	p := t.EcsParameters
	in := &ecs.RunTaskInput{
		Cluster: t.Arn, TaskDefinition: p.TaskDefinitionArn, Count: p.TaskCount, Group: p.Group, PlatformVersion: p.PlatformVersion,
		LaunchType: ecstypes.LaunchType(p.LaunchType), EnableECSManagedTags: aws.ToBool(p.EnableECSManagedTags),
		EnableExecuteCommand: aws.ToBool(p.EnableExecuteCommand), PropagateTags: ecstypes.PropagateTags(p.PropagateTags),
		ReferenceId: p.ReferenceId, StartedBy: aws.String("chronos-schedule/" + name),
	}
	if n := p.NetworkConfiguration; n != nil && n.AwsvpcConfiguration != nil {
		v := n.AwsvpcConfiguration
		in.NetworkConfiguration = &ecstypes.NetworkConfiguration{AwsvpcConfiguration: &ecstypes.AwsVpcConfiguration{
			Subnets: v.Subnets, SecurityGroups: v.SecurityGroups, AssignPublicIp: ecstypes.AssignPublicIp(v.AssignPublicIp)}}
	}
	for _, c := range p.CapacityProviderStrategy {
		in.CapacityProviderStrategy = append(in.CapacityProviderStrategy, ecstypes.CapacityProviderStrategyItem{
			CapacityProvider: c.CapacityProvider, Base: c.Base, Weight: c.Weight})
	}
	for _, c := range p.PlacementConstraints {
		in.PlacementConstraints = append(in.PlacementConstraints, ecstypes.PlacementConstraint{Expression: c.Expression, Type: ecstypes.PlacementConstraintType(c.Type)})
	}
	for _, c := range p.PlacementStrategy {
		in.PlacementStrategy = append(in.PlacementStrategy, ecstypes.PlacementStrategy{Field: c.Field, Type: ecstypes.PlacementStrategyType(c.Type)})
	}
	for _, tag := range p.Tags {
		in.Tags = append(in.Tags, ecstypes.Tag{Key: aws.String(tag["Key"]), Value: aws.String(tag["Value"])})
	}
	_, err := s.Tasks.RunTask(ctx, in)
	return err
}
