package cfn

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"ferry.dev/ferry/internal/emulator/cfn/template"
)

// envFor is the environment in which a version of a stack is evaluated. Parameters that name SSM parameters have been
// read when the version was submitted.
func (s *Service) envFor(st *stack, t *template.Template, v *version) *template.Env {
	params := maps.Clone(v.Parameters)
	maps.Copy(params, v.Read)
	return &template.Env{
		Template: t, Parameters: params, Account: s.deps.Scope.Account, Region: s.deps.Scope.Region,
		StackName: st.Name, StackID: st.ID, Zones: s.deps.zones,
	}
}

// liveEnv evaluates against resources that exist, and notes in used which exports are imported.
func (s *Service) liveEnv(st *stack, t *template.Template, v *version, used map[string]bool) *template.Env {
	e := s.envFor(st, t, v)
	e.Ref = func(logical string) (any, error) {
		s.mu.Lock()
		defer s.mu.Unlock()
		if r := st.find(logical); r != nil && r.live() {
			return r.ID, nil
		}
		return nil, unresolved(logical)
	}
	e.GetAtt = func(logical, attr string) (any, error) {
		s.mu.Lock()
		defer s.mu.Unlock()
		r := st.find(logical)
		if r == nil || !r.live() {
			return nil, unresolved(logical)
		}
		return attributeOf(r, attr)
	}
	e.Import = func(name string) (string, error) {
		s.mu.Lock()
		defer s.mu.Unlock()
		value, err := s.exportLocked(name)
		if err == nil {
			used[name] = true
		}
		return value, err
	}
	return e
}

func unresolved(logical string) error {
	return &template.Error{Message: fmt.Sprintf("Template format error: Unresolved resource dependencies [%s] in the Resources block of the template", logical)}
}

func attributeOf(r *resource, attr string) (any, error) {
	if v, ok := r.Attributes[attr]; ok {
		return v, nil
	}
	return nil, &template.Error{Message: fmt.Sprintf("Template error: resource %s does not support attribute type %s in Fn::GetAtt", r.Logical, attr)}
}

// exportLocked returns the value of an export.
func (s *Service) exportLocked(name string) (string, error) {
	for _, st := range s.stacks {
		if st.gone() {
			continue
		}
		for _, o := range st.Outputs {
			if o.Export == name {
				return o.Value, nil
			}
		}
	}
	return "", &template.Error{Message: fmt.Sprintf("No export named %s found", name)}
}

// active returns the resources whose condition holds, sorted.
func active(e *template.Env) ([]string, error) {
	var out []string
	for _, name := range slices.Sorted(maps.Keys(e.Template.Resources)) {
		ok, err := e.Holds(e.Template.Resources[name].Condition)
		if err != nil {
			return nil, err
		}
		if ok {
			out = append(out, name)
		}
	}
	return out, nil
}

// check refuses a template that uses what this endpoint does not have: types, attributes, and, without evaluation,
// properties.
func (s *Service) check(t *template.Template) error {
	var unknown []string
	for _, name := range slices.Sorted(maps.Keys(t.Resources)) {
		if _, ok := s.providers[t.Resources[name].Type]; !ok && !slices.Contains(unknown, t.Resources[name].Type) {
			unknown = append(unknown, t.Resources[name].Type)
		}
	}
	if len(unknown) > 0 {
		return invalid("Template format error: Unrecognized resource types: %v", unknown)
	}
	var values []any
	for _, name := range slices.Sorted(maps.Keys(t.Resources)) {
		values = append(values, t.Resources[name].Properties)
	}
	for _, name := range slices.Sorted(maps.Keys(t.Outputs)) {
		values = append(values, t.Outputs[name].Value)
	}
	for _, v := range values {
		for _, ref := range template.References(v) {
			r := t.Resources[ref.Name]
			if ref.Attribute != "" && r != nil && !slices.Contains(s.providers[r.Type].attributes, ref.Attribute) {
				return invalid("Template error: resource %s does not support attribute type %s in Fn::GetAtt", ref.Name, ref.Attribute)
			}
		}
	}
	return nil
}

// capabilities returns what a template asks for and why.
func (s *Service) capabilities(t *template.Template) ([]types.Capability, string) {
	var need types.Capability
	var kinds []string
	for _, name := range slices.Sorted(maps.Keys(t.Resources)) {
		r := t.Resources[name]
		p := s.providers[r.Type]
		if !p.iam {
			continue
		}
		if !slices.Contains(kinds, r.Type) {
			kinds = append(kinds, r.Type)
		}
		need = cmp.Or(need, types.CapabilityCapabilityIam)
		if p.name != "" && r.Properties[p.name] != nil {
			need = types.CapabilityCapabilityNamedIam
		}
	}
	if need == "" {
		return nil, ""
	}
	return []types.Capability{need}, fmt.Sprintf("The following resource(s) require capabilities: %v", kinds)
}

// allowed refuses a template whose capabilities the caller has not acknowledged.
func (s *Service) allowed(t *template.Template, given []types.Capability) error {
	need, _ := s.capabilities(t)
	for _, n := range need {
		if !slices.Contains(given, n) && !slices.Contains(given, types.CapabilityCapabilityNamedIam) {
			message := fmt.Sprintf("Requires capabilities : [%s]", n)
			return &types.InsufficientCapabilitiesException{Message: &message}
		}
	}
	return nil
}
