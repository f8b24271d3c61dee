package addons

import (
	"regexp"
	"strings"

	"go.yaml.in/yaml/v4"
)

// walker copies a tree of a template and gives what refers to something another name. It knows the functions of
// CloudFormation that hold names, in their short and their long forms.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
type walker struct {
	*reader
	conditions map[string]bool                       // by the user's names
	name       func(at *yaml.Node, id string) string // of a resource or parameter
	condition  func(at *yaml.Node, id string) string // nil: conditions stay
	mapping    func(at *yaml.Node, id string) string // nil: mappings stay
	value      func(id string) *yaml.Node            // what stands for "Id" or "Id.Attribute" instead of a reference; nil = nothing
}

// function takes a call of a function apart, or returns "".
func function(n *yaml.Node) (name string, argument *yaml.Node) {
	switch {
	case isFunction(n):
		plain := *n
		plain.Tag = map[yaml.Kind]string{yaml.ScalarNode: "!!str", yaml.SequenceNode: "!!seq", yaml.MappingNode: "!!map"}[n.Kind]
		return strings.TrimPrefix(n.Tag, "!"), &plain
	case n.Kind == yaml.MappingNode && len(n.Content) == 2:
		key := n.Content[0].Value
		if key == "Ref" || key == "Condition" && n.Content[1].Kind == yaml.ScalarNode {
			return key, n.Content[1]
		}
		if short, ok := strings.CutPrefix(key, "Fn::"); ok {
			return short, n.Content[1]
		}
	}
	return "", nil
}

// call writes a function in the form, short or long, of the one that it replaces.
func call(name string, argument, like *yaml.Node) *yaml.Node {
	if isFunction(like) {
		out := *argument
		out.Tag, out.Line, out.Column = "!"+name, like.Line, like.Column
		return &out
	}
	key := name
	if name != "Ref" && name != "Condition" {
		key = "Fn::" + name
	}
	return &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map", Style: like.Style, Content: []*yaml.Node{text(key), argument}}
}

func (w walker) walk(n *yaml.Node) *yaml.Node {
	name, argument := function(n)
	switch name {
	case "Ref":
		return w.ref(n, argument)
	case "GetAtt":
		return w.getAtt(n, argument)
	case "Sub":
		return w.sub(n, argument)
	case "Condition":
		return call(name, w.renamed(argument, w.condition), n)
	case "If":
		return w.first(n, name, argument, w.condition)
	case "FindInMap":
		return w.first(n, name, argument, w.mapping)
	}
	if isFunction(n) { // the argument of a short form may be the long form of another
		return call(name, w.walk(argument), n)
	}
	out := *n
	out.Content = nil
	for i, c := range n.Content {
		switch {
		case n.Kind == yaml.MappingNode && i%2 == 0:
			out.Content = append(out.Content, c)
		case n.Kind == yaml.MappingNode && n.Content[i-1].Value == "Condition" && c.Kind == yaml.ScalarNode && !isFunction(c):
			out.Content = append(out.Content, w.renamed(c, w.knownCondition))
		default:
			out.Content = append(out.Content, w.walk(c))
		}
	}
	return &out
}

// knownCondition renames an attribute called Condition only where it names one: properties may have that name too.
func (w walker) knownCondition(at *yaml.Node, id string) string {
	if w.condition == nil || !w.conditions[id] {
		return id
	}
	return w.condition(at, id)
}

func (w walker) renamed(n *yaml.Node, name func(*yaml.Node, string) string) *yaml.Node {
	if name == nil || n.Kind != yaml.ScalarNode {
		return n
	}
	out := *n
	out.Value = name(n, n.Value)
	return &out
}

// first renames the first of a function's arguments and walks the others.
func (w walker) first(n *yaml.Node, function string, argument *yaml.Node, name func(*yaml.Node, string) string) *yaml.Node {
	if argument.Kind != yaml.SequenceNode || len(argument.Content) == 0 {
		w.bad(n, "", "%s takes a list", function)
		return n
	}
	list := *argument
	list.Content = nil
	for i, c := range argument.Content {
		if i == 0 && c.Kind == yaml.ScalarNode && !isFunction(c) {
			list.Content = append(list.Content, w.renamed(c, name))
			continue
		}
		list.Content = append(list.Content, w.walk(c))
	}
	return call(function, &list, n)
}

func (w walker) ref(n, argument *yaml.Node) *yaml.Node {
	if argument.Kind != yaml.ScalarNode {
		w.bad(n, "write !Ref <logical ID>", "Ref takes a name")
		return n
	}
	if v := w.replaced(argument.Value); v != nil {
		return v
	}
	return call("Ref", w.renamed(argument, w.id), n)
}

// id renames what is no pseudo parameter.
func (w walker) id(at *yaml.Node, id string) string {
	if strings.HasPrefix(id, "AWS::") {
		return id
	}
	return w.name(at, id)
}

func (w walker) replaced(id string) *yaml.Node {
	if w.value == nil {
		return nil
	}
	return w.value(id)
}

func (w walker) getAtt(n, argument *yaml.Node) *yaml.Node {
	switch {
	case argument.Kind == yaml.ScalarNode:
		if v := w.replaced(argument.Value); v != nil {
			return v
		}
		id, attribute, ok := strings.Cut(argument.Value, ".")
		if !ok {
			w.bad(n, "write !GetAtt <logical ID>.<attribute>", "%s names no attribute", argument.Value)
			return n
		}
		out := *argument
		out.Value = w.id(n, id) + "." + attribute
		return call("GetAtt", &out, n)
	case argument.Kind == yaml.SequenceNode && len(argument.Content) == 2 && argument.Content[0].Kind == yaml.ScalarNode:
		if v := w.replaced(argument.Content[0].Value + "." + argument.Content[1].Value); v != nil {
			return v
		}
		return w.first(n, "GetAtt", argument, w.id)
	}
	w.bad(n, "write !GetAtt <logical ID>.<attribute>", "GetAtt takes a logical ID and an attribute")
	return n
}

// variable is ${Id}, ${Id.Attribute} or ${AWS::Region} in a text for Fn::Sub; ${!Literal} is none.
var variable = regexp.MustCompile(`\$\{([^!{}][^{}]*)\}`)

// sub renames the variables of a text. One whose value is a function needs the form with a map of values.
func (w walker) sub(n, argument *yaml.Node) *yaml.Node {
	body, vars := argument, (*yaml.Node)(nil)
	if argument.Kind == yaml.SequenceNode && len(argument.Content) == 2 {
		body, vars = argument.Content[0], w.walk(argument.Content[1])
	}
	if body.Kind != yaml.ScalarNode {
		w.bad(n, `write !Sub "text with ${Names}"`, "Sub takes a text")
		return n
	}
	own := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
	if vars != nil {
		own.Content = append(own.Content, vars.Content...)
	}
	out := *body
	out.Value = variable.ReplaceAllStringFunc(body.Value, func(match string) string {
		id := strings.TrimSpace(match[2 : len(match)-1])
		if find(own, id) != nil {
			return match
		}
		switch v := w.replaced(id); {
		case v != nil && v.Kind == yaml.ScalarNode && !isFunction(v):
			return strings.ReplaceAll(v.Value, "${", "${!")
		case v != nil:
			own.Content = append(own.Content, text(id), v)
			return "${" + id + "}"
		}
		logical, attribute, _ := strings.Cut(id, ".")
		if attribute != "" {
			attribute = "." + attribute
		}
		return "${" + w.id(n, logical) + attribute + "}"
	})
	if len(own.Content) == 0 {
		out.Line, out.Column = n.Line, n.Column
		return call("Sub", &out, n)
	}
	out.Tag, out.Style = "!!str", out.Style&^yaml.TaggedStyle
	return call("Sub", &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq", Content: []*yaml.Node{&out, own}}, n)
}
