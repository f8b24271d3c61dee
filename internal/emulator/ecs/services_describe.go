package ecs

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// DescribeServices describes up to ten services. One that was deleted is INACTIVE; one that never was is a MISSING failure.
func (s *Service) DescribeServices(_ context.Context, in *ecs.DescribeServicesInput) (*ecs.DescribeServicesOutput, error) {
	if len(in.Services) == 0 {
		return nil, invalid("Services cannot be empty.")
	}
	if len(in.Services) > 10 {
		return nil, invalid("Services cannot have more than 10 elements.")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	c, err := s.cluster(in.Cluster)
	if err != nil {
		return nil, err
	}
	tags := slices.Contains(in.Include, types.ServiceFieldTags)
	out := &ecs.DescribeServicesOutput{Services: []types.Service{}, Failures: []types.Failure{}}
	for _, id := range in.Services {
		if svc := c.Services[last(id)]; svc != nil {
			out.Services = append(out.Services, *s.describeService(svc, tags))
			continue
		}
		out.Failures = append(out.Failures, failure(s.Scope.ARN("ecs", "service/"+c.name()+"/"+last(id)), "MISSING"))
	}
	return out, nil
}

// describeService fills counts, deployments and events. The caller holds the lock.
func (s *Service) describeService(svc *service, tags bool) *types.Service {
	out := svc.Service
	if svc.Express != nil {
		out.TaskDefinition = nil // its deployments tell: ECS leaves it away here
	}
	out.Events = slices.Clone(svc.Events)
	if out.Events == nil {
		out.Events = []types.ServiceEvent{}
	}
	if tags {
		out.Tags = slices.Clone(svc.Tags)
	}
	out.Deployments = []types.Deployment{}
	out.CurrentServiceRevisions = []types.ServiceCurrentRevisionSummary{}
	out.RunningCount, out.PendingCount = svc.count("")
	if svc.status() == "INACTIVE" {
		return &out
	}
	for i, d := range svc.Deployments {
		out.Deployments = append(out.Deployments, svc.describeDeployment(i, d))
		running, pending := svc.count(d.ID)
		out.CurrentServiceRevisions = append(out.CurrentServiceRevisions, types.ServiceCurrentRevisionSummary{
			Arn: svc.Revision[d.ID].Revision.ServiceRevisionArn, RequestedTaskCount: svc.requested(i, d), RunningTaskCount: running, PendingTaskCount: pending,
		})
	}
	if r := svc.current(); r != nil && r.inProgress() {
		out.CurrentServiceDeployment = r.Deployment.ServiceDeploymentArn
	}
	return &out
}

// count counts the tasks of one deployment ("" = all) that run and that are starting.
func (svc *service) count(deployment string) (running, pending int32) {
	for _, t := range svc.cluster.Tasks {
		if t.Service != svc.name() || (deployment != "" && t.Deployment != deployment) {
			continue
		}
		switch {
		case t.running():
			running++
		case t.starting() && t.wanted():
			pending++
		}
	}
	return running, pending
}

// requested is how many tasks a deployment is asked for: the service's count, or what is left of an older one.
func (svc *service) requested(i int, d *deployment) int32 {
	if i == 0 {
		return svc.Service.DesiredCount
	}
	n := int32(0)
	for _, t := range svc.cluster.Tasks {
		if t.Service == svc.name() && t.Deployment == d.ID && t.wanted() {
			n++
		}
	}
	return n
}

func (svc *service) describeDeployment(i int, d *deployment) types.Deployment {
	r := svc.Revision[d.ID].Revision
	status := "PRIMARY"
	if i > 0 {
		status = "ACTIVE"
	}
	running, pending := svc.count(d.ID)
	return types.Deployment{
		Id: aws.String("ecs-svc/" + d.ID), Status: aws.String(status), TaskDefinition: r.TaskDefinition, DesiredCount: svc.requested(i, d),
		RunningCount: running, PendingCount: pending, FailedTasks: d.Failed, CreatedAt: aws.Time(d.Created), UpdatedAt: aws.Time(d.Updated),
		LaunchType: r.LaunchType, CapacityProviderStrategy: r.CapacityProviderStrategy, PlatformVersion: r.PlatformVersion,
		PlatformFamily: r.PlatformFamily, NetworkConfiguration: r.NetworkConfiguration, RolloutState: d.Rollout,
		RolloutStateReason: aws.String(d.Reason), ServiceConnectConfiguration: r.ServiceConnectConfiguration,
		VolumeConfigurations: r.VolumeConfigurations,
	}
}

// ListServices lists the ARNs of the services of a cluster that are not INACTIVE, ten to a page unless MaxResults says
// otherwise.
func (s *Service) ListServices(_ context.Context, in *ecs.ListServicesInput) (*ecs.ListServicesOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, err := s.cluster(in.Cluster)
	if err != nil {
		return nil, err
	}
	var arns []string
	for _, svc := range c.Services {
		if svc.status() == "INACTIVE" ||
			(in.LaunchType != "" && svc.Service.LaunchType != in.LaunchType) ||
			(in.SchedulingStrategy != "" && svc.Service.SchedulingStrategy != in.SchedulingStrategy) ||
			(in.ResourceManagementType != "" && svc.Service.ResourceManagementType != in.ResourceManagementType) {
			continue
		}
		arns = append(arns, *svc.Service.ServiceArn)
	}
	arns, next, err := page(arns, false, orInt(in.MaxResults, 10), 100, in.NextToken)
	if err != nil {
		return nil, err
	}
	return &ecs.ListServicesOutput{ServiceArns: arns, NextToken: next}, nil
}
