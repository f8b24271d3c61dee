package cli

import (
	"context"

	"ferry.dev/ferry/internal/emulator/clock"
	"ferry.dev/ferry/internal/emulator/runtime"
	"ferry.dev/ferry/internal/emulator/runtime/choose"
	"ferry.dev/ferry/internal/fault"
)

// runtimeVariable chooses where tasks of environment local run: docker, process or virtual. Unset: an engine where one
// answers, else processes.
const runtimeVariable = "FERRY_LOCAL_RUNTIME"

// taskRuntime makes the runtime of the endpoint.
func (a *App) taskRuntime(clk *clock.Clock) func(context.Context, string) (runtime.Runtime, error) {
	return func(ctx context.Context, dir string) (runtime.Runtime, error) {
		r, _, err := choose.Runtime(ctx, choose.Options{Kind: a.Getenv(runtimeVariable), Dir: dir, Endpoint: dir, Clock: clk})
		if err != nil {
			return nil, &fault.Error{What: "tasks cannot be run here", Err: err, Hint: runtimeVariable + " takes docker, process or virtual"}
		}
		return r, nil
	}
}
