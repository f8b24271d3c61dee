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
	computeHTTP(root)
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
