package ecs

import (
	"math"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// threshold is how many failed tasks open the circuit breaker: by default half the desired count, at least 3, at most 200.
func (svc *service) threshold() int32 {
	b := svc.Service.DeploymentConfiguration.DeploymentCircuitBreaker
	value := float64(b.ThresholdConfiguration.Value)
	share := int32(math.Ceil(float64(svc.Service.DesiredCount) * value / 100))
	switch b.ThresholdConfiguration.Type {
	case types.ThresholdTypeCount:
		return b.ThresholdConfiguration.Value
	case types.ThresholdTypeUnboundedPercent:
		return max(share, 1)
	}
	return min(max(share, 3), 200)
}

// trip looks at the failures of the deployment in progress and rolls back, or gives up, when there are too many.
func (s *Service) trip(svc *service, r *rollout) {
	b := svc.Service.DeploymentConfiguration.DeploymentCircuitBreaker
	switch r.Deployment.Status {
	case types.ServiceDeploymentStatusRollbackRequested:
		s.rollBack(svc, r, "Service deployment rolled back because a user requested it.")
	case types.ServiceDeploymentStatusRollbackInProgress:
		if b.Enable && r.BackFails >= svc.threshold() {
			s.finish(r, types.ServiceDeploymentStatusRollbackFailed, "Service deployment rollback failed because the circuit breaker threshold was exceeded.")
		}
	case types.ServiceDeploymentStatusInProgress:
		if !b.Enable || r.Failures < svc.threshold() {
			return
		}
		failed := svc.primary()
		failed.Rollout, failed.Reason, failed.Updated = types.DeploymentRolloutStateFailed, "ECS deployment circuit breaker: tasks failed to start.", *s.now()
		s.event(svc, "(service %s) (deployment ecs-svc/%s) deployment failed: tasks failed to start.", svc.name(), failed.ID)
		if b.Rollback {
			s.rollBack(svc, r, "Service deployment rolled back because the circuit breaker threshold was exceeded.")
			return
		}
		s.giveUp(svc, r, types.ServiceDeploymentStatusStopped, "Service deployment stopped because the circuit breaker threshold was exceeded.")
	}
}

// giveUp ends a deployment for which there is nothing to go back to: what runs stays, nothing more is started.
func (s *Service) giveUp(svc *service, r *rollout, status types.ServiceDeploymentStatus, reason string) {
	d := svc.primary()
	d.Halted, d.Updated = true, *s.now()
	if d.Rollout != types.DeploymentRolloutStateFailed {
		d.Rollout, d.Reason = types.DeploymentRolloutStateFailed, reason
	}
	s.finish(r, status, reason)
}

// rollBack turns the service to the revision that completed last.
func (s *Service) rollBack(svc *service, r *rollout, reason string) {
	failed := svc.primary()
	if failed.Rollout != types.DeploymentRolloutStateFailed {
		failed.Rollout, failed.Reason, failed.Updated = types.DeploymentRolloutStateFailed, reason, *s.now()
	}
	rev := svc.Revision[svc.Completed]
	if rev == nil || rev.ID == failed.ID {
		s.giveUp(svc, r, types.ServiceDeploymentStatusRollbackFailed, "No rollback candidate was found to run the rollback.")
		return
	}
	back := svc.take(rev.ID)
	if back == nil {
		back = &deployment{ID: rev.ID, Created: *s.now()}
	}
	back.Updated, back.Rollout, back.Halted = *s.now(), types.DeploymentRolloutStateInProgress, false
	back.Reason = "ECS deployment circuit breaker: rolling back to deploymentId ecs-svc/" + back.ID + "."
	svc.Deployments = append([]*deployment{back}, svc.Deployments...)
	svc.adopt(rev.Revision)
	s.restoreExpress(svc, rev)
	svc.Failures, svc.Steady = 0, false
	r.RollbackTo = rev.ID
	r.Deployment.Status, r.Deployment.UpdatedAt, r.Deployment.StatusReason = types.ServiceDeploymentStatusRollbackInProgress, s.now(), aws.String(reason)
	r.Deployment.Rollback = &types.Rollback{Reason: aws.String(reason), StartedAt: s.now(), ServiceRevisionArn: rev.Revision.ServiceRevisionArn}
	s.event(svc, "(service %s) rolling back to deployment ecs-svc/%s.", svc.name(), back.ID)
	s.reintroduce()
}

// take removes a deployment from the list and returns it; nil when it is not there any more.
func (svc *service) take(id string) *deployment {
	for i, d := range svc.Deployments {
		if d.ID == id {
			svc.Deployments = append(svc.Deployments[:i:i], svc.Deployments[i+1:]...)
			return d
		}
	}
	return nil
}
