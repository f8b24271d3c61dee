package cfn

import (
	"context"
	"maps"
	"regexp"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	cf "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"ferry.dev/ferry/internal/emulator/cfn/template"
	"ferry.dev/ferry/internal/emulator/ids"
)

// submission is what CreateStack, UpdateStack and CreateChangeSet have in common.
type submission struct {
	stack        string // name or ID
	body, url    *string
	previous     bool // use the template that is deployed
	params       []types.Parameter
	tags         []types.Tag // nil: keep the stack's
	capabilities []types.Capability
}

// read checks a submission and returns the version that it asks for. st is the stack as it is, nil when there is none.
// It is called without the lock: reading SSM parameters asks another service.
func (s *Service) read(ctx context.Context, sub submission, now *version) (*version, *template.Template, error) {
	text, err := bodyOf(sub, now)
	if err != nil {
		return nil, nil, err
	}
	t, err := template.Parse(text)
	if err != nil {
		return nil, nil, asValidation(err)
	}
	if err := s.check(t); err != nil {
		return nil, nil, err
	}
	given, err := paramsOf(sub, now)
	if err != nil {
		return nil, nil, err
	}
	bound, err := t.Bind(given)
	if err != nil {
		return nil, nil, asValidation(err)
	}
	if err := s.allowed(t, sub.capabilities); err != nil {
		return nil, nil, err
	}
	v := &version{Template: text, Parameters: bound, Read: map[string]string{}, Tags: map[string]string{}, Capabilities: sub.capabilities}
	if sub.tags == nil && now != nil {
		v.Tags = maps.Clone(now.Tags)
	}
	for _, tag := range sub.tags {
		v.Tags[aws.ToString(tag.Key)] = aws.ToString(tag.Value)
	}
	if len(v.Tags) > 50 {
		return nil, nil, invalid("1 validation error detected: Value at 'tags' failed to satisfy constraint: Member must have length less than or equal to 50")
	}
	for k, p := range t.Parameters {
		if p.SSM() {
			if v.Read[k], err = s.deps.parameter(ctx, bound[k]); err != nil {
				return nil, nil, invalid("Unable to fetch parameters [%s] from parameter store for this account.", bound[k])
			}
		}
	}
	return v, t, nil
}

func bodyOf(sub submission, now *version) (string, error) {
	body := aws.ToString(sub.body)
	switch {
	case sub.url != nil:
		return "", invalid("TemplateURL must be a supported URL.")
	case sub.previous && body != "":
		return "", invalid("You cannot specify both usePreviousTemplate and Template Body/Template URL.")
	case sub.previous && now == nil:
		return "", invalid("No template is deployed that could be used again")
	case sub.previous:
		return now.Template, nil
	case body == "":
		return "", invalid("Either Template URL or Template Body must be specified.")
	case len(body) > template.MaxBody:
		return "", invalid("1 validation error detected: Value at 'templateBody' failed to satisfy constraint: Member must have length less than or equal to %d", template.MaxBody)
	}
	return body, nil
}

func paramsOf(sub submission, now *version) (map[string]string, error) {
	given := map[string]string{}
	for _, p := range sub.params {
		k := aws.ToString(p.ParameterKey)
		if !aws.ToBool(p.UsePreviousValue) {
			given[k] = aws.ToString(p.ParameterValue)
			continue
		}
		if now == nil {
			return nil, invalid("Invalid input for parameter key %s. Cannot specify usePreviousValue as true for a parameter key not in the previous template", k)
		}
		v, ok := now.Parameters[k]
		if !ok {
			return nil, invalid("Invalid input for parameter key %s. Cannot specify usePreviousValue as true for a parameter key not in the previous template", k)
		}
		given[k] = v
	}
	return given, nil
}

func checkStackName(name string) error {
	if ok, err := regexp.MatchString(`^[a-zA-Z][-a-zA-Z0-9]*$`, name); err != nil || !ok || len(name) > 128 {
		return invalid("1 validation error detected: Value '%s' at 'stackName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*", name)
	}
	return nil
}

// byNameLocked finds a stack by name (only one that is not deleted) or ID.
func (s *Service) byNameLocked(name string) *stack {
	for _, st := range slices.Backward(s.stacks) {
		if st.ID == name || (st.Name == name && !st.gone()) {
			return st
		}
	}
	return nil
}

func (s *Service) newStackLocked(name string) *stack {
	st := &stack{ID: s.deps.Scope.ARN("cloudformation", "stack/"+name+"/"+ids.NewUUID()), Name: name, Created: s.deps.Clock.Now()}
	s.stacks = append(s.stacks, st)
	return st
}

// CreateStack begins the creation of a stack.
func (s *Service) CreateStack(ctx context.Context, in *cf.CreateStackInput) (*cf.CreateStackOutput, error) {
	name := aws.ToString(in.StackName)
	if err := checkStackName(name); err != nil {
		return nil, err
	}
	v, t, err := s.read(ctx, submission{stack: name, body: in.TemplateBody, url: in.TemplateURL, params: in.Parameters, tags: in.Tags, capabilities: in.Capabilities}, nil)
	if err != nil {
		return nil, err
	}
	onFail := string(in.OnFailure)
	if aws.ToBool(in.DisableRollback) {
		if onFail != "" {
			return nil, invalid("Only one of DisableRollback and OnFailure can be specified")
		}
		onFail = "DO_NOTHING"
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if st := s.byNameLocked(name); st != nil {
		return nil, &types.AlreadyExistsException{Message: aws.String("Stack [" + name + "] already exists")}
	}
	st := s.newStackLocked(name)
	st.Description, st.Protected, st.Timeout, st.Role = t.Description, aws.ToBool(in.EnableTerminationProtection), in.TimeoutInMinutes, aws.ToString(in.RoleARN)
	s.beginLocked(st, &operation{Kind: "create", Target: v, OnFail: onFail, Token: aws.ToString(in.ClientRequestToken)})
	return &cf.CreateStackOutput{StackId: aws.String(st.ID)}, nil
}

// beginLocked starts a creation or an update.
func (s *Service) beginLocked(st *stack, op *operation) {
	st.Op = op
	status := types.StackStatusCreateInProgress
	if op.Kind == "update" {
		status = types.StackStatusUpdateInProgress
		now := s.deps.Clock.Now()
		st.Updated = &now
	} else {
		st.Current = op.Target
	}
	s.setLocked(st, status, "User Initiated")
	s.launchLocked(st, func(ctx context.Context) { s.deploy(ctx, st) })
}

// UpdateStack begins an update; one that would change nothing is refused.
func (s *Service) UpdateStack(ctx context.Context, in *cf.UpdateStackInput) (*cf.UpdateStackOutput, error) {
	s.mu.Lock()
	st := s.byNameLocked(aws.ToString(in.StackName))
	if st == nil || st.gone() {
		s.mu.Unlock()
		return nil, noStackAt(aws.ToString(in.StackName))
	}
	now := st.Current
	err := updatable(st)
	s.mu.Unlock()
	if err != nil {
		return nil, err
	}
	v, t, err := s.read(ctx, submission{stack: st.Name, body: in.TemplateBody, url: in.TemplateURL, previous: aws.ToBool(in.UsePreviousTemplate), params: in.Parameters, tags: in.Tags, capabilities: in.Capabilities}, now)
	if err != nil {
		return nil, err
	}
	changes, err := s.diff(st, t, v)
	if err != nil {
		return nil, asValidation(err)
	}
	if len(changes) == 0 && s.sameBesides(st, t, v) {
		return nil, invalid("No updates are to be performed.")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := updatable(st); err != nil {
		return nil, err
	}
	op := &operation{Kind: "update", Target: v, Token: aws.ToString(in.ClientRequestToken)}
	if aws.ToBool(in.DisableRollback) {
		op.OnFail = "DO_NOTHING"
	}
	s.beginLocked(st, op)
	return &cf.UpdateStackOutput{StackId: aws.String(st.ID)}, nil
}

// updatable tells whether a stack's state lets it be updated.
func updatable(st *stack) error {
	switch st.Status {
	case types.StackStatusCreateComplete, types.StackStatusUpdateComplete, types.StackStatusUpdateRollbackComplete, types.StackStatusImportComplete,
		types.StackStatusUpdateFailed, types.StackStatusCreateFailed:
		if st.Status == types.StackStatusCreateFailed && st.Op != nil {
			break
		}
		return nil
	}
	return invalid("Stack:%s is in %s state and can not be updated.", st.ID, st.Status)
}
