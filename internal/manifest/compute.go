package manifest

import (
	"net/netip"
	pathpkg "path"
	"strconv"
	"strings"
	"time"
)

// compute fills in the defaults that follow from other values; the table says in words what is done here.
func compute(kind rune, root *node, o Options) {
	for _, e := range root.get("sidecars").pairs() {
		computeBuild(e.value.get("image").get("build"))
	}
	switch kind {
	case kindLoadBalanced, kindBackend, kindWorker, kindJob:
		computeSize(root)
		computeCapacity(root)
		computeBuild(root.get("image").get("build"))
		computeHTTP(root)
		computeDeployment(root)
	case kindRequestDriven:
		computeRequestDriven(root)
	case kindEnvironment:
		computeNetwork(root.get("network").get("vpc"), o.Copilot)
		computeCluster(root)
	}
}

// computed sets a field that is not written.
func computed(n *node, key, text string) {
	if n == nil || n.kind != mapping {
		return
	}
	if v := n.get(key); v.empty() && (v == nil || !v.bad) {
		n.set(key, &node{kind: scalar, text: text, origin: FromDefault})
	}
}

// computeSize completes cpu and memory to a pair that Fargate has.
func computeSize(root *node) {
	if !onFargate(root) {
		return // on instances a task takes what it says, and may say nothing
	}
	windows := decodePlatform(root.get("platform")).Windows()
	cpu, memory := root.get("cpu"), root.get("memory")
	wantCPU, wantMemory := 256, 512
	if windows {
		wantCPU, wantMemory = 1024, 2048
	}
	switch {
	case cpu.empty() && memory.empty():
	case cpu.empty():
		wantCPU = smallestCPU(memory.num(), wantCPU)
	case memory.empty():
		wantMemory = smallestMemory(cpu.num(), wantMemory)
	}
	computed(root, "cpu", strconv.Itoa(wantCPU))
	computed(root, "memory", strconv.Itoa(wantMemory))
}

func computeBuild(build *node) {
	if build.empty() || build.kind != mapping {
		return
	}
	if strings.EqualFold(build.get("builder").str(), "go") {
		computed(build, "context", ".")
		computed(build, "package", ".")
		computed(build, "base", "scratch")
		return
	}
	context := build.get("context").str()
	dockerfile := "Dockerfile"
	if context != "" {
		dockerfile = pathpkg.Join(context, dockerfile)
	}
	computed(build, "dockerfile", dockerfile)
	computed(build, "context", pathpkg.Dir(build.get("dockerfile").str()))
}

func computeHTTP(root *node) {
	for _, rule := range httpRules(root) {
		computeRuleCheck(rule)
	}
	computeTargets(root)
}

func computeRuleCheck(rule *node) {
	check := rule.get("healthcheck")
	written := !check.get("path").empty()
	if strings.EqualFold(rule.get("version").str(), "grpc") {
		codes := "12" // what a server answers that does not know the method: it is up
		if written {
			codes = "0"
		}
		computed(check, "path", "/AWS.ALB/healthcheck")
		computed(check, "success_codes", codes)
	}
	computed(check, "path", "/")
	computed(check, "success_codes", "200")
	computeTiming(check)
}

// computeTiming chooses interval and timeout so that the one which is not written fits the other.
func computeTiming(check *node) {
	interval, timeout := check.get("interval"), check.get("timeout")
	wantInterval, wantTimeout := 10*time.Second, 5*time.Second
	switch {
	case interval.empty() && !timeout.empty():
		wantInterval = min(max(wantInterval, timeout.duration()+5*time.Second), 300*time.Second)
	case timeout.empty() && !interval.empty() && interval.duration() <= wantTimeout:
		wantTimeout = max(interval.duration()-time.Second, 2*time.Second)
	}
	computed(check, "interval", short(wantInterval))
	computed(check, "timeout", short(wantTimeout))
}

// short writes a duration without the zero units that time.Duration prints.
func short(d time.Duration) string {
	if d%time.Hour == 0 && d > 0 {
		return strconv.Itoa(int(d/time.Hour)) + "h"
	}
	if d%time.Minute == 0 && d > 0 {
		return strconv.Itoa(int(d/time.Minute)) + "m"
	}
	if d%time.Second == 0 {
		return strconv.Itoa(int(d/time.Second)) + "s"
	}
	return d.String()
}

// computeNetwork lays out an own VPC: two public and two private subnets, no NAT. Copilot has no word for NAT, and makes
// gateways where services are placed private: there the plan decides.
func computeNetwork(vpc *node, copilot bool) {
	if vpc == nil || vpc.kind != mapping || !vpc.get("id").empty() {
		return
	}
	computed(vpc, "cidr", "10.0.0.0/16")
	if !copilot {
		computed(vpc, "nat", "none")
	}
	subnets := vpc.get("subnets")
	if !subnets.empty() || subnets != nil && subnets.bad {
		return
	}
	parts := carve(vpc.get("cidr").str())
	if parts == nil {
		return
	}
	vpc.set("subnets", &node{kind: mapping, origin: FromDefault, entries: []entry{
		{key: "public", value: subnetList(parts[:2])},
		{key: "private", value: subnetList(parts[2:])},
	}})
}

func subnetList(cidrs []netip.Prefix) *node {
	list := &node{kind: sequence, origin: FromDefault}
	for _, c := range cidrs {
		item := &node{kind: mapping, origin: FromDefault}
		item.set("cidr", &node{kind: scalar, text: c.String(), origin: FromDefault})
		list.items = append(list.items, item)
	}
	return list
}

// carve cuts the first four subnets out of a network: each a /24, or a quarter of the network where that is less.
// It returns nil where a quarter would be smaller than AWS allows, /28.
func carve(cidr string) []netip.Prefix {
	p, err := parseCIDR(cidr)
	if err != nil || !p.Addr().Is4() {
		return nil
	}
	bits := max(p.Bits()+2, 24)
	if bits > 28 {
		return nil
	}
	base := p.Masked().Addr().As4()
	first := uint32(base[0])<<24 | uint32(base[1])<<16 | uint32(base[2])<<8 | uint32(base[3])
	out := make([]netip.Prefix, 4)
	for i := range out {
		a := first + uint32(i)<<(32-bits)
		out[i] = netip.PrefixFrom(netip.AddrFrom4([4]byte{byte(a >> 24), byte(a >> 16), byte(a >> 8), byte(a)}), bits)
	}
	return out
}
