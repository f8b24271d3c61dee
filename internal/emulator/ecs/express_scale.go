package ecs

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	scaling "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// Scaler is what Express Mode does with Application Auto Scaling.
type Scaler interface {
	RegisterScalableTarget(context.Context, *applicationautoscaling.RegisterScalableTargetInput) (*applicationautoscaling.RegisterScalableTargetOutput, error)
	PutScalingPolicy(context.Context, *applicationautoscaling.PutScalingPolicyInput) (*applicationautoscaling.PutScalingPolicyOutput, error)
	DeregisterScalableTarget(context.Context, *applicationautoscaling.DeregisterScalableTargetInput) (*applicationautoscaling.DeregisterScalableTargetOutput, error)
}

// scaler is Application Auto Scaling; nil where the endpoint has none, and the count stays at the least then.
func (s *Service) scaler() Scaler {
	if s.Scaling == nil {
		return nil
	}
	return s.Scaling()
}

// scaled names the service for Application Auto Scaling.
func (svc *service) scaled() *string {
	return aws.String("service/" + svc.cluster.name() + "/" + svc.name())
}

// scaleExpress registers the range and the metric of a service. It calls back into ECS, so the lock must not be held.
func (s *Service) scaleExpress(ctx context.Context, svc *service, f front, t *types.ExpressGatewayScalingTarget) error {
	to := s.scaler()
	if to == nil {
		return nil
	}
	_, err := to.RegisterScalableTarget(ctx, &applicationautoscaling.RegisterScalableTargetInput{
		ResourceId: svc.scaled(), ServiceNamespace: scaling.ServiceNamespaceEcs, ScalableDimension: scaling.ScalableDimensionECSServiceDesiredCount,
		MinCapacity: t.MinTaskCount, MaxCapacity: t.MaxTaskCount,
	})
	if err != nil {
		return invalid("scalingTarget: %s", err)
	}
	metric := &scaling.PredefinedMetricSpecification{PredefinedMetricType: predefined(t.AutoScalingMetric)}
	if metric.PredefinedMetricType == scaling.MetricTypeALBRequestCountPerTarget {
		metric.ResourceLabel = aws.String(after(f.LoadBalancer, "loadbalancer/") + "/" + after(f.Group, ":"))
	}
	_, err = to.PutScalingPolicy(ctx, &applicationautoscaling.PutScalingPolicyInput{
		PolicyName: aws.String("ecs-express-" + svc.name()), PolicyType: scaling.PolicyTypeTargetTrackingScaling,
		ResourceId: svc.scaled(), ServiceNamespace: scaling.ServiceNamespaceEcs, ScalableDimension: scaling.ScalableDimensionECSServiceDesiredCount,
		TargetTrackingScalingPolicyConfiguration: &scaling.TargetTrackingScalingPolicyConfiguration{
			TargetValue: aws.Float64(float64(*t.AutoScalingTargetValue)), PredefinedMetricSpecification: metric,
		},
	})
	if err != nil {
		return invalid("scalingTarget: %s", err)
	}
	return nil
}

// unscaleExpress takes the service away from Application Auto Scaling.
func (s *Service) unscaleExpress(ctx context.Context, svc *service) {
	if from := s.scaler(); from != nil {
		from.DeregisterScalableTarget(ctx, &applicationautoscaling.DeregisterScalableTargetInput{ //nolint:errcheck // one that is gone is fine
			ResourceId: svc.scaled(), ServiceNamespace: scaling.ServiceNamespaceEcs, ScalableDimension: scaling.ScalableDimensionECSServiceDesiredCount,
		})
	}
}

// predefined is a metric of Express Mode in the words of Application Auto Scaling.
func predefined(m types.ExpressGatewayServiceScalingMetric) scaling.MetricType {
	switch m {
	case types.ExpressGatewayServiceScalingMetricAverageMemoryUtilization:
		return scaling.MetricTypeECSServiceAverageMemoryUtilization
	case types.ExpressGatewayServiceScalingMetricRequestCountPerTarget:
		return scaling.MetricTypeALBRequestCountPerTarget
	}
	return scaling.MetricTypeECSServiceAverageCPUUtilization
}

// after returns what follows the last place of a text.
func after(s, mark string) string { return s[strings.LastIndex(s, mark)+len(mark):] }
