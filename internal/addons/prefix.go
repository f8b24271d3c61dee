package addons

import (
	"strings"

	"go.yaml.in/yaml/v4"
)

// outputs tells what each output is to the workload. It reads the names that the user wrote.
func (r *reader) outputs() []Output {
	var all []Output
	section := r.sections["Outputs"]
	for i := 0; section != nil && i+1 < len(section.Content); i += 2 {
		name := section.Content[i]
		o := Output{Name: name.Value, Key: Prefix + name.Value, Kind: Variable}
		value := find(section.Content[i+1], "Value")
		if value == nil {
			r.bad(name, "write Value: <value>", "output %s has no value", name.Value)
			continue
		}
		if id := referred(value); id != "" {
			o.Kind, o.Resource = r.kindOf(id), Prefix+id
		}
		if o.Kind == Variable {
			o.Resource = ""
		}
		all = append(all, o)
	}
	return all
}

// referred is the resource that a value is: !Ref <id>, or for a security group !GetAtt <id>.GroupId.
func referred(value *yaml.Node) string {
	name, argument := function(value)
	switch {
	case name == "Ref":
		return argument.Value
	case name == "GetAtt" && argument.Kind == yaml.ScalarNode:
		id, attribute, _ := strings.Cut(argument.Value, ".")
		if attribute == "GroupId" {
			return id
		}
	}
	return ""
}

func (r *reader) kindOf(id string) Kind {
	resource := find(r.sections["Resources"], id)
	if t := find(resource, "Type"); t != nil {
		switch t.Value {
		case "AWS::SecretsManager::Secret":
			return Secret
		case "AWS::IAM::ManagedPolicy":
			return ManagedPolicy
		case "AWS::EC2::SecurityGroup":
			return SecurityGroup
		}
	}
	return Variable
}

// prefix gives everything in the merged template its name in ferry's, and reports references that lead nowhere.
func (r *reader) prefix() {
	w := walker{reader: r, conditions: r.names("Conditions"),
		name:      r.known("resource or parameter", "Resources", "Parameters"),
		condition: r.known("condition", "Conditions"),
		mapping:   r.known("mapping", "Mappings"),
		value:     func(id string) *yaml.Node { return r.values[id] },
	}
	for _, name := range Sections() {
		section := r.sections[name]
		if section == nil || name == "Metadata" {
			continue
		}
		out := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
		for i := 0; i+1 < len(section.Content); i += 2 {
			key, value := *section.Content[i], section.Content[i+1]
			r.file = r.from[value]
			key.Value = Prefix + key.Value
			value = w.walk(value)
			if name == "Resources" {
				value = w.dependsOn(value)
			}
			out.Content = append(out.Content, &key, value)
		}
		r.sections[name] = out
	}
}

// known gives a name its prefix. It reports one that no section has, but not where macros may still add it.
func (r *reader) known(what string, sections ...string) func(*yaml.Node, string) string {
	names := r.names(sections...)
	return func(at *yaml.Node, id string) string {
		if !names[id] && len(r.macros) == 0 {
			r.bad(at, "", "there is no %s %s in the addons", what, id)
		}
		return Prefix + id
	}
}

// names are the keys of sections.
func (r *reader) names(sections ...string) map[string]bool {
	names := map[string]bool{}
	for _, s := range sections {
		for i := 0; r.sections[s] != nil && i < len(r.sections[s].Content); i += 2 {
			names[r.sections[s].Content[i].Value] = true
		}
	}
	return names
}

// dependsOn renames a resource's DependsOn: a logical ID or a list of them.
func (w walker) dependsOn(resource *yaml.Node) *yaml.Node {
	for i := 0; resource.Kind == yaml.MappingNode && i+1 < len(resource.Content); i += 2 {
		if resource.Content[i].Value != "DependsOn" {
			continue
		}
		v := resource.Content[i+1]
		if v.Kind == yaml.ScalarNode {
			resource.Content[i+1] = w.renamed(v, w.name)
			continue
		}
		list := *v
		list.Content = nil
		for _, c := range v.Content {
			list.Content = append(list.Content, w.renamed(c, w.name))
		}
		resource.Content[i+1] = &list
	}
	return resource
}
