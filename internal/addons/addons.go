// Package addons reads the user's own CloudFormation, <service>/addons/*.yml and environments/addons/*.yml, and makes it a
// part of ferry's template: the files become one, every logical ID gets a prefix so that none can meet ferry's own, and
// each output gets its meaning for the containers.
//
// It is pure: files in, nodes and diagnostics out. Which files there are, package workspace knows; what the outputs mean
// in AWS, package plan decides; package render puts the sections into the template.
//
// The meaning of a template here is Copilot's, whose users have them in their repositories: parameters App, Env and Name, further
// values in addons.parameters.yml, and outputs that become environment variables, secrets, managed policies of the task
// role or security groups of the tasks.
package addons

import (
	"cmp"
	"fmt"
	"slices"

	"go.yaml.in/yaml/v4"

	"ferry.dev/ferry/internal/diag"
)

// Prefix begins the logical ID of everything that comes from an addon.
const Prefix = "Addons"

// ParametersFile is the name of the file beside the templates that gives parameters their values.
const ParametersFile = "addons.parameters.yml"

// File is one file of a directory of addons.
type File struct {
	Name string // as diagnostics show it
	Data []byte
}

// Place is whose addons these are: the values of the parameters that every template may have.
type Place struct {
	App, Env string
	Name     string // of the workload; "" for those of an environment
	// Own are the logical IDs of ferry's template that values in addons.parameters.yml may refer to.
	Own []string
}

// Kind says what an output is to the workload.
type Kind string

// What an output's value refers to decides its kind.
const (
	Variable      Kind = "variable"       // anything else: an environment variable
	Secret        Kind = "secret"         // an AWS::SecretsManager::Secret: a secret variable
	ManagedPolicy Kind = "managed policy" // an AWS::IAM::ManagedPolicy: attached to the task role
	SecurityGroup Kind = "security group" // an AWS::EC2::SecurityGroup: one of the tasks'
)

// Output is an output of the merged template.
type Output struct {
	Name     string // as the user wrote it: MyTableName
	Key      string // in the stack: AddonsMyTableName
	Resource string // logical ID in the stack of what it refers to, "" for a Variable
	Kind     Kind
}

// EnvName is the variable that a container finds the output under: MyTableName becomes MY_TABLE_NAME.
func (o Output) EnvName() string { return screamingSnake(o.Name) }

// Addons is the merged template, ready to be a part of another one.
type Addons struct {
	Outputs  []Output
	sections map[string]*yaml.Node // mapping nodes, by the name of the section
	macros   []string              // of Transform
}

// Sections are the sections of a template that addons may have, in the order in which they are written.
func Sections() []string {
	return []string{"Metadata", "Parameters", "Rules", "Mappings", "Conditions", "Resources", "Outputs"}
}

// Read merges the files of one directory. It is nil without an error when there are no templates. The value is usable only
// if the diagnostics hold no error.
func Read(files []File, place Place) (*Addons, diag.List) {
	r := &reader{place: place, sections: map[string]*yaml.Node{}, from: map[*yaml.Node]string{}}
	var parameters *File
	templates := 0
	for _, f := range files {
		if isParameters(f.Name) {
			parameters = &f
			continue
		}
		templates++
		r.template(f)
	}
	if templates == 0 {
		return nil, r.found
	}
	r.parameters(parameters)
	a := &Addons{sections: r.sections, macros: r.macros, Outputs: r.outputs()}
	r.prefix()
	if r.found.HasErrors() {
		return nil, diag.Sort(r.found)
	}
	return a, diag.Sort(r.found)
}

// reader collects templates into one.
type reader struct {
	place    Place
	sections map[string]*yaml.Node
	macros   []string
	from     map[*yaml.Node]string // key node → its file, for diagnostics
	file     string
	values   map[string]*yaml.Node // parameters whose values are intrinsic functions
	found    diag.List
}

func (r *reader) bad(n *yaml.Node, hint, format string, args ...any) {
	r.report(diag.Error, n, hint, format, args...)
}

func (r *reader) report(s diag.Severity, n *yaml.Node, hint, format string, args ...any) {
	d := diag.Diagnostic{Severity: s, Message: fmt.Sprintf(format, args...), Hint: hint}
	d.File, d.Line, d.Column = r.file, 1, 1
	if n != nil && n.Line > 0 {
		d.Line, d.Column = n.Line, max(n.Column, 1)
	}
	if file := r.from[n]; file != "" {
		d.File = file
	}
	r.found = append(r.found, d)
}

// template takes one file in.
func (r *reader) template(f File) {
	r.file = f.Name
	root := r.parse(f)
	if root == nil {
		return
	}
	for i := 0; i+1 < len(root.Content); i += 2 {
		key, value := root.Content[i], root.Content[i+1]
		r.mark(value)
		switch {
		case key.Value == "AWSTemplateFormatVersion" || key.Value == "Description":
		case key.Value == "Transform":
			r.transform(value)
		case slices.Contains(Sections(), key.Value):
			r.section(key, value)
		default:
			r.bad(key, "its sections are "+fmt.Sprint(Sections()), "%s is no section of a CloudFormation template", key.Value)
		}
	}
}

// mark remembers the file of every node below one.
func (r *reader) mark(n *yaml.Node) {
	r.from[n] = r.file
	for _, c := range n.Content {
		r.mark(c)
	}
}

func (r *reader) transform(n *yaml.Node) {
	all := []*yaml.Node{n}
	if n.Kind == yaml.SequenceNode {
		all = n.Content
	}
	for _, m := range all {
		if m.Kind != yaml.ScalarNode {
			r.bad(m, "write the macro's name", "must be a name")
		} else if !slices.Contains(r.macros, m.Value) {
			r.macros = append(r.macros, m.Value)
		}
	}
}

// section joins a section of one file with what others have there. The same entry in two files must say the same.
func (r *reader) section(key, value *yaml.Node) {
	if value.Kind == yaml.ScalarNode && value.Tag == "!!null" {
		return
	}
	if value.Kind != yaml.MappingNode {
		r.bad(value, "", "%s must be a map", key.Value)
		return
	}
	into := r.sections[key.Value]
	if into == nil {
		into = &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
		r.sections[key.Value] = into
	}
	for i := 0; i+1 < len(value.Content); i += 2 {
		name, entry := value.Content[i], value.Content[i+1]
		if entry.Kind == yaml.AliasNode {
			entry = entry.Alias
		}
		first := find(into, name.Value)
		switch {
		case first == nil:
			into.Content = append(into.Content, name, entry)
		case !same(first, entry):
			r.bad(name, "give one of the two another name",
				"%s %s is also in %s, and says something else there", key.Value, name.Value, cmp.Or(r.from[first], r.file))
		}
	}
}

// find returns the value of a key of a mapping, or nil.
func find(m *yaml.Node, key string) *yaml.Node {
	if m == nil || m.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(m.Content); i += 2 {
		if m.Content[i].Value == key {
			return m.Content[i+1]
		}
	}
	return nil
}

// same tells whether two nodes say the same, wherever they stand.
func same(a, b *yaml.Node) bool {
	if a.Kind != b.Kind || a.Tag != b.Tag || a.Value != b.Value || len(a.Content) != len(b.Content) {
		return false
	}
	for i := range a.Content {
		if !same(a.Content[i], b.Content[i]) {
			return false
		}
	}
	return true
}
