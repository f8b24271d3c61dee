package ecs

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	elbv2 "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	elbtypes "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
)

// register adds the task to its target groups, under its own address and the container's port, and tells the load
// balancer where on this host that answers.
func (s *Service) register(t *task) error {
	for _, c := range t.Definition.ContainerDefinitions {
		if err := s.bind(t, c); err != nil {
			return err
		}
	}
	for _, lb := range t.Balancers {
		port := aws.ToInt32(lb.ContainerPort)
		address, err := t.run.Address(t.ctx, int(port))
		if err != nil {
			return fmt.Errorf("ResourceInitializationError: failed to reach port %d: %w", port, err)
		}
		rec := targetRecord{Group: aws.ToString(lb.TargetGroupArn), ID: t.address(), Port: port}
		if t.Definition.NetworkMode == types.NetworkModeBridge { // the port that the instance had free
			if _, rec.Port, err = splitHostPort(address); err != nil {
				return err
			}
		}
		s.ELB.SetAddress(rec.ID, rec.Port, address)
		_, err = s.ELB.RegisterTargets(t.ctx, &elbv2.RegisterTargetsInput{TargetGroupArn: &rec.Group, Targets: rec.describe()})
		if err != nil {
			s.ELB.SetAddress(rec.ID, rec.Port, "")
			return fmt.Errorf("ResourceInitializationError: failed to register targets in (target-group %s): %w", rec.Group, err)
		}
		s.change(t, func() { t.Targets = append(t.Targets, rec) })
		s.tell(t, "(service %s) registered 1 targets in (target-group %s)", rec.Group)
	}
	return nil
}

// bind notes where on this host the container's ports answer.
func (s *Service) bind(t *task, c types.ContainerDefinition) error {
	var bindings []types.NetworkBinding
	for _, port := range ports(c) {
		address, err := t.run.Address(t.ctx, port)
		if err != nil {
			return fmt.Errorf("ResourceInitializationError: failed to reach port %d: %w", port, err)
		}
		host, number, err := splitHostPort(address)
		if err != nil {
			return err
		}
		bindings = append(bindings, types.NetworkBinding{
			BindIP: aws.String(host), HostPort: aws.Int32(number), ContainerPort: aws.Int32(int32(port)), Protocol: types.TransportProtocolTcp,
		})
	}
	if bindings != nil {
		s.change(t, func() { t.container(aws.ToString(c.Name)).NetworkBindings = bindings })
	}
	return nil
}

// address is the task's address in its VPC.
func (t *task) address() string {
	if len(t.Task.Attachments) == 0 || aws.ToString(t.Task.Attachments[0].Type) != "ElasticNetworkInterface" {
		return cmp.Or(t.Instance, "127.0.0.1")
	}
	return aws.ToString(t.Task.Attachments[0].Details[4].Value)
}

func (r targetRecord) describe() []elbtypes.TargetDescription {
	return []elbtypes.TargetDescription{{Id: aws.String(r.ID), Port: aws.Int32(r.Port)}}
}

// tell writes a service event about a task, if the task belongs to a service.
func (s *Service) tell(t *task, format string, group string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if svc := t.cluster.Services[t.Service]; svc != nil {
		s.event(svc, format, svc.name(), group)
	}
}

// deregister takes the task out of its target groups and waits until its connections have drained.
func (s *Service) deregister(ctx context.Context, t *task) {
	for _, rec := range t.Targets {
		s.tell(t, "(service %s) deregistered 1 targets in (target-group %s)", rec.Group)
		s.ELB.DeregisterTargets(ctx, &elbv2.DeregisterTargetsInput{TargetGroupArn: &rec.Group, Targets: rec.describe()}) //nolint:errcheck // a group that is gone has no target
	}
	s.tell(t, "(service %s) has begun draining connections on 1 tasks. %s", "(task "+t.id()+")")
	for _, rec := range t.Targets {
		for ctx.Err() == nil && s.draining(ctx, rec) {
			s.Clock.Wait(ctx, s.atLeast(time.Second, 5*time.Millisecond)) //nolint:errcheck // the loop looks at the context
		}
		s.ELB.SetAddress(rec.ID, rec.Port, "")
	}
}

func (s *Service) draining(ctx context.Context, rec targetRecord) bool {
	h, err := s.health(ctx, rec)
	return err == nil && h.State == elbtypes.TargetHealthStateEnumDraining
}

func (s *Service) health(ctx context.Context, rec targetRecord) (elbtypes.TargetHealth, error) {
	out, err := s.ELB.DescribeTargetHealth(ctx, &elbv2.DescribeTargetHealthInput{TargetGroupArn: &rec.Group, Targets: rec.describe()})
	if err != nil {
		return elbtypes.TargetHealth{}, err
	}
	for _, d := range out.TargetHealthDescriptions {
		if d.TargetHealth != nil {
			return *d.TargetHealth, nil
		}
	}
	return elbtypes.TargetHealth{}, errors.New("the target is not registered")
}

// askBalancers asks the target groups of a service how its tasks are. It must not be called with the lock held.
func (s *Service) askBalancers(svc *service) {
	s.mu.Lock()
	asked := map[*task][]targetRecord{}
	for _, t := range svc.tasks() {
		if len(t.Targets) > 0 && t.wanted() {
			asked[t] = t.Targets
		}
	}
	s.mu.Unlock()
	for t, records := range asked {
		health, group, why := s.verdict(records)
		s.mu.Lock()
		t.balance, t.badGroup, t.badWhy = health, group, why
		s.mu.Unlock()
	}
}

// verdict asks for a task's health in all of its target groups: the worst counts. Of an unhealthy one it names the group
// and the group's reason.
func (s *Service) verdict(records []targetRecord) (all types.HealthStatus, group, why string) {
	all = types.HealthStatusHealthy
	for _, rec := range records {
		h, err := s.health(s.ctx, rec)
		switch {
		case err != nil:
			all = types.HealthStatusUnknown
		case h.State == elbtypes.TargetHealthStateEnumUnhealthy:
			return types.HealthStatusUnhealthy, rec.Group, aws.ToString(h.Description)
		case h.State == elbtypes.TargetHealthStateEnumHealthy, h.State == elbtypes.TargetHealthStateEnumUnused:
			// unused: no listener forwards to the group (any more), so nothing checks the target
		default:
			all = types.HealthStatusUnknown
		}
	}
	return all, "", ""
}
