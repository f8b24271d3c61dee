package patch

import (
	"strings"
	"unicode"

	"go.yaml.in/yaml/v4"
)

// translated turns an operation on CloudFormation's TaskDefinition or Service into one on the API's: paths and values have
// the same shape there, and the names begin in lower case.
func (o Op) translated(under string) Op {
	o.Path = camelPath(strings.TrimPrefix(o.Path, under))
	if rest, ok := strings.CutPrefix(o.From, under); ok {
		o.From = camelPath(rest)
	}
	if o.Value != nil {
		last := o.Path[strings.LastIndexByte(o.Path, '/')+1:]
		o.Value = camelValue(o.Value, free(last))
	}
	return o
}

func camelPath(path string) string {
	keys := strings.Split(path, "/")
	open := false
	for i, k := range keys {
		if !open {
			keys[i] = Camel(k)
		}
		open = open || free(keys[i])
	}
	return "/" + strings.Join(keys, "/")
}

// free tells whether the keys of a map are the user's own.
func free(key string) bool {
	switch key {
	case "dockerLabels", "options", "driverOpts", "labels":
		return true
	}
	return false
}

func camelValue(n *yaml.Node, open bool) *yaml.Node {
	out := *n
	out.Content = nil
	for i, c := range n.Content {
		switch {
		case n.Kind == yaml.MappingNode && i%2 == 0:
			key := *c
			if !open {
				key.Value = Camel(c.Value)
			}
			out.Content = append(out.Content, &key)
		case n.Kind == yaml.MappingNode:
			out.Content = append(out.Content, camelValue(c, free(Camel(n.Content[i-1].Value))))
		default:
			out.Content = append(out.Content, camelValue(c, false))
		}
	}
	return &out
}

// Camel writes the name of a property of CloudFormation's as the ECS API does: ContainerDefinitions becomes
// containerDefinitions, EFSVolumeConfiguration efsVolumeConfiguration.
func Camel(name string) string {
	if rest, ok := strings.CutPrefix(name, "FSx"); ok {
		return "fsx" + rest
	}
	runes := []rune(name)
	for i, c := range runes {
		if !unicode.IsUpper(c) || i > 0 && i+1 < len(runes) && unicode.IsLower(runes[i+1]) {
			break
		}
		runes[i] = unicode.ToLower(c)
	}
	return string(runes)
}

// CamelValue does the same to the keys within a property's value. Maps whose keys are the user's own, such as dockerLabels, stay.
func CamelValue(property string, n *yaml.Node) *yaml.Node { return camelValue(n, free(property)) }
