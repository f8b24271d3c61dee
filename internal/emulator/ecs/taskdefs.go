package ecs

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// family holds the revisions of one task definition family. Numbers are never used twice.
type family struct {
	Last      int32 // the newest revision's number
	Revisions map[int32]*taskDefinition
}

// taskDefinition is one revision.
type taskDefinition struct {
	Definition types.TaskDefinition
	Tags       []types.Tag
}

// RegisterTaskDefinition checks a definition, fills in ECS's defaults and makes it the family's next revision.
func (s *Service) RegisterTaskDefinition(_ context.Context, in *ecs.RegisterTaskDefinitionInput) (*ecs.RegisterTaskDefinitionOutput, error) {
	if err := checkTaskDefinition(in); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.families[*in.Family]
	if f == nil {
		f = &family{Revisions: map[int32]*taskDefinition{}}
		s.families[*in.Family] = f
	}
	f.Last++
	td := &taskDefinition{Definition: s.define(in, f.Last), Tags: orEmpty(in.Tags)}
	f.Revisions[f.Last] = td
	return &ecs.RegisterTaskDefinitionOutput{TaskDefinition: td.describe(), Tags: td.Tags}, nil
}

// define fills in what ECS fills in.
func (s *Service) define(in *ecs.RegisterTaskDefinitionInput, revision int32) types.TaskDefinition {
	mode := cmp.Or(in.NetworkMode, types.NetworkModeBridge)
	td := types.TaskDefinition{
		TaskDefinitionArn: aws.String(s.Scope.ARN("ecs", fmt.Sprintf("task-definition/%s:%d", *in.Family, revision))),
		Family:            in.Family, Revision: revision, Status: types.TaskDefinitionStatusActive,
		Cpu: in.Cpu, Memory: in.Memory, ExecutionRoleArn: in.ExecutionRoleArn, TaskRoleArn: in.TaskRoleArn, NetworkMode: mode,
		RequiresCompatibilities: in.RequiresCompatibilities, RuntimePlatform: in.RuntimePlatform, EphemeralStorage: in.EphemeralStorage,
		IpcMode: in.IpcMode, PidMode: in.PidMode, ProxyConfiguration: in.ProxyConfiguration, EnableFaultInjection: in.EnableFaultInjection,
		Volumes: orEmpty(in.Volumes), PlacementConstraints: orEmpty(in.PlacementConstraints),
		RegisteredAt: s.now(), RegisteredBy: aws.String(s.Scope.ARN("iam", "root")),
		Compatibilities: compatibilities(in),
	}
	for _, c := range in.ContainerDefinitions {
		td.ContainerDefinitions = append(td.ContainerDefinitions, fillContainer(c, mode))
	}
	td.RequiresAttributes = requires(td)
	return td
}

func compatibilities(in *ecs.RegisterTaskDefinitionInput) []types.Compatibility {
	out := []types.Compatibility{types.CompatibilityEc2}
	if in.NetworkMode == types.NetworkModeAwsvpc && checkFargateSize(aws.ToString(in.Cpu), aws.ToString(in.Memory)) == nil {
		out = append(out, types.CompatibilityFargate)
	}
	switch in.NetworkMode {
	case types.NetworkModeAwsvpc, types.NetworkModeHost:
		out = append(out, types.CompatibilityManagedInstances)
	}
	if in.NetworkMode != types.NetworkModeAwsvpc {
		out = append(out, types.CompatibilityExternal)
	}
	return out
}

// fillContainer fills in a container's defaults: what comes back from ECS is never quite what went in.
func fillContainer(c types.ContainerDefinition, mode types.NetworkMode) types.ContainerDefinition {
	if c.Essential == nil {
		c.Essential = aws.Bool(true)
	}
	c.Environment, c.MountPoints = orEmpty(c.Environment), orEmpty(c.MountPoints)
	c.VolumesFrom, c.SystemControls = orEmpty(c.VolumesFrom), orEmpty(c.SystemControls)
	ports := c.PortMappings
	c.PortMappings = []types.PortMapping{}
	for _, p := range ports {
		p.Protocol = cmp.Or(p.Protocol, types.TransportProtocolTcp)
		if p.HostPort == nil && p.ContainerPort != nil {
			p.HostPort = aws.Int32(0)
			if mode == types.NetworkModeAwsvpc || mode == types.NetworkModeHost {
				p.HostPort = p.ContainerPort
			}
		}
		c.PortMappings = append(c.PortMappings, p)
	}
	if c.HealthCheck != nil {
		h := *c.HealthCheck
		h.Interval, h.Timeout, h.Retries = orInt(h.Interval, 30), orInt(h.Timeout, 5), orInt(h.Retries, 3)
		c.HealthCheck = &h
	}
	if lc := c.LogConfiguration; lc != nil && lc.SecretOptions == nil {
		filled := *lc
		filled.SecretOptions = []types.Secret{}
		c.LogConfiguration = &filled
	}
	return c
}

func orInt(v *int32, byDefault int32) *int32 {
	if v == nil {
		return aws.Int32(byDefault)
	}
	return v
}

// requires lists the attributes that ECS derives from a definition.
func requires(td types.TaskDefinition) []types.Attribute {
	names := map[string]bool{"com.amazonaws.ecs.capability.docker-remote-api.1.18": true}
	if td.NetworkMode == types.NetworkModeAwsvpc {
		names["ecs.capability.task-eni"] = true
	}
	if td.TaskRoleArn != nil {
		names["com.amazonaws.ecs.capability.task-iam-role"] = true
	}
	for _, c := range td.ContainerDefinitions {
		if lc := c.LogConfiguration; lc != nil && lc.LogDriver == types.LogDriverAwslogs {
			names["com.amazonaws.ecs.capability.logging-driver.awslogs"] = true
			names["ecs.capability.execution-role-awslogs"] = true
		}
		if c.HealthCheck != nil {
			names["ecs.capability.container-health-check"] = true
		}
		if strings.Contains(*c.Image, ".dkr.ecr.") {
			names["ecs.capability.execution-role-ecr-pull"] = true
		}
	}
	out := []types.Attribute{}
	for name := range names {
		out = append(out, types.Attribute{Name: aws.String(name)})
	}
	slices.SortFunc(out, func(a, b types.Attribute) int { return strings.Compare(*a.Name, *b.Name) })
	return out
}

func (td *taskDefinition) describe() *types.TaskDefinition {
	out := td.Definition
	out.ContainerDefinitions = slices.Clone(out.ContainerDefinitions)
	return &out
}

func (td *taskDefinition) arn() string { return *td.Definition.TaskDefinitionArn }

// DescribeTaskDefinition describes a revision by "family" (the newest active one), "family:revision" or ARN.
func (s *Service) DescribeTaskDefinition(_ context.Context, in *ecs.DescribeTaskDefinitionInput) (*ecs.DescribeTaskDefinitionOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	td, err := s.taskDefinition(aws.ToString(in.TaskDefinition))
	if err != nil {
		return nil, err
	}
	out := &ecs.DescribeTaskDefinitionOutput{TaskDefinition: td.describe()}
	if slices.Contains(in.Include, types.TaskDefinitionFieldTags) {
		out.Tags = td.Tags
	}
	return out, nil
}

// taskDefinition finds a revision that is not deleted. The caller holds the lock.
func (s *Service) taskDefinition(id string) (*taskDefinition, error) {
	if id == "" {
		return nil, client("Task definition can not be blank.")
	}
	name, number, numbered := strings.Cut(last(id), ":")
	f := s.families[name]
	if f == nil {
		return nil, client("Unable to describe task definition.")
	}
	if !numbered {
		for n := f.Last; n > 0; n-- {
			if td := f.Revisions[n]; td != nil && td.Definition.Status == types.TaskDefinitionStatusActive {
				return td, nil
			}
		}
		return nil, client("Unable to describe task definition.")
	}
	n, err := strconv.ParseInt(number, 10, 32)
	if err != nil {
		return nil, client("Invalid revision number. Number: %s", number)
	}
	if td := f.Revisions[int32(n)]; td != nil {
		return td, nil
	}
	return nil, client("Unable to describe task definition.")
}

// usable finds a revision that new tasks may use.
func (s *Service) usable(id string) (*taskDefinition, error) {
	td, err := s.taskDefinition(id)
	if err != nil {
		return nil, client("TaskDefinition not found.")
	}
	if td.Definition.Status != types.TaskDefinitionStatusActive {
		return nil, client("TaskDefinition is inactive")
	}
	return td, nil
}

// DeregisterTaskDefinition makes a revision INACTIVE: it can still be described, and running tasks keep it.
func (s *Service) DeregisterTaskDefinition(_ context.Context, in *ecs.DeregisterTaskDefinitionInput) (*ecs.DeregisterTaskDefinitionOutput, error) {
	id := aws.ToString(in.TaskDefinition)
	if !strings.Contains(last(id), ":") {
		return nil, invalid("TaskDefinition must contain a revision number.")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	td, err := s.taskDefinition(id)
	if err != nil {
		return nil, err
	}
	if td.Definition.Status != types.TaskDefinitionStatusActive {
		return nil, invalid("The specified task definition is inactive. You cannot deregister it.")
	}
	td.Definition.Status = types.TaskDefinitionStatusInactive
	td.Definition.DeregisteredAt = s.now()
	return &ecs.DeregisterTaskDefinitionOutput{TaskDefinition: td.describe()}, nil
}

// DeleteTaskDefinitions deletes up to ten INACTIVE revisions.
func (s *Service) DeleteTaskDefinitions(_ context.Context, in *ecs.DeleteTaskDefinitionsInput) (*ecs.DeleteTaskDefinitionsOutput, error) {
	if n := len(in.TaskDefinitions); n < 1 || n > 10 {
		return nil, invalid("taskDefinitions must contain between 1 and 10 elements.")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	out := &ecs.DeleteTaskDefinitionsOutput{TaskDefinitions: []types.TaskDefinition{}, Failures: []types.Failure{}}
	for _, id := range in.TaskDefinitions {
		td, err := s.taskDefinition(id)
		switch {
		case err != nil:
			out.Failures = append(out.Failures, failure(id, "The specified task definition does not exist. Specify a valid account, family, revision and try again."))
		case td.Definition.Status == types.TaskDefinitionStatusActive:
			out.Failures = append(out.Failures, failure(id, "The specified task definition is still in ACTIVE status. Please deregister the target and try again."))
		default:
			s.remove(td)
			out.TaskDefinitions = append(out.TaskDefinitions, *td.describe())
		}
	}
	return out, nil
}

// remove deletes a revision. Its number stays used. What still runs on it keeps it, as DELETE_IN_PROGRESS.
func (s *Service) remove(td *taskDefinition) {
	td.Definition.Status = types.TaskDefinitionStatusDeleteInProgress
	td.Definition.DeleteRequestedAt = s.now()
	if !s.inUse(td.arn()) {
		delete(s.families[*td.Definition.Family].Revisions, td.Definition.Revision)
	}
}

func (s *Service) inUse(arn string) bool {
	for _, c := range s.clusters {
		for _, t := range c.Tasks {
			if !t.stopped() && aws.ToString(t.Task.TaskDefinitionArn) == arn {
				return true
			}
		}
		for _, svc := range c.Services {
			if svc.status() != "INACTIVE" && aws.ToString(svc.Service.TaskDefinition) == arn {
				return true
			}
		}
	}
	return false
}
