package patch

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"ferry.dev/ferry/internal/diag"
)

// maxSize bounds a file of patches, in bytes.
const maxSize = 256 << 10

// Read reads overrides.yml: lists of operations below stack, taskdef and service.
func Read(file string, src []byte) (Set, diag.List) {
	r := &reader{file: file}
	root := r.parse(src)
	var s Set
	if root == nil {
		return s, r.found
	}
	if root.Kind != yaml.MappingNode {
		r.bad(root, "write stack:, taskdef: or service:, each with a list of operations", "must be a map of documents")
		return s, r.found
	}
	into := map[string]*[]Op{"stack": &s.Stack, "taskdef": &s.Task, "service": &s.Service}
	for i := 0; i+1 < len(root.Content); i += 2 {
		key := root.Content[i]
		if into[key.Value] == nil {
			r.bad(key, "write stack, taskdef or service", "there is no document %s", key.Value)
			continue
		}
		*into[key.Value] = r.ops(root.Content[i+1])
	}
	return s, diag.Sort(r.found)
}

// ReadCopilot reads Copilot's cfn.patches.yml: a list of operations on its template, which has the task definition and the
// service in it. Those of ferry have the same fields, in the words of the API.
func ReadCopilot(file string, src []byte) (Set, diag.List) {
	r := &reader{file: file}
	var s Set
	root := r.parse(src)
	if root == nil {
		return s, r.found
	}
	for _, o := range r.ops(root) {
		switch {
		case strings.HasPrefix(o.Path, taskDefinition):
			s.Task = append(s.Task, o.translated(taskDefinition))
		case strings.HasPrefix(o.Path, service):
			s.Service = append(s.Service, o.translated(service))
		default:
			s.Stack = append(s.Stack, o)
		}
	}
	return s, diag.Sort(r.found)
}

// Where Copilot's template has what ferry gives to ECS itself.
const (
	taskDefinition = "/Resources/TaskDefinition/Properties/"
	service        = "/Resources/Service/Properties/"
)

type reader struct {
	file  string
	found diag.List
}

func (r *reader) position(n *yaml.Node) diag.Position {
	p := diag.Position{File: r.file, Line: 1, Column: 1}
	if n != nil && n.Line > 0 {
		p.Line, p.Column = n.Line, max(n.Column, 1)
	}
	return p
}

func (r *reader) bad(n *yaml.Node, hint, format string, args ...any) {
	r.found = append(r.found, diag.Diagnostic{
		Position: r.position(n), Severity: diag.Error, Message: fmt.Sprintf(format, args...), Hint: hint,
	})
}

// parse returns the root of the only document, or nil where there is none or it was reported.
func (r *reader) parse(src []byte) *yaml.Node {
	if len(src) > maxSize {
		r.bad(nil, "", "the file has more than %d KiB", maxSize>>10)
		return nil
	}
	doc, err := Parse(src)
	var le *yaml.LoadError
	switch {
	case errors.Is(err, io.EOF):
		return nil
	case errors.As(err, &le):
		at := &yaml.Node{Line: le.Mark.Line, Column: le.Mark.Column}
		r.bad(at, "", "not readable as YAML: %s", le.Message)
		return nil
	case err != nil:
		r.bad(nil, "", "not readable as YAML: %v", err)
		return nil
	case hasAlias(doc):
		r.bad(nil, "write the values out", "anchors and aliases have no place in patches")
		return nil
	case doc.Kind == yaml.ScalarNode && doc.Tag == "!!null":
		return nil
	}
	return doc
}

// Parse reads a document, YAML or JSON, as a tree. The error is io.EOF where it is empty.
func Parse(src []byte) (n *yaml.Node, err error) {
	defer func() {
		if recover() != nil {
			n, err = nil, errors.New("the YAML reader cannot read this file")
		}
	}()
	loader, err := yaml.NewLoader(bytes.NewReader(src))
	if err != nil {
		return nil, err
	}
	var doc yaml.Node
	if err := loader.Load(&doc); err != nil {
		return nil, err
	}
	n = &doc
	for n.Kind == yaml.DocumentNode {
		if len(n.Content) == 0 {
			return nil, io.EOF
		}
		n = n.Content[0]
	}
	return n, nil
}

func hasAlias(n *yaml.Node) bool {
	return n.Kind == yaml.AliasNode || slices.ContainsFunc(n.Content, hasAlias)
}

func (r *reader) ops(list *yaml.Node) []Op {
	if list.Kind != yaml.SequenceNode {
		r.bad(list, "write - op: add, path: /…, value: …", "must be a list of operations")
		return nil
	}
	var all []Op
	for _, item := range list.Content {
		if o, ok := r.op(item); ok {
			all = append(all, o)
		}
	}
	return all
}

func (r *reader) op(item *yaml.Node) (Op, bool) {
	o := Op{at: r.position(item)}
	if item.Kind != yaml.MappingNode {
		r.bad(item, "write op, path and value", "an operation must be a map")
		return o, false
	}
	before := len(r.found)
	for i := 0; i+1 < len(item.Content); i += 2 {
		key, value := item.Content[i], item.Content[i+1]
		text := map[string]*string{"op": &o.Op, "path": &o.Path, "from": &o.From}[key.Value]
		switch {
		case key.Value == "value":
			o.Value = value
		case text == nil:
			r.bad(key, "an operation has op, path, from and value", "%s is unknown", key.Value)
		case value.Kind != yaml.ScalarNode:
			r.bad(value, "", "%s must be text", key.Value)
		default:
			*text = value.Value
		}
	}
	r.complete(item, o)
	return o, len(r.found) == before
}

// complete reports what an operation lacks.
func (r *reader) complete(item *yaml.Node, o Op) {
	known := []string{"add", "remove", "replace", "move", "copy", "test"}
	if !slices.Contains(known, o.Op) {
		r.bad(item, "op is one of "+strings.Join(known, ", "), "there is no operation %q", o.Op)
		return
	}
	if _, err := o.pointer(o.Path); err != nil {
		r.bad(item, "path looks like /Resources/LogGroup/Properties/RetentionInDays", "%q is no path", o.Path)
	}
	if needs := o.Op == "add" || o.Op == "replace" || o.Op == "test"; needs && o.Value == nil {
		r.bad(item, "", "%s needs a value", o.Op)
	}
	if _, err := o.pointer(o.From); err != nil && (o.Op == "move" || o.Op == "copy") {
		r.bad(item, "", "%s needs from, a path", o.Op)
	}
}
