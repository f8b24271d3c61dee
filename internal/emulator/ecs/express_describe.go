package ecs

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// describeExpress shows a service as Express Mode's own operations do. The caller holds the lock.
func (s *Service) describeExpress(svc *service, tags bool) *types.ECSExpressGatewayService {
	out := &types.ECSExpressGatewayService{
		ActiveConfigurations: []types.ExpressGatewayServiceConfiguration{}, Cluster: aws.String(svc.cluster.name()), CreatedAt: svc.Service.CreatedAt,
		InfrastructureRoleArn: aws.String(svc.Express.Role), ServiceArn: svc.Service.ServiceArn, ServiceName: svc.Service.ServiceName,
		Status: &types.ExpressGatewayServiceStatus{StatusCode: types.ExpressGatewayServiceStatusCode(svc.status())}, UpdatedAt: aws.Time(svc.Express.Updated),
	}
	if tags {
		out.Tags = slices.Clone(svc.Tags)
	}
	if svc.status() == "INACTIVE" {
		return out
	}
	if r := svc.current(); r != nil && r.inProgress() {
		out.CurrentDeployment = r.Deployment.ServiceDeploymentArn
	}
	for _, d := range svc.Deployments {
		out.ActiveConfigurations = append(out.ActiveConfigurations, s.configuration(svc, svc.Revision[d.ID]))
	}
	return out
}

// configuration shows a revision's configuration with what ECS adds.
func (s *Service) configuration(svc *service, rev *revision) types.ExpressGatewayServiceConfiguration {
	c := *rev.Express
	c.CreatedAt, c.ServiceRevisionArn, c.TaskDefinitionArn = rev.Revision.CreatedAt, rev.Revision.ServiceRevisionArn, rev.Revision.TaskDefinition
	c.IngressPaths = []types.IngressPathSummary{{AccessType: svc.Express.Front.access(), Endpoint: aws.String(svc.Express.Front.Endpoint)}}
	return c
}

// managedResources names what ECS keeps for a revision. The caller holds the lock.
func (svc *service) managedResources(rev *revision) *types.ECSManagedResources {
	if svc.Express == nil || rev.Express == nil {
		return nil
	}
	f, at := svc.Express.Front, svc.Service.CreatedAt
	const active = types.ManagedResourceStatusActive
	scheme := "internal"
	if f.Public {
		scheme = "internet-facing"
	}
	group := types.ManagedTargetGroup{Arn: aws.String(f.Group), HealthCheckPath: rev.Express.HealthCheckPath, Port: 80, Status: active, UpdatedAt: at}
	if len(rev.Revision.LoadBalancers) > 0 {
		group.HealthCheckPort = aws.ToInt32(rev.Revision.LoadBalancers[0].ContainerPort)
	}
	return &types.ECSManagedResources{
		AutoScaling: &types.ManagedAutoScaling{ScalableTarget: &types.ManagedScalableTarget{
			MinCapacity: *rev.Express.ScalingTarget.MinTaskCount, MaxCapacity: *rev.Express.ScalingTarget.MaxTaskCount, Status: active, UpdatedAt: at,
		}},
		IngressPaths: []types.ManagedIngressPath{{
			AccessType: f.access(), Endpoint: aws.String(f.Endpoint),
			Listener: &types.ManagedListener{Arn: aws.String(f.Listener), Status: active, UpdatedAt: at},
			LoadBalancer: &types.ManagedLoadBalancer{
				Arn: aws.String(f.LoadBalancer), Scheme: &scheme, Status: active, SubnetIds: rev.Express.NetworkConfiguration.Subnets, UpdatedAt: at,
			},
			TargetGroups: []types.ManagedTargetGroup{group},
		}},
	}
}
