package process

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// cgroup limits a container's memory where this process may make memory cgroups, that is as root. Its zero value limits
// nothing.
type cgroup struct {
	dir string
	v2  bool
}

// cgroupRoots are where the memory controller of either version usually is.
const (
	cgroupV1 = "/sys/fs/cgroup/memory"
	cgroupV2 = "/sys/fs/cgroup"
)

func newCgroup(name string, memoryMiB int) cgroup {
	if memoryMiB <= 0 || os.Geteuid() != 0 {
		return cgroup{}
	}
	bytes := strconv.Itoa(memoryMiB << 20)
	for _, g := range []cgroup{{dir: filepath.Join(cgroupV1, "ferry-"+name)}, {dir: filepath.Join(cgroupV2, "ferry-"+name), v2: true}} {
		limit := "memory.limit_in_bytes"
		if g.v2 {
			limit = "memory.max"
		}
		if _, err := os.Stat(filepath.Join(filepath.Dir(g.dir), "cgroup.procs")); err != nil {
			continue
		}
		if os.Mkdir(g.dir, 0o755) != nil {
			continue
		}
		if os.WriteFile(filepath.Join(g.dir, limit), []byte(bytes), 0o644) == nil {
			// Swap counts too, where it is counted at all.
			os.WriteFile(filepath.Join(g.dir, "memory.memsw.limit_in_bytes"), []byte(bytes), 0o644) //nolint:errcheck // often not there
			os.WriteFile(filepath.Join(g.dir, "memory.swap.max"), []byte("0"), 0o644)               //nolint:errcheck // often not there
			return g
		}
		g.remove() //nolint:errcheck // the next version is tried
	}
	return cgroup{}
}

// killed tells whether the kernel killed something for its memory.
func (g cgroup) killed() bool {
	if g.dir == "" {
		return false
	}
	file := "memory.oom_control"
	if g.v2 {
		file = "memory.events"
	}
	data, err := os.ReadFile(filepath.Join(g.dir, file))
	if err != nil {
		return false
	}
	for line := range strings.Lines(string(data)) {
		if n, ok := strings.CutPrefix(strings.TrimSpace(line), "oom_kill "); ok && n != "0" {
			return true
		}
	}
	return false
}

// remove deletes the group. The kernel may need a moment after the last process in it has ended.
func (g cgroup) remove() error {
	if g.dir == "" {
		return nil
	}
	var err error
	for range 50 {
		if err = os.Remove(g.dir); err == nil || errors.Is(err, os.ErrNotExist) {
			return nil
		}
		time.Sleep(10 * time.Millisecond)
	}
	return err
}
