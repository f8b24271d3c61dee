package autoscaling

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"
	ecssdk "github.com/aws/aws-sdk-go-v2/service/ecs"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"ferry.dev/ferry/internal/emulator/ids"
	"ferry.dev/ferry/internal/emulator/paging"
)

// mostActivities is how many activities are remembered.
const mostActivities = 200

// service reads the ECS service that a resource ID names: service/<cluster>/<service>.
func (s *Service) service(ctx context.Context, id string) (ecstypes.Service, error) {
	parts := strings.Split(id, "/")
	if len(parts) != 3 || parts[0] != "service" || parts[1] == "" || parts[2] == "" {
		return ecstypes.Service{}, invalid("Unsupported service namespace, resource type or scalable dimension")
	}
	out, err := s.ecs.DescribeServices(ctx, &ecssdk.DescribeServicesInput{Cluster: &parts[1], Services: []string{parts[2]}})
	var none *ecstypes.ClusterNotFoundException
	if err != nil && !errors.As(err, &none) {
		return ecstypes.Service{}, err
	}
	if err != nil || len(out.Services) == 0 || aws.ToString(out.Services[0].Status) == "INACTIVE" {
		return ecstypes.Service{}, invalid("ECS service doesn't exist: " + id)
	}
	return out.Services[0], nil
}

// bound brings a service's desired count into its target's range. trigger is the scheduled action that has set it; "" where
// the target was registered.
func (s *Service) bound(ctx context.Context, t types.ScalableTarget, trigger string) error {
	svc, err := s.service(ctx, *t.ResourceId)
	if err != nil {
		return err
	}
	want, cause := svc.DesiredCount, ""
	switch {
	case want < *t.MinCapacity:
		want, cause = *t.MinCapacity, fmt.Sprintf("minimum capacity was set to %d", *t.MinCapacity)
	case want > *t.MaxCapacity:
		want, cause = *t.MaxCapacity, fmt.Sprintf("maximum capacity was set to %d", *t.MaxCapacity)
	default:
		return nil
	}
	if trigger != "" {
		cause = "scheduled action name " + trigger + " was triggered, " + cause
	}
	_, err = s.ecs.UpdateService(ctx, &ecssdk.UpdateServiceInput{Cluster: svc.ClusterArn, Service: svc.ServiceArn, DesiredCount: &want})
	s.note(t, want, cause, err)
	return err
}

// note remembers what was done.
func (s *Service) note(t types.ScalableTarget, count int32, cause string, err error) {
	now := aws.Time(s.clk.Now().Truncate(time.Millisecond))
	a := types.ScalingActivity{
		ActivityId: aws.String(ids.NewUUID()), Cause: &cause, Description: aws.String(fmt.Sprintf("Setting desired count to %d.", count)),
		ResourceId: t.ResourceId, ScalableDimension: t.ScalableDimension, ServiceNamespace: t.ServiceNamespace, StartTime: now, EndTime: now,
		StatusCode: types.ScalingActivityStatusCodeSuccessful, StatusMessage: aws.String(fmt.Sprintf("Successfully set desired count to %d.", count)),
	}
	if err != nil {
		a.StatusCode, a.StatusMessage = types.ScalingActivityStatusCodeFailed, aws.String("Failed to set desired count: "+err.Error())
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.state.Activities = append(s.state.Activities, a)
	s.state.Activities = s.state.Activities[max(0, len(s.state.Activities)-mostActivities):]
}

// DescribeScalingActivities lists what was done to the counts, newest first.
func (s *Service) DescribeScalingActivities(_ context.Context, in *applicationautoscaling.DescribeScalingActivitiesInput) (*applicationautoscaling.DescribeScalingActivitiesOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := []types.ScalingActivity{}
	for _, a := range slices.Backward(s.state.Activities) {
		if a.ServiceNamespace == in.ServiceNamespace && (in.ResourceId == nil || *in.ResourceId == *a.ResourceId) {
			all = append(all, a)
		}
	}
	page, next, err := paging.Page(all, in.NextToken, in.MaxResults, 50)
	if err != nil {
		return nil, badToken()
	}
	return &applicationautoscaling.DescribeScalingActivitiesOutput{ScalingActivities: page, NextToken: next}, nil
}
