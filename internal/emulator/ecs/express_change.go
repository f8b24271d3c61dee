package ecs

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// UpdateExpressGatewayService changes what it is given and leaves the rest. Whatever differs makes a new service revision and a
// deployment of it; nothing else makes none.
func (s *Service) UpdateExpressGatewayService(ctx context.Context, in *ecs.UpdateExpressGatewayServiceInput) (*ecs.UpdateExpressGatewayServiceOutput, error) {
	described := given(in.PrimaryContainer != nil, in.ExecutionRoleArn, in.TaskRoleArn, in.Cpu, in.Memory, in.CpuArchitecture)
	if err := checkOneDefinition(in.TaskDefinitionArn, described); err != nil {
		return nil, err
	}
	if err := checkExpressValues(in.HealthCheckPath, nil, in.PrimaryContainer); err != nil {
		return nil, err
	}
	svc, config, err := s.activeExpress(in.ServiceArn)
	if err != nil {
		return nil, err
	}
	change(&config, in)
	if err := checkExpressValues(nil, config.ScalingTarget, nil); err != nil {
		return nil, err
	}
	if len(described) > 0 && config.PrimaryContainer == nil {
		return nil, invalid("primaryContainer should not be blank: the service uses a task definition of its own.")
	}
	if in.TaskDefinitionArn != nil || len(described) > 0 {
		config, err = s.redefineExpress(ctx, svc, config, in.TaskDefinitionArn)
	} else {
		config, err = s.moveExpress(svc, config, config.TaskDefinitionArn)
	}
	if err != nil {
		return nil, err
	}
	return s.settleExpress(ctx, svc, config)
}

// activeExpress finds a service that can be changed, and its configuration with the task definition that it has.
func (s *Service) activeExpress(id *string) (*service, types.ExpressGatewayServiceConfiguration, error) {
	var config types.ExpressGatewayServiceConfiguration
	s.mu.Lock()
	defer s.mu.Unlock()
	svc, err := s.expressService(id)
	if err != nil {
		return nil, config, err
	}
	if svc.status() != "ACTIVE" {
		return nil, config, &types.ServiceNotActiveException{Message: aws.String("Service was not ACTIVE.")}
	}
	rev := svc.Revision[svc.primary().ID]
	config = *rev.Express
	config.TaskDefinitionArn = rev.Revision.TaskDefinition
	return svc, config, nil
}

// expressService finds a service in Express Mode by its ARN, INACTIVE ones included. The caller holds the lock.
func (s *Service) expressService(arn *string) (*service, error) {
	kind, parts := resource(aws.ToString(arn))
	if kind != "service" || len(parts) != 2 {
		return nil, invalid("Invalid serviceArn: %s", aws.ToString(arn))
	}
	svc, err := s.service(&parts[0], &parts[1])
	if err != nil {
		return nil, err
	}
	if svc.Express == nil {
		return nil, invalid("%s has ResourceManagementType=CUSTOMER and is not an Express service.", aws.ToString(arn))
	}
	return svc, nil
}

// change puts what an update gives over a configuration.
func change(c *types.ExpressGatewayServiceConfiguration, in *ecs.UpdateExpressGatewayServiceInput) {
	for to, from := range map[**string]*string{
		&c.HealthCheckPath: in.HealthCheckPath, &c.Cpu: in.Cpu, &c.Memory: in.Memory, &c.ExecutionRoleArn: in.ExecutionRoleArn, &c.TaskRoleArn: in.TaskRoleArn,
	} {
		if from != nil {
			*to = from
		}
	}
	if in.CpuArchitecture != "" {
		c.CpuArchitecture = in.CpuArchitecture
	}
	if in.PrimaryContainer != nil {
		c.PrimaryContainer = in.PrimaryContainer
	}
	if n := in.NetworkConfiguration; n != nil {
		old := *c.NetworkConfiguration
		if n.Subnets != nil {
			old.Subnets = n.Subnets
		}
		if n.SecurityGroups != nil {
			old.SecurityGroups = n.SecurityGroups
		}
		c.NetworkConfiguration = &old
	}
	c.ScalingTarget = fillScalingTarget(in.ScalingTarget, c.ScalingTarget)
}

// redefineExpress deploys another task definition: one of the customer's own, or, without one, what the configuration describes.
func (s *Service) redefineExpress(ctx context.Context, svc *service, c types.ExpressGatewayServiceConfiguration, own *string) (types.ExpressGatewayServiceConfiguration, error) {
	td, err := s.expressDefinition(ctx, svc.cluster.name(), svc.name(), &c, own)
	if err != nil {
		return c, err
	}
	if _, err := mainPort(td); err != nil {
		return c, err
	}
	return s.moveExpress(svc, c, td.TaskDefinitionArn)
}

// moveExpress starts a deployment of a configuration that differs, and returns the one that the service has then.
func (s *Service) moveExpress(svc *service, c types.ExpressGatewayServiceConfiguration, definition *string) (types.ExpressGatewayServiceConfiguration, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := svc.Revision[svc.primary().ID]
	td, err := s.taskDefinition(aws.ToString(definition)) // it may have been deregistered since
	if err != nil {
		return c, err
	}
	port, err := mainPort(td.Definition)
	if err != nil {
		return c, err
	}
	next, _, err := s.nextRevision(svc, &ecs.UpdateServiceInput{
		TaskDefinition: definition, NetworkConfiguration: svc.Express.Front.network(c), LoadBalancers: svc.Express.Front.balancers(port),
	})
	if err != nil {
		return c, err
	}
	c.TaskDefinitionArn = nil // the revision has it
	if same(next, now.Revision) && text(c) == text(*now.Express) {
		return s.configuration(svc, now), nil
	}
	svc.adopt(next)
	svc.Express.Updated = *s.now()
	rev := s.addRevision(svc, td, next)
	rev.Express = &c
	s.deploy(svc, rev)
	svc.wake()
	return s.configuration(svc, rev), nil
}

func text(c types.ExpressGatewayServiceConfiguration) string {
	data, err := json.Marshal(c)
	if err != nil {
		return err.Error()
	}
	return string(data)
}

// settleExpress brings the load balancer and the scaling to a configuration, and answers.
func (s *Service) settleExpress(ctx context.Context, svc *service, c types.ExpressGatewayServiceConfiguration) (*ecs.UpdateExpressGatewayServiceOutput, error) {
	if err := s.checkAt(ctx, svc.Express.Front, c.HealthCheckPath); err != nil {
		return nil, err
	}
	if err := s.scaleExpress(ctx, svc, svc.Express.Front, c.ScalingTarget); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	d := s.describeExpress(svc, false)
	return &ecs.UpdateExpressGatewayServiceOutput{Service: &types.UpdatedExpressGatewayService{
		Cluster: d.Cluster, CreatedAt: d.CreatedAt, ServiceArn: d.ServiceArn, ServiceName: d.ServiceName, Status: d.Status,
		TargetConfiguration: &c, UpdatedAt: d.UpdatedAt,
	}}, nil
}

// restoreExpress follows a rollback with what stands beside the tasks. The caller holds the lock.
func (s *Service) restoreExpress(svc *service, rev *revision) {
	if rev.Express == nil {
		return
	}
	c, f := *rev.Express, svc.Express.Front
	s.run(func() {
		s.checkAt(s.ctx, f, c.HealthCheckPath)         //nolint:errcheck // it was taken before
		s.scaleExpress(s.ctx, svc, f, c.ScalingTarget) //nolint:errcheck // it was taken before
	})
}

// DescribeExpressGatewayService describes a service in Express Mode, one that was deleted as INACTIVE.
func (s *Service) DescribeExpressGatewayService(_ context.Context, in *ecs.DescribeExpressGatewayServiceInput) (*ecs.DescribeExpressGatewayServiceOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	svc, err := s.expressService(in.ServiceArn)
	if _, missing := err.(*types.ServiceNotFoundException); missing { //nolint:errorlint // it is never wrapped
		return nil, &types.ResourceNotFoundException{Message: aws.String("Service not found.")}
	}
	if err != nil {
		return nil, err
	}
	return &ecs.DescribeExpressGatewayServiceOutput{Service: s.describeExpress(svc, slices.Contains(in.Include, types.ExpressGatewayServiceIncludeTags))}, nil
}

// DeleteExpressGatewayService drains a service. It becomes INACTIVE once its tasks have stopped and its load balancer is gone.
func (s *Service) DeleteExpressGatewayService(ctx context.Context, in *ecs.DeleteExpressGatewayServiceInput) (*ecs.DeleteExpressGatewayServiceOutput, error) {
	svc, _, err := s.activeExpress(in.ServiceArn)
	if err != nil {
		return nil, err
	}
	s.unscaleExpress(ctx, svc)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.retireService(svc)
	return &ecs.DeleteExpressGatewayServiceOutput{Service: s.describeExpress(svc, true)}, nil
}
