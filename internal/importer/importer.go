// Package importer writes manifests from what runs elsewhere: a task definition of ECS's, a Compose file, a running ECS
// service.
//
// It is pure: text in, the text of manifests out, with a note for everything that has no equal in a manifest. Nothing is
// dropped in silence: what a field can say becomes a field, what only ECS's own words can say becomes a patch in
// overrides.yml, and the rest is a note with its place. What comes out has been read back and rendered before it is
// returned. Who fetches and who writes files is the caller.
package importer

import (
	"bytes"
	"cmp"
	"fmt"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v4"

	"ferry.dev/ferry/internal/diag"
	"ferry.dev/ferry/internal/manifest"
	"ferry.dev/ferry/internal/patch"
)

// Options are the answers that no imported file has.
type Options struct {
	App   string
	Env   string // for whose account and region the result is checked
	Name  string // of the workload; "" = made from the source's own name
	Type  string // of the workload; "" = chosen by what it does
	Image string // instead of the image of the workload's own container; "" = the source's
	Path  string // of the load balancer that leads to the workload; "" = "/"
}

// Workload is one manifest and what lies beside it.
type Workload struct {
	Name      string
	Type      string
	Manifest  []byte
	Overrides []byte // overrides.yml; nil: none
	EnvFiles  []string
}

// Result is what an import came to. Notes are warnings with the places in the source.
type Result struct {
	Workloads []Workload
	Notes     diag.List
}

// source is what is being read: who asks for a key says that it knows what becomes of it, and what nobody asked for is told.
type source struct {
	file  string
	used  map[*yaml.Node]bool
	notes diag.List
}

func newSource(file string) *source { return &source{file: file, used: map[*yaml.Node]bool{}} }

// large tells of a source that has more than its readers take: its end would be dropped in silence.
func (s *source) large(src []byte) bool {
	if len(src) <= manifest.MaxSize {
		return false
	}
	s.bad(value{s: s}, "", "it has more than %d KiB", manifest.MaxSize>>10)
	return true
}

// note tells what does not carry over, at its place.
func (s *source) note(at value, hint, format string, args ...any) {
	s.report(diag.Warning, at, hint, format, args...)
}

// bad tells why nothing can come of the source.
func (s *source) bad(at value, hint, format string, args ...any) {
	s.report(diag.Error, at, hint, format, args...)
}

func (s *source) report(severity diag.Severity, at value, hint, format string, args ...any) {
	d := diag.Diagnostic{Severity: severity, Path: at.path, Message: fmt.Sprintf(format, args...), Hint: hint}
	d.File = s.file
	if at.n != nil {
		d.Line, d.Column = at.n.Line, at.n.Column
	}
	s.notes = append(s.notes, d)
}

// value is a node of the source and its path. Its zero value is what is not there.
type value struct {
	s    *source
	n    *yaml.Node
	path string
}

// get returns what stands under a key of the API's. CloudFormation and the SDK's answers write the same names with capitals.
func (v value) get(key string) value {
	child := value{s: v.s, path: join(v.path, key)}
	if v.n == nil || v.n.Kind != yaml.MappingNode {
		return child
	}
	for i := 0; i+1 < len(v.n.Content); i += 2 {
		if k := v.n.Content[i].Value; k == key || patch.Camel(k) == key {
			v.s.used[v.n.Content[i]] = true
			child.n = v.n.Content[i+1]
			break
		}
	}
	if child.n != nil && child.n.Kind == yaml.ScalarNode && child.n.Tag == "!!null" {
		child.n = nil
	}
	return child
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

func (v value) there() bool { return v.n != nil }

// text is a scalar's text, or "".
func (v value) text() string {
	if v.n == nil || v.n.Kind != yaml.ScalarNode {
		return ""
	}
	return v.n.Value
}

func (v value) yes() bool { return strings.EqualFold(v.text(), "true") }

// items are the entries of a list.
func (v value) items() []value {
	if v.n == nil || v.n.Kind != yaml.SequenceNode {
		return nil
	}
	out := make([]value, len(v.n.Content))
	for i, c := range v.n.Content {
		out[i] = value{v.s, c, fmt.Sprintf("%s[%d]", v.path, i)}
	}
	return out
}

// texts are the texts of a list.
func (v value) texts() []string {
	var out []string
	for _, item := range v.items() {
		out = append(out, item.text())
	}
	return out
}

// entries are the values of a map whose keys are the user's, in their order.
func (v value) entries() []entry {
	if v.n == nil || v.n.Kind != yaml.MappingNode {
		return nil
	}
	var out []entry
	for i := 0; i+1 < len(v.n.Content); i += 2 {
		key := v.n.Content[i]
		v.s.used[key] = true
		out = append(out, entry{key.Value, value{v.s, v.n.Content[i+1], join(v.path, key.Value)}})
	}
	return out
}

type entry struct {
	key   string
	value value
}

// unread calls told for every key below a value that nobody asked for.
func (v value) unread(told func(key *yaml.Node, at value)) {
	if v.n == nil {
		return
	}
	switch v.n.Kind {
	case yaml.SequenceNode:
		for _, item := range v.items() {
			item.unread(told)
		}
	case yaml.MappingNode:
		for i := 0; i+1 < len(v.n.Content); i += 2 {
			key, child := v.n.Content[i], value{v.s, v.n.Content[i+1], join(v.path, v.n.Content[i].Value)}
			if !v.s.used[key] {
				child.n = key
				told(key, child)
				continue
			}
			child.unread(told)
		}
	}
}

// empty tells whether a value says nothing: ECS's answers are full of such.
func empty(n *yaml.Node) bool {
	switch {
	case n == nil:
		return true
	case n.Kind == yaml.ScalarNode:
		return n.Tag == "!!null" || n.Value == ""
	}
	return len(n.Content) == 0
}

// draft is a manifest that is being written: a map whose keys keep the order in which they came.
type draft struct{ root *yaml.Node }

func newDraft() draft { return draft{&yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}} }

// set puts a value at a path of keys: text, number, bool, a list of texts, a map of texts or a node. What is empty is not
// written.
func (d draft) set(v any, keys ...string) {
	n := toNode(v)
	if n == nil {
		return
	}
	at := d.root
	for _, k := range keys[:len(keys)-1] {
		at = under(at, k)
	}
	last := keys[len(keys)-1]
	for i := 0; i+1 < len(at.Content); i += 2 {
		if at.Content[i].Value == last {
			at.Content[i+1] = n
			return
		}
	}
	at.Content = append(at.Content, keyNode(last), n)
}

func under(n *yaml.Node, key string) *yaml.Node {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i+1]
		}
	}
	child := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
	n.Content = append(n.Content, keyNode(key), child)
	return child
}

func keyNode(key string) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: key}
}

// ours is what a manifest would take for a variable of its own.
var ours = regexp.MustCompile(`\$\{[A-Za-z_][A-Za-z0-9_]*\}`)

// textNode is a text that YAML reads back as one, whatever it looks like, and in which the source's "${NAME}" is none of ferry's
// variables.
func textNode(s string) *yaml.Node {
	n := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: ours.ReplaceAllString(s, `\$0`)}
	if strings.Contains(s, "\n") {
		n.Style = yaml.LiteralStyle
	}
	return n
}

func toNode(v any) *yaml.Node {
	switch v := v.(type) {
	case *yaml.Node:
		if v == nil || v.Kind != yaml.ScalarNode && len(v.Content) == 0 {
			return nil
		}
		return v
	case string:
		if v == "" {
			return nil
		}
		return textNode(v)
	case bool:
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!bool", Value: fmt.Sprint(v)}
	case int:
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!int", Value: fmt.Sprint(v)}
	case []string:
		if len(v) == 0 {
			return nil
		}
		n := &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq"}
		for _, s := range v {
			n.Content = append(n.Content, textNode(s))
		}
		return n
	case draft:
		return toNode(v.root)
	case []draft:
		if len(v) == 0 {
			return nil
		}
		n := &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq"}
		for _, d := range v {
			n.Content = append(n.Content, d.root)
		}
		return n
	}
	return nil
}

// bytes is the manifest's text.
func (d draft) bytes(comment string) ([]byte, error) {
	out, err := yaml.Dump(d.root, yaml.WithIndent(2), yaml.WithLineWidth(-1))
	if err != nil {
		return nil, fmt.Errorf("writing the manifest: %w", err)
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "# %s\n", comment)
	b.Write(out)
	return b.Bytes(), nil
}

// validName makes a workload's name of another name.
func validName(s string) string { return cmp.Or(manifest.NameFrom(s), "service") }

// read reads a manifest back as the environment has it.
func (o Options) read(w Workload) (manifest.Workload, diag.List) {
	return manifest.ParseWorkload(w.Name+"/manifest.yml", w.Manifest, manifest.Options{App: o.App, Env: o.Env})
}
