package cfn

import (
	"cmp"
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	cf "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"ferry.dev/ferry/internal/emulator/cfn/template"
	"ferry.dev/ferry/internal/emulator/ids"
)

const noChanges = "The submitted information didn't contain changes. Submit different information to create a change set."

func (s *Service) setByIDLocked(id string) *changeSet {
	for _, c := range s.sets {
		if c.ID == id && id != "" {
			return c
		}
	}
	return nil
}

// findSetLocked finds a change set by ID, or by name and stack.
func (s *Service) findSetLocked(name, stackName *string) (*changeSet, *stack, error) {
	n := aws.ToString(name)
	var st *stack
	if stackName != nil {
		if st = s.byNameLocked(*stackName); st == nil {
			return nil, nil, noStackAt(*stackName)
		}
	} else if !strings.HasPrefix(n, "arn:") {
		return nil, nil, invalid("StackName must be specified if ChangeSetName is not specified as an ARN.")
	}
	for _, c := range s.sets {
		if c.ID == n || (c.Name == n && st != nil && c.StackID == st.ID) {
			return c, s.byNameLocked(c.StackID), nil
		}
	}
	return nil, st, &types.ChangeSetNotFoundException{Message: aws.String(fmt.Sprintf("ChangeSet [%s] does not exist", n))}
}

// CreateChangeSet proposes a change; what it would do is computed in the background.
func (s *Service) CreateChangeSet(ctx context.Context, in *cf.CreateChangeSetInput) (*cf.CreateChangeSetOutput, error) {
	name, kind := aws.ToString(in.ChangeSetName), in.ChangeSetType
	kind = cmp.Or(kind, types.ChangeSetTypeUpdate)
	if err := checkSet(in, name, kind); err != nil {
		return nil, err
	}
	s.mu.Lock()
	st := s.byNameLocked(aws.ToString(in.StackName))
	err := s.proposableLocked(st, aws.ToString(in.StackName), name, kind)
	var now *version
	if st != nil {
		now = st.Current
	}
	s.mu.Unlock()
	if err != nil {
		return nil, err
	}
	v, _, err := s.read(ctx, submission{body: in.TemplateBody, url: in.TemplateURL, previous: aws.ToBool(in.UsePreviousTemplate), params: in.Parameters, tags: in.Tags, capabilities: in.Capabilities}, now)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	st = s.byNameLocked(aws.ToString(in.StackName)) // somebody else may have been here meanwhile
	if err := s.proposableLocked(st, aws.ToString(in.StackName), name, kind); err != nil {
		return nil, err
	}
	if st == nil {
		st = s.newStackLocked(aws.ToString(in.StackName))
		s.setLocked(st, types.StackStatusReviewInProgress, "User Initiated")
	}
	set := &changeSet{
		ID: s.deps.Scope.ARN("cloudformation", "changeSet/"+name+"/"+ids.NewUUID()), Name: name, StackID: st.ID, StackName: st.Name, Kind: kind,
		Description: aws.ToString(in.Description), Status: types.ChangeSetStatusCreatePending, Execution: types.ExecutionStatusUnavailable,
		Created: s.deps.Clock.Now(), Target: v, OnFail: in.OnStackFailure, Role: aws.ToString(in.RoleARN),
	}
	s.sets = append(s.sets, set)
	s.wg.Go(func() { s.compute(set) })
	return &cf.CreateChangeSetOutput{Id: aws.String(set.ID), StackId: aws.String(st.ID)}, nil
}

func checkSet(in *cf.CreateChangeSetInput, name string, kind types.ChangeSetType) error {
	if ok, err := regexp.MatchString(`^[a-zA-Z][-a-zA-Z0-9]*$`, name); err != nil || !ok || len(name) > 128 {
		return invalid("1 validation error detected: Value '%s' at 'changeSetName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*", name)
	}
	if kind == types.ChangeSetTypeImport || len(in.ResourcesToImport) > 0 || aws.ToBool(in.ImportExistingResources) {
		return invalid("Importing existing resources is not available on this endpoint")
	}
	if aws.ToBool(in.IncludeNestedStacks) {
		return invalid("Nested stacks are not available on this endpoint")
	}
	if strings.HasPrefix(aws.ToString(in.StackName), "arn:") {
		return nil
	}
	return checkStackName(aws.ToString(in.StackName))
}

// proposableLocked tells whether a change set of this kind can be made for a stack.
func (s *Service) proposableLocked(st *stack, stackName, name string, kind types.ChangeSetType) error {
	if kind == types.ChangeSetTypeCreate {
		if st != nil && st.Status != types.StackStatusReviewInProgress {
			return invalid("Stack [%s] already exists and cannot be created again with the changeSet [%s].", stackName, name)
		}
	} else {
		if st == nil || st.gone() || st.Status == types.StackStatusReviewInProgress {
			return noStackAt(stackName)
		}
		if err := updatable(st); err != nil {
			return err
		}
	}
	if st != nil && slices.ContainsFunc(s.sets, func(c *changeSet) bool { return c.StackID == st.ID && c.Name == name }) {
		return &types.AlreadyExistsException{Message: aws.String(fmt.Sprintf("ChangeSet %s already exists for stack %s", name, st.ID))}
	}
	return nil
}

// compute finds out what a change set would do.
func (s *Service) compute(set *changeSet) {
	s.mu.Lock()
	set.Status = types.ChangeSetStatusCreateInProgress
	st := s.byNameLocked(set.StackID)
	s.mu.Unlock()
	var changes []types.Change
	t, err := template.Parse(set.Target.Template)
	if err == nil && st != nil {
		changes, err = s.diff(st, t, set.Target)
	}
	empty := err == nil && len(changes) == 0 && st != nil && s.sameBesides(st, t, set.Target)
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case err != nil:
		set.Status, set.Reason = types.ChangeSetStatusFailed, err.Error()
	case empty:
		set.Status, set.Reason = types.ChangeSetStatusFailed, noChanges
	default:
		set.Status, set.Execution, set.Changes = types.ChangeSetStatusCreateComplete, types.ExecutionStatusAvailable, changes
	}
}

func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
