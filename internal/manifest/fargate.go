package manifest

import (
	"slices"
	"strconv"
	"strings"
)

// fargateSize is a row of Fargate's table of task sizes.
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html#fargate-tasks-size
type fargateSize struct {
	cpu     int
	memory  []int // MiB
	windows bool
}

func fargateSizes() []fargateSize {
	return []fargateSize{
		{256, []int{512, 1024, 2048}, false},
		{512, steps(1024, 4096, 1024), false},
		{1024, steps(2048, 8192, 1024), true},
		{2048, steps(4096, 16384, 1024), true},
		{4096, steps(8192, 30720, 1024), true},
		{8192, steps(16384, 61440, 4096), false},
		{16384, steps(32768, 122880, 8192), false},
		{32768, []int{61440, 122880, 249856}, false},
	}
}

func steps(from, to, by int) []int {
	var out []int
	for v := from; v <= to; v += by {
		out = append(out, v)
	}
	return out
}

// sizeFor finds the row of a cpu value.
func sizeFor(cpu int) (fargateSize, bool) {
	sizes := fargateSizes()
	i := slices.IndexFunc(sizes, func(s fargateSize) bool { return s.cpu == cpu })
	if i < 0 {
		return fargateSize{}, false
	}
	return sizes[i], true
}

// smallestCPU is the smallest cpu of at least floor with which Fargate has a memory size; floor where none has it.
func smallestCPU(memory, floor int) int {
	for _, s := range fargateSizes() {
		if s.cpu >= floor && slices.Contains(s.memory, memory) {
			return s.cpu
		}
	}
	return floor
}

// smallestMemory is the smallest memory that Fargate has for a cpu; floor for an unknown one.
func smallestMemory(cpu, floor int) int {
	if s, ok := sizeFor(cpu); ok {
		return max(s.memory[0], min(floor, s.memory[len(s.memory)-1]))
	}
	return floor
}

// describeMemory writes the sizes of a row: short lists whole, long ones as their step.
func (s fargateSize) describeMemory() string {
	if len(s.memory) <= 4 {
		words := make([]string, len(s.memory))
		for i, m := range s.memory {
			words[i] = strconv.Itoa(m)
		}
		return "one of " + strings.Join(words, ", ")
	}
	return strconv.Itoa(s.memory[0]) + " to " + strconv.Itoa(s.memory[len(s.memory)-1]) + " in steps of " + strconv.Itoa(s.memory[1]-s.memory[0])
}

func describeCPUs(sizes []fargateSize) string {
	words := make([]string, len(sizes))
	for i, s := range sizes {
		words[i] = strconv.Itoa(s.cpu)
	}
	return strings.Join(words, ", ")
}

// FitFargate returns the smallest size of Fargate's, CPU units and MiB, that has at least as much of both. It is false
// where none is large enough.
func FitFargate(cpu, memory int) (fitCPU, fitMemory int, ok bool) {
	for _, s := range fargateSizes() {
		if s.cpu < cpu {
			continue
		}
		if i := slices.IndexFunc(s.memory, func(m int) bool { return m >= memory }); i >= 0 {
			return s.cpu, s.memory[i], true
		}
	}
	return 0, 0, false
}
