package ssm

import (
	"context"
	"slices"
	"strings"
	"time"

	"ferry.dev/ferry/internal/emulator/paging"
	"ferry.dev/ferry/internal/emulator/wire"
)

// PutParameter writes a parameter: its first version, or with Overwrite the next one.
func (s *Service) PutParameter(_ context.Context, in *PutParameterInput) (*PutParameterOutput, error) {
	if err := check(in); err != nil {
		return nil, err
	}
	overwrite := in.Overwrite != nil && *in.Overwrite
	s.mu.Lock()
	defer s.mu.Unlock()
	name := str(in.Name)
	p, exists := s.parameters[name]
	switch {
	case exists && !overwrite:
		return nil, &wire.Error{Code: "ParameterAlreadyExists", Message: "The parameter already exists. To overwrite this value, set the overwrite option in the request to true."}
	case exists && len(in.Tags) > 0:
		return nil, validation("Invalid request: tags and overwrite can't be used together. To create a parameter with tags, please remove overwrite flag. To update tags for an existing parameter, please use AddTagsToResource or RemoveTagsFromResource.")
	case !exists && in.Type == "":
		return nil, validation("A parameter type is required when you create a parameter.")
	case !exists:
		p = &parameter{Name: name, DataType: "text", Tier: tier(in.Tier), Tags: map[string]string{}}
		s.parameters[name] = p
	}
	for _, t := range in.Tags {
		p.Tags[str(t.Key)] = str(t.Value)
	}
	p.update(in)
	v := version{Number: 1, Type: in.Type, Value: str(in.Value), When: s.clk.Now().Truncate(time.Millisecond)}
	if n := len(p.Versions); n > 0 {
		v.Number = p.Versions[n-1].Number + 1
		if v.Type == "" {
			v.Type = p.Versions[n-1].Type
		}
	}
	p.Versions = append(p.Versions, v)
	if len(p.Versions) > 100 {
		p.Versions = slices.Clone(p.Versions[1:])
	}
	return &PutParameterOutput{Tier: p.Tier, Version: v.Number}, nil
}

// update takes over what a put may say about the parameter itself.
func (p *parameter) update(in *PutParameterInput) {
	for to, from := range map[*string]*string{&p.Description: in.Description, &p.KeyID: in.KeyId, &p.DataType: in.DataType, &p.AllowedPattern: in.AllowedPattern} {
		if from != nil {
			*to = *from
		}
	}
	if in.Type == "SecureString" && p.KeyID == "" {
		p.KeyID = "alias/aws/ssm"
	}
}

// GetParameter returns one parameter by name, ARN, or either with a version (name:3).
func (s *Service) GetParameter(_ context.Context, in *GetParameterInput) (*GetParameterOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, v, selector, err := s.find(str(in.Name))
	if err != nil {
		return nil, err
	}
	out := s.shown(p, v, selector, in.WithDecryption)
	return &GetParameterOutput{Parameter: &out}, nil
}

// GetParameters returns up to ten parameters by name, and the names that are none.
func (s *Service) GetParameters(_ context.Context, in *GetParametersInput) (*GetParametersOutput, error) {
	if len(in.Names) == 0 || len(in.Names) > 10 {
		return nil, validation("1 validation error detected: Value at 'names' failed to satisfy constraint: Member must have length between 1 and 10.")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	out := &GetParametersOutput{InvalidParameters: []string{}, Parameters: []Parameter{}}
	for _, name := range in.Names {
		p, v, selector, err := s.find(name)
		if err != nil {
			out.InvalidParameters = append(out.InvalidParameters, name)
			continue
		}
		out.Parameters = append(out.Parameters, s.shown(p, v, selector, in.WithDecryption))
	}
	return out, nil
}

// GetParametersByPath returns the parameters below a path, of one level or recursively.
func (s *Service) GetParametersByPath(_ context.Context, in *GetParametersByPathInput) (*GetParametersByPathOutput, error) {
	path := str(in.Path)
	if !strings.HasPrefix(path, "/") {
		return nil, validation("The parameter doesn't meet the parameter name requirements. The parameter name must begin with a forward slash \"/\".")
	}
	path = strings.TrimSuffix(path, "/") + "/"
	recursive := in.Recursive != nil && *in.Recursive
	s.mu.Lock()
	defer s.mu.Unlock()
	found, err := s.filtered(in.ParameterFilters)
	if err != nil {
		return nil, err
	}
	all := []Parameter{}
	for _, p := range found {
		rest, ok := strings.CutPrefix(p.Name, path)
		if ok && (recursive || !strings.Contains(rest, "/")) {
			all = append(all, s.shown(p, p.Versions[len(p.Versions)-1], "", in.WithDecryption))
		}
	}
	page, next, err := paging.Page(all, in.NextToken, in.MaxResults, 10)
	if err != nil {
		return nil, badToken()
	}
	return &GetParametersByPathOutput{Parameters: page, NextToken: next}, nil
}

// DescribeParameters lists parameters without their values.
func (s *Service) DescribeParameters(_ context.Context, in *DescribeParametersInput) (*DescribeParametersOutput, error) {
	filters := slices.Clone(in.ParameterFilters)
	for _, f := range in.Filters {
		filters = append(filters, ParameterStringFilter{Key: &f.Key, Values: f.Values})
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	found, err := s.filtered(filters)
	if err != nil {
		return nil, err
	}
	all := []ParameterMetadata{}
	for _, p := range found {
		all = append(all, s.metadata(p))
	}
	page, next, err := paging.Page(all, in.NextToken, in.MaxResults, 50)
	if err != nil {
		return nil, badToken()
	}
	return &DescribeParametersOutput{Parameters: page, NextToken: next}, nil
}

func (s *Service) metadata(p *parameter) ParameterMetadata {
	last := p.Versions[len(p.Versions)-1]
	user := s.scope.ARN("iam", "user/local")
	arn, name, kind := s.arn(p.Name), p.Name, p.DataType
	return ParameterMetadata{ARN: &arn, Name: &name, DataType: &kind, Description: opt(p.Description), KeyId: opt(p.KeyID), AllowedPattern: opt(p.AllowedPattern),
		LastModifiedDate: &last.When, LastModifiedUser: &user, Policies: []ParameterInlinePolicy{}, Tier: p.Tier, Type: last.Type, Version: last.Number}
}

// DeleteParameter deletes one parameter.
func (s *Service) DeleteParameter(_ context.Context, in *DeleteParameterInput) (*DeleteParameterOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, _, _, err := s.find(str(in.Name))
	if err != nil {
		return nil, err
	}
	delete(s.parameters, p.Name)
	return &DeleteParameterOutput{}, nil
}

// DeleteParameters deletes up to ten parameters and says which of the names were none.
func (s *Service) DeleteParameters(_ context.Context, in *DeleteParametersInput) (*DeleteParametersOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := &DeleteParametersOutput{DeletedParameters: []string{}, InvalidParameters: []string{}}
	for _, name := range in.Names {
		p, _, _, err := s.find(name)
		if err != nil {
			out.InvalidParameters = append(out.InvalidParameters, name)
			continue
		}
		delete(s.parameters, p.Name)
		out.DeletedParameters = append(out.DeletedParameters, name)
	}
	return out, nil
}

func badToken() error {
	return &wire.Error{Code: "InvalidNextToken", Message: "The specified token isn't valid."}
}

func opt(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// Value returns a parameter's value, decrypted: what ECS gives to a container. The name may be an ARN.
func (s *Service) Value(_ context.Context, name string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, v, _, err := s.find(name)
	return v.Value, err
}
