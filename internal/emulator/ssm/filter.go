package ssm

import (
	"maps"
	"slices"
	"strings"

	"ferry.dev/ferry/internal/emulator/wire"
)

// filtered returns the parameters that pass every filter, by name. The caller holds the lock.
func (s *Service) filtered(filters []ParameterStringFilter) ([]*parameter, error) {
	var all []*parameter
	for _, name := range slices.Sorted(maps.Keys(s.parameters)) {
		p := s.parameters[name]
		pass := true
		for _, f := range filters {
			ok, err := p.passes(f)
			if err != nil {
				return nil, err
			}
			pass = pass && ok
		}
		if pass {
			all = append(all, p)
		}
	}
	return all, s.checkFilters(filters)
}

// checkFilters refuses a filter that is not known even when there is nothing to filter.
func (s *Service) checkFilters(filters []ParameterStringFilter) error {
	none := &parameter{Versions: []version{{}}}
	for _, f := range filters {
		if _, err := none.passes(f); err != nil {
			return err
		}
	}
	return nil
}

// passes applies one filter. Without an option Path matches one level and every other key matches exactly.
func (p *parameter) passes(f ParameterStringFilter) (bool, error) {
	match := func(value string) bool {
		return slices.ContainsFunc(f.Values, func(v string) bool {
			switch str(f.Option) {
			case "BeginsWith":
				return strings.HasPrefix(value, v)
			case "Contains":
				return strings.Contains(value, v)
			}
			return value == v
		})
	}
	key := str(f.Key)
	switch tag, ok := strings.CutPrefix(key, "tag:"); {
	case ok:
		value, has := p.Tags[tag]
		return has && (len(f.Values) == 0 || match(value)), nil
	case key == "Name":
		return match(p.Name), nil
	case key == "Type":
		return match(p.Versions[len(p.Versions)-1].Type), nil
	case key == "KeyId":
		return match(p.KeyID), nil
	case key == "Tier":
		return match(p.Tier), nil
	case key == "DataType":
		return match(p.DataType), nil
	case key == "Path":
		return slices.ContainsFunc(f.Values, func(v string) bool {
			rest, under := strings.CutPrefix(p.Name, strings.TrimSuffix(v, "/")+"/")
			return under && (str(f.Option) == "Recursive" || !strings.Contains(rest, "/"))
		}), nil
	}
	return false, &wire.Error{Code: "InvalidFilterKey", Message: "The specified key " + key + " is not valid."}
}
