package autoscaling

import (
	"regexp"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"
)

// requestLabel names a load balancer and a target group: app/<name>/<id>/targetgroup/<name>/<id>.
var requestLabel = regexp.MustCompile(`^app/[^/]+/[0-9a-f]+/targetgroup/[^/]+/[0-9a-f]+$`)

// metrics are the predefined ones of ECS services.
func metrics() []types.MetricType {
	return []types.MetricType{
		types.MetricTypeECSServiceAverageCPUUtilization, types.MetricTypeECSServiceAverageMemoryUtilization, types.MetricTypeALBRequestCountPerTarget,
		"ECSServiceAverageCPUUtilizationHighResolution", "ECSServiceAverageMemoryUtilizationHighResolution",
	}
}

func checkPolicy(kind types.PolicyType, in *applicationautoscaling.PutScalingPolicyInput) error {
	switch kind {
	case types.PolicyTypeTargetTrackingScaling:
		if in.TargetTrackingScalingPolicyConfiguration == nil {
			return invalid("A TargetTrackingScaling policy needs a TargetTrackingScalingPolicyConfiguration.")
		}
		return checkTracking(in.TargetTrackingScalingPolicyConfiguration)
	case types.PolicyTypeStepScaling:
		if in.StepScalingPolicyConfiguration == nil {
			return invalid("A StepScaling policy needs a StepScalingPolicyConfiguration.")
		}
		return checkSteps(in.StepScalingPolicyConfiguration)
	}
	return invalid("Unsupported policy type: " + string(kind))
}

func checkTracking(t *types.TargetTrackingScalingPolicyConfiguration) error {
	p, c := t.PredefinedMetricSpecification, t.CustomizedMetricSpecification
	switch {
	case t.TargetValue == nil || *t.TargetValue <= 0:
		return invalid("TargetValue must be greater than 0.")
	case (p == nil) == (c == nil):
		return invalid("Exactly one of PredefinedMetricSpecification and CustomizedMetricSpecification must be specified.")
	case aws.ToInt32(t.ScaleInCooldown) < 0 || aws.ToInt32(t.ScaleOutCooldown) < 0:
		return invalid("Cooldowns must not be negative.")
	case p != nil && !slices.Contains(metrics(), p.PredefinedMetricType):
		return invalid("Metric type " + string(p.PredefinedMetricType) + " is not supported for namespace ecs")
	case p != nil && p.PredefinedMetricType == types.MetricTypeALBRequestCountPerTarget && !requestLabel.MatchString(aws.ToString(p.ResourceLabel)):
		return invalid("Resource label not valid for predefined metric type: ALBRequestCountPerTarget")
	case c != nil && len(c.Metrics) == 0 && (aws.ToString(c.MetricName) == "" || aws.ToString(c.Namespace) == "" || c.Statistic == ""):
		return invalid("A customized metric needs MetricName, Namespace and Statistic, or Metrics.")
	case c != nil && len(c.Metrics) > 0 && !oneResult(c.Metrics):
		return invalid("Exactly one element of the metrics list should return data.")
	}
	return nil
}

// oneResult tells whether just one of the queries is the metric; without a word, a query is.
func oneResult(list []types.TargetTrackingMetricDataQuery) bool {
	n := 0
	for _, q := range list {
		if q.ReturnData == nil || *q.ReturnData {
			n++
		}
	}
	return n == 1
}

// checkSteps: https://docs.aws.amazon.com/autoscaling/application/userguide/step-scaling-policy-overview.html
func checkSteps(c *types.StepScalingPolicyConfiguration) error {
	if !slices.Contains(types.AdjustmentType("").Values(), c.AdjustmentType) {
		return invalid("AdjustmentType is required: ChangeInCapacity, PercentChangeInCapacity or ExactCapacity.")
	}
	if c.MinAdjustmentMagnitude != nil && c.AdjustmentType != types.AdjustmentTypePercentChangeInCapacity {
		return invalid("MinAdjustmentMagnitude goes with PercentChangeInCapacity alone.")
	}
	if aws.ToInt32(c.Cooldown) < 0 {
		return invalid("Cooldown must not be negative.")
	}
	if len(c.StepAdjustments) == 0 || len(c.StepAdjustments) > 20 {
		return invalid("A StepScaling policy has from 1 to 20 StepAdjustments.")
	}
	first, end := c.StepAdjustments[0].MetricIntervalLowerBound, c.StepAdjustments[len(c.StepAdjustments)-1].MetricIntervalUpperBound
	switch {
	case first != nil && *first < 0:
		return invalid("If one step adjustment has a negative lower bound, there must be one with a null lower bound.")
	case end != nil && *end > 0:
		return invalid("If one step adjustment has a positive upper bound, there must be one with a null upper bound.")
	}
	for i, step := range c.StepAdjustments {
		last := i == len(c.StepAdjustments)-1
		low, high := step.MetricIntervalLowerBound, step.MetricIntervalUpperBound
		switch {
		case low == nil && high == nil, low != nil && high != nil && *low >= *high:
			return invalid("At least one of the MetricIntervalLowerBound and MetricIntervalUpperBound must be set, the lower one being less.")
		case i > 0 && (low == nil || c.StepAdjustments[i-1].MetricIntervalUpperBound == nil || *low != *c.StepAdjustments[i-1].MetricIntervalUpperBound):
			return invalid("There must not be gaps or overlaps between the step adjustment intervals.")
		case !last && high == nil:
			return invalid("Only the last step adjustment may have no MetricIntervalUpperBound.")
		}
	}
	return nil
}
