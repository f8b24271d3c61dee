package process

import (
	"fmt"
	"syscall"

	"golang.org/x/sys/unix"

	"ferry.dev/ferry/internal/emulator/runtime"
)

// setLimits gives the container's init the limits that its programs are to inherit. Those that would stop init itself, of
// time and memory, are left out.
func setLimits(limits []runtime.Ulimit) error {
	held := map[string]int{
		"core": unix.RLIMIT_CORE, "fsize": unix.RLIMIT_FSIZE, "memlock": unix.RLIMIT_MEMLOCK,
		"nofile": unix.RLIMIT_NOFILE, "nproc": unix.RLIMIT_NPROC, "stack": unix.RLIMIT_STACK,
	}
	for _, l := range limits {
		resource, ok := held[l.Name]
		if !ok {
			continue
		}
		// The standard library's, since it gives programs their first limit of open files back unless it was told of another.
		if err := syscall.Setrlimit(resource, &syscall.Rlimit{Cur: limit(l.Soft), Max: limit(l.Hard)}); err != nil {
			return fmt.Errorf("limit %s of %d, at most %d: %w", l.Name, l.Soft, l.Hard, err)
		}
	}
	return nil
}

// limit is -1 as the kernel says it.
func limit(v int64) uint64 {
	if v < 0 {
		return unix.RLIM_INFINITY
	}
	return uint64(v)
}
