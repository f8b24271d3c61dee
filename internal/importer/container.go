package importer

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"ferry.dev/ferry/internal/manifest"
)

// mainContainer writes the workload's own container: its usual fields stand at the manifest's top, as with Copilot.
func (t *task) mainContainer() {
	c, d := t.main, t.draft
	c.get("name")
	c.get("image")
	d.set(c.get("repositoryCredentials").get("credentialsParameter").text(), "image", "credentials")
	ports := c.get("portMappings").items()
	more := ports
	if len(ports) > 0 && t.kind != manifest.WorkerService && t.kind != manifest.ScheduledJob {
		d.set(number(ports[0].get("containerPort")), "image", "port")
		more = ports[1:]
	}
	t.labels(c, d, "image", "labels")
	d.set(t.dependencies(c), "image", "depends_on")
	d.set(healthCheck(c.get("healthCheck")), "image", "healthcheck")
	d.set(c.get("entryPoint").texts(), "entrypoint")
	d.set(c.get("command").texts(), "command")
	t.variables(c, d)
	if t.logs(c) {
		t.logging(c, d)
	}
	if c.get("readonlyRootFilesystem").yes() {
		d.set(true, "storage", "readonly_fs")
	}
	t.options(c, d, more, "container")
}

// sidecar writes another container.
func (t *task) sidecar(c value) {
	d := newDraft()
	name := c.get("name").text()
	ports := c.get("portMappings").items()
	if len(ports) > 0 {
		port := ports[0].get("containerPort").text()
		if p := ports[0].get("protocol").text(); strings.EqualFold(p, "udp") {
			port += "/udp"
		}
		d.set(number(value{n: &yaml.Node{Kind: yaml.ScalarNode, Value: port}}), "port")
		if strings.Contains(port, "/") {
			d.set(port, "port")
		}
		ports = ports[1:]
	}
	d.set(c.get("image").text(), "image")
	d.set(c.get("repositoryCredentials").get("credentialsParameter").text(), "credentialsParameter")
	if c.get("essential").text() == "false" {
		d.set(false, "essential")
	}
	t.labels(c, d, "labels")
	d.set(t.dependencies(c), "depends_on")
	d.set(healthCheck(c.get("healthCheck")), "healthcheck")
	d.set(c.get("entryPoint").texts(), "entrypoint")
	d.set(c.get("command").texts(), "command")
	t.variables(c, d)
	t.logs(c)
	var mounts []draft
	for _, m := range c.get("mountPoints").items() {
		one := newDraft()
		one.set(m.get("sourceVolume").text(), "source_volume")
		one.set(m.get("containerPath").text(), "path")
		one.set(m.get("readOnly").yes(), "read_only")
		mounts = append(mounts, one)
	}
	d.set(mounts, "mount_points")
	t.options(c, d, ports)
	t.draft.set(d, "sidecars", name)
}

func (t *task) labels(c value, d draft, keys ...string) {
	labels := newDraft()
	for _, e := range c.get("dockerLabels").entries() {
		labels.set(e.value.n, e.key)
	}
	d.set(labels, keys...)
}

// dependencies are those of a container, by the names that the containers will have.
func (t *task) dependencies(c value) draft {
	d := newDraft()
	for _, dep := range c.get("dependsOn").items() {
		name := dep.get("containerName").text()
		if to := t.renamed[name]; to != "" {
			name = to
		}
		d.set(strings.ToLower(dep.get("condition").text()), name)
	}
	return d
}

// healthCheck writes ECS's own defaults out: those of a manifest are Copilot's.
func healthCheck(h value) draft {
	d := newDraft()
	command := h.get("command").texts()
	if len(command) == 0 {
		return d
	}
	if command[0] != "CMD" && command[0] != "CMD-SHELL" {
		command = append([]string{"CMD-SHELL"}, strings.Join(command, " "))
	}
	d.set(command, "command")
	for _, f := range []struct{ from, to, preset string }{
		{"interval", "interval", "30s"}, {"timeout", "timeout", "5s"}, {"startPeriod", "start_period", "0s"},
	} {
		if v := duration(h.get(f.from)); v != nil {
			d.set(v, f.to)
		} else {
			d.set(f.preset, f.to)
		}
	}
	if v := number(h.get("retries")); v != nil {
		d.set(v, "retries")
	} else {
		d.set(3, "retries")
	}
	return d
}

// variables writes environment variables, secrets and files of variables.
func (t *task) variables(c value, d draft) {
	vars, secrets := newDraft(), newDraft()
	var ferrys []string
	for _, v := range c.get("environment").items() {
		name, text := v.get("name").text(), v.get("value").text()
		switch {
		case strings.HasPrefix(name, "FERRY_"):
			ferrys = append(ferrys, name)
		case name != "":
			vars.root.Content = append(vars.root.Content, keyNode(name), textNode(text))
		}
	}
	if len(ferrys) > 0 {
		t.root.s.note(c.get("environment"), "", "ferry sets %s itself", strings.Join(ferrys, ", "))
	}
	for _, v := range c.get("secrets").items() {
		secrets.set(v.get("valueFrom").text(), v.get("name").text())
	}
	d.set(vars, "variables")
	d.set(secrets, "secrets")
	for i, f := range c.get("environmentFiles").items() {
		f.get("type")
		if file := f.get("value"); i == 0 {
			d.set(file.text(), "env_file")
		} else {
			t.root.s.note(file, "join the files", "only the first file of variables carries over")
		}
	}
}

// options writes what ferry says of a container beyond Copilot, below a key or, for a sidecar, beside its other fields.
func (t *task) options(c value, d draft, ports []value, below ...string) {
	set := func(v any, keys ...string) { d.set(v, slices.Concat(below, keys)...) }
	for _, f := range []rename{{"cpu", "cpu"}, {"memory", "memory"}, {"memoryReservation", "memory_reservation"}} {
		if v := c.get(f.from); v.text() != "" && v.text() != "0" {
			set(number(v), f.to)
		}
	}
	var more []string
	for _, p := range ports {
		port := p.get("containerPort").text()
		if r := p.get("containerPortRange").text(); r != "" {
			port = r
		}
		if strings.EqualFold(p.get("protocol").text(), "udp") {
			port += "/udp"
		}
		more = append(more, port)
	}
	set(more, "ports")
	for _, r := range c.get("resourceRequirements").items() {
		if r.get("type").text() == "GPU" {
			set(number(r.get("value")), "gpu")
		}
	}
	for _, f := range []rename{{"user", "user"}, {"workingDirectory", "working_directory"}, {"hostname", "hostname"}} {
		set(c.get(f.from).text(), f.to)
	}
	for _, f := range []rename{
		{"interactive", "interactive"}, {"pseudoTerminal", "tty"}, {"privileged", "privileged"}, {"disableNetworking", "disable_networking"},
	} {
		if c.get(f.from).yes() {
			set(true, f.to)
		}
	}
	if v := c.get("versionConsistency").text(); strings.EqualFold(v, "disabled") {
		set(false, "version_consistency")
	}
	set(duration(c.get("startTimeout")), "start_timeout")
	set(duration(c.get("stopTimeout")), "stop_timeout")
	for _, f := range []rename{
		{"dnsServers", "dns_servers"}, {"dnsSearchDomains", "dns_search"}, {"dockerSecurityOptions", "security_options"}, {"links", "links"},
	} {
		set(c.get(f.from).texts(), f.to)
	}
	t.maps(c, set)
	linux(c.get("linuxParameters"), set)
}

// maps writes the options that are lists of pairs in the API and maps in a manifest.
func (t *task) maps(c value, set func(any, ...string)) {
	for _, u := range c.get("ulimits").items() {
		name := u.get("name").text()
		set(number(u.get("softLimit")), "ulimits", name, "soft")
		set(number(u.get("hardLimit")), "ulimits", name, "hard")
	}
	for _, h := range c.get("extraHosts").items() {
		set(h.get("ipAddress").text(), "extra_hosts", h.get("hostname").text())
	}
	for _, s := range c.get("systemControls").items() {
		set(s.get("value").text(), "system_controls", s.get("namespace").text())
	}
	if r := c.get("restartPolicy"); r.get("enabled").yes() {
		set(true, "restart", "enable")
		codes := &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq"}
		for _, code := range r.get("ignoredExitCodes").items() {
			if n := toNode(number(code)); n != nil {
				codes.Content = append(codes.Content, n)
			} else {
				code.s.note(code, "", "%q is no exit code", code.text())
			}
		}
		set(codes, "restart", "ignored_exit_codes")
		set(duration(r.get("restartAttemptPeriod")), "restart", "attempt_period")
	}
}

func linux(p value, set func(any, ...string)) {
	set(p.get("capabilities").get("add").texts(), "capabilities", "add")
	set(p.get("capabilities").get("drop").texts(), "capabilities", "drop")
	if p.get("initProcessEnabled").yes() {
		set(true, "init")
	}
	for _, f := range []rename{{"sharedMemorySize", "shm_size"}, {"maxSwap", "max_swap"}, {"swappiness", "swappiness"}} {
		set(number(p.get(f.from)), f.to)
	}
	var tmpfs, devices []draft
	for _, f := range p.get("tmpfs").items() {
		d := newDraft()
		d.set(f.get("containerPath").text(), "path")
		d.set(number(f.get("size")), "size")
		d.set(f.get("mountOptions").texts(), "options")
		tmpfs = append(tmpfs, d)
	}
	for _, dev := range p.get("devices").items() {
		d := newDraft()
		d.set(dev.get("hostPath").text(), "host_path")
		d.set(dev.get("containerPath").text(), "path")
		d.set(dev.get("permissions").texts(), "permissions")
		devices = append(devices, d)
	}
	set(tmpfs, "tmpfs")
	set(devices, "devices")
}

// logs reads where a container's output goes. awslogs needs no equal: output goes to CloudWatch Logs anyway. It tells whether
// there is something else to write.
func (t *task) logs(c value) bool {
	l := c.get("logConfiguration")
	driver := l.get("logDriver").text()
	if driver != "awslogs" {
		return driver != ""
	}
	if group := l.get("options").get("awslogs-group"); group.text() != "" {
		t.root.s.note(group, "look for older lines in "+group.text(), "the output goes to a log group that ferry makes")
	}
	l.known()
	return false
}

// logging writes another log driver, or the router that a FireLens router stands for.
func (t *task) logging(c value, d draft) {
	l := c.get("logConfiguration")
	driver := l.get("logDriver").text()
	options, secrets := newDraft(), newDraft()
	for _, e := range l.get("options").entries() {
		options.set(e.value.text(), e.key)
	}
	for _, e := range l.get("secretOptions").items() {
		secrets.set(e.get("valueFrom").text(), e.get("name").text())
	}
	if driver != "awsfirelens" {
		d.set(driver, "logging", "driver")
		d.set(options, "logging", "options")
		d.set(secrets, "logging", "secretOptions")
		return
	}
	d.set(options, "logging", "destination")
	d.set(secrets, "logging", "secretOptions")
	if r := t.router; r.there() {
		r.get("name")
		r.get("essential")
		d.set(r.get("image").text(), "logging", "image")
		config := r.get("firelensConfiguration")
		config.get("type")
		if config.get("options").get("enable-ecs-log-metadata").text() == "false" {
			d.set(false, "logging", "enableMetadata")
		}
		d.set(config.get("options").get("config-file-value").text(), "logging", "configFilePath")
		config.get("options").get("config-file-type")
		more := newDraft()
		t.variables(r, more)
		for i := 0; i+1 < len(more.root.Content); i += 2 {
			d.set(more.root.Content[i+1], "logging", more.root.Content[i].Value)
		}
		t.logs(r)
	}
}

// rename is a field by the API's name and by the manifest's.
type rename struct{ from, to string }
