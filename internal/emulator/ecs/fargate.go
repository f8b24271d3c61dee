package ecs

import (
	"slices"
	"strconv"
	"strings"
)

// fargateMemory lists the memory sizes, in MiB, that go with a task's CPU units on Fargate.
// Source: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html#fargate-tasks-size
func fargateMemory(cpu int) []int {
	steps := func(from, to, step int) []int {
		var out []int
		for m := from; m <= to; m += step {
			out = append(out, m)
		}
		return out
	}
	switch cpu {
	case 256:
		return []int{512, 1024, 2048}
	case 512:
		return steps(1024, 4096, 1024)
	case 1024:
		return steps(2048, 8192, 1024)
	case 2048:
		return steps(4096, 16384, 1024)
	case 4096:
		return steps(8192, 30720, 1024)
	case 8192:
		return steps(16384, 61440, 4096)
	case 16384:
		return steps(32768, 122880, 8192)
	case 32768:
		return []int{61440, 122880, 249856}
	}
	return nil
}

// checkFargateSize refuses task sizes that Fargate does not have.
func checkFargateSize(cpu, memory string) error {
	if cpu == "" || memory == "" {
		return client("Fargate requires that 'cpu' be defined at the task level.")
	}
	c, okCPU := units(cpu, "vcpu")
	m, okMemory := units(memory, "gb")
	if !okCPU {
		return client("Invalid 'cpu' setting for task. For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.")
	}
	if !okMemory {
		return client("Invalid 'memory' setting for task. For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.")
	}
	sizes := fargateMemory(c)
	if sizes == nil {
		return client("Invalid 'cpu' setting for task. For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.")
	}
	if !slices.Contains(sizes, m) {
		return client("No Fargate configuration exists for given values: %d CPU, %d memory. See the Amazon ECS documentation for the valid values.", c, m)
	}
	return nil
}

// units reads "256", ".25 vCPU" or "2 GB" as CPU units or MiB.
func units(text, unit string) (int, bool) {
	if n, err := strconv.Atoi(text); err == nil {
		return n, true
	}
	number, ok := strings.CutSuffix(strings.ToLower(text), unit)
	if !ok {
		return 0, false
	}
	f, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
	return int(f * 1024), err == nil
}
