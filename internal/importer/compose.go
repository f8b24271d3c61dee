package importer

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/compose-spec/compose-go/v2/dotenv"
	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/types"
	"go.yaml.in/yaml/v4"

	"ferry.dev/ferry/internal/diag"
	"ferry.dev/ferry/internal/manifest"
	"ferry.dev/ferry/internal/patch"
)

// ComposeFile is a Compose file and what it is read with.
type ComposeFile struct {
	Name string // as notes show it
	Dir  string // what its paths are relative to
	Data []byte
	// Below is Dir below the project that the manifests are for, "." where they are the same: their paths are relative to it.
	Below string
	// DotEnv is the .env file beside it; nil: there is none. LookupEnv finds variables before it, as os.LookupEnv does.
	DotEnv    []byte
	LookupEnv func(string) (string, bool)
}

// Compose makes a workload of every service of a Compose file. The file is read by Compose's own library: extends, includes,
// merges and short forms mean what they mean there.
// https://github.com/compose-spec/compose-spec/blob/main/05-services.md
func Compose(ctx context.Context, f ComposeFile, o Options) (Result, error) {
	s := newSource(f.Name)
	if s.large(f.Data) || s.large(f.DotEnv) {
		return Result{Notes: s.notes}, nil
	}
	lookup, err := f.variables()
	if err != nil {
		s.bad(value{s: s}, "", "the .env file beside it cannot be read: %v", err)
		return Result{Notes: s.notes}, nil
	}
	src, err := f.load(ctx, lookup)
	if err != nil {
		return Result{Notes: diag.List{f.unreadable(err)}}, nil
	}
	root, ok := s.parse(src)
	if !ok {
		return Result{Notes: s.notes}, nil
	}
	c := compose{s: s, o: o, root: root, below: f.Below, names: map[string]bool{}}
	result, err := c.workloads()
	if err != nil {
		return Result{}, err
	}
	c.named(f.Data)
	c.place(f.Data)
	result.Notes = diag.Sort(s.notes)
	return result, nil
}

// load has Compose's library read the file and write its model, in which every key has its long form. The library panics on some
// files whose values have unexpected kinds: that is a file that it cannot read.
func (f ComposeFile) load(ctx context.Context, lookup func(string) (string, bool)) (src []byte, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("a value is of a kind that it does not expect: %v", p)
		}
	}()
	project, err := loader.LoadWithContext(ctx, types.ConfigDetails{
		WorkingDir:  f.Dir,
		ConfigFiles: []types.ConfigFile{{Filename: f.Name, Content: f.Data}},
	}, func(l *loader.Options) {
		l.SetProjectName(composeProject, true)
		l.Profiles = []string{"*"} // a service with profiles is one as well: without them Compose leaves it out
		l.ResolvePaths = false
		l.SkipResolveEnvironment, l.SkipResolveLabels = true, true // they are read from the process's directory
		l.SkipConsistencyCheck = true
		l.Interpolate.LookupValue = lookup
	})
	if err != nil {
		return nil, err
	}
	return project.MarshalYAML()
}

// composeProject is what the project is called while it is read: the library gives volumes and networks names that begin with it.
const composeProject = "ferry"

// named tells what becomes of the project's own name.
func (c *compose) named(src []byte) {
	root, err := patch.Parse(src)
	if err != nil {
		return
	}
	if name := (value{s: c.s, n: root}).get("name"); name.there() && name.text() != c.o.App {
		c.s.note(name, "--app gives another, where there is no workspace yet", "the application is called %s", c.o.App)
	}
}

// variables finds the value of a variable: the process's own, else that of the .env file.
func (f ComposeFile) variables() (func(string) (string, bool), error) {
	vars, err := dotenv.ParseWithLookup(bytes.NewReader(f.DotEnv), dotenv.LookupFn(f.LookupEnv))
	return func(name string) (string, bool) {
		if f.LookupEnv != nil {
			if v, ok := f.LookupEnv(name); ok {
				return v, true
			}
		}
		v, ok := vars[name]
		return v, ok
	}, err
}

// project is a path of the file's as one that is relative to the project.
func (c *compose) project(elem ...string) string {
	if path.IsAbs(path.Join(elem...)) {
		return path.Join(elem...)
	}
	return path.Join(append([]string{c.below}, elem...)...)
}

// schema finds what Compose's library says of a value that its schema does not have: where, and what is wrong.
var schema = regexp.MustCompile(`(?:validating .*: )?\b((?:services|jobs|networks|volumes|secrets|configs|models|include)(?:\.[^\s:]+)?):? (.+)`)

// unreadable is an error of the library's, at the place that it names.
func (f ComposeFile) unreadable(err error) diag.Diagnostic {
	said := strings.ReplaceAll(strings.TrimSpace(err.Error()), "\n", "; ")
	d := diag.Diagnostic{Severity: diag.Error, Message: "Compose cannot read it: " + said}
	d.File = f.Name
	m := schema.FindStringSubmatch(said)
	if m == nil {
		return d
	}
	d.Path, d.Message = m[1], "Compose cannot read it: "+m[2]
	if m[2] == "false schema" {
		d.Message = "Compose has no such key"
	}
	if root, err := patch.Parse(f.Data); err == nil {
		d.Line, d.Column = locate(root, d.Path)
	}
	return d
}

type compose struct {
	s     *source
	o     Options
	root  value
	below string // the file's directory, below the project
	web   int    // services that answer from the internet, so far
	names map[string]bool
}

// workloads makes one of each service, in the order of their names.
func (c *compose) workloads() (Result, error) {
	var r Result
	c.root.get("name")
	for _, kind := range []string{"services", "jobs"} {
		for _, e := range c.root.get(kind).entries() {
			if p := e.value.get("provider"); p.there() {
				e.value.known()
				c.s.note(p, "write what it provides as addons", "%s is no container: there is no manifest of it", e.key)
				continue
			}
			w, err := c.workload(e.key, e.value, kind == "jobs")
			if err != nil {
				return r, err
			}
			r.Workloads = append(r.Workloads, w)
		}
	}
	if len(r.Workloads) == 0 && len(c.s.notes) == 0 {
		c.s.bad(c.root.get("services"), "", "the file has no services")
	}
	c.networks()
	for _, v := range c.root.get("volumes").entries() {
		c.preset(v.value, "name", composeProject+"_"+v.key)
		c.preset(v.value, "driver", "local")
	}
	c.root.unread(func(key *yaml.Node, at value) {
		c.s.note(at, hintFor(at.path), "has no equal in a manifest: it is left out")
	})
	return r, nil
}

// preset reads a key that says only what the library fills in; another value is told as one without an equal.
func (c *compose) preset(v value, key string, values ...string) {
	if v.n == nil || v.n.Kind != yaml.MappingNode {
		return
	}
	for i := 0; i+1 < len(v.n.Content); i += 2 {
		if v.n.Content[i].Value == key && slices.Contains(values, v.n.Content[i+1].Value) {
			c.s.used[v.n.Content[i]] = true
		}
	}
}

// networks says once what becomes of them.
func (c *compose) networks() {
	for _, n := range c.root.get("networks").entries() {
		c.preset(n.value, "name", composeProject+"_default")
		if n.key != "default" {
			n.value.known()
			c.s.note(n.value.at(n.key, c.root.get("networks")), "network.vpc.security_groups narrows who reaches a service",
				"all services of an environment share its network")
		}
	}
}

// at is the value with its key's name as a place, for entries that say nothing.
func (v value) at(key string, in value) value {
	v.path = join(in.path, key)
	return v
}

// hintFor knows what people do instead.
func hintFor(p string) string {
	last := p[strings.LastIndexByte(p, '.')+1:]
	return map[string]string{
		"configs": "put the file into the image, or its content below variables", "secrets": "keep the value in SSM or Secrets Manager and name it below secrets",
		"networks": "", "pull_policy": "ECS resolves the image when it is deployed", "stop_signal": "write STOPSIGNAL in the Dockerfile",
		"profiles": "deploy services by their names", "network_mode": "ferry has network.mode", "container_name": "",
		"extra_hosts": "Fargate has none; use a name in the DNS", "dns": "Fargate has none", "dns_search": "Fargate has none",
		"gpus": "write launch_type: ec2 and container.gpu", "develop": "it is for the machine of a developer",
		"aliases": "network.connect.alias is another name of the service", "dockerfile_inline": "write it into a file and name that below image.build",
		"devices": "launch_type: ec2 has container.devices", "privileged": "launch_type: ec2 has container.privileged",
		"shm_size": "launch_type: ec2 has container.shm_size", "deploy.labels": "tags are below tags",
		"external": "storage.volumes takes the id of a file system that exists: efs.id", "models": "variables tell the container where its model is",
		"label_file": "write the labels below image.labels", "additional_contexts": "copy what the build needs below its context",
	}[last]
}

// place gives the notes their places: the library reads the file into a model, which has none.
func (c *compose) place(src []byte) {
	root, err := patch.Parse(src)
	for i := range c.s.notes {
		n := &c.s.notes[i]
		if n.File != c.s.file {
			continue
		}
		n.Line, n.Column = 1, 1
		if err == nil {
			n.Line, n.Column = locate(root, n.Path)
		}
	}
}

// locate finds the nearest place to a path: "services.web.ports[0].mode".
func locate(n *yaml.Node, p string) (line, column int) {
	line, column = 1, 1
	for _, key := range strings.Split(strings.ReplaceAll(p, "[", ".["), ".") {
		for n.Kind == yaml.AliasNode && n.Alias != nil {
			n = n.Alias
		}
		var next *yaml.Node
		switch index, err := strconv.Atoi(strings.Trim(key, "[]")); {
		case n.Kind == yaml.SequenceNode && err == nil && index < len(n.Content):
			next = n.Content[index]
			line, column = next.Line, next.Column
		case n.Kind == yaml.MappingNode:
			for i := 0; i+1 < len(n.Content); i += 2 {
				if n.Content[i].Value == key {
					line, column = n.Content[i].Line, n.Content[i].Column
					next = n.Content[i+1]
				}
			}
		}
		if next == nil {
			break
		}
		n = next
	}
	return line, column
}

func (c *compose) workload(name string, v value, job bool) (Workload, error) {
	d := newDraft()
	w := Workload{Name: c.unique(name, v), Type: manifest.BackendService}
	port, published, more := c.ports(v)
	switch {
	case job:
		w.Type, port = manifest.ScheduledJob, nil
	case published:
		w.Type = manifest.LoadBalancedWebService
	}
	d.set(w.Name, "name")
	d.set(w.Type, "type")
	if job {
		c.preset(v, "name", name)
		c.triggers(v.get("triggers"), d)
	}
	c.image(v, d)
	d.set(port, "image", "port")
	if w.Type == manifest.LoadBalancedWebService {
		p := "/"
		if c.web++; c.web > 1 {
			p = "/" + w.Name
		}
		d.set(p, "http", "path")
	}
	c.size(v, d)
	c.count(v, d)
	d.set(v.get("entrypoint").texts(), "entrypoint")
	d.set(v.get("command").texts(), "command")
	c.environment(v, d)
	if !job {
		d.set(true, "network", "connect")
	}
	c.container(v, d, more)
	c.volumes(v, d)
	c.left(v)
	var err error
	if w.Manifest, err = d.bytes("Imported from service " + name + " of " + path.Base(c.s.file) + "."); err != nil {
		return w, err
	}
	_, list := c.o.read(w)
	for _, one := range list {
		one.Severity = diag.Warning
		c.s.notes = append(c.s.notes, one)
	}
	return w, nil
}

// unique is a name for a workload that no other has.
func (c *compose) unique(name string, v value) string {
	valid := validName(name)
	for n := 2; c.names[valid]; n++ {
		valid = validName(name) + "-" + strconv.Itoa(n)
	}
	c.names[valid] = true
	if valid != name {
		c.s.note(v, "", "it is called %s", valid)
	}
	return valid
}

// triggers writes when a job runs.
func (c *compose) triggers(v value, d draft) {
	schedule := "none"
	for i, s := range v.get("schedule").items() {
		if i > 0 {
			s.known()
			c.s.note(s, "write a second Scheduled Job", "a job has one schedule: %s is left out", s.get("cron").text())
			continue
		}
		schedule = s.get("cron").text()
		d.set(s.get("timezone").text(), "on", "timezone")
		if s.get("concurrency").text() == "forbid" {
			d.set("skip", "on", "overlap")
		} else if q := s.get("concurrency"); q.there() {
			c.s.note(q, "on.overlap is allow or skip", "runs that overlap go side by side")
		}
	}
	d.set(schedule, "on", "schedule")
	if v.get("manual").text() == "false" {
		c.s.note(v.get("manual"), "", "whoever may start tasks can run the job")
	}
}

// ports are the port that requests go to, whether the outside reaches it, and the others.
func (c *compose) ports(v value) (first any, published bool, more []string) {
	seen := map[string]bool{}
	add := func(target, protocol string) {
		if protocol == "udp" {
			target += "/udp"
		}
		switch {
		case target == "" || seen[target]:
		case first == nil && protocol != "udp":
			first = number(value{n: &yaml.Node{Kind: yaml.ScalarNode, Value: target}})
		default:
			more = append(more, target)
		}
		seen[target] = true
	}
	for _, p := range v.get("ports").items() {
		protocol := p.get("protocol").text()
		c.preset(p, "mode", "ingress")
		if host := p.get("host_ip"); host.there() {
			c.s.note(host, "", "a load balancer has no address of the host's")
		}
		switch out := p.get("published"); {
		case protocol == "udp":
			c.s.note(p, "nlb carries UDP", "nothing outside the environment reaches a UDP port")
		case out.text() != "" && !slices.Contains([]string{"80", "443", p.get("target").text()}, out.text()):
			c.s.note(out, "", "the load balancer listens on 80, or 443 with a certificate, and not on %s", out.text())
		}
		add(p.get("target").text(), protocol)
		published = published || protocol != "udp"
	}
	for _, p := range v.get("expose").texts() {
		target, protocol, _ := strings.Cut(p, "/")
		add(target, protocol)
	}
	return first, published && first != nil, more
}

func (c *compose) image(v value, d draft) {
	image := v.get("image")
	b := v.get("build")
	if !b.there() {
		d.set(image.text(), "image", "location")
		c.health(v, d)
		return
	}
	if image.there() {
		c.s.note(image, "", "the image is built, and ferry names it")
	}
	context := b.get("context").text()
	d.set(c.project(context, cmp.Or(b.get("dockerfile").text(), "Dockerfile")), "image", "build", "dockerfile")
	d.set(c.project(context), "image", "build", "context")
	args := newDraft()
	for _, a := range b.get("args").entries() {
		args.set(a.value.text(), a.key)
	}
	d.set(args, "image", "build", "args")
	d.set(b.get("target").text(), "image", "build", "target")
	d.set(b.get("cache_from").texts(), "image", "build", "cache_from")
	for _, s := range b.get("secrets").items() {
		source := s.get("source").text()
		from := c.root.get("secrets").get(source)
		c.preset(from, "name", composeProject+"_"+source)
		name := s.get("target").text()
		if name == "" {
			name = source
		}
		d.set(from.get("file").text(), "image", "build", "secrets", name, "file")
		d.set(from.get("environment").text(), "image", "build", "secrets", name, "env")
	}
	d.set(c.ssh(b), "image", "build", "ssh")
	c.health(v, d)
}

// ssh are the agents and keys of a build, which the library prints as "default" and "id: path", in no order.
func (c *compose) ssh(build value) []string {
	var all []string
	for _, s := range build.get("ssh").items() {
		id, file, keyed := strings.Cut(s.text(), ": ")
		if keyed {
			id += "=" + c.project(file)
		}
		all = append(all, id)
	}
	slices.Sort(all)
	return all
}

func (c *compose) health(v value, d draft) {
	h := v.get("healthcheck")
	test := h.get("test").texts()
	if len(test) == 0 || test[0] == "NONE" || h.get("disable").yes() {
		h.known() // ECS does not read the image's own check
		return
	}
	check := newDraft()
	check.set(test, "command")
	check.set(c.within(h.get("interval"), "30s", 5*time.Second, 5*time.Minute), "interval")
	check.set(c.within(h.get("timeout"), "30s", 2*time.Second, time.Minute), "timeout")
	check.set(c.within(h.get("start_period"), "0s", 0, 5*time.Minute), "start_period")
	check.set(3, "retries")
	check.set(number(h.get("retries")), "retries")
	d.set(check, "image", "healthcheck")
}

// within keeps a duration in the bounds that ECS has.
func (c *compose) within(v value, preset string, low, high time.Duration) string {
	if !v.there() {
		return preset
	}
	t, err := time.ParseDuration(v.text())
	if err != nil {
		return preset
	}
	if kept := min(max(t, low), high); kept != t {
		c.s.note(v, "", "ECS has from %s to %s here: it became %s", low, high, kept)
		t = kept
	}
	return fmt.Sprintf("%ds", int(t/time.Second))
}

// size takes limits as the task's size, rounded up to one that Fargate has.
func (c *compose) size(v value, d draft) {
	limits, reserved := v.get("deploy").get("resources").get("limits"), v.get("deploy").get("resources").get("reservations")
	cpus := c.oneOf("the task's size", limits.get("cpus"), v.get("cpus"), reserved.get("cpus"))
	memory := c.oneOf("the task's size", limits.get("memory"), v.get("mem_limit"), reserved.get("memory"), v.get("mem_reservation"))
	cpu, mib := 256, 512
	if f, err := strconv.ParseFloat(cpus.text(), 64); err == nil {
		cpu = int(f*1024 + 0.5)
	}
	if n, err := strconv.ParseInt(memory.text(), 10, 64); err == nil && n > 0 {
		mib = int((n + (1 << 20) - 1) >> 20)
	}
	fitCPU, fitMemory, ok := manifest.FitFargate(cpu, mib)
	if !ok {
		c.s.note(firstThere(memory, cpus), "write launch_type: ec2, or a smaller size", "Fargate has no task of %d CPU units and %d MiB", cpu, mib)
		fitCPU, fitMemory = cpu, mib
	}
	if ok && (cpus.there() && fitCPU != cpu || memory.there() && fitMemory != mib) {
		c.s.note(firstThere(memory, cpus), "", "rounded up to the next size that Fargate has: %d CPU units and %d MiB", fitCPU, fitMemory)
	}
	d.set(fitCPU, "cpu")
	d.set(fitMemory, "memory")
	c.platform(v.get("platform"), d)
}

// platform writes one that ECS has.
func (c *compose) platform(v value, d draft) {
	switch name := strings.ToLower(v.text()); strings.TrimSuffix(name, "/v8") {
	case "":
	case "linux/amd64", "linux/x86_64", "amd64":
		d.set("linux/x86_64", "platform")
	case "linux/arm64", "linux/aarch64", "arm64":
		d.set("linux/arm64", "platform")
	case "windows/amd64", "windows/x86_64":
		d.set("windows/x86_64", "platform")
	default:
		c.s.note(v, "platform is linux/x86_64, linux/arm64 or windows/x86_64", "ECS has no platform %s", v.text())
	}
}

// oneOf is the first that is there; of the others it tells that they do not count.
func (c *compose) oneOf(what string, all ...value) value {
	first := firstThere(all...)
	for _, v := range all {
		if v.there() && v.n != first.n {
			c.s.note(v, "", "%s comes from %s alone", what, first.path)
		}
	}
	return first
}

func firstThere(all ...value) value {
	for _, v := range all {
		if v.there() {
			return v
		}
	}
	return value{}
}

func (c *compose) count(v value, d draft) {
	replicas := c.oneOf("the number of tasks", v.get("deploy").get("replicas"), v.get("scale"))
	if n := number(replicas); n != nil {
		d.set(n, "count")
	}
	c.preset(v.get("deploy"), "mode", "replicated")
	for _, key := range []string{"update_config", "rollback_config", "restart_policy"} {
		if p := v.get("deploy").get(key); p.there() {
			p.known()
			c.s.note(p, "deployment sets how a release goes", "ECS keeps as many tasks running as count says, and a release that fails goes back by itself")
		}
	}
	if p := v.get("deploy").get("placement"); p.there() && len(p.entries()) > 0 {
		p.known()
		c.s.note(p, "placement chooses instances, with launch_type: ec2", "Fargate has no nodes to choose from")
	}
	if r := v.get("restart"); r.text() == "no" || strings.HasPrefix(r.text(), "on-failure") {
		c.s.note(r, "a Scheduled Job runs and ends", "ECS starts a task of a service again whenever it ends")
	}
}

func (c *compose) environment(v value, d draft) {
	vars := newDraft()
	for _, e := range v.get("environment").entries() {
		if e.value.n.Tag == "!!null" {
			c.s.note(e.value, "write its value, or below secrets where it comes from", "%s has no value in the file", e.key)
			continue
		}
		vars.root.Content = append(vars.root.Content, keyNode(e.key), textNode(e.value.text()))
	}
	d.set(vars, "variables")
	for i, f := range v.get("env_file").items() {
		file := f.get("path")
		if i == 0 && strings.HasSuffix(file.text(), ".env") {
			c.preset(f, "required", "true")
			d.set(c.project(file.text()), "env_file")
			continue
		}
		f.known()
		c.s.note(f, "a manifest has one env_file, whose name ends in .env", "%s is left out", file.text())
	}
}

// container writes what ferry says of a container beyond Copilot.
func (c *compose) container(v value, d draft, ports []string) {
	set := func(x any, keys ...string) { d.set(x, append([]string{"container"}, keys...)...) }
	set(ports, "ports")
	for _, f := range []rename{{"user", "user"}, {"working_dir", "working_directory"}} {
		set(v.get(f.from).text(), f.to)
	}
	for _, f := range []rename{{"init", "init"}, {"tty", "tty"}, {"stdin_open", "interactive"}} {
		if v.get(f.from).yes() {
			set(true, f.to)
		}
	}
	if grace := v.get("stop_grace_period"); grace.there() {
		set(c.within(grace, "30s", 2*time.Second, 2*time.Minute), "stop_timeout")
	}
	add := v.get("cap_add").texts()
	if wrong := slices.DeleteFunc(slices.Clone(add), func(s string) bool { return s == "SYS_PTRACE" }); len(wrong) > 0 {
		c.s.note(v.get("cap_add"), "launch_type: ec2 has them", "Fargate adds no capability but SYS_PTRACE: %s left out", strings.Join(wrong, ", "))
	}
	if slices.Contains(add, "SYS_PTRACE") {
		set([]string{"SYS_PTRACE"}, "capabilities", "add")
	}
	set(v.get("cap_drop").texts(), "capabilities", "drop")
	for _, u := range v.get("ulimits").entries() {
		soft, hard := u.value.get("soft"), u.value.get("hard")
		if u.value.n.Kind == yaml.ScalarNode {
			soft, hard = u.value, u.value
		}
		set(number(soft), "ulimits", u.key, "soft")
		set(number(hard), "ulimits", u.key, "hard")
	}
	for _, s := range v.get("sysctls").entries() {
		set(s.value.text(), "system_controls", s.key)
	}
	if v.get("read_only").yes() {
		d.set(true, "storage", "readonly_fs")
	}
	labels := newDraft()
	for _, l := range v.get("labels").entries() {
		labels.set(l.value.text(), l.key)
	}
	d.set(labels, "image", "labels")
}

// volumes makes a file system on EFS of each named volume, which outlives the tasks as it outlives a container in Compose.
func (c *compose) volumes(v value, d draft) {
	for _, m := range v.get("volumes").items() {
		kind, from, to := m.get("type").text(), m.get("source"), m.get("target").text()
		readOnly := m.get("read_only").yes()
		m.get("volume")
		if kind != "volume" {
			m.known()
			c.s.note(m, "put the files into the image, or write a volume below storage.volumes", "a %s of %s has no equal in ECS", kind, cmp.Or(from.text(), to))
			continue
		}
		name := from.text()
		if name == "" {
			name = strings.Trim(strings.ReplaceAll(to, "/", "-"), "-")
		}
		d.set(to, "storage", "volumes", name, "path")
		d.set(readOnly, "storage", "volumes", name, "read_only")
		if from.text() == "" {
			continue // anonymous: it is as old as the container
		}
		d.set(true, "storage", "volumes", name, "efs")
		c.s.note(m, "", "volume %s becomes a directory on EFS, of this service alone", name)
	}
	for _, t := range v.get("tmpfs").items() {
		c.s.note(t, "a volume below storage.volumes without efs is as old as the task", "Fargate has no tmpfs")
	}
}

// left says of what else a service has why it stays behind.
func (c *compose) left(v value) {
	if deps := v.get("depends_on"); deps.there() {
		deps.known()
		c.s.note(deps, "let the application try again until the other answers", "services start side by side")
	}
	v.get("networks").entries()
	if l := v.get("logging"); l.there() {
		l.known()
		c.s.note(l, "logging: chooses another", "the output goes to CloudWatch Logs")
	}
	if name := v.get("container_name"); name.there() {
		c.s.note(name, "", "others reach the service by its own name")
	}
	if hostname := v.get("hostname"); hostname.there() {
		c.s.note(hostname, "", "a task on Fargate has a name of AWS's choice")
	}
}
