package addons

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// parameters gives every parameter of the templates its value: App, Env and Name by themselves, others by the file. A plain
// value becomes the parameter's default; a function takes the place of whatever refers to the parameter.
func (r *reader) parameters(file *File) {
	r.values = map[string]*yaml.Node{}
	given := r.given(file)
	declared := r.sections["Parameters"]
	r.undeclared(given, declared)
	if declared == nil {
		return
	}
	kept := declared.Content[:0:0]
	for i := 0; i+1 < len(declared.Content); i += 2 {
		key, parameter := declared.Content[i], declared.Content[i+1]
		value := r.valueOf(key.Value, given)
		switch {
		case value == nil && find(parameter, "Default") == nil:
			r.bad(key, "give it a Default, or a value in "+ParametersFile, "parameter %s has no value", key.Value)
		case value != nil && value.Kind == yaml.MappingNode, value != nil && isFunction(value):
			r.values[key.Value] = value
			continue
		case value != nil:
			setDefault(parameter, value)
		}
		kept = append(kept, key, parameter)
	}
	declared.Content = kept
}

// given reads the file's Parameters.
func (r *reader) given(file *File) *yaml.Node {
	if file == nil {
		return nil
	}
	r.file = file.Name
	root := r.parse(*file)
	if root == nil {
		return nil
	}
	r.mark(root)
	for i := 0; i+1 < len(root.Content); i += 2 {
		if key := root.Content[i]; key.Value != "Parameters" {
			r.bad(key, "it has Parameters only", "%s does not belong here", key.Value)
		}
	}
	values := find(root, "Parameters")
	if values != nil && values.Kind != yaml.MappingNode {
		r.bad(values, "write <parameter>: <value>", "Parameters must be a map")
		return nil
	}
	return values
}

// reserved are the parameters that nobody else gives a value.
func (r *reader) reserved() map[string]string {
	own := map[string]string{"App": r.place.App, "Env": r.place.Env}
	if r.place.Name != "" {
		own["Name"] = r.place.Name
	}
	return own
}

// undeclared reports values for parameters that no template has, or that are not the file's to give.
func (r *reader) undeclared(given, declared *yaml.Node) {
	for i := 0; given != nil && i+1 < len(given.Content); i += 2 {
		key := given.Content[i]
		if _, own := r.reserved()[key.Value]; own {
			r.bad(key, "remove it", "%s is given by ferry", key.Value)
		} else if find(declared, key.Value) == nil {
			r.bad(key, "remove it, or declare it below Parameters of a template", "no template has a parameter %s", key.Value)
		}
	}
}

func (r *reader) valueOf(name string, given *yaml.Node) *yaml.Node {
	if v, own := r.reserved()[name]; own {
		return text(v)
	}
	v := find(given, name)
	switch {
	case v == nil:
		return nil
	case v.Kind == yaml.SequenceNode && !isFunction(v):
		return r.joined(v)
	}
	return r.parent(v)
}

// joined writes a list as CloudFormation takes it: with commas.
func (r *reader) joined(list *yaml.Node) *yaml.Node {
	var items []string
	for _, item := range list.Content {
		if item.Kind != yaml.ScalarNode || isFunction(item) {
			r.bad(item, `write !Join [",", [...]] around functions`, "a list of values has plain texts only")
			return text("")
		}
		items = append(items, item.Value)
	}
	return text(strings.Join(items, ","))
}

// parent reads a value as a part of ferry's template, where the file's functions refer to: Copilot's names for what
// workload and environment are called become texts, and resources must be ferry's own.
func (r *reader) parent(n *yaml.Node) *yaml.Node {
	w := walker{reader: r, name: func(at *yaml.Node, id string) string {
		if !slices.Contains(r.place.Own, id) {
			r.bad(at, "there is "+strings.Join(r.place.Own, ", "), "%s is nothing in ferry's template", id)
		}
		return id
	}, value: func(id string) *yaml.Node {
		name := map[string]string{
			"AppName": r.place.App, "EnvName": r.place.Env, "EnvironmentName": r.place.Env, "WorkloadName": r.place.Name,
			"Service.Name": r.place.Name,
		}[id]
		if name == "" {
			return nil
		}
		return text(name)
	}}
	return w.walk(n)
}

func setDefault(parameter, value *yaml.Node) {
	for i := 0; i+1 < len(parameter.Content); i += 2 {
		if parameter.Content[i].Value == "Default" {
			parameter.Content[i+1] = value
			return
		}
	}
	if parameter.Kind == yaml.MappingNode {
		parameter.Content = append(parameter.Content, text("Default"), value)
	}
}

// text is a plain text as a node, quoted so that it stays one.
func text(s string) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: s}
}

// isFunction tells whether a node is a function of CloudFormation's in its short form.
func isFunction(n *yaml.Node) bool {
	return strings.HasPrefix(n.Tag, "!") && !strings.HasPrefix(n.Tag, "!!")
}
