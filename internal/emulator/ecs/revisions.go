package ecs

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// newRevision makes a new service's first revision.
func (s *Service) newRevision(svc *service, td *taskDefinition, balancers []types.LoadBalancer, connect *types.ServiceConnectConfiguration, volumes []types.ServiceVolumeConfiguration) *revision {
	d := svc.Service
	return s.addRevision(svc, td, types.ServiceRevision{
		ServiceArn: d.ServiceArn, ClusterArn: d.ClusterArn, TaskDefinition: d.TaskDefinition, NetworkConfiguration: d.NetworkConfiguration,
		LoadBalancers: balancers, ServiceRegistries: d.ServiceRegistries, ServiceConnectConfiguration: connect,
		VolumeConfigurations: volumes, PlatformVersion: d.PlatformVersion, PlatformFamily: d.PlatformFamily,
	})
}

// addRevision numbers a revision and resolves its images. Nothing changes a revision afterwards.
func (s *Service) addRevision(svc *service, td *taskDefinition, r types.ServiceRevision) *revision {
	id := newDigits(19)
	r.ServiceRevisionArn = aws.String(s.Scope.ARN("ecs", "service-revision/"+svc.cluster.name()+"/"+svc.name()+"/"+id))
	r.CreatedAt, r.LaunchType, r.CapacityProviderStrategy = s.now(), svc.Service.LaunchType, svc.Service.CapacityProviderStrategy
	r.ContainerImages = []types.ContainerImage{}
	for _, c := range td.Definition.ContainerDefinitions {
		image := types.ContainerImage{ContainerName: c.Name, Image: c.Image}
		if digest := s.digest(aws.ToString(c.Image)); digest != "" {
			image.ImageDigest = aws.String(digest)
		}
		r.ContainerImages = append(r.ContainerImages, image)
	}
	r.ResolvedConfiguration = &types.ResolvedConfiguration{LoadBalancers: []types.ServiceRevisionLoadBalancer{}}
	for _, lb := range r.LoadBalancers {
		r.ResolvedConfiguration.LoadBalancers = append(r.ResolvedConfiguration.LoadBalancers, types.ServiceRevisionLoadBalancer{TargetGroupArn: lb.TargetGroupArn})
	}
	rev := &revision{ID: id, Revision: r}
	svc.Revision[id] = rev
	return rev
}

// DescribeServiceRevisions describes up to twenty revisions by ARN.
func (s *Service) DescribeServiceRevisions(_ context.Context, in *ecs.DescribeServiceRevisionsInput) (*ecs.DescribeServiceRevisionsOutput, error) {
	if n := len(in.ServiceRevisionArns); n < 1 || n > 20 {
		return nil, invalid("serviceRevisionArns must contain between 1 and 20 elements.")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	out := &ecs.DescribeServiceRevisionsOutput{ServiceRevisions: []types.ServiceRevision{}, Failures: []types.Failure{}}
	for _, arn := range in.ServiceRevisionArns {
		kind, parts := resource(arn)
		if kind != "service-revision" || len(parts) != 3 {
			return nil, invalid("Invalid service revision ARN: %s", arn)
		}
		if rev := s.revision(parts); rev != nil {
			shown := rev.Revision
			shown.EcsManagedResources = s.clusters[parts[0]].Services[parts[1]].managedResources(rev)
			out.ServiceRevisions = append(out.ServiceRevisions, shown)
			continue
		}
		out.Failures = append(out.Failures, failure(arn, "MISSING"))
	}
	return out, nil
}

// revision finds a revision by cluster, service and ID.
func (s *Service) revision(parts []string) *revision {
	if c := s.clusters[parts[0]]; c != nil {
		if svc := c.Services[parts[1]]; svc != nil {
			return svc.Revision[parts[2]]
		}
	}
	return nil
}
