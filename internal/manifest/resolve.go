package manifest

import "ferry.dev/ferry/internal/diag"

// resolve takes a parsed document through the line: interpolation, the check against the table, the environment's
// override, the long forms, the defaults. The root is the resolved manifest afterwards.
func (d *document) resolve(kind rune, o Options) {
	s := schemaOf(kind)
	root := d.root
	d.env = o.Env
	environments := root.get("environments")
	for _, e := range root.entries {
		if e.key != "environments" {
			d.interpolate(e.value, path{e.key}, o)
		}
	}
	var override *node
	if environments != nil {
		d.environments = environments.entries
		for _, e := range environments.entries {
			if e.key == o.Env && o.Env != "" {
				override = e.value
				d.interpolate(override, path{"environments", e.key}, o)
				continue
			}
			leaveOpen(e.value)
		}
	}
	checker{d, kind}.value(s, root, nil)
	if override != nil && override.kind == mapping && !override.bad {
		root = merge(s, root, override.clone().from(FromOverride))
	} else {
		root = root.clone()
	}
	root.drop("environments")
	lengthen(s, root)
	preset(s, root)
	d.root = root
	compute(kind, root, o)
	d.require(s, root, nil)
}

// lengthen writes short forms out: build: ./Dockerfile becomes build: {dockerfile: ./Dockerfile}.
func lengthen(s *schema, n *node) {
	for i := range n.entries {
		child := s.value(n.entries[i].key)
		if child == nil {
			continue
		}
		n.entries[i].value = long(child, n.entries[i].value)
	}
	for i := range n.items {
		if s.item != nil {
			n.items[i] = long(s.item, n.items[i])
		}
	}
}

// long is lengthen for one value.
func long(s *schema, n *node) *node {
	if short := s.field.Short; short != "" && (n.kind == scalar || n.kind == sequence) && !n.bad {
		n = &node{
			kind: mapping, line: n.line, col: n.col, origin: n.origin, open: n.open,
			entries: []entry{{key: short, line: n.line, col: n.col, value: n}},
		}
	}
	lengthen(s, n)
	return n
}

// preset fills in the table's defaults, in every map that is there or implied.
func preset(s *schema, n *node) {
	for _, key := range s.order {
		child, v := s.keys[key], n.get(key)
		switch {
		case !child.field.Carried() || v != nil && v.bad:
		case v.empty() && child.preset != nil:
			n.set(key, child.preset.clone())
		case v.empty() && child.field.Implied:
			implied := &node{kind: mapping, origin: FromDefault}
			preset(child, implied)
			n.set(key, implied)
		case !v.empty():
			presetBelow(child, v)
		}
	}
	if s.any != nil {
		for _, e := range n.entries {
			if s.keys[e.key] == nil {
				presetBelow(s.any, e.value)
			}
		}
	}
}

func presetBelow(s *schema, n *node) {
	if n.kind == mapping {
		preset(s, n)
	}
	if n.kind == sequence && s.item != nil {
		for _, item := range n.items {
			presetBelow(s.item, item)
		}
	}
}

// require reports the required fields that are missing, once for each map that lacks them.
func (d *document) require(s *schema, n *node, p path) {
	if n.bad || n.open {
		return
	}
	for _, key := range s.order {
		child, v := s.keys[key], n.get(key)
		if !child.field.Carried() {
			continue
		}
		if n.kind == mapping && v.empty() && child.field.Required && (v == nil || !v.bad) {
			d.complain(diag.Error, p.with(key), exampleHint(key, child.field), "is missing")
		}
		if v != nil {
			d.require(child, v, p.with(key))
		}
	}
	if s.any != nil && n.kind == mapping {
		for _, e := range n.entries {
			if s.keys[e.key] == nil {
				d.require(s.any, e.value, p.with(e.key))
			}
		}
	}
	if s.item != nil {
		for i, item := range n.items {
			d.require(s.item, item, p.with(index(i)))
		}
	}
}

func exampleHint(key string, f Field) string {
	if f.Example == "" {
		return ""
	}
	return "for example " + key + ": " + f.Example
}

// complain reports a field of the resolved manifest. A value that came from an override is named as it stands in the file.
func (d *document) complain(s diag.Severity, p path, hint, format string, args ...any) {
	d.report(s, d.locate(p), d.written(p), hint, format, args...)
}

// written is the path of a resolved field in the file.
func (d *document) written(p path) path {
	if d.env == "" {
		return p
	}
	if n := d.root.find(p); n != nil && n.origin == FromOverride {
		return append(path{"environments", d.env}, p...)
	}
	return p
}
