package manifest

import (
	"slices"
	"strconv"
)

// computeRequestDriven fills in App Runner's defaults where they differ from ECS's.
func computeRequestDriven(root *node) {
	cpu, memory := root.get("cpu"), root.get("memory")
	wantCPU, wantMemory := 1024, 2048
	switch {
	case cpu.empty() && memory.empty():
	case cpu.empty():
		if !slices.Contains(mustSize(wantCPU).memory, memory.num()) {
			wantCPU = smallestCPU(memory.num(), 256)
		}
	case memory.empty():
		wantMemory = smallestMemory(cpu.num(), wantMemory)
	}
	computed(root, "cpu", strconv.Itoa(wantCPU))
	computed(root, "memory", strconv.Itoa(wantMemory))
	computeBuild(root.get("image").get("build"))
	if root.get("express").yes() {
		withoutDefaults(root)
		return
	}
	computeHTTP(root)
}

// withoutDefaults takes back the defaults of fields that have no meaning in Express Mode: what is left of http is its path,
// private, and the path of the health check. http.private stands for the place of the tasks too.
func withoutDefaults(root *node) {
	http := root.get("http")
	for _, key := range []string{"version", "stickiness", "deregistration_delay", "redirect_to_https"} {
		http.dropDefault(key)
	}
	for _, key := range []string{"port", "success_codes", "healthy_threshold", "unhealthy_threshold", "interval", "timeout", "grace_period"} {
		http.get("healthcheck").dropDefault(key)
	}
	if private := http.get("private"); private.yes() || private.usable() && private.kind == mapping {
		root.get("network").dropPlacement()
	}
	computed(http.get("healthcheck"), "path", "/")
}

// nextSize is the smallest task of Fargate's that has at least so much of both, or what was asked for where there is none.
func nextSize(cpu, memory int) (int, int) {
	for _, s := range fargateSizes() {
		if s.cpu < cpu {
			continue
		}
		for _, m := range s.memory {
			if m >= memory {
				return s.cpu, m
			}
		}
	}
	return cpu, memory
}
