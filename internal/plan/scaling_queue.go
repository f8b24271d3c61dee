package plan

import (
	"math"

	"ferry.dev/ferry/internal/manifest"
)

// queuePolicies keep each of a worker's queues from waiting too long.
func (s Service) queuePolicies() []ScalingPolicy {
	q := s.Manifest.Scaling.QueueDelay
	if q == nil {
		return nil
	}
	var out []ScalingPolicy
	for _, queue := range s.Queues() {
		name := "queue-delay"
		if queue.Key != "" {
			name += "-" + queue.Key
		}
		out = append(out, s.queuePolicy(name, queue.Name, *q))
	}
	return out
}

// backlog is how many messages may wait for each task so that none waits longer than is acceptable.
func backlog(q manifest.QueueDelay) float64 {
	return math.Ceil(float64(q.AcceptableLatency) / float64(q.ProcessingTime))
}

// queuePolicy keeps the messages that wait for each task at what it works off in time. CloudWatch divides: no function has to.
func (s Service) queuePolicy(name, queue string, q manifest.QueueDelay) ScalingPolicy {
	visible := ScalingMetric{Namespace: "AWS/SQS", Name: "ApproximateNumberOfMessagesVisible", Statistic: "Sum", Dimensions: map[string]string{"QueueName": queue}}
	tasks := s.runningTasks()
	return ScalingPolicy{Name: ScalingPrefix + name, Math: []ScalingQuery{
		{ID: "visible", Metric: &visible, Hidden: true},
		{ID: "tasks", Metric: &tasks, Hidden: true},
		{ID: "backlog", Expression: "visible / IF(FILL(tasks, 0) < 1, 1, tasks)"},
	}}.keep(manifest.Tracking{Value: backlog(q), Cooldown: q.Cooldown})
}

// runningTasks is the metric that counts tasks. Without Container Insights it is the number of values that the tasks have sent
// in a minute, one each.
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/cloudwatch-metrics.html#cw_running_task_count
func (s Service) runningTasks() ScalingMetric {
	of := map[string]string{"ClusterName": s.Cluster, "ServiceName": s.ServiceName}
	if s.Insights {
		return ScalingMetric{Namespace: "ECS/ContainerInsights", Name: "RunningTaskCount", Statistic: "Average", Dimensions: of}
	}
	return ScalingMetric{Namespace: "AWS/ECS", Name: "CPUUtilization", Statistic: "SampleCount", Dimensions: of}
}
