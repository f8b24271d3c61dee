package plan

import (
	"strings"

	"ferry.dev/ferry/internal/manifest"
	"ferry.dev/ferry/internal/schedule"
)

// Scaling is what Application Auto Scaling does to a service's desired count. The release gives it to AWS, since it is about
// the ECS service, which no stack owns.
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-auto-scaling.html
type Scaling struct {
	Resource string // service/<cluster>/<service>
	Min, Max int
	Policies []ScalingPolicy
	Schedule []ScheduledAction
}

// ScalingPolicy keeps a metric at a value, or changes the count in steps. Exactly one of Predefined, Metric, Math and Steps is set.
type ScalingPolicy struct {
	Name       string
	Target     float64
	Predefined string // Application Auto Scaling's own name of a metric
	Label      string // what the predefined metric is of, where it needs that
	Metric     *ScalingMetric
	Math       []ScalingQuery
	Steps      []ScalingStep
	Adjustment string        // of steps: ChangeInCapacity, PercentChangeInCapacity or ExactCapacity
	Aggregate  string        // of steps: Average, Minimum or Maximum
	Magnitude  int           // of steps in percent: tasks that they change at least; 0 = as it comes
	Alarm      *ScalingAlarm // of steps: what tells them to act
	In, Out    int           // cooldowns in seconds; of steps Out alone
	KeepTasks  bool          // it never takes tasks away
}

// ScalingMetric is a CloudWatch metric.
type ScalingMetric struct {
	Namespace, Name, Statistic, Unit string
	Dimensions                       map[string]string
}

// ScalingQuery is a metric by an id, or an expression over such. The result is that which is not hidden.
type ScalingQuery struct {
	ID, Expression string
	Metric         *ScalingMetric
	Hidden         bool
}

// ScalingStep is one step: from how far beyond the threshold to how far, and what is done. A nil bound is none.
type ScalingStep struct {
	Lower, Upper *float64
	By           int
}

// ScheduledAction sets the range at given times.
type ScheduledAction struct {
	Name, Schedule, Timezone, Start, End string
	Min, Max                             *int
}

// ScalingPrefix begins the name of every policy and scheduled action that ferry makes: those of others it leaves alone.
const ScalingPrefix = "ferry-"

// Scaling decides how the service's desired count is chosen; nil where the manifest says how many tasks run.
func (s Service) Scaling() *Scaling {
	m := s.Manifest.Scaling
	if m == nil || s.Express != nil {
		return nil // in Express Mode it is ECS's own
	}
	out := &Scaling{Resource: "service/" + s.Cluster + "/" + s.ServiceName, Min: m.Min, Max: m.Max}
	out.Policies = append(s.trackingPolicies(), s.queuePolicies()...)
	for _, c := range m.Custom {
		metric := scalingMetric(c.Metric)
		out.Policies = append(out.Policies, ScalingPolicy{Name: ScalingPrefix + "custom-" + c.Name, Metric: &metric, KeepTasks: c.KeepTasks}.keep(c.Tracking))
	}
	out.Policies = append(out.Policies, s.stepPolicies()...)
	for _, r := range m.Schedule {
		when := r.At
		if s, err := schedule.Parse(r.At); err == nil { // else package manifest has refused it
			when = s.Expression()
		}
		out.Schedule = append(out.Schedule, ScheduledAction{
			Name: ScalingPrefix + r.Name, Schedule: when, Timezone: r.Timezone, Start: r.Start, End: r.End, Min: r.Min, Max: r.Max,
		})
	}
	return out
}

// keep sets the value and the cooldowns.
func (p ScalingPolicy) keep(t manifest.Tracking) ScalingPolicy {
	p.Target, p.In, p.Out = t.Value, seconds(t.Cooldown.In), seconds(t.Cooldown.Out)
	return p
}

// trackingPolicies keep to what ECS, the load balancer and the queue measure.
func (s Service) trackingPolicies() []ScalingPolicy {
	m := s.Manifest.Scaling
	balancer, group := s.requestMetric()
	var out []ScalingPolicy
	if m.CPU != nil {
		out = append(out, utilization("cpu", "ECSServiceAverageCPUUtilization", *m.CPU))
	}
	if m.Memory != nil {
		out = append(out, utilization("memory", "ECSServiceAverageMemoryUtilization", *m.Memory))
	}
	if m.Requests != nil {
		out = append(out, ScalingPolicy{Name: ScalingPrefix + "requests", Predefined: "ALBRequestCountPerTarget", Label: balancer + "/" + group}.keep(*m.Requests))
	}
	if m.ResponseTime != nil {
		out = append(out, ScalingPolicy{Name: ScalingPrefix + "response-time", Metric: &ScalingMetric{
			Namespace: "AWS/ApplicationELB", Name: "TargetResponseTime", Statistic: "Average", Unit: "Seconds", Dimensions: map[string]string{
				"LoadBalancer": balancer, "TargetGroup": group,
			},
		}}.keep(*m.ResponseTime))
	}
	return out
}

// requestMetric names, as CloudWatch does, the load balancer and the target group whose requests are measured:
// app/<name>/<id> and targetgroup/<name>/<id>. They are those of the service's address.
func (s Service) requestMetric() (balancer, group string) {
	if s.Routing == nil {
		return "", ""
	}
	group = Ref(s.Stack, s.Routing.Target().Key+"FullName")
	if i := s.Routing.Import; i != nil && i.Known {
		return i.FullName, group
	}
	return Ref(s.EnvStack, s.Routing.LoadBalancer+"LoadBalancerFullName"), group
}

func utilization(name, metric string, t manifest.Tracking) ScalingPolicy {
	if t.HighResolution {
		metric += "HighResolution"
	}
	return ScalingPolicy{Name: ScalingPrefix + name, Predefined: metric}.keep(t)
}

func scalingMetric(m manifest.Metric) ScalingMetric {
	return ScalingMetric{Namespace: m.Namespace, Name: m.Name, Statistic: statistic(m.Statistic), Unit: m.Unit, Dimensions: m.Dimensions}
}

// statistic writes a statistic as CloudWatch does: sample_count is SampleCount.
func statistic(s string) string {
	var out strings.Builder
	for word := range strings.SplitSeq(s, "_") {
		out.WriteString(strings.ToUpper(word[:min(1, len(word))]) + word[min(1, len(word)):])
	}
	return out.String()
}
