package manifest

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// optionsOf checks ferry's own fields of a container.
func (v validator) optionsOf(w Workload, c part) {
	p, o := c.options, c.set
	if w.Capacity.Fargate() {
		v.forbidden(p, fargateForbids(), "Fargate does not have it", "remove it, or run on instances of your own")
		v.onFargateOnly(p, o)
	}
	if !w.Capacity.Fargate() && w.Mode() != ModeBridge {
		v.forbidden(p, bridgeOnly(), "works in network mode bridge only", "remove it, or write network.mode: bridge")
	}
	if w.Platform.Windows() {
		v.forbidden(p, windowsForbids(), "Windows containers do not have it", "remove it")
	} else if dir := o.WorkingDirectory; dir != "" && !strings.HasPrefix(dir, "/") {
		v.bad(p.with("working_directory"), "write /"+dir, "%q is no absolute path", dir)
	}
	v.timeouts(w, c)
	v.ulimits(w, c)
	v.capabilities(p.with("capabilities").with("add"), o.AddCapabilities)
	v.capabilities(p.with("capabilities").with("drop"), o.DropCapabilities)
	v.systemControls(p.with("system_controls"), o.SystemControls)
	v.restart(p.with("restart"), o.Restart)
	if o.Swappiness != nil && o.MaxSwap == nil {
		v.warn(p.with("swappiness"), "write max_swap too", "has no effect without max_swap")
	}
}

// fargateForbids are the fields of a container that Fargate refuses.
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html#fargate-tasks-services-parameters
func fargateForbids() []string {
	return []string{
		"gpu", "privileged", "hostname", "extra_hosts", "dns_servers", "dns_search", "security_options", "links", "disable_networking",
		"shm_size", "tmpfs", "devices", "max_swap", "swappiness",
	}
}

// bridgeOnly are those that a network interface of the task's own, and the instance's network, have not.
// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html
func bridgeOnly() []string {
	return []string{"hostname", "extra_hosts", "dns_servers", "dns_search", "links"}
}

// windowsForbids are those that Windows has not.
// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html
func windowsForbids() []string {
	return []string{
		"init", "capabilities", "system_controls", "ulimits", "shm_size", "tmpfs", "devices", "max_swap", "swappiness", "privileged",
		"user", "extra_hosts", "links", "dns_servers", "dns_search",
	}
}

// forbidden reports the fields of a list that were written. A switch that is off says nothing.
func (v validator) forbidden(p path, keys []string, why, hint string) {
	for _, key := range keys {
		if n := v.root.find(p.with(key)); v.fromUser(p.with(key)) && !n.isFalse() {
			v.badKey(p.with(key), hint, "%s", why)
		}
	}
}

// onFargateOnly checks the values that Fargate narrows.
func (v validator) onFargateOnly(p path, o ContainerOptions) {
	for i, name := range o.AddCapabilities {
		if name != "SYS_PTRACE" && slices.Contains(knownCapabilities(), name) {
			v.bad(itemOf(v, p.with("capabilities").with("add"), i), "remove it, or run on instances of your own", "Fargate adds no capability but SYS_PTRACE")
		}
	}
}

// timeouts: Fargate waits two minutes at most.
func (v validator) timeouts(w Workload, c part) {
	high := 120 * time.Second
	if !w.Capacity.Fargate() {
		high = 24 * time.Hour
	}
	if p := c.options.with("start_timeout"); v.fromUser(p) {
		v.within(p, c.set.StartTimeout, 2*time.Second, high)
	}
	if p := c.options.with("stop_timeout"); v.fromUser(p) {
		v.within(p, c.set.StopTimeout, 2*time.Second, high)
	}
}

func knownUlimits() []string {
	return []string{
		"core", "cpu", "data", "fsize", "locks", "memlock", "msgqueue", "nice", "nofile", "nproc", "rss", "rtprio", "rttime", "sigpending", "stack",
	}
}

func (v validator) ulimits(_ Workload, c part) {
	for _, name := range sortedKeys(c.set.Ulimits) {
		p, u := c.options.with("ulimits").with(name), c.set.Ulimits[name]
		switch {
		case !slices.Contains(knownUlimits(), name):
			v.badKey(p, near(name, knownUlimits()), "there is no limit %q", name)
		case u.Soft < -1 || u.Hard < -1:
			v.bad(p, "write -1 for no limit", "must not be negative")
		case v.root.find(p) != nil && v.root.find(p).kind == mapping && (!v.has(p.with("soft")) || !v.has(p.with("hard"))):
			// reported as missing
		case u.Hard != -1 && (u.Soft == -1 || u.Soft > u.Hard):
			v.bad(p, "raise hard or lower soft", "the soft limit is above the hard one")
		}
	}
}

// knownCapabilities are those of Linux that Docker knows.
// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_KernelCapabilities.html
func knownCapabilities() []string {
	return []string{
		"ALL", "AUDIT_CONTROL", "AUDIT_WRITE", "BLOCK_SUSPEND", "CHOWN", "DAC_OVERRIDE", "DAC_READ_SEARCH", "FOWNER", "FSETID", "IPC_LOCK",
		"IPC_OWNER", "KILL", "LEASE", "LINUX_IMMUTABLE", "MAC_ADMIN", "MAC_OVERRIDE", "MKNOD", "NET_ADMIN", "NET_BIND_SERVICE",
		"NET_BROADCAST", "NET_RAW", "SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_ADMIN", "SYS_BOOT", "SYS_CHROOT", "SYS_MODULE",
		"SYS_NICE", "SYS_PACCT", "SYS_PTRACE", "SYS_RAWIO", "SYS_RESOURCE", "SYS_TIME", "SYS_TTY_CONFIG", "SYSLOG", "WAKE_ALARM",
	}
}

func (v validator) capabilities(p path, names []string) {
	for i, name := range names {
		if !slices.Contains(knownCapabilities(), name) {
			v.bad(itemOf(v, p, i), near(name, knownCapabilities()), "there is no capability %q", name)
		}
	}
}

func near(name string, known []string) string {
	if n, ok := nearest(name, known); ok {
		return "did you mean " + n + "?"
	}
	return "write one of " + strings.Join(known, ", ")
}

// systemControls are those of a namespace that the container has for itself.
// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_SystemControl.html
func (v validator) systemControls(p path, controls map[string]string) {
	for _, name := range sortedKeys(controls) {
		own := strings.HasPrefix(name, "net.") || strings.HasPrefix(name, "fs.mqueue.") || slices.Contains([]string{
			"kernel.msgmax", "kernel.msgmnb", "kernel.msgmni", "kernel.sem", "kernel.shmall", "kernel.shmmax", "kernel.shmmni", "kernel.shm_rmid_forced",
		}, name)
		if !own {
			v.badKey(p.with(name), "remove it", "%s is the whole instance's, and no container's", name)
		}
	}
}

func (v validator) restart(p path, r *Restart) {
	if r == nil {
		return
	}
	if period := p.with("attempt_period"); v.fromUser(period) {
		v.within(period, r.AttemptPeriod, 60*time.Second, 1800*time.Second)
	}
	codes := p.with("ignored_exit_codes")
	if len(r.IgnoredExitCodes) > 50 {
		v.bad(codes, "name the most important", "at most 50 exit codes, not %d", len(r.IgnoredExitCodes))
	}
	for i, code := range r.IgnoredExitCodes {
		if code < 0 || code > 255 {
			v.bad(itemOf(v, codes, i), "write 0 to 255", "there is no exit code %d", code)
		}
	}
}

// sums holds the containers' shares against the task.
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html#container_definition_memory
func (v validator) sums(w Workload, all []part) {
	cpu, reserved := 0, 0
	for _, c := range all {
		o := c.set
		hard, soft := c.options.with("memory"), c.options.with("memory_reservation")
		switch {
		case w.Memory > 0 && o.Memory > w.Memory:
			v.bad(hard, "write at most "+strconv.Itoa(w.Memory)+", or raise the task's memory", "%d MiB are more than the task's %d", o.Memory, w.Memory)
		case o.Memory > 0 && o.MemoryReservation > o.Memory:
			v.bad(soft, "write at most "+strconv.Itoa(o.Memory)+", or raise memory", "%d MiB are more than the container's limit of %d", o.MemoryReservation, o.Memory)
		}
		cpu += o.CPU
		if w.CPU > 0 && o.CPU > 0 && cpu > w.CPU {
			v.bad(c.options.with("cpu"), "lower one of them, or raise the task's cpu", "the containers' %d CPU units are more than the task's %d", cpu, w.CPU)
		}
		share, p := o.MemoryReservation, soft
		if share == 0 {
			share, p = o.Memory, hard
		}
		if w.Memory > 0 && share > w.Memory {
			if p.String() == soft.String() {
				v.bad(p, "write at most "+strconv.Itoa(w.Memory)+", or raise the task's memory", "%d MiB are more than the task's %d", share, w.Memory)
			}
			continue
		}
		reserved += share
		if w.Memory > 0 && share > 0 && reserved > w.Memory {
			v.bad(p, "lower one of them, or raise the task's memory", "the containers reserve %d MiB, more than the task's %d", reserved, w.Memory)
		}
	}
}
