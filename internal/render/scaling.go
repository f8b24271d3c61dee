package render

import (
	"maps"
	"slices"

	"ferry.dev/ferry/internal/plan"
)

// scaling is what auto scaling is told, each part in the form that `aws application-autoscaling <command> --cli-input-json` takes.
// https://docs.aws.amazon.com/autoscaling/application/APIReference/API_Operations.html
type scaling struct {
	RegisterScalableTarget scalableTarget
	PutScalingPolicy       []scalingPolicy
	PutScheduledAction     []scheduledAction
	PutMetricAlarm         []metricAlarm `json:",omitempty"` // for `aws cloudwatch put-metric-alarm`
}

// scaled names the desired count of one service.
type scaled struct {
	ServiceNamespace  string
	ResourceId        string //nolint:revive // the API's own name
	ScalableDimension string
}

type scalableTarget struct {
	scaled
	MinCapacity int
	MaxCapacity int
}

type scalingPolicy struct {
	PolicyName string
	PolicyType string
	scaled
	TargetTrackingScalingPolicyConfiguration *targetTracking `json:",omitempty"`
	StepScalingPolicyConfiguration           *stepScaling    `json:",omitempty"`
}

type targetTracking struct {
	TargetValue                   float64
	PredefinedMetricSpecification *predefinedMetric `json:",omitempty"`
	CustomizedMetricSpecification *customizedMetric `json:",omitempty"`
	ScaleInCooldown               int
	ScaleOutCooldown              int
	DisableScaleIn                bool
}

type predefinedMetric struct {
	PredefinedMetricType string
	ResourceLabel        string `json:",omitempty"`
}

type customizedMetric struct {
	MetricName string            `json:",omitempty"`
	Namespace  string            `json:",omitempty"`
	Dimensions []metricDimension `json:",omitempty"`
	Statistic  string            `json:",omitempty"`
	Unit       string            `json:",omitempty"`
	Metrics    []metricQuery     `json:",omitempty"`
}

type metricDimension struct{ Name, Value string }

type metricQuery struct {
	Id         string      //nolint:revive // the API's own name
	Expression string      `json:",omitempty"`
	MetricStat *metricStat `json:",omitempty"`
	ReturnData bool
}

type metricStat struct {
	Metric metricName
	Stat   string
}

type metricName struct {
	Namespace  string
	MetricName string
	Dimensions []metricDimension `json:",omitempty"`
}

type stepScaling struct {
	AdjustmentType         string
	StepAdjustments        []stepAdjustment
	MinAdjustmentMagnitude int `json:",omitempty"`
	Cooldown               int
	MetricAggregationType  string
}

// metricAlarm tells a policy of steps to act. Its action is a placeholder for the ARN that put-scaling-policy answers with.
type metricAlarm struct {
	AlarmName          string
	AlarmDescription   string
	AlarmActions       []string
	Namespace          string
	MetricName         string
	Dimensions         []metricDimension `json:",omitempty"`
	Statistic          string
	Unit               string `json:",omitempty"`
	Period             int
	EvaluationPeriods  int
	DatapointsToAlarm  int
	ComparisonOperator string
	Threshold          float64
	TreatMissingData   string
	Tags               []alarmTag
}

type alarmTag struct{ Key, Value string }

type stepAdjustment struct {
	MetricIntervalLowerBound *float64 `json:",omitempty"`
	MetricIntervalUpperBound *float64 `json:",omitempty"`
	ScalingAdjustment        int
}

type scheduledAction struct {
	ScheduledActionName string
	scaled
	Schedule             string
	Timezone             string `json:",omitempty"`
	StartTime            string `json:",omitempty"`
	EndTime              string `json:",omitempty"`
	ScalableTargetAction targetAction
}

type targetAction struct {
	MinCapacity *int `json:",omitempty"`
	MaxCapacity *int `json:",omitempty"`
}

// ScalingDefinition renders what Application Auto Scaling is told about a service, and CloudWatch about the alarms of its steps;
// nil where the manifest says how many tasks run. The names that CloudWatch has for the load balancer and the target group, and
// the ARNs of the policies that alarms tell, are placeholders for Resolve.
func ScalingDefinition(s plan.Service) ([]byte, error) {
	p := s.Scaling()
	if p == nil {
		return nil, nil
	}
	of := scaled{ServiceNamespace: "ecs", ResourceId: p.Resource, ScalableDimension: "ecs:service:DesiredCount"}
	out := scaling{
		RegisterScalableTarget: scalableTarget{scaled: of, MinCapacity: p.Min, MaxCapacity: p.Max},
		PutScalingPolicy:       []scalingPolicy{},
		PutScheduledAction:     []scheduledAction{},
	}
	for _, policy := range p.Policies {
		out.PutScalingPolicy = append(out.PutScalingPolicy, newScalingPolicy(of, policy))
		if policy.Alarm != nil {
			out.PutMetricAlarm = append(out.PutMetricAlarm, newMetricAlarm(s, policy))
		}
	}
	for _, a := range p.Schedule {
		out.PutScheduledAction = append(out.PutScheduledAction, scheduledAction{
			ScheduledActionName: a.Name, scaled: of, Schedule: a.Schedule, Timezone: a.Timezone, StartTime: a.Start, EndTime: a.End,
			ScalableTargetAction: targetAction{MinCapacity: a.Min, MaxCapacity: a.Max},
		})
	}
	return document(out, nil)
}

func newScalingPolicy(of scaled, p plan.ScalingPolicy) scalingPolicy {
	if len(p.Steps) > 0 {
		return scalingPolicy{PolicyName: p.Name, PolicyType: "StepScaling", scaled: of, StepScalingPolicyConfiguration: newStepScaling(p)}
	}
	t := &targetTracking{TargetValue: p.Target, ScaleInCooldown: p.In, ScaleOutCooldown: p.Out, DisableScaleIn: p.KeepTasks}
	switch {
	case p.Predefined != "":
		t.PredefinedMetricSpecification = &predefinedMetric{PredefinedMetricType: p.Predefined, ResourceLabel: p.Label}
	case p.Metric != nil:
		t.CustomizedMetricSpecification = &customizedMetric{
			MetricName: p.Metric.Name, Namespace: p.Metric.Namespace, Statistic: p.Metric.Statistic, Unit: p.Metric.Unit, Dimensions: dimensions(p.Metric.Dimensions),
		}
	default:
		t.CustomizedMetricSpecification = &customizedMetric{Metrics: queries(p.Math)}
	}
	return scalingPolicy{PolicyName: p.Name, PolicyType: "TargetTrackingScaling", scaled: of, TargetTrackingScalingPolicyConfiguration: t}
}

func newStepScaling(p plan.ScalingPolicy) *stepScaling {
	s := &stepScaling{AdjustmentType: p.Adjustment, MinAdjustmentMagnitude: p.Magnitude, Cooldown: p.Out, MetricAggregationType: p.Aggregate}
	for _, step := range p.Steps {
		s.StepAdjustments = append(s.StepAdjustments, stepAdjustment{MetricIntervalLowerBound: step.Lower, MetricIntervalUpperBound: step.Upper, ScalingAdjustment: step.By})
	}
	return s
}

func newMetricAlarm(s plan.Service, p plan.ScalingPolicy) metricAlarm {
	a := p.Alarm
	out := metricAlarm{
		AlarmName: a.Name, AlarmDescription: a.Description, AlarmActions: []string{plan.Ref(p.Name, plan.PolicyARN)},
		Namespace: a.Metric.Namespace, MetricName: a.Metric.Name, Dimensions: dimensions(a.Metric.Dimensions), Statistic: a.Metric.Statistic, Unit: a.Metric.Unit,
		Period: a.Period, EvaluationPeriods: a.Periods, DatapointsToAlarm: a.Datapoints, ComparisonOperator: a.Comparison, Threshold: a.Threshold, TreatMissingData: a.Missing,
	}
	for _, key := range slices.Sorted(maps.Keys(s.Tags)) {
		out.Tags = append(out.Tags, alarmTag{Key: key, Value: s.Tags[key]})
	}
	return out
}

func queries(list []plan.ScalingQuery) []metricQuery {
	var out []metricQuery
	for _, q := range list {
		m := metricQuery{Id: q.ID, Expression: q.Expression, ReturnData: !q.Hidden}
		if q.Metric != nil {
			m.MetricStat = &metricStat{Stat: q.Metric.Statistic, Metric: metricName{
				Namespace: q.Metric.Namespace, MetricName: q.Metric.Name, Dimensions: dimensions(q.Metric.Dimensions),
			}}
		}
		out = append(out, m)
	}
	return out
}

func dimensions(m map[string]string) []metricDimension {
	var out []metricDimension
	for _, name := range slices.Sorted(maps.Keys(m)) {
		out = append(out, metricDimension{Name: name, Value: m[name]})
	}
	return out
}
