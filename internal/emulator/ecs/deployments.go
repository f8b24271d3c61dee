package ecs

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// deploy starts a deployment of a revision. One that is in progress is superseded. The caller holds the lock.
func (s *Service) deploy(svc *service, rev *revision) {
	now := *s.now()
	if old := svc.current(); old != nil && old.inProgress() {
		s.finish(old, types.ServiceDeploymentStatusStopped, "Service deployment was stopped because another service deployment was started.")
	}
	d := &deployment{ID: rev.ID, Created: now, Updated: now, Rollout: types.DeploymentRolloutStateInProgress}
	d.Reason = "ECS deployment ecs-svc/" + d.ID + " in progress."
	r := &rollout{Target: rev.ID}
	for _, old := range svc.Deployments {
		r.Sources = append(r.Sources, old.ID)
	}
	r.Deployment = types.ServiceDeployment{
		ServiceDeploymentArn: aws.String(s.Scope.ARN("ecs", "service-deployment/"+svc.cluster.name()+"/"+svc.name()+"/"+newLetters(21))),
		ServiceArn:           svc.Service.ServiceArn, ClusterArn: svc.Service.ClusterArn, CreatedAt: &now, UpdatedAt: &now,
		Status: types.ServiceDeploymentStatusPending, DeploymentConfiguration: svc.Service.DeploymentConfiguration,
	}
	svc.Deployments = append([]*deployment{d}, svc.Deployments...)
	svc.History = append(svc.History, r)
	svc.Failures, svc.Steady = 0, false
	s.reintroduce()
}

// finish ends a service deployment.
func (s *Service) finish(r *rollout, status types.ServiceDeploymentStatus, reason string) {
	r.Deployment.Status, r.Deployment.FinishedAt, r.Deployment.UpdatedAt = status, s.now(), s.now()
	if reason != "" {
		r.Deployment.StatusReason = aws.String(reason)
	}
	if status == types.ServiceDeploymentStatusStopped {
		r.Deployment.StoppedAt = s.now()
	}
}

// ListServiceDeployments lists a service's deployments, newest first.
func (s *Service) ListServiceDeployments(_ context.Context, in *ecs.ListServiceDeploymentsInput) (*ecs.ListServiceDeploymentsOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	svc, err := s.service(in.Cluster, in.Service)
	if err != nil {
		return nil, err
	}
	byKey := map[string]*rollout{}
	var keys []string
	for i, r := range svc.History {
		d := r.Deployment
		if len(in.Status) > 0 && !slices.Contains(in.Status, d.Status) {
			continue
		}
		if c := in.CreatedAt; c != nil && (c.After != nil && d.CreatedAt.Before(*c.After) || c.Before != nil && d.CreatedAt.After(*c.Before)) {
			continue
		}
		key := sortable(i)
		byKey[key], keys = r, append(keys, key)
	}
	keys, next, err := page(keys, true, orInt(in.MaxResults, 20), 100, in.NextToken)
	if err != nil {
		return nil, err
	}
	out := &ecs.ListServiceDeploymentsOutput{ServiceDeployments: []types.ServiceDeploymentBrief{}, NextToken: next}
	for _, key := range keys {
		d := byKey[key].Deployment
		out.ServiceDeployments = append(out.ServiceDeployments, types.ServiceDeploymentBrief{
			ServiceDeploymentArn: d.ServiceDeploymentArn, ServiceArn: d.ServiceArn, ClusterArn: d.ClusterArn, CreatedAt: d.CreatedAt,
			StartedAt: d.StartedAt, FinishedAt: d.FinishedAt, Status: d.Status, StatusReason: d.StatusReason,
			TargetServiceRevisionArn: svc.Revision[byKey[key].Target].Revision.ServiceRevisionArn,
		})
	}
	return out, nil
}

// DescribeServiceDeployments describes up to twenty service deployments by ARN.
func (s *Service) DescribeServiceDeployments(_ context.Context, in *ecs.DescribeServiceDeploymentsInput) (*ecs.DescribeServiceDeploymentsOutput, error) {
	if n := len(in.ServiceDeploymentArns); n < 1 || n > 20 {
		return nil, invalid("serviceDeploymentArns must contain between 1 and 20 elements.")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	out := &ecs.DescribeServiceDeploymentsOutput{ServiceDeployments: []types.ServiceDeployment{}, Failures: []types.Failure{}}
	for _, arn := range in.ServiceDeploymentArns {
		svc, r, err := s.rollout(arn)
		if err != nil {
			return nil, err
		}
		if r == nil {
			out.Failures = append(out.Failures, failure(arn, "MISSING"))
			continue
		}
		out.ServiceDeployments = append(out.ServiceDeployments, svc.describeRollout(r))
	}
	return out, nil
}

// rollout finds a service deployment by ARN; nil when there is none.
func (s *Service) rollout(arn string) (*service, *rollout, error) {
	kind, parts := resource(arn)
	if kind != "service-deployment" || len(parts) != 3 {
		return nil, nil, invalid("Invalid service deployment ARN: %s", arn)
	}
	c := s.clusters[parts[0]]
	if c == nil || c.Services[parts[1]] == nil {
		return nil, nil, nil
	}
	svc := c.Services[parts[1]]
	for _, r := range svc.History {
		if *r.Deployment.ServiceDeploymentArn == arn {
			return svc, r, nil
		}
	}
	return svc, nil, nil
}

func (svc *service) describeRollout(r *rollout) types.ServiceDeployment {
	out := r.Deployment
	// The counts of a deployment that has ended are those of its end, as far as they can still be known.
	out.TargetServiceRevision = svc.summary(r.Target)
	if svc.primary().ID == r.Target {
		out.TargetServiceRevision.RequestedTaskCount = svc.Service.DesiredCount
		out.TargetServiceRevision.RequestedProductionTrafficWeight = aws.Float64(100)
	}
	out.SourceServiceRevisions = []types.ServiceRevisionSummary{}
	for _, id := range r.Sources {
		out.SourceServiceRevisions = append(out.SourceServiceRevisions, *svc.summary(id))
	}
	b := types.ServiceDeploymentCircuitBreaker{Status: types.ServiceDeploymentRollbackMonitorsStatusDisabled}
	if c := out.DeploymentConfiguration.DeploymentCircuitBreaker; c != nil && c.Enable {
		b = types.ServiceDeploymentCircuitBreaker{FailureCount: r.Failures, Threshold: svc.threshold(), Status: types.ServiceDeploymentRollbackMonitorsStatusMonitoring}
		switch {
		case b.FailureCount >= b.Threshold:
			b.Status = types.ServiceDeploymentRollbackMonitorsStatusTriggered
		case !r.inProgress():
			b.Status = types.ServiceDeploymentRollbackMonitorsStatusMonitoringComplete
		}
	}
	out.DeploymentCircuitBreaker = &b
	out.Alarms = &types.ServiceDeploymentAlarms{Status: types.ServiceDeploymentRollbackMonitorsStatusDisabled}
	return out
}

// summary counts what runs of a revision now.
func (svc *service) summary(id string) *types.ServiceRevisionSummary {
	running, pending := svc.count(id)
	return &types.ServiceRevisionSummary{
		Arn: svc.Revision[id].Revision.ServiceRevisionArn, RunningTaskCount: running, PendingTaskCount: pending,
		RequestedTaskCount: svc.requested(1, &deployment{ID: id}),
	}
}

// StopServiceDeployment stops a deployment that is in progress by rolling it back.
func (s *Service) StopServiceDeployment(_ context.Context, in *ecs.StopServiceDeploymentInput) (*ecs.StopServiceDeploymentOutput, error) {
	arn := aws.ToString(in.ServiceDeploymentArn)
	if in.StopType != "" && in.StopType != types.StopServiceDeploymentStopTypeRollback {
		return nil, invalid("Invalid stopType: %s. The valid value is ROLLBACK.", in.StopType)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	svc, r, err := s.rollout(arn)
	if err != nil {
		return nil, err
	}
	if r == nil {
		return nil, &types.ServiceDeploymentNotFoundException{Message: aws.String("Service deployment not found.")}
	}
	switch r.Deployment.Status {
	case types.ServiceDeploymentStatusPending, types.ServiceDeploymentStatusInProgress:
		r.Deployment.Status = types.ServiceDeploymentStatusRollbackRequested
		r.Deployment.UpdatedAt = s.now()
		svc.wake()
	default:
		return nil, &types.ConflictException{Message: aws.String("The service deployment cannot be stopped: its status is " + string(r.Deployment.Status) + ".")}
	}
	return &ecs.StopServiceDeploymentOutput{ServiceDeploymentArn: in.ServiceDeploymentArn}, nil
}
