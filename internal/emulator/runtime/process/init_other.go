//go:build !linux

package process

import (
	"context"
	"errors"
	goruntime "runtime"

	"ferry.dev/ferry/internal/emulator/runtime"
)

// MaybeInit does nothing here: only Linux starts tasks by running the program again.
func MaybeInit() {}

func probe(string) isolation {
	return isolation{reason: goruntime.GOOS + " has no namespaces"}
}

func newSandbox(context.Context, *Runtime, runtime.TaskSpec, string) (runtime.Task, error) {
	return nil, errors.ErrUnsupported
}
