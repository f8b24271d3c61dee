// Package manifest reads ferry/app.yml, environments/<env>/manifest.yml and <service>/manifest.yml.
//
// It turns text into values along one line: parse with positions, interpolate, check against the one table of fields,
// override for the environment, fill in the defaults, decode, validate. Every mistake is reported at once, with its
// place. It touches no file, no terminal and no AWS client: package workspace finds the files, package plan decides what
// the values mean in AWS.
//
// A new field is a row in the table (fields_*.go), a field of a struct (types.go) with its line in decode, and a check
// (validate_*.go) where the table cannot say what is allowed.
package manifest

import (
	"slices"
	"strings"

	"ferry.dev/ferry/internal/diag"
)

// Options say for which application and environment a manifest is read.
type Options struct {
	// App and Env are the names behind ${COPILOT_APPLICATION_NAME}, ${COPILOT_ENVIRONMENT_NAME} and their FERRY_ twins.
	// Without them values that hold those names are not checked. With an empty Env no override is applied.
	App, Env string
	// LookupEnv finds every other ${NAME}, as os.LookupEnv does. Nil means that none is defined.
	LookupEnv func(string) (string, bool)
	// Copilot says that the manifest is in a copilot/ directory: its containers get Copilot's variables too.
	Copilot bool
}

// ParseApp reads ferry/app.yml. The value is usable only if the diagnostics hold no error. Nothing is interpolated.
func ParseApp(file string, src []byte) (App, diag.List) {
	d := parse(file, src)
	if d.root == nil {
		return App{}, d.result()
	}
	checker{d, kindApp}.value(schemaOf(kindApp), d.root, nil)
	d.require(schemaOf(kindApp), d.root, nil)
	app := decodeApp(d.root)
	d.validateApp(app)
	return app, d.result()
}

// ParseEnvironment reads environments/<env>/manifest.yml. The value is usable only if the diagnostics hold no error.
func ParseEnvironment(file string, src []byte, o Options) (Environment, diag.List) {
	d, e := readEnvironment(file, src, o)
	return e, d.result()
}

// readEnvironment leaves the resolved tree in the document.
func readEnvironment(file string, src []byte, o Options) (*document, Environment) {
	d := parse(file, src)
	kind, ok := d.kindOf(func(k Kind) bool { return k.Letter == kindEnvironment })
	if !ok {
		return d, Environment{}
	}
	d.resolve(kind, o)
	e := decodeEnvironment(d.root)
	d.validateEnvironment(e, o)
	return d, e
}

// ParseWorkload reads <service>/manifest.yml for the environment o.Env. The value is usable only if the diagnostics
// hold no error.
func ParseWorkload(file string, src []byte, o Options) (Workload, diag.List) {
	d, w := readWorkload(file, src, o)
	return w, d.result()
}

// readWorkload leaves the resolved tree in the document.
func readWorkload(file string, src []byte, o Options) (*document, Workload) {
	d := parse(file, src)
	kind, ok := d.kindOf(func(k Kind) bool { return isService(k.Letter) })
	if !ok {
		return d, Workload{}
	}
	d.resolve(kind, o)
	w := decodeWorkload(d.root)
	d.validateWorkload(kind, w, o)
	return d, w
}

// Check returns what is wrong with a manifest of any type: a workload is read for each of the environments, for each that
// it names itself, and where there are none as it stands.
func Check(file string, src []byte, environments []string, o Options) diag.List {
	if TypeOf(src) == EnvironmentType {
		_, list := ParseEnvironment(file, src, o)
		return list
	}
	var all diag.List
	names := slices.Concat(environments, Overridden(src))
	slices.Sort(names)
	names = slices.Compact(names)
	if len(names) == 0 {
		names = []string{o.Env}
	}
	for _, env := range names {
		o.Env = env
		_, list := ParseWorkload(file, src, o)
		all = append(all, list...)
	}
	return diag.Sort(all)
}

// Overridden lists the environments that a workload's manifest has values for.
func Overridden(src []byte) []string {
	d := parse("", src)
	var names []string
	if environments := d.root.get("environments"); environments != nil {
		for _, e := range environments.entries {
			names = append(names, e.key)
		}
	}
	return names
}

// TypeOf returns what a manifest's `type` says, or "" where it cannot be read.
func TypeOf(src []byte) string {
	return parse("", src).root.get("type").str()
}

// Locate returns where the fields of a manifest stand, for what later stages have to say about them. It knows the
// fields as they are written: overrides by their full path, environments.<env>.<field>.
func Locate(file string, src []byte) Where {
	d := parse(file, src)
	return func(path string) diag.Position {
		p := d.locate(at(strings.ReplaceAll(path, "[", ".["))) // topics[0] is an item of topics
		return diag.Position{File: file, Line: p.line, Column: p.col}
	}
}

// kindOf reads the type of a parsed manifest. What is missing, unknown, not supported or of the wrong kind is reported.
func (d *document) kindOf(wanted func(Kind) bool) (rune, bool) {
	if d.root == nil {
		return 0, false
	}
	p := at("type")
	n := d.root.get("type")
	var types []string
	for _, k := range Kinds() {
		if k.Type != "" && wanted(k) && k.Supported {
			types = append(types, k.Type)
		}
	}
	hint := "write type: " + strings.Join(types, " or ")
	switch {
	case n.empty() && d.isPipeline():
		d.report(diag.Error, d.locate(at("stages")), nil, "leave it where it is: ferry deploy runs in any pipeline",
			"this is the manifest of a Copilot pipeline, and describes no workload and no environment")
		return 0, false
	case n.empty():
		d.report(diag.Error, d.locate(p), p, hint, "is missing")
		return 0, false
	case n.kind != scalar:
		d.report(diag.Error, d.locate(p), p, hint, "must be text, not %s", n.noun())
		return 0, false
	}
	for _, k := range Kinds() {
		switch {
		case k.Type == "" || !strings.EqualFold(k.Type, n.text):
			continue
		case k.Type != n.text:
			hint = "write " + k.Type
		case !wanted(k):
			d.report(diag.Error, d.locate(p), p, hint, "a manifest of type %s does not belong here", k.Type)
			return 0, false
		case !k.Supported:
			d.report(diag.Error, d.locate(p), p, "this version has "+strings.Join(types, " and "), "%s: not supported by this version of ferry", k.Type)
			return 0, false
		default:
			return k.Letter, true
		}
	}
	if near, ok := nearest(n.text, types); ok {
		hint = "did you mean " + near + "?"
	}
	d.report(diag.Error, d.locate(p), p, hint, "%q is no type of manifest", n.text)
	return 0, false
}

// isPipeline knows a pipeline of Copilot's, the only manifest without a type, by the fields that each of them has.
func (d *document) isPipeline() bool {
	return d.root.get("source") != nil && d.root.get("stages") != nil
}

// result is what was found, in order.
func (d *document) result() diag.List {
	if len(d.diags) == 0 {
		return nil
	}
	return diag.Sort(d.diags)
}

// ParseCopilotWorkspace reads copilot/.workspace, which names the application. It is Copilot's own file: what else is in
// it is not ours to judge.
func ParseCopilotWorkspace(file string, src []byte) (App, diag.List) {
	d := parse(file, src)
	if d.root == nil {
		return App{}, d.result()
	}
	app := App{Name: d.root.get("application").str()}
	if app.Name == "" {
		d.report(diag.Error, d.locate(at("application")), at("application"), "for example application: shop", "is missing")
	}
	return app, d.result()
}
