package manifest

import (
	"fmt"
	"strconv"
	"strings"

	"ferry.dev/ferry/internal/diag"
)

// Resolved is a manifest as an environment has it: variables filled in, the environment's values laid over the others,
// short forms and defaults written out. Each value knows where it came from.
type Resolved struct {
	File string // as diagnostics name it
	Env  string // whose values were laid over; "" for an environment's own manifest
	root *node
}

// Value is one value of a resolved manifest.
type Value struct {
	Path string `json:"path"`           // http.alias[0].name
	Text string `json:"value"`          // as YAML reads it, without quotes; {} and [] for what is empty
	From string `json:"from"`           // file, override or default
	File string `json:"file,omitempty"` // none for a default, nor are Line and Column
	Line int    `json:"line,omitempty"`
	Col  int    `json:"column,omitempty"`
	// Filled says that variables were filled in: the file holds ${NAME} in this place.
	Filled bool `json:"filled,omitempty"`
}

// ResolveWorkload reads <service>/manifest.yml as the environment o.Env has it. It is usable only if the diagnostics hold
// no error.
func ResolveWorkload(file string, src []byte, o Options) (Resolved, diag.List) {
	d, _ := readWorkload(file, src, o)
	return Resolved{File: file, Env: o.Env, root: d.root}, d.result()
}

// ResolveEnvironment is the same for environments/<env>/manifest.yml.
func ResolveEnvironment(file string, src []byte, o Options) (Resolved, diag.List) {
	d, _ := readEnvironment(file, src, o)
	return Resolved{File: file, root: d.root}, d.result()
}

// Fill sets a field of the root that the manifest leaves out: a default that only the caller knows.
func (r Resolved) Fill(key, text string) {
	if r.root != nil && r.root.get(key).empty() {
		r.root.set(key, &node{kind: scalar, text: text, origin: FromDefault, quoted: true})
	}
}

// YAML writes the manifest. With remarks each value says in a comment where it came from. Read again for the same
// environment the text gives the same manifest, with remarks or without.
func (r Resolved) YAML(remarks bool) string {
	if r.root == nil {
		return ""
	}
	if !remarks {
		return blockYAML(r.root)
	}
	w := writer{remark: r.remark}
	w.mapping(r.root, "", "")
	return w.out.String()
}

// remark says where a value came from: ferry/web/manifest.yml:5.
func (r Resolved) remark(n *node) string {
	if n.origin == FromDefault || n.line == 0 {
		return "default"
	}
	text := printable(r.File) + ":" + strconv.Itoa(n.line)
	if n.origin == FromOverride {
		text = "override environments." + printable(r.Env) + " " + text
	}
	if n.filled {
		text += ", variables filled in"
	}
	return text
}

// printable keeps a name on its line.
func printable(name string) string {
	if quoted := strconv.Quote(name); quoted != `"`+name+`"` && strings.ContainsFunc(name, func(r rune) bool { return !strconv.IsPrint(r) }) {
		return quoted
	}
	return name
}

// Values lists every value, in the order in which YAML writes them.
func (r Resolved) Values() []Value {
	var all []Value
	if r.root != nil {
		r.collect(r.root, nil, &all)
	}
	return all
}

func (r Resolved) collect(n *node, p path, all *[]Value) {
	switch {
	case n.kind == null:
		return
	case n.kind == mapping && holds(n):
		for _, e := range n.entries {
			r.collect(e.value, p.with(e.key), all)
		}
		return
	case n.kind == sequence && len(n.items) > 0:
		for i, item := range n.items {
			r.collect(item, p.with(index(i)), all)
		}
		return
	}
	if len(p) == 0 {
		return
	}
	v := Value{Path: p.String(), Text: n.text, From: n.origin.String(), Filled: n.filled}
	switch n.kind {
	case mapping:
		v.Text = "{}"
	case sequence:
		v.Text = "[]"
	}
	if n.origin != FromDefault && n.line > 0 {
		v.File, v.Line, v.Col = r.File, n.line, n.col
	} else {
		v.From = FromDefault.String()
	}
	*all = append(*all, v)
}

// String names an origin.
func (o Origin) String() string {
	switch o {
	case FromFile:
		return "file"
	case FromOverride:
		return "override"
	case FromDefault:
		return "default"
	}
	return fmt.Sprintf("Origin(%d)", uint8(o))
}
