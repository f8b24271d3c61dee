package cfn

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	cf "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"ferry.dev/ferry/internal/emulator/cfn/template"
)

// GetTemplate returns a stack's or a change set's template as it was given. Without transforms the processed one is the same.
func (s *Service) GetTemplate(_ context.Context, in *cf.GetTemplateInput) (*cf.GetTemplateOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var v *version
	if in.ChangeSetName != nil {
		set, _, err := s.findSetLocked(in.ChangeSetName, in.StackName)
		if err != nil {
			return nil, err
		}
		v = set.Target
	} else {
		st := s.byNameLocked(aws.ToString(in.StackName))
		if st == nil {
			return nil, noStack(aws.ToString(in.StackName))
		}
		if v = st.Current; v == nil {
			return nil, invalid("Template of stack %s does not exist yet", st.Name)
		}
	}
	return &cf.GetTemplateOutput{TemplateBody: aws.String(v.Template), StagesAvailable: []types.TemplateStage{types.TemplateStageOriginal, types.TemplateStageProcessed}}, nil
}

// parseFor parses a template that is given, or a stack's.
func (s *Service) parseFor(body, url, stackName *string) (*template.Template, error) {
	if stackName != nil && body == nil && url == nil {
		s.mu.Lock()
		st := s.byNameLocked(*stackName)
		s.mu.Unlock()
		if st == nil || st.Current == nil {
			return nil, noStack(*stackName)
		}
		body = aws.String(st.Current.Template)
	}
	text, err := bodyOf(submission{body: body, url: url}, nil)
	if err != nil {
		return nil, err
	}
	t, err := template.Parse(text)
	if err != nil {
		return nil, asValidation(err)
	}
	return t, s.check(t)
}

// ValidateTemplate tells parameters and capabilities of a template that is valid.
func (s *Service) ValidateTemplate(_ context.Context, in *cf.ValidateTemplateInput) (*cf.ValidateTemplateOutput, error) {
	t, err := s.parseFor(in.TemplateBody, in.TemplateURL, nil)
	if err != nil {
		return nil, err
	}
	need, why := s.capabilities(t)
	out := &cf.ValidateTemplateOutput{Description: optional(t.Description), Capabilities: need, CapabilitiesReason: optional(why), Parameters: []types.TemplateParameter{}}
	for _, k := range slices.Sorted(maps.Keys(t.Parameters)) {
		p := t.Parameters[k]
		out.Parameters = append(out.Parameters, types.TemplateParameter{ParameterKey: aws.String(k), DefaultValue: p.Default, Description: optional(p.Description), NoEcho: aws.Bool(p.NoEcho)})
	}
	return out, nil
}

// GetTemplateSummary tells parameters, resource types and capabilities of a template, or of a stack's.
func (s *Service) GetTemplateSummary(_ context.Context, in *cf.GetTemplateSummaryInput) (*cf.GetTemplateSummaryOutput, error) {
	t, err := s.parseFor(in.TemplateBody, in.TemplateURL, in.StackName)
	if err != nil {
		return nil, err
	}
	need, why := s.capabilities(t)
	out := &cf.GetTemplateSummaryOutput{Description: optional(t.Description), Capabilities: need, CapabilitiesReason: optional(why), Version: optional(t.Version), Parameters: []types.ParameterDeclaration{}}
	for _, k := range slices.Sorted(maps.Keys(t.Parameters)) {
		p := t.Parameters[k]
		out.Parameters = append(out.Parameters, types.ParameterDeclaration{
			ParameterKey: aws.String(k), ParameterType: aws.String(p.Type), DefaultValue: p.Default, Description: optional(p.Description), NoEcho: aws.Bool(p.NoEcho),
			ParameterConstraints: &types.ParameterConstraints{AllowedValues: p.Allowed},
		})
	}
	for _, name := range slices.Sorted(maps.Keys(t.Resources)) {
		if kind := t.Resources[name].Type; !slices.Contains(out.ResourceTypes, kind) {
			out.ResourceTypes = append(out.ResourceTypes, kind)
		}
	}
	if t.Metadata != nil {
		out.Metadata = aws.String(fmt.Sprint(t.Metadata))
	}
	return out, nil
}
