package ecs

import (
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"ferry.dev/ferry/internal/emulator/clock"
)

// scale starts and stops tasks within the bounds of the rolling deployment.
func (s *Service) scale(svc *service) {
	primary := svc.primary()
	_, maximum := svc.bounds()
	var ours, others []*task // wanted tasks of the primary deployment, and of older ones
	for _, t := range svc.tasks() {
		switch {
		case !t.wanted():
		case t.Deployment == primary.ID:
			ours = append(ours, t)
		default:
			others = append(others, t)
		}
	}
	desired := int(svc.Service.DesiredCount)
	if extra := len(ours) - desired; extra > 0 {
		s.end(svc, worst(ours, s.Clock)[:extra], "Scaling activity initiated by (deployment ecs-svc/"+primary.ID+")")
		ours = worst(ours, s.Clock)[extra:]
	}
	missing := desired - len(ours)
	room := max(maximum, 1) - len(ours) - len(others)
	if start := min(missing, room); start > 0 && !primary.Halted && s.mayStart(svc) {
		s.launch(svc, primary, start)
		missing -= start
	}
	s.retire(svc, ours, others, missing, room)
}

// retire stops tasks of older deployments, as many as may go: with room for new ones only what new healthy tasks replace,
// without room as many as the minimum allows.
func (s *Service) retire(svc *service, ours, others []*task, missing, room int) {
	minimum, _ := svc.bounds()
	healthy := count(ours, func(t *task) bool { return t.healthy(s.Clock) })
	old := count(others, func(t *task) bool { return t.healthy(s.Clock) })
	floor := int(svc.Service.DesiredCount)
	if missing > 0 && room <= 0 {
		floor = minimum
	}
	if svc.primary().Halted {
		return
	}
	reason := "Scaling activity initiated by (deployment ecs-svc/" + svc.primary().ID + ")"
	var stop []*task
	for _, t := range worst(others, s.Clock) {
		switch {
		case t.healthy(s.Clock) && healthy+old-1 >= floor:
			old--
			stop = append(stop, t)
		case !t.healthy(s.Clock) && (t.Deployment != svc.Completed || healthy >= floor || floor == minimum):
			stop = append(stop, t)
		}
	}
	s.end(svc, stop, reason)
}

func count(tasks []*task, is func(*task) bool) int {
	n := 0
	for _, t := range tasks {
		if is(t) {
			n++
		}
	}
	return n
}

// worst orders tasks by how little is lost with them: unhealthy ones first, then the oldest.
func worst(tasks []*task, clk *clock.Clock) []*task {
	out := slices.Clone(tasks)
	slices.SortStableFunc(out, func(a, b *task) int {
		switch ha, hb := a.healthy(clk), b.healthy(clk); {
		case ha == hb:
			return 0
		case hb:
			return -1
		}
		return 1
	})
	return out
}

// launch starts tasks of a deployment.
func (s *Service) launch(svc *service, d *deployment, n int) {
	svc.Steady = false
	rev := svc.Revision[d.ID].Revision
	td, err := s.taskDefinition(*rev.TaskDefinition)
	if err != nil {
		s.event(svc, "(service %s) was unable to place a task because its task definition %s does not exist any more.", svc.name(), *rev.TaskDefinition)
		svc.Failures, svc.FailedAt = 7, *s.now()
		return
	}
	if unplaced(rev.LaunchType, rev.CapacityProviderStrategy) {
		s.wait(svc)
		return
	}
	var names []string
	has := svc.counted(d.ID)
	for range n {
		provider := pick(rev.CapacityProviderStrategy, has)
		has[provider]++
		t := s.newTask(svc.cluster, td, taskRequest{
			group: "service:" + svc.name(), startedBy: "ecs-svc/" + d.ID, network: rev.NetworkConfiguration, launchType: rev.LaunchType,
			provider: provider, platform: rev.PlatformVersion, exec: svc.Service.EnableExecuteCommand,
			tags: svc.taskTags(td), balancers: rev.LoadBalancers, registries: rev.ServiceRegistries, service: svc.name(), deployment: d.ID,
			disks: serviceDisks(rev.VolumeConfigurations),
		})
		names = append(names, "(task "+t.id()+")")
		s.start(t)
	}
	s.event(svc, "(service %s) has started %d tasks: %s.", svc.name(), n, strings.Join(names, " "))
}

func (svc *service) taskTags(td *taskDefinition) []types.Tag {
	switch svc.Service.PropagateTags {
	case types.PropagateTagsService:
		return svc.Tags
	case types.PropagateTagsTaskDefinition:
		return td.Tags
	}
	return nil
}

// end asks the service's tasks to stop.
func (s *Service) end(svc *service, tasks []*task, reason string) {
	var names []string
	for _, t := range tasks {
		if t.wanted() {
			names = append(names, "(task "+t.id()+")")
			s.ask(t, types.TaskStopCodeServiceSchedulerInitiated, reason)
		}
	}
	if len(names) > 0 {
		svc.Steady = false
		s.event(svc, "(service %s) has stopped %d running tasks: %s.", svc.name(), len(names), strings.Join(names, " "))
	}
}

// complete recognises that a service has what it wants: as many healthy tasks of the primary deployment as desired, and
// none of any other.
func (s *Service) complete(svc *service) {
	primary := svc.primary()
	healthy := 0
	for _, t := range svc.tasks() {
		switch {
		case t.Deployment == primary.ID && t.healthy(s.Clock):
			healthy++
		case t.Deployment == primary.ID && !t.wanted() && svc.current().inProgress():
			continue // a failed task that is still stopping does not hold up the deployment
		default:
			svc.Steady = false
			if r := svc.current(); healthy >= int(svc.Service.DesiredCount) && r.inProgress() {
				r.Deployment.LifecycleStage = types.ServiceDeploymentLifecycleStageCleanUp
			}
			return
		}
	}
	if healthy < int(svc.Service.DesiredCount) || primary.Halted {
		svc.Steady = false
		return
	}
	s.succeed(svc)
	if !svc.Steady {
		svc.Steady = true
		s.event(svc, "(service %s) has reached a steady state.", svc.name())
	}
}

// succeed ends the deployment in progress, if there is one.
func (s *Service) succeed(svc *service) {
	r, primary := svc.current(), svc.primary()
	if !r.inProgress() {
		return
	}
	status := types.ServiceDeploymentStatusSuccessful
	if r.RollbackTo != "" {
		status = types.ServiceDeploymentStatusRollbackSuccessful
	}
	r.Deployment.LifecycleStage = types.ServiceDeploymentLifecycleStageCleanUp
	s.finish(r, status, "")
	primary.Rollout, primary.Updated = types.DeploymentRolloutStateCompleted, *s.now()
	primary.Reason = fmt.Sprintf("ECS deployment ecs-svc/%s completed.", primary.ID)
	svc.Completed = primary.ID
	svc.Deployments = svc.Deployments[:1]
	s.event(svc, "(service %s) (deployment ecs-svc/%s) deployment completed.", svc.name(), primary.ID)
}

// wait says that no container instance takes a task of the service, and looks again after ever longer times.
func (s *Service) wait(svc *service) {
	svc.Failures, svc.FailedAt = min(svc.Failures+1, 7), *s.now()
	s.event(svc, "(service %s) was unable to place a task because no container instance met all of its requirements. Reason: No Container Instances were found in your cluster. For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.", svc.name())
}
