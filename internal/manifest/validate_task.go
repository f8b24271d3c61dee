package manifest

import (
	"slices"
	"strconv"
	"strings"

	"github.com/kballard/go-shellquote"
)

// size checks the platform, and on Fargate cpu and memory against what that has.
func (v validator) size(w Workload) {
	cpu, memory, platform := at("cpu"), at("memory"), at("platform")
	if !v.platform(w.Platform) || !v.sure(cpu, memory, platform, at("launch_type"), at("capacity_providers")) || !w.Capacity.Fargate() {
		return
	}
	windows := w.Platform.Windows()
	sizes := fargateSizes()
	if windows {
		sizes = slices.DeleteFunc(sizes, func(s fargateSize) bool { return !s.windows })
	}
	row, ok := sizeFor(w.CPU)
	switch {
	case !ok:
		v.bad(cpu, "write one of "+describeCPUs(sizes), "Fargate has no tasks with %d CPU units", w.CPU)
	case windows && !row.windows:
		v.bad(cpu, "write one of "+describeCPUs(sizes), "Fargate has no Windows tasks with %d CPU units", w.CPU)
	case !slices.Contains(row.memory, w.Memory):
		hint := "write " + row.describeMemory()
		if other := smallestCPU(w.Memory, sizes[0].cpu); slices.Contains(mustSize(other).memory, w.Memory) {
			hint += ", or cpu: " + strconv.Itoa(other)
		}
		v.bad(memory, hint, "Fargate has no tasks with %d MiB and %d CPU units", w.Memory, w.CPU)
	}
}

func mustSize(cpu int) fargateSize {
	s, _ := sizeFor(cpu)
	return s
}

// platform checks the short form and that the two parts go together.
func (v validator) platform(p Platform) bool {
	n := v.root.get("platform")
	if n == nil || n.bad || n.open {
		return false
	}
	known := p.OS == "LINUX" || strings.HasPrefix(p.OS, "WINDOWS_SERVER_")
	switch {
	case n.kind == scalar && (!known || p.Arch == "" || !isPlatform(n.text)):
		v.bad(at("platform"), "write one of linux/x86_64, linux/arm64, windows/x86_64", "%q is no platform", n.text)
		return false
	case p.OS == "" || p.Arch == "":
		return false // reported as missing
	case p.OS != "LINUX" && p.Arch == "ARM64":
		v.bad(at("platform"), "write windows/x86_64", "Windows runs on x86_64 only")
		return false
	}
	return true
}

// isPlatform knows Copilot's short forms.
func isPlatform(s string) bool {
	switch strings.ToLower(s) {
	case "linux/x86_64", "linux/amd64", "linux/arm64", "linux/arm", "windows/x86_64", "windows/amd64", "windows/arm64":
		return true
	}
	return false
}

// commands checks that a command in one string can be split.
func (v validator) commands(own path) {
	for _, key := range []string{"entrypoint", "command"} {
		n := v.root.find(own.with(key))
		if n.empty() || n.kind != scalar {
			continue
		}
		if _, err := shellquote.Split(n.str()); err != nil {
			v.bad(own.with(key), "close the quote, or write a list", "cannot be split into words: %s", strings.ToLower(err.Error()))
		}
	}
}

func (v validator) network(w Workload) {
	vpc := at("network.vpc")
	if p := vpc.with("placement").with("subnets"); v.root.find(p) != nil && v.root.find(p).kind == sequence && len(w.Network.Subnets) == 0 {
		v.bad(p, "name at least one subnet", "must not be empty")
	}
	v.ids(vpc.with("placement").with("subnets"), w.Network.Subnets, "subnet-", "subnet")
	groups := vpc.with("security_groups").with("groups")
	v.ids(groups, w.Network.SecurityGroups, "sg-", "security group")
	v.imports(w.Network)
	own := 1
	if w.Network.DenyDefault {
		own = 0
	}
	named := len(w.Network.SecurityGroups) + len(w.Network.ImportedGroups)
	if n := named + own; n > 5 {
		v.bad(groups, "name at most 4, or 5 with deny_default", "a task has at most 5 security groups, and these are %d with the environment's", n)
	}
	if w.Network.DenyDefault && named == 0 && v.sure(groups) {
		v.bad(vpc.with("security_groups").with("deny_default"), "name the groups to use instead", "without groups the tasks would have none")
	}
	v.connect(w)
}

// ids warns about what does not look like an identifier of EC2's, and refuses what is written twice.
func (v validator) ids(p path, ids []string, prefix, what string) {
	for i, id := range ids {
		at := p.with(index(i))
		if n := v.root.find(p); n != nil && n.kind == scalar {
			at = p
		}
		if n := v.root.find(at); n != nil && n.kind != scalar {
			continue
		}
		switch {
		case slices.Contains(ids[:i], id):
			v.bad(at, "remove one of the two", "%s is written twice", id)
		case !strings.HasPrefix(id, prefix):
			v.warn(at, "it begins with "+prefix, "%q does not look like the id of a %s", id, what)
		}
	}
}
