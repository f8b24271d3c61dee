// Package autoscaling is the emulator's Application Auto Scaling for ECS services: scalable targets, scaling policies and
// scheduled actions.
//
// A service's desired count is brought into its range when a target is registered, and when a scheduled action changes the
// range. Policies are checked and kept as they were given. A step policy acts when an alarm of package cloudwatch tells it to; one
// that tracks a target never does, because nothing here measures what it tracks. Its lock is never held while ECS is called.
package autoscaling

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"

	"ferry.dev/ferry/internal/emulator/clock"
	"ferry.dev/ferry/internal/emulator/ecs"
	"ferry.dev/ferry/internal/emulator/ids"
	"ferry.dev/ferry/internal/emulator/paging"
	"ferry.dev/ferry/internal/emulator/persist"
	"ferry.dev/ferry/internal/emulator/wire"
)

// Deps is what the service works with.
type Deps struct {
	Scope ids.Scope
	Clock *clock.Clock
	ECS   *ecs.Service
}

// Service is Application Auto Scaling. It is safe for concurrent use.
type Service struct {
	scope ids.Scope
	clk   *clock.Clock
	ecs   *ecs.Service

	ctx  context.Context // ends with Close
	stop context.CancelFunc
	wg   sync.WaitGroup

	mu     sync.Mutex
	state  state
	timers map[string]context.CancelFunc // of scheduled actions, by resource and name
}

type state struct {
	Targets    []types.ScalableTarget
	Policies   []types.ScalingPolicy
	Actions    []types.ScheduledAction
	Activities []types.ScalingActivity // newest last
	Steps      map[string]stepped      // by the policy's ARN
}

// New makes the service.
func New(d Deps) *Service {
	s := &Service{scope: d.Scope, clk: d.Clock, ecs: d.ECS, timers: map[string]context.CancelFunc{}}
	s.ctx, s.stop = context.WithCancel(context.Background())
	return s
}

// Wire declares the service.
func (s *Service) Wire() wire.Service {
	return wire.Service{
		Name: "application-autoscaling", Protocol: wire.JSON11, TargetPrefix: "AnyScaleFrontendService", PascalNames: true,
		Operations: map[string]wire.Operation{
			"DeleteScalingPolicy":       wire.Op(s.DeleteScalingPolicy),
			"DeleteScheduledAction":     wire.Op(s.DeleteScheduledAction),
			"DeregisterScalableTarget":  wire.Op(s.DeregisterScalableTarget),
			"DescribeScalableTargets":   wire.Op(s.DescribeScalableTargets),
			"DescribeScalingActivities": wire.Op(s.DescribeScalingActivities),
			"DescribeScalingPolicies":   wire.Op(s.DescribeScalingPolicies),
			"DescribeScheduledActions":  wire.Op(s.DescribeScheduledActions),
			"PutScalingPolicy":          wire.Op(s.PutScalingPolicy),
			"PutScheduledAction":        wire.Op(s.PutScheduledAction),
			"RegisterScalableTarget":    wire.Op(s.RegisterScalableTarget),
		},
	}
}

// target finds a target. The caller holds the lock.
func (s *Service) target(ns types.ServiceNamespace, id *string, dim types.ScalableDimension) int {
	return slices.IndexFunc(s.state.Targets, func(t types.ScalableTarget) bool {
		return t.ServiceNamespace == ns && *t.ResourceId == aws.ToString(id) && t.ScalableDimension == dim
	})
}

// RegisterScalableTarget makes or changes a target; what is not given stays as it is. The service's count is brought into the
// range at once.
func (s *Service) RegisterScalableTarget(ctx context.Context, in *applicationautoscaling.RegisterScalableTargetInput) (*applicationautoscaling.RegisterScalableTargetOutput, error) {
	if err := s.known(ctx, in); err != nil {
		return nil, err
	}
	t, err := s.register(in)
	if err != nil {
		return nil, err
	}
	if err := s.bound(ctx, t, ""); err != nil {
		return nil, err
	}
	return &applicationautoscaling.RegisterScalableTargetOutput{ScalableTargetARN: t.ScalableTargetARN}, nil
}

// known refuses what is no ECS service that stands.
func (s *Service) known(ctx context.Context, in *applicationautoscaling.RegisterScalableTargetInput) error {
	switch {
	case aws.ToString(in.ResourceId) == "" || in.ServiceNamespace == "" || in.ScalableDimension == "":
		return invalid("ServiceNamespace, ResourceId and ScalableDimension are required.")
	case in.ServiceNamespace != types.ServiceNamespaceEcs || in.ScalableDimension != types.ScalableDimensionECSServiceDesiredCount:
		return invalid("Unsupported service namespace, resource type or scalable dimension")
	}
	if _, err := s.service(ctx, *in.ResourceId); err != nil {
		return err
	}
	return nil
}

func (s *Service) register(in *applicationautoscaling.RegisterScalableTargetInput) (types.ScalableTarget, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := s.target(in.ServiceNamespace, in.ResourceId, in.ScalableDimension)
	t := types.ScalableTarget{}
	if i >= 0 {
		t = s.state.Targets[i]
	}
	if in.MinCapacity != nil {
		t.MinCapacity = in.MinCapacity
	}
	if in.MaxCapacity != nil {
		t.MaxCapacity = in.MaxCapacity
	}
	if in.SuspendedState != nil {
		t.SuspendedState = in.SuspendedState
	}
	switch {
	case t.MinCapacity == nil || t.MaxCapacity == nil:
		return t, invalid("MinCapacity and MaxCapacity are required when a new target is registered.")
	case *t.MinCapacity > *t.MaxCapacity:
		return t, invalid("Maximum capacity cannot be less than minimum capacity")
	case *t.MinCapacity < 0:
		return t, invalid("Minimum capacity cannot be negative")
	}
	if i < 0 {
		t = s.newTarget(in, t)
		s.state.Targets = append(s.state.Targets, t)
	} else {
		s.state.Targets[i] = t
	}
	return t, nil
}

func (s *Service) newTarget(in *applicationautoscaling.RegisterScalableTargetInput, t types.ScalableTarget) types.ScalableTarget {
	t.ServiceNamespace, t.ResourceId, t.ScalableDimension = in.ServiceNamespace, in.ResourceId, in.ScalableDimension
	t.CreationTime, t.RoleARN = aws.Time(s.clk.Now().Truncate(time.Millisecond)), in.RoleARN
	t.ScalableTargetARN = aws.String(s.scope.ARN("application-autoscaling", "scalable-target/"+ids.NewHex(32)))
	if t.RoleARN == nil {
		t.RoleARN = aws.String(s.scope.ARN("iam", "role/aws-service-role/ecs.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_ECSService"))
	}
	if t.SuspendedState == nil {
		t.SuspendedState = &types.SuspendedState{DynamicScalingInSuspended: aws.Bool(false), DynamicScalingOutSuspended: aws.Bool(false), ScheduledScalingSuspended: aws.Bool(false)}
	}
	return t
}

// DescribeScalableTargets lists targets of one namespace.
func (s *Service) DescribeScalableTargets(_ context.Context, in *applicationautoscaling.DescribeScalableTargetsInput) (*applicationautoscaling.DescribeScalableTargetsOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := []types.ScalableTarget{}
	for _, t := range s.state.Targets {
		if t.ServiceNamespace == in.ServiceNamespace && (in.ScalableDimension == "" || t.ScalableDimension == in.ScalableDimension) &&
			(len(in.ResourceIds) == 0 || slices.Contains(in.ResourceIds, *t.ResourceId)) {
			all = append(all, t)
		}
	}
	page, next, err := paging.Page(all, in.NextToken, in.MaxResults, 50)
	if err != nil {
		return nil, badToken()
	}
	return &applicationautoscaling.DescribeScalableTargetsOutput{ScalableTargets: page, NextToken: next}, nil
}

// DeregisterScalableTarget removes a target with its policies and scheduled actions.
func (s *Service) DeregisterScalableTarget(_ context.Context, in *applicationautoscaling.DeregisterScalableTargetInput) (*applicationautoscaling.DeregisterScalableTargetOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := s.target(in.ServiceNamespace, in.ResourceId, in.ScalableDimension)
	if i < 0 {
		return nil, notFound("scalable target", in.ServiceNamespace, in.ResourceId, in.ScalableDimension)
	}
	s.state.Targets = slices.Delete(slices.Clone(s.state.Targets), i, i+1)
	s.state.Policies = slices.DeleteFunc(slices.Clone(s.state.Policies), func(p types.ScalingPolicy) bool {
		return p.ServiceNamespace == in.ServiceNamespace && *p.ResourceId == *in.ResourceId && p.ScalableDimension == in.ScalableDimension
	})
	s.state.Actions = slices.DeleteFunc(slices.Clone(s.state.Actions), func(a types.ScheduledAction) bool {
		gone := a.ServiceNamespace == in.ServiceNamespace && *a.ResourceId == *in.ResourceId && a.ScalableDimension == in.ScalableDimension
		if gone {
			s.rest(*a.ResourceId + "/" + *a.ScheduledActionName)
		}
		return gone
	})
	return &applicationautoscaling.DeregisterScalableTargetOutput{}, nil
}

// Save returns the service's state.
func (s *Service) Save() ([]byte, error) { return persist.Save(&s.mu, &s.state) }

// Load takes what Save returned, and sets the scheduled actions going.
func (s *Service) Load(data []byte) error {
	if err := persist.Load(&s.mu, data, &s.state); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range s.state.Actions {
		s.arm(a)
	}
	return nil
}

func invalid(message string) error { return &types.ValidationException{Message: &message} }

func badToken() error {
	return &types.InvalidNextTokenException{Message: aws.String("The specified token is invalid.")}
}

func notFound(what string, ns types.ServiceNamespace, id *string, dim types.ScalableDimension) error {
	return &types.ObjectNotFoundException{Message: aws.String(strings.Join([]string{"No " + what + " found for service namespace:", string(ns) + ",",
		"resource ID:", aws.ToString(id) + ",", "scalable dimension:", string(dim)}, " "))}
}
