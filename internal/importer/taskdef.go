package importer

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"

	"ferry.dev/ferry/internal/diag"
	"ferry.dev/ferry/internal/manifest"
	"ferry.dev/ferry/internal/patch"
)

// TaskDefinition makes a workload of an ECS task definition, in any of the forms in which people keep one: the input of
// `aws ecs register-task-definition`, the answer of describe-task-definition, the properties of CloudFormation's.
// The result is usable only if its notes hold no error.
// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RegisterTaskDefinition.html
func TaskDefinition(file string, src []byte, o Options) (Result, error) {
	s := newSource(file)
	root, ok := s.parse(src)
	if !ok {
		return Result{Notes: s.notes}, nil
	}
	for _, wrapper := range []string{"taskDefinition", "properties"} {
		if inner := root.get(wrapper); inner.there() && inner.n.Kind == yaml.MappingNode {
			root = inner
			root.path = ""
		}
	}
	t := newTask(root, o)
	if !t.readable() {
		return Result{Notes: s.notes}, nil
	}
	t.head()
	t.containers()
	t.rest()
	w, err := t.finish()
	if err != nil {
		return Result{}, err
	}
	return Result{Workloads: []Workload{w}, Notes: diag.Sort(s.notes)}, nil
}

// parse reads JSON or YAML.
func (s *source) parse(src []byte) (value, bool) {
	none := value{s: s}
	if s.large(src) {
		return none, false
	}
	n, err := patch.Parse(src)
	var le *yaml.LoadError
	switch {
	case errors.Is(err, io.EOF):
		s.bad(none, "", "the file is empty")
	case errors.As(err, &le):
		s.bad(value{s: s, n: &yaml.Node{Line: le.Mark.Line, Column: le.Mark.Column}}, "", "not readable as JSON or YAML: %s", le.Message)
	case err != nil:
		s.bad(none, "", "not readable as JSON or YAML: %v", err)
	case n.Kind != yaml.MappingNode:
		s.bad(value{s: s, n: n}, "", "must be a map")
	default:
		return value{s: s, n: n}, true
	}
	return none, false
}

// task is a task definition on its way to a manifest.
type task struct {
	o     Options
	root  value
	all   []value // containers
	main  value   // the workload's own
	name  string  // of the workload
	kind  string  // type of the workload
	draft draft
	// renamed are containers by the names that they had: the workload's own has the workload's name.
	renamed map[string]string
	ec2     bool
	router  value // the container that is a FireLens router
}

func newTask(root value, o Options) *task {
	return &task{o: o, root: root, all: root.get("containerDefinitions").items(), draft: newDraft(), renamed: map[string]string{}}
}

// readable tells whether this is a task definition, and finds the workload's own container.
func (t *task) readable() bool {
	if len(t.all) == 0 {
		t.root.s.bad(t.root.get("containerDefinitions"), "it is what aws ecs register-task-definition --cli-input-json takes", "this is no task definition: it has no containerDefinitions")
		return false
	}
	for _, c := range t.all {
		if c.n.Kind != yaml.MappingNode || c.get("name").text() == "" {
			t.root.s.bad(c, "", "a container must be a map with a name")
			return false
		}
	}
	t.main = t.chooseMain()
	t.name = validName(cmp.Or(t.o.Name, t.root.get("family").text(), t.main.get("name").text()))
	t.renamed[t.main.get("name").text()] = t.name
	compatible := append(t.root.get("requiresCompatibilities").texts(), t.root.get("compatibilities").texts()...)
	t.ec2 = !slices.ContainsFunc(compatible, func(c string) bool { return strings.EqualFold(c, "FARGATE") })
	if len(compatible) == 0 {
		t.ec2 = t.root.get("networkMode").text() != "awsvpc"
	}
	t.kind = cmp.Or(t.o.Type, t.chooseType())
	return true
}

// chooseMain takes the first essential container with a port, else the first essential one that routes no logs.
func (t *task) chooseMain() value {
	essential := slices.DeleteFunc(slices.Clone(t.all), func(c value) bool {
		return c.get("essential").text() == "false" || c.get("firelensConfiguration").there()
	})
	for _, c := range essential {
		if len(c.get("portMappings").items()) > 0 {
			return c
		}
	}
	if len(essential) > 0 {
		return essential[0]
	}
	return t.all[0]
}

func (t *task) chooseType() string {
	if len(t.main.get("portMappings").items()) > 0 {
		return manifest.LoadBalancedWebService
	}
	return manifest.BackendService
}

// head writes what stands first in a manifest.
func (t *task) head() {
	d := t.draft
	d.set(t.name, "name")
	d.set(t.kind, "type")
	c := t.main
	d.set(cmp.Or(t.o.Image, c.get("image").text()), "image", "location")
	if t.kind == manifest.LoadBalancedWebService {
		d.set(cmp.Or(t.o.Path, "/"), "http", "path")
	}
	if cpu, ok := t.units("cpu", 1024, "vcpu"); ok {
		d.set(cpu, "cpu")
	}
	if memory, ok := t.units("memory", 1024, "gb"); ok {
		d.set(memory, "memory")
	} else if sum := t.memories(); t.ec2 && t.hasRouter() && sum > 0 {
		d.set(sum, "memory") // the log router's own is not the manifest's to say
	}
	t.platform()
	t.launch()
}

func (t *task) hasRouter() bool {
	return slices.ContainsFunc(t.all, func(c value) bool { return c.get("firelensConfiguration").there() })
}

// memories is what all containers get together, in MiB.
func (t *task) memories() int {
	sum := 0
	for _, c := range t.all {
		if n, ok := number(c.get("memory")).(int); ok {
			sum += n
		}
	}
	return sum
}

// units reads a size as CPU units or MiB: 256, "256", ".25 vCPU", "0.5 GB".
func (t *task) units(key string, per float64, unit string) (int, bool) {
	v := t.root.get(key)
	text := strings.ToLower(strings.TrimSpace(v.text()))
	if text == "" {
		return 0, false
	}
	number, isBig := strings.CutSuffix(text, unit)
	f, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
	if isBig {
		f *= per
	}
	if err != nil || f <= 0 || f > 1<<30 || f != math.Trunc(f) {
		t.root.s.bad(v, "", "%q is no size", v.text())
		return 0, false
	}
	return int(f), true
}

func (t *task) platform() {
	p := t.root.get("runtimePlatform")
	system, arch := strings.ToLower(p.get("operatingSystemFamily").text()), strings.ToLower(p.get("cpuArchitecture").text())
	switch {
	case (system == "" || system == "linux") && (arch == "" || arch == "x86_64"):
	case system == "" || system == "linux":
		t.draft.set("linux/"+arch, "platform")
	default:
		t.draft.set(system, "platform", "osfamily")
		t.draft.set(cmp.Or(arch, "x86_64"), "platform", "architecture")
	}
}

// launch writes where the tasks run, where that is not Fargate.
func (t *task) launch() {
	mode := t.root.get("networkMode").text()
	if !t.ec2 {
		return
	}
	launch := "ec2"
	for _, c := range t.root.get("requiresCompatibilities").texts() {
		if c == "EXTERNAL" || c == "MANAGED_INSTANCES" {
			launch = strings.ToLower(c)
		}
	}
	t.draft.set(launch, "launch_type")
	t.draft.set(cmp.Or(mode, "bridge"), "network", "mode")
}

// containers writes the workload's own container and the others.
func (t *task) containers() {
	for _, c := range t.all {
		if c.get("firelensConfiguration").there() {
			t.router = c
		}
	}
	t.mainContainer()
	for _, c := range t.all {
		if c.n != t.main.n && c.n != t.router.n {
			t.sidecar(c)
		}
	}
}

// rest writes what the task says as a whole.
func (t *task) rest() {
	t.volumes()
	d, root := t.draft, t.root
	if size := root.get("ephemeralStorage").get("sizeInGiB"); size.there() {
		d.set(number(size), "storage", "ephemeral")
	}
	d.set(root.get("pidMode").text(), "pid_mode")
	d.set(root.get("ipcMode").text(), "ipc_mode")
	if root.get("enableFaultInjection").yes() {
		d.set(true, "enable_fault_injection")
	}
	var constraints []draft
	for _, c := range root.get("placementConstraints").items() {
		one := newDraft()
		one.set(c.get("type").text(), "type")
		one.set(c.get("expression").text(), "expression")
		constraints = append(constraints, one)
	}
	d.set(constraints, "placement", "constraints")
	d.set(root.get("taskRoleArn").text(), "task_role")
	if role := root.get("executionRoleArn"); role.text() != "" {
		root.s.note(role, "to keep it write execution_role: "+role.text(),
			"ferry makes an execution role of its own, that may do what this task definition names and no more")
	}
	if tags := root.get("tags"); len(tags.items()) > 0 {
		tags.s.used[tags.n] = true
		for _, tag := range tags.items() {
			tag.get("key")
			tag.get("value")
		}
		root.s.note(tags, "write tags in app.yml", "the tags do not carry over: ferry's own name application, environment and service")
	}
	for _, answered := range []string{
		"taskDefinitionArn", "revision", "status", "requiresAttributes", "compatibilities", "registeredAt", "registeredBy", "deregisteredAt",
		"deleteRequestedAt", "family", "networkMode", "requiresCompatibilities",
	} {
		root.get(answered).known()
	}
}

// known says of everything below a value that it needs no equal.
func (v value) known() {
	for _, e := range v.entries() {
		e.value.known()
	}
	for _, item := range v.items() {
		item.known()
	}
}

// number reads a whole number, or nothing.
func number(v value) any {
	if n, err := strconv.Atoi(v.text()); err == nil {
		return n
	}
	return nil
}

// duration writes a number of seconds as a duration.
func duration(v value) any {
	if n, err := strconv.Atoi(v.text()); err == nil {
		return fmt.Sprintf("%ds", n)
	}
	return nil
}
