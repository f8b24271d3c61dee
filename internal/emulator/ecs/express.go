package ecs

import (
	"cmp"
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"ferry.dev/ferry/internal/emulator/ids"
)

// Express Mode: a service for which ECS itself keeps a load balancer, scaling and, where it is asked to, the task definition.
//
// Deviations from AWS, where up to 25 services share a load balancer and each has a host name below on.aws over HTTPS: here
// each has a load balancer of its own on a loopback port, and its endpoint is a whole address, http://127.0.0.1:port. AWS shifts
// traffic as a canary, between two target groups; here a new revision replaces the old one task by task in a single one. The
// count is brought into its range, but no metric ever moves it: there are none. A network that is not given is AWS's default
// VPC, which this endpoint does not have.
//
// Source: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/express-service-overview.html

// express is what an ECS service in Express Mode has beyond others.
type express struct {
	Role    string // ARN of the infrastructure role
	Front   front
	Updated time.Time
	Drained bool // it is being deleted, and its tasks are gone: what is left is its load balancer
}

// CreateExpressGatewayService makes a service with everything that leads requests to it. The cluster "default" is made where
// it is meant and missing.
func (s *Service) CreateExpressGatewayService(ctx context.Context, in *ecs.CreateExpressGatewayServiceInput) (*ecs.CreateExpressGatewayServiceOutput, error) {
	name := cmp.Or(aws.ToString(in.ServiceName), "express-"+ids.NewHex(8))
	if err := checkExpressCreate(name, in); err != nil {
		return nil, err
	}
	cluster, err := s.expressCluster(in.Cluster, name)
	if err != nil {
		return nil, err
	}
	config := newExpressConfiguration(in)
	td, err := s.expressDefinition(ctx, cluster, name, &config, in.TaskDefinitionArn)
	if err != nil {
		return nil, err
	}
	port, err := mainPort(td)
	if err != nil {
		return nil, err
	}
	f, err := s.openFront(ctx, config)
	if err != nil {
		return nil, err
	}
	svc, err := s.startExpress(cluster, name, td, config, in, f, port)
	if err != nil {
		s.closeFront(ctx, f)
		return nil, err
	}
	if err := s.scaleExpress(ctx, svc, f, config.ScalingTarget); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return &ecs.CreateExpressGatewayServiceOutput{Service: s.describeExpress(svc, true)}, nil
}

// expressCluster finds the cluster and makes sure that it has no service of the name.
func (s *Service) expressCluster(id *string, name string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	cluster := cmp.Or(last(aws.ToString(id)), "default")
	if c := s.clusters[cluster]; cluster == "default" && (c == nil || !c.active()) {
		s.clusters[cluster] = s.newCluster(cluster, &ecs.CreateClusterInput{CapacityProviders: []string{"FARGATE", "FARGATE_SPOT"}})
	}
	c, err := s.cluster(&cluster)
	if err != nil {
		return "", err
	}
	return cluster, free(c, name)
}

// free refuses a name that a service has which is not INACTIVE.
func free(c *cluster, name string) error {
	old := c.Services[name]
	switch {
	case old == nil || old.status() == "INACTIVE":
		return nil
	case old.status() == "DRAINING":
		return invalid("Unable to Start a service that is still Draining.")
	}
	return invalid("Creation of service was not idempotent.")
}

// newExpressConfiguration fills in the defaults of Express Mode.
func newExpressConfiguration(in *ecs.CreateExpressGatewayServiceInput) types.ExpressGatewayServiceConfiguration {
	c := types.ExpressGatewayServiceConfiguration{
		HealthCheckPath: aws.String(cmp.Or(aws.ToString(in.HealthCheckPath), "/ping")), NetworkConfiguration: in.NetworkConfiguration,
		ScalingTarget: fillScalingTarget(in.ScalingTarget, nil), PrimaryContainer: in.PrimaryContainer, Cpu: in.Cpu, Memory: in.Memory,
		CpuArchitecture: in.CpuArchitecture, ExecutionRoleArn: in.ExecutionRoleArn, TaskRoleArn: in.TaskRoleArn,
	}
	return c
}

// fillScalingTarget puts a change over what was there, and defaults under both.
func fillScalingTarget(in, old *types.ExpressGatewayScalingTarget) *types.ExpressGatewayScalingTarget {
	out := types.ExpressGatewayScalingTarget{
		AutoScalingMetric:      types.ExpressGatewayServiceScalingMetricAverageCPUUtilization,
		AutoScalingTargetValue: aws.Int32(60), MinTaskCount: aws.Int32(1), MaxTaskCount: aws.Int32(20),
	}
	for _, t := range []*types.ExpressGatewayScalingTarget{old, in} {
		if t == nil {
			continue
		}
		out.AutoScalingMetric = cmp.Or(t.AutoScalingMetric, out.AutoScalingMetric)
		for to, from := range map[**int32]*int32{
			&out.AutoScalingTargetValue: t.AutoScalingTargetValue, &out.MinTaskCount: t.MinTaskCount, &out.MaxTaskCount: t.MaxTaskCount,
		} {
			if from != nil {
				*to = from
			}
		}
	}
	return &out
}

// startExpress makes the ECS service and starts its first deployment.
func (s *Service) startExpress(cluster, name string, td types.TaskDefinition, config types.ExpressGatewayServiceConfiguration, in *ecs.CreateExpressGatewayServiceInput, f front, port int32) (*service, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, err := s.cluster(&cluster)
	if err != nil {
		return nil, err
	}
	if err := free(c, name); err != nil {
		return nil, err
	}
	definition, err := s.usable(*td.TaskDefinitionArn)
	if err != nil {
		return nil, err
	}
	balancers := f.balancers(port)
	svc := s.newService(c, definition, &ecs.CreateServiceInput{
		ServiceName: &name, DesiredCount: config.ScalingTarget.MinTaskCount, LaunchType: types.LaunchTypeFargate, Tags: in.Tags,
		NetworkConfiguration: f.network(config), LoadBalancers: balancers, HealthCheckGracePeriodSeconds: aws.Int32(60),
		DeploymentConfiguration: &types.DeploymentConfiguration{DeploymentCircuitBreaker: &types.DeploymentCircuitBreaker{Enable: true, Rollback: true}},
	})
	svc.Service.ResourceManagementType = types.ResourceManagementTypeEcs
	svc.Express = &express{Role: *in.InfrastructureRoleArn, Front: f, Updated: *s.now()}
	c.Services[name] = svc
	rev := s.newRevision(svc, definition, balancers, nil, nil)
	rev.Express = &config
	s.deploy(svc, rev)
	s.schedule(svc)
	return svc, nil
}
