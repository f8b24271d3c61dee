// Package patch owns the patches of rendered documents, for what a manifest has no field for: the operations of JSON Patch
// (RFC 6902) on the CloudFormation template, the task definition and the service definition.
//
// It reads ferry's overrides.yml and Copilot's cfn.patches.yml and applies what they say to a tree of YAML nodes, which JSON
// is too. A library for JSON would lose the template's short functions, comments and order. It is pure; which files there
// are, package workspace knows, and package render says when they are applied: last, before the template's digest.
package patch

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"

	"ferry.dev/ferry/internal/diag"
)

// Op is one operation.
type Op struct {
	Op    string // add, remove, replace, move, copy or test
	Path  string // a JSON Pointer (RFC 6901); "-" as its last part is the end of a list
	From  string // of move and copy
	Value *yaml.Node
	at    diag.Position
}

// Set is what a directory's patches do, by document.
type Set struct {
	Stack   []Op // the CloudFormation template
	Task    []Op // the task definition, in the words of RegisterTaskDefinition
	Service []Op // the service, in the words of CreateService
}

// Empty tells whether there is nothing to do.
func (s Set) Empty() bool { return len(s.Stack)+len(s.Task)+len(s.Service) == 0 }

// Error is an operation that cannot be carried out, with its place in the file. Get it with errors.As.
type Error struct{ Diagnostic diag.Diagnostic }

func (e *Error) Error() string { return e.Diagnostic.String() }

func (o Op) fail(hint, format string, args ...any) error {
	return &Error{diag.Diagnostic{Position: o.at, Severity: diag.Error, Path: o.Path, Message: fmt.Sprintf(format, args...), Hint: hint}}
}

// Apply carries the operations out, one after the other, on a document. The first that cannot be ends it with an *Error.
func Apply(doc *yaml.Node, ops []Op) error {
	for _, o := range ops {
		if err := o.apply(doc); err != nil {
			return err
		}
	}
	return nil
}

func (o Op) apply(doc *yaml.Node) error {
	keys, err := o.pointer(o.Path)
	if err != nil {
		return err
	}
	switch o.Op {
	case "add":
		return o.add(doc, keys, o.Value)
	case "remove":
		return o.remove(doc, keys)
	case "replace":
		return o.replace(doc, keys)
	case "test":
		return o.test(doc, keys)
	}
	from, err := o.pointer(o.From)
	if err != nil {
		return err
	}
	value, err := o.find(doc, from)
	if err != nil {
		return err
	}
	if o.Op == "move" {
		if err := o.remove(doc, from); err != nil {
			return err
		}
	}
	return o.add(doc, keys, value)
}

// pointer cuts a JSON Pointer into its parts.
func (o Op) pointer(p string) ([]string, error) {
	if !strings.HasPrefix(p, "/") || p == "/" {
		return nil, o.fail("it looks like /Resources/LogGroup/Properties/RetentionInDays", "%q is no path", p)
	}
	keys := strings.Split(p[1:], "/")
	for i, k := range keys {
		keys[i] = strings.NewReplacer("~1", "/", "~0", "~").Replace(k)
	}
	return keys, nil
}

// find returns the value at a path.
func (o Op) find(n *yaml.Node, keys []string) (*yaml.Node, error) {
	for i, key := range keys {
		next, err := o.step(n, key, keys[:i])
		if err != nil {
			return nil, err
		}
		n = next
	}
	return n, nil
}

func (o Op) step(n *yaml.Node, key string, before []string) (*yaml.Node, error) {
	switch n.Kind {
	case yaml.MappingNode:
		if i := indexOf(n, key); i >= 0 {
			return n.Content[i+1], nil
		}
		return nil, o.missing(n, key, before)
	case yaml.SequenceNode:
		i, err := o.index(n, key, len(n.Content)-1)
		if err != nil {
			return nil, err
		}
		return n.Content[i], nil
	}
	return nil, o.fail("", "there is nothing below /%s", strings.Join(before, "/"))
}

// missing names what is there instead.
func (o Op) missing(n *yaml.Node, key string, before []string) error {
	var names []string
	for i := 0; i < len(n.Content); i += 2 {
		names = append(names, n.Content[i].Value)
	}
	slices.Sort(names)
	hint := ""
	if len(names) > 0 {
		hint = "there is " + strings.Join(names, ", ")
	}
	return o.fail(hint, "there is no %s in /%s", key, strings.Join(before, "/"))
}

func (o Op) index(n *yaml.Node, key string, last int) (int, error) {
	i, err := strconv.Atoi(key)
	if err != nil || i < 0 || i > last || strconv.Itoa(i) != key {
		return 0, o.fail("write a number from 0, or - for the end in an add", "%q is no place in a list of %d", key, len(n.Content))
	}
	return i, nil
}

func indexOf(n *yaml.Node, key string) int {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return i
		}
	}
	return -1
}

// add puts a value under a key, or into a list. A list that an add at its end ("-") expects is made when it is missing:
// whoever wants one more of something does not know whether it is the first.
func (o Op) add(doc *yaml.Node, keys []string, value *yaml.Node) error {
	last := len(keys) - 1
	parent, err := o.find(doc, keys[:last])
	if err != nil && keys[last] == "-" && last > 0 {
		empty := &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq"}
		if o.add(doc, keys[:last], empty) != nil {
			return err
		}
		parent, err = o.find(doc, keys[:last])
	}
	if err != nil {
		return err
	}
	switch {
	case parent.Kind == yaml.MappingNode:
		set(parent, keys[last], clone(value))
		return nil
	case parent.Kind == yaml.SequenceNode && keys[last] == "-":
		parent.Content = append(parent.Content, clone(value))
		return nil
	case parent.Kind == yaml.SequenceNode:
		i, err := o.index(parent, keys[last], len(parent.Content))
		if err != nil {
			return err
		}
		parent.Content = slices.Insert(parent.Content, i, clone(value))
		return nil
	}
	return o.fail("", "/%s is neither a map nor a list", strings.Join(keys[:last], "/"))
}

func set(n *yaml.Node, key string, value *yaml.Node) {
	if i := indexOf(n, key); i >= 0 {
		n.Content[i+1] = value
		return
	}
	n.Content = append(n.Content, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: key}, value)
}

func (o Op) remove(doc *yaml.Node, keys []string) error {
	last := len(keys) - 1
	parent, err := o.find(doc, keys[:last])
	if err != nil {
		return err
	}
	if _, err := o.step(parent, keys[last], keys[:last]); err != nil {
		return err
	}
	if parent.Kind == yaml.MappingNode {
		i := indexOf(parent, keys[last])
		parent.Content = slices.Delete(parent.Content, i, i+2)
		return nil
	}
	i, err := o.index(parent, keys[last], len(parent.Content)-1)
	if err == nil {
		parent.Content = slices.Delete(parent.Content, i, i+1)
	}
	return err
}

func (o Op) replace(doc *yaml.Node, keys []string) error {
	n, err := o.find(doc, keys)
	if err == nil {
		*n = *clone(o.Value)
	}
	return err
}

func (o Op) test(doc *yaml.Node, keys []string) error {
	n, err := o.find(doc, keys)
	if err == nil && !equal(n, o.Value) {
		err = o.fail("", "the value at %s is another one", o.Path)
	}
	return err
}

func equal(a, b *yaml.Node) bool {
	return a.Kind == b.Kind && a.Tag == b.Tag && a.Value == b.Value && slices.EqualFunc(a.Content, b.Content, equal)
}

// clone copies a tree: one value may be added in several places.
func clone(n *yaml.Node) *yaml.Node {
	out := *n
	out.Content = nil
	for _, c := range n.Content {
		out.Content = append(out.Content, clone(c))
	}
	return &out
}

// Misses tells whether the operation is about a resource that a template does not have.
func (o Op) Misses(template *yaml.Node) bool {
	keys, err := o.pointer(o.Path)
	if err != nil || len(keys) < 3 || keys[0] != "Resources" {
		return false
	}
	_, err = o.find(template, keys[:2])
	return err != nil
}
