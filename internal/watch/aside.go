package watch

import (
	"cmp"
	"context"
	"regexp"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	elbtypes "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"ferry.dev/ferry/internal/event"
)

// messages returns the service's own messages since the deployment began that were not told yet, oldest first.
func (f *following) messages(ctx context.Context) []event.ServiceMessage {
	out, err := f.ECS.DescribeServices(ctx, &ecs.DescribeServicesInput{Cluster: &f.Cluster, Services: []string{f.Service}})
	if err != nil || len(out.Services) == 0 {
		return nil
	}
	var fresh []event.ServiceMessage
	for _, e := range slices.Backward(out.Services[0].Events) {
		if f.told[aws.ToString(e.Id)] || aws.ToTime(e.CreatedAt).Before(aws.ToTime(f.now.CreatedAt)) {
			continue
		}
		f.told[aws.ToString(e.Id)] = true
		fresh = append(fresh, event.ServiceMessage{Subject: f.Subject, Message: aws.ToString(e.Message), Time: aws.ToTime(e.CreatedAt),
			Suggestion: placement(aws.ToString(e.Message), f.Hints)})
	}
	return fresh
}

// targets counts the service's targets by their health; nil without a load balancer.
func (f *following) targets(ctx context.Context) *event.TargetHealth {
	if f.TargetGroup == "" {
		return nil
	}
	h, err := f.targetHealth(ctx, f.Request)
	if err != nil {
		return nil
	}
	return &h
}

// targetHealth reads how the targets of a service behind a load balancer are.
func (c *Client) targetHealth(ctx context.Context, r Request) (event.TargetHealth, error) {
	out, err := c.ELB.DescribeTargetHealth(ctx, &elasticloadbalancingv2.DescribeTargetHealthInput{TargetGroupArn: &r.TargetGroup})
	if err != nil {
		return event.TargetHealth{}, err
	}
	h := CountTargets(out.TargetHealthDescriptions)
	h.Subject = r.Subject
	return h, nil
}

// givenUp finds in one of ECS's messages why a load balancer gave up a target: it is still there when the target is gone.
var givenUp = regexp.MustCompile(`is unhealthy in \(target-group [^)]*\) due to \(reason (.+?)\)\.?$`)

// ails remembers why the load balancer last found a target unhealthy.
func (f *following) ails(messages []event.ServiceMessage, health *event.TargetHealth) {
	for _, m := range messages {
		if found := givenUp.FindStringSubmatch(m.Message); found != nil {
			f.ailing = found[1]
		}
	}
	if health != nil && health.Unhealthy > 0 && health.Reason != "" {
		f.ailing = health.Reason
	}
}

// CountTargets counts targets by their health, with the reason of the first that is unhealthy, else of the first that is
// not healthy yet.
func CountTargets(list []elbtypes.TargetHealthDescription) event.TargetHealth {
	var h event.TargetHealth
	initial := ""
	for _, d := range list {
		if d.TargetHealth == nil {
			continue
		}
		switch d.TargetHealth.State {
		case elbtypes.TargetHealthStateEnumHealthy:
			h.Healthy++
			continue
		case elbtypes.TargetHealthStateEnumInitial:
			h.Initial++
			initial = cmp.Or(initial, aws.ToString(d.TargetHealth.Description))
		case elbtypes.TargetHealthStateEnumDraining, elbtypes.TargetHealthStateEnumUnhealthyDraining:
			h.Draining++
			continue
		default:
			h.Unhealthy++
			h.Reason = cmp.Or(h.Reason, aws.ToString(d.TargetHealth.Description))
		}
	}
	h.Reason = cmp.Or(h.Reason, initial)
	return h
}

// stopped returns the tasks of this deployment that have stopped, oldest first. One that ECS stopped because it was no
// longer wanted is not among them.
func (f *following) stopped(ctx context.Context) []types.Task {
	list, err := f.ECS.ListTasks(ctx, &ecs.ListTasksInput{Cluster: &f.Cluster, ServiceName: &f.Service, DesiredStatus: types.DesiredStatusStopped})
	if err != nil || len(list.TaskArns) == 0 {
		return nil
	}
	out, err := f.ECS.DescribeTasks(ctx, &ecs.DescribeTasksInput{Cluster: &f.Cluster, Tasks: list.TaskArns})
	if err != nil {
		return nil
	}
	tasks := slices.DeleteFunc(out.Tasks, func(t types.Task) bool { return !f.fell(t) })
	slices.SortStableFunc(tasks, func(a, b types.Task) int { return aws.ToTime(a.StoppedAt).Compare(aws.ToTime(b.StoppedAt)) })
	return tasks
}

// fell tells whether a stopped task is one of this deployment's that ended on its own or failed a health check.
func (f *following) fell(t types.Task) bool {
	switch {
	case f.TaskDefinition != "" && aws.ToString(t.TaskDefinitionArn) != f.TaskDefinition,
		aws.ToTime(t.CreatedAt).Before(aws.ToTime(f.now.CreatedAt)):
		return false
	case t.StopCode == types.TaskStopCodeUserInitiated:
		return false
	case t.StopCode == types.TaskStopCodeServiceSchedulerInitiated:
		return unhealthy(aws.ToString(t.StoppedReason))
	}
	return aws.ToString(t.LastStatus) == "STOPPED" || aws.ToString(t.LastStatus) == "DEPROVISIONING"
}
