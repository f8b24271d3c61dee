package plan

import (
	"fmt"

	"ferry.dev/ferry/internal/manifest"
)

// ScalingAlarm is the CloudWatch alarm that tells a policy of steps to act. The release makes it, since it names the policy by an
// ARN that exists only once the policy does.
type ScalingAlarm struct {
	Name        string // ≤ 255 characters
	Description string
	Metric      ScalingMetric
	Comparison  string // CloudWatch's: GreaterThanOrEqualToThreshold, …
	Threshold   float64
	Period      int // seconds
	Periods     int
	Datapoints  int
	Missing     string // missing, ignore, breaching or notBreaching
}

// PolicyARN is the output that an alarm's action is written as: ${<policy>.PolicyARN}. Only the release knows it.
const PolicyARN = "PolicyARN"

// StepAlarms begins the name of every alarm of a service's steps.
func StepAlarms(stack string) string { return stack + "-step-" }

// stepPolicies are the policies that change the count by how far a metric is beyond a threshold.
func (s Service) stepPolicies() []ScalingPolicy {
	var out []ScalingPolicy
	for _, m := range s.Manifest.Scaling.Steps {
		p := ScalingPolicy{
			Name: ScalingPrefix + "step-" + m.Name, Adjustment: adjustments()[m.Adjust], Aggregate: aggregate(m.Metric.Statistic), Magnitude: m.AtLeast,
			Out: seconds(m.Cooldown), Alarm: s.stepAlarm(m),
		}
		for _, step := range m.Steps {
			p.Steps = append(p.Steps, ScalingStep{Lower: step.From, Upper: step.To, By: step.By})
		}
		out = append(out, p)
	}
	return out
}

// adjustments are what the numbers of steps mean, in Application Auto Scaling's words.
func adjustments() map[manifest.Adjustment]string {
	return map[manifest.Adjustment]string{manifest.AdjustBy: "ChangeInCapacity", manifest.AdjustPercent: "PercentChangeInCapacity", manifest.AdjustTo: "ExactCapacity"}
}

// aggregate is what Application Auto Scaling makes of several data points: the alarm's statistic where it has such.
func aggregate(s string) string {
	switch s {
	case "minimum", "maximum":
		return statistic(s)
	}
	return "Average"
}

func (s Service) stepAlarm(m manifest.StepPolicy) *ScalingAlarm {
	comparisons := map[string]string{
		">=": "GreaterThanOrEqualToThreshold", ">": "GreaterThanThreshold", "<=": "LessThanOrEqualToThreshold", "<": "LessThanThreshold",
	}
	missing := m.Missing
	if missing == "not_breaching" {
		missing = "notBreaching"
	}
	return &ScalingAlarm{
		Name: StepAlarms(s.Stack) + m.Name, Description: fmt.Sprintf("Scales %s by count.step %s", s.Name, m.Name), Metric: s.stepMetric(m),
		Comparison: comparisons[m.Comparison], Threshold: m.Threshold, Period: seconds(m.Period), Periods: m.Periods, Datapoints: m.Datapoints, Missing: missing,
	}
}

// stepMetric is the CloudWatch metric of a measure.
func (s Service) stepMetric(m manifest.StepPolicy) ScalingMetric {
	balancer, group := s.requestMetric()
	ofService := map[string]string{"ClusterName": s.Cluster, "ServiceName": s.ServiceName}
	ofTargets := map[string]string{"LoadBalancer": balancer, "TargetGroup": group}
	out := ScalingMetric{Statistic: statistic(m.Metric.Statistic)}
	switch m.Measure {
	case manifest.MeasureCPU:
		out.Namespace, out.Name, out.Dimensions = "AWS/ECS", "CPUUtilization", ofService
	case manifest.MeasureMemory:
		out.Namespace, out.Name, out.Dimensions = "AWS/ECS", "MemoryUtilization", ofService
	case manifest.MeasureRequests:
		out.Namespace, out.Name, out.Dimensions = "AWS/ApplicationELB", "RequestCountPerTarget", ofTargets
	case manifest.MeasureResponseTime:
		out.Namespace, out.Name, out.Dimensions, out.Unit = "AWS/ApplicationELB", "TargetResponseTime", ofTargets, "Seconds"
	case manifest.MeasureMessages:
		out.Namespace, out.Name = "AWS/SQS", "ApproximateNumberOfMessagesVisible"
		if queues := s.Queues(); len(queues) > 0 {
			out.Dimensions = map[string]string{"QueueName": queues[0].Name}
		}
	default:
		return scalingMetric(m.Metric)
	}
	return out
}
