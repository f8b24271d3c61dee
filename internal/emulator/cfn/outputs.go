package cfn

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"ferry.dev/ferry/internal/emulator/cfn/template"
)

// imports collects the exports that a deployment uses.
type imports struct {
	mu    sync.Mutex
	names map[string]bool
}

func (i *imports) add(names map[string]bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	maps.Copy(i.names, names)
}

// conclude sets outputs and exports, and marks for removal what the template no longer has. It returns why that is
// refused, or "".
func (s *Service) conclude(st *stack, t *template.Template, v *version, names []string, used map[string]bool) string {
	outputs, err := s.outputsOf(st, t, v, used)
	if err != nil {
		return err.Error() + ". "
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if reason := s.refusedLocked(st, outputs); reason != "" {
		return reason + ". "
	}
	st.Outputs, st.Imports = outputs, slices.Sorted(maps.Keys(used))
	st.Description = t.Description
	for _, r := range slices.Clone(st.Resources) {
		if slices.Contains(names, r.Logical) {
			continue
		}
		if r.live() {
			st.Op.Obsolete = append(st.Op.Obsolete, r)
		}
	}
	return ""
}

func (s *Service) outputsOf(st *stack, t *template.Template, v *version, used map[string]bool) ([]output, error) {
	e := s.liveEnv(st, t, v, used)
	var out []output
	for _, k := range slices.Sorted(maps.Keys(t.Outputs)) {
		o := t.Outputs[k]
		ok, err := e.Holds(o.Condition)
		if err != nil {
			return nil, err
		}
		if !ok {
			continue
		}
		value, err := e.Eval(o.Value)
		if err != nil {
			return nil, err
		}
		text, isText := template.Text(value)
		if !isText {
			return nil, &template.Error{Message: fmt.Sprintf("Template format error: Output %s is malformed. The Value field of every Outputs member must evaluate to a String", k)}
		}
		entry := output{Key: k, Value: text, Description: o.Description}
		if o.Export != nil {
			name, err := e.Eval(o.Export)
			if err != nil {
				return nil, err
			}
			entry.Export, _ = template.Text(name)
		}
		out = append(out, entry)
	}
	return out, nil
}

// refusedLocked tells why outputs cannot become these: an export that somebody else has, or that somebody uses.
func (s *Service) refusedLocked(st *stack, next []output) string {
	now := map[string]string{}
	for _, o := range next {
		if o.Export == "" {
			continue
		}
		if _, twice := now[o.Export]; twice {
			return fmt.Sprintf("Duplicate Export names: [%s]", o.Export)
		}
		now[o.Export] = o.Value
		for _, other := range s.stacks {
			if other != st && !other.gone() && slices.ContainsFunc(other.Outputs, func(x output) bool { return x.Export == o.Export }) {
				return fmt.Sprintf("Export with name %s is already exported by stack %s", o.Export, other.Name)
			}
		}
	}
	for _, o := range st.Outputs {
		if o.Export == "" {
			continue
		}
		users := s.importersLocked(o.Export)
		value, still := now[o.Export]
		switch {
		case len(users) == 0:
		case !still:
			return fmt.Sprintf("Export %s cannot be deleted as it is in use by %s", o.Export, strings.Join(users, " and "))
		case value != o.Value:
			return fmt.Sprintf("Export %s cannot be updated as it is in use by %s", o.Export, strings.Join(users, " and "))
		}
	}
	return ""
}

// importersLocked returns the names of the stacks that use an export.
func (s *Service) importersLocked(export string) []string {
	var out []string
	for _, st := range s.stacks {
		if !st.gone() && slices.Contains(st.Imports, export) {
			out = append(out, st.Name)
		}
	}
	return out
}
