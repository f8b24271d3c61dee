package plan

import (
	"maps"
	"slices"

	"ferry.dev/ferry/internal/manifest"
)

// ForeignValue is a value that another stack exports. The service's stack puts it out again, where a release finds it.
type ForeignValue struct{ Output, Export string }

// imported stands for the value of an export.
func (s Service) imported(export string) string { return Ref(s.Stack, importOutput(export)) }

// importOutput names the output of the service's stack that holds an export's value.
func importOutput(export string) string { return "Import" + digest(export) }

// Imports returns the exports of other stacks that the task and service definition take values from.
func (s Service) Imports() []ForeignValue {
	m := s.Manifest
	exports := map[string]bool{}
	for _, e := range m.Network.ImportedGroups {
		exports[e] = true
	}
	for _, set := range s.variableImports() {
		for _, e := range set {
			exports[e] = true
		}
	}
	for _, e := range s.secretImports() {
		exports[e] = true
	}
	for _, v := range m.Storage.Volumes {
		if v.EFS != nil && v.EFS.Import != "" {
			exports[v.EFS.Import] = true
		}
	}
	var all []ForeignValue
	for _, e := range slices.Sorted(maps.Keys(exports)) {
		all = append(all, ForeignValue{Output: importOutput(e), Export: e})
	}
	return all
}

func (s Service) variableImports() []map[string]string {
	m := s.Manifest
	sets := []map[string]string{m.ImportedVariables}
	for _, c := range m.Sidecars {
		sets = append(sets, c.ImportedVariables)
	}
	if m.Logging.Router != nil {
		sets = append(sets, m.Logging.Router.ImportedVariables)
	}
	return sets
}

// secretImports returns the exports that hold the ARNs of secrets.
func (s Service) secretImports() []string {
	var exports []string
	for _, set := range s.secretSets() {
		for _, secret := range set {
			if secret.Kind == manifest.SecretExport {
				exports = append(exports, secret.From)
			}
		}
	}
	return sorted(exports)
}

// secretSets returns the secrets of all containers.
func (s Service) secretSets() []map[string]manifest.Secret {
	m := s.Manifest
	sets := []map[string]manifest.Secret{m.Secrets}
	for _, c := range m.Sidecars {
		sets = append(sets, c.Secrets)
	}
	if r := m.Logging.Router; r != nil {
		sets = append(sets, r.Secrets, r.SecretOptions)
	}
	return sets
}

// TaggedSubnets and OutputSubnets name, as if a stack put them out, the subnets that are looked up by their tags when a
// service is deployed.
const (
	TaggedSubnets = "subnets-by-tags"
	OutputSubnets = "Subnets"
)
