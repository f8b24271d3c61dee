package importer

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"go.yaml.in/yaml/v4"

	"ferry.dev/ferry/internal/diag"
	"ferry.dev/ferry/internal/manifest"
	"ferry.dev/ferry/internal/patch"
	"ferry.dev/ferry/internal/plan"
	"ferry.dev/ferry/internal/render"
)

// finish writes the manifest, reads it back, renders it and holds the result against the source: what the source says and the
// manifest does not becomes a patch.
func (t *task) finish() (Workload, error) {
	w := Workload{Name: t.name, Type: t.kind}
	var err error
	if w.Manifest, err = t.draft.bytes("Imported from the task definition " + t.root.get("family").text() + "."); err != nil {
		return w, err
	}
	m, list := t.o.read(w)
	for _, d := range list {
		d.Severity = diag.Warning // the files are written all the same: it is the user's to decide
		t.root.s.notes = append(t.root.s.notes, d)
	}
	if list.HasErrors() { // it cannot be rendered and compared: what nobody asked for is told
		t.root.unread(func(_ *yaml.Node, at value) { t.root.s.note(at, "", "has no equal in a manifest: it is left out") })
		return w, nil
	}
	t.unasked()
	rendered, err := t.o.rendered(m)
	if err != nil {
		return w, err
	}
	ops := t.missing(rendered)
	if len(ops) == 0 {
		return w, nil
	}
	w.Overrides, err = overrides(ops)
	return w, err
}

// rendered is the task definition that a deploy would register.
func (o Options) rendered(m manifest.Workload) (map[string]any, error) {
	env := []byte("name: " + strconv.Quote(o.Env) + "\ntype: Environment\n")
	e, list := manifest.ParseEnvironment("", env, manifest.Options{App: o.App, Env: o.Env})
	if list.HasErrors() {
		return nil, errors.New(list[0].Message)
	}
	s := plan.NewService(manifest.App{Name: o.App}, e, m, nil)
	src, err := render.TaskDefinition(s, plan.Release{Image: m.Image.Location})
	if err != nil {
		return nil, err
	}
	var out map[string]any
	return out, json.Unmarshal(src, &out)
}

// missing compares, property by property.
func (t *task) missing(rendered map[string]any) []patchOp {
	var ops []patchOp
	containers, _ := rendered["containerDefinitions"].([]any)
	for i, c := range containers {
		container, _ := c.(map[string]any)
		for _, from := range t.all {
			name := from.get("name").text()
			if to := t.renamed[name]; to != "" {
				name = to
			}
			if name == container["name"] {
				ops = append(ops, t.lacking(from, container, "/containerDefinitions/"+strconv.Itoa(i)+"/", containerNames())...)
			}
		}
	}
	return append(ops, t.lacking(t.root, rendered, "/", taskNames())...)
}

// unasked tells what nobody read below the properties that are not compared.
func (t *task) unasked() {
	told := func(_ *yaml.Node, at value) { t.root.s.note(at, "", "has no equal in a manifest: it is left out") }
	for _, c := range t.all {
		for _, key := range containerNames() {
			c.get(key).unread(told)
		}
	}
	for _, key := range []string{"volumes", "runtimePlatform"} {
		t.root.get(key).unread(told)
	}
}

// containerNames are properties of a container that the manifest says in another way, and each of which has been read.
func containerNames() []string {
	return []string{"name", "image", "environment", "environmentFiles", "secrets", "logConfiguration", "essential", "firelensConfiguration", "mountPoints"}
}

// taskNames are the same for a task definition.
func taskNames() []string {
	return []string{
		"family", "containerDefinitions", "executionRoleArn", "taskRoleArn", "tags", "cpu", "memory", "requiresCompatibilities", "networkMode",
		"runtimePlatform", "taskDefinitionArn", "revision", "status", "requiresAttributes", "compatibilities", "registeredAt", "registeredBy",
		"deregisteredAt", "deleteRequestedAt", "volumes", "placementConstraints",
	}
}

type patchOp struct {
	path  string
	value *yaml.Node
}

// lacking returns a patch for each property of the source that a rendered object does not cover.
func (t *task) lacking(from value, rendered map[string]any, path string, other []string) []patchOp {
	var ops []patchOp
	for i := 0; i+1 < len(from.n.Content); i += 2 {
		key, n := patch.Camel(from.n.Content[i].Value), from.n.Content[i+1]
		if slices.Contains(other, key) || empty(n) {
			continue
		}
		n = patch.CamelValue(key, n)
		want, err := plain(n)
		if err != nil {
			t.root.s.note(value{t.root.s, n, join(from.path, key)}, "", "%v", err)
			continue
		}
		if covers(key, rendered[key], t.renamedIn(key, want)) {
			continue
		}
		at := value{t.root.s, from.n.Content[i], join(from.path, key)}
		t.root.s.note(at, "", "no field of a manifest says this: it stands in overrides.yml")
		ops = append(ops, patchOp{path + key, n})
	}
	return ops
}

// renamedIn gives the containers that others depend on the names that they will have.
func (t *task) renamedIn(key string, v any) any {
	list, ok := v.([]any)
	if key != "dependsOn" || !ok {
		return v
	}
	for _, item := range list {
		if m, ok := item.(map[string]any); ok {
			if name, ok := m["containerName"].(string); ok && t.renamed[name] != "" {
				m["containerName"] = t.renamed[name]
			}
		}
	}
	return list
}

// plain is a node as encoding/json has it.
func plain(n *yaml.Node) (any, error) {
	src, err := patch.JSON(n)
	if err != nil {
		return nil, err
	}
	var v any
	return v, json.Unmarshal(src, &v)
}

// covers tells whether what is rendered says all that was wanted. It may say more: what ECS would have filled in.
func covers(key string, got, want any) bool {
	switch want := want.(type) {
	case map[string]any:
		g, _ := got.(map[string]any)
		for k, v := range want {
			if !nothing(v) && !covers(k, g[k], v) {
				return false
			}
		}
		return true
	case []any:
		g, _ := got.([]any)
		if key == "portMappings" {
			return slices.Equal(ports(g), ports(want))
		}
		if len(g) != len(want) {
			return false
		}
		g, want = byName(g), byName(want)
		for i := range want {
			if !covers("", g[i], want[i]) {
				return false
			}
		}
		return true
	}
	return nothing(got) && nothing(want) || fmt.Sprint(got) == fmt.Sprint(want)
}

// nothing tells whether a value says what ECS takes for granted.
func nothing(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case string:
		return v == ""
	case bool:
		return !v
	case float64:
		return v == 0
	case []any:
		return len(v) == 0
	case map[string]any:
		return !slices.ContainsFunc(slices.Collect(maps.Values(v)), func(e any) bool { return !nothing(e) })
	}
	return false
}

// ports are port mappings without the names that only Service Connect uses.
func ports(list []any) []string {
	var out []string
	for _, item := range list {
		m, _ := item.(map[string]any)
		protocol, _ := m["protocol"].(string)
		if protocol == "" {
			protocol = "tcp"
		}
		port := m["containerPort"]
		if r := m["containerPortRange"]; !nothing(r) {
			port = r
		}
		out = append(out, fmt.Sprint(port, "/", protocol))
	}
	slices.Sort(out)
	return out
}

// byName orders objects that have a name by it.
func byName(list []any) []any {
	name := func(v any) string {
		m, _ := v.(map[string]any)
		for _, key := range []string{"name", "containerName", "containerPath", "namespace", "hostname", "sourceVolume"} {
			if s, ok := m[key].(string); ok {
				return s
			}
		}
		return ""
	}
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b any) int { return bytes.Compare([]byte(name(a)), []byte(name(b))) })
	return list
}

// overrides writes overrides.yml.
func overrides(ops []patchOp) ([]byte, error) {
	list := &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq"}
	for _, o := range ops {
		d := newDraft()
		d.set("add", "op")
		d.set(o.path, "path")
		d.put(o.value, "value")
		list.Content = append(list.Content, d.root)
	}
	d := newDraft()
	d.set(list, "taskdef")
	return d.bytes("What the imported task definition says and no field of a manifest does.")
}
