package sfn

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"ferry.dev/ferry/internal/emulator/ids"
	"ferry.dev/ferry/internal/emulator/paging"
)

// CreateStateMachine makes a standard state machine.
func (s *Service) CreateStateMachine(_ context.Context, in *sfn.CreateStateMachineInput) (*sfn.CreateStateMachineOutput, error) {
	name := aws.ToString(in.Name)
	switch {
	case !ids.Word(name, 80):
		return nil, &types.InvalidName{Message: aws.String("Invalid Name: '" + name + "'")}
	case !strings.HasPrefix(aws.ToString(in.RoleArn), "arn:"):
		return nil, &types.InvalidArn{Message: aws.String("Invalid Role Arn: '" + aws.ToString(in.RoleArn) + "'")}
	case in.Type == types.StateMachineTypeExpress:
		return nil, &types.StateMachineTypeNotSupported{Message: aws.String("This endpoint has STANDARD state machines.")}
	case in.EncryptionConfiguration != nil || in.LoggingConfiguration != nil || in.Publish:
		return nil, &types.ValidationException{Message: aws.String("Encryption, logging and versions are not supported by this endpoint.")}
	}
	if _, err := parse(aws.ToString(in.Definition)); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	m := &machine{Name: name, Definition: *in.Definition, Role: *in.RoleArn, Revision: ids.NewUUID(), Created: *s.now(), Tags: map[string]string{}}
	if old := s.machines[name]; old != nil {
		if old.Definition != m.Definition || old.Role != m.Role {
			return nil, &types.StateMachineAlreadyExists{Message: aws.String("State Machine Already Exists: '" + s.machineARN(name) + "'")}
		}
		m = old // the same again is no error
	}
	m.tag(in.Tags)
	s.machines[name] = m
	return &sfn.CreateStateMachineOutput{StateMachineArn: aws.String(s.machineARN(name)), CreationDate: &m.Created}, nil
}

func (m *machine) tag(tags []types.Tag) {
	for _, t := range tags {
		m.Tags[aws.ToString(t.Key)] = aws.ToString(t.Value)
	}
}

// machine finds a state machine by its ARN. The caller holds the lock.
func (s *Service) machine(arn *string) (*machine, error) {
	name, ok := strings.CutPrefix(aws.ToString(arn), s.machineARN(""))
	if m := s.machines[name]; ok && m != nil {
		return m, nil
	}
	return nil, &types.StateMachineDoesNotExist{Message: aws.String("State Machine Does Not Exist: '" + aws.ToString(arn) + "'")}
}

// UpdateStateMachine changes definition or role. Executions that run go on with the old ones.
func (s *Service) UpdateStateMachine(_ context.Context, in *sfn.UpdateStateMachineInput) (*sfn.UpdateStateMachineOutput, error) {
	if in.Definition == nil && in.RoleArn == nil {
		return nil, &types.MissingRequiredParameter{Message: aws.String("Either the definition, the role ARN, the logging configuration, or the tracing configuration must be specified")}
	}
	if in.Definition != nil {
		if _, err := parse(*in.Definition); err != nil {
			return nil, err
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	m, err := s.machine(in.StateMachineArn)
	if err != nil {
		return nil, err
	}
	m.Definition, m.Role = cmp.Or(aws.ToString(in.Definition), m.Definition), cmp.Or(aws.ToString(in.RoleArn), m.Role)
	m.Revision = ids.NewUUID()
	return &sfn.UpdateStateMachineOutput{UpdateDate: s.now(), RevisionId: &m.Revision}, nil
}

// DescribeStateMachine returns one state machine.
func (s *Service) DescribeStateMachine(_ context.Context, in *sfn.DescribeStateMachineInput) (*sfn.DescribeStateMachineOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m, err := s.machine(in.StateMachineArn)
	if err != nil {
		return nil, err
	}
	return &sfn.DescribeStateMachineOutput{
		StateMachineArn: aws.String(s.machineARN(m.Name)), Name: &m.Name, Definition: &m.Definition, RoleArn: &m.Role, CreationDate: &m.Created,
		RevisionId: &m.Revision, Status: types.StateMachineStatusActive, Type: types.StateMachineTypeStandard,
		LoggingConfiguration: &types.LoggingConfiguration{Level: types.LogLevelOff, Destinations: []types.LogDestination{}},
		TracingConfiguration: &types.TracingConfiguration{},
	}, nil
}

// DeleteStateMachine deletes a state machine and ends its executions. One that is not there is no error.
func (s *Service) DeleteStateMachine(_ context.Context, in *sfn.DeleteStateMachineInput) (*sfn.DeleteStateMachineOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m, err := s.machine(in.StateMachineArn)
	if err != nil {
		return &sfn.DeleteStateMachineOutput{}, nil //nolint:nilerr // as the API does
	}
	for _, e := range s.executions {
		if e.Machine == m.Name && e.cancel != nil {
			e.cancel(errAborted)
		}
	}
	delete(s.machines, m.Name)
	return &sfn.DeleteStateMachineOutput{}, nil
}

// ListStateMachines lists state machines by name.
func (s *Service) ListStateMachines(_ context.Context, in *sfn.ListStateMachinesInput) (*sfn.ListStateMachinesOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := []types.StateMachineListItem{}
	for _, name := range slices.Sorted(maps.Keys(s.machines)) {
		m := s.machines[name]
		all = append(all, types.StateMachineListItem{Name: &m.Name, StateMachineArn: aws.String(s.machineARN(name)), CreationDate: &m.Created, Type: types.StateMachineTypeStandard})
	}
	page, next, err := paging.Page(all, in.NextToken, &in.MaxResults, 1000)
	if err != nil {
		return nil, &types.InvalidToken{Message: aws.String("Invalid Token: 'Invalid token'")}
	}
	return &sfn.ListStateMachinesOutput{StateMachines: page, NextToken: next}, nil
}

// tagged finds a state machine for the operations on tags. The caller holds the lock.
func (s *Service) tagged(arn *string) (*machine, error) {
	m, err := s.machine(arn)
	if err != nil {
		return nil, &types.ResourceNotFound{Message: aws.String("Resource not found: '" + aws.ToString(arn) + "'"), ResourceName: arn}
	}
	return m, nil
}

// TagResource adds or replaces tags of a state machine.
func (s *Service) TagResource(_ context.Context, in *sfn.TagResourceInput) (*sfn.TagResourceOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m, err := s.tagged(in.ResourceArn)
	if err != nil {
		return nil, err
	}
	m.tag(in.Tags)
	return &sfn.TagResourceOutput{}, nil
}

// UntagResource removes tags of a state machine.
func (s *Service) UntagResource(_ context.Context, in *sfn.UntagResourceInput) (*sfn.UntagResourceOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m, err := s.tagged(in.ResourceArn)
	if err != nil {
		return nil, err
	}
	maps.DeleteFunc(m.Tags, func(key, _ string) bool { return slices.Contains(in.TagKeys, key) })
	return &sfn.UntagResourceOutput{}, nil
}

// ListTagsForResource lists a state machine's tags by key.
func (s *Service) ListTagsForResource(_ context.Context, in *sfn.ListTagsForResourceInput) (*sfn.ListTagsForResourceOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m, err := s.tagged(in.ResourceArn)
	if err != nil {
		return nil, err
	}
	out := &sfn.ListTagsForResourceOutput{Tags: []types.Tag{}}
	for _, key := range slices.Sorted(maps.Keys(m.Tags)) {
		out.Tags = append(out.Tags, types.Tag{Key: aws.String(key), Value: aws.String(m.Tags[key])})
	}
	return out, nil
}

// Tagged lists the state machines with their tags.
func (s *Service) Tagged() []ids.Tagged {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []ids.Tagged
	for name, m := range s.machines {
		all = append(all, ids.Tagged{ARN: s.machineARN(name), Tags: maps.Clone(m.Tags)})
	}
	return all
}
