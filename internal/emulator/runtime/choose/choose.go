// Package choose picks the runtime of an endpoint: a container engine where one answers, else processes of this machine.
package choose

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"ferry.dev/ferry/internal/emulator/clock"
	"ferry.dev/ferry/internal/emulator/runtime"
	"ferry.dev/ferry/internal/emulator/runtime/docker"
	"ferry.dev/ferry/internal/emulator/runtime/process"
	"ferry.dev/ferry/internal/emulator/runtime/virtual"
)

// Options say what is wanted.
type Options struct {
	Kind     string       // "docker", "process", "virtual", or "" for docker where an engine answers, else process
	Dir      string       // the endpoint's directory; the process runtime keeps its files in Dir/process
	Endpoint string       // names the endpoint, so that what an earlier one left in an engine is found
	Clock    *clock.Clock // for the virtual runtime
}

// Runtime makes the runtime and says in a few words what it is, for `ferry local status`.
func Runtime(ctx context.Context, o Options) (runtime.Runtime, string, error) {
	switch o.Kind {
	case "virtual":
		return virtual.New(o.Clock), "virtual: nothing runs", nil
	case "process":
		return onProcesses(o)
	case "docker":
		return onEngine(ctx, o)
	case "":
		if r, words, err := onEngine(ctx, o); err == nil {
			return r, words, nil
		}
		return onProcesses(o)
	}
	return nil, "", fmt.Errorf("there is no runtime %q: it is docker, process or virtual", o.Kind)
}

func onEngine(ctx context.Context, o Options) (runtime.Runtime, string, error) {
	engine, err := docker.Find(ctx)
	if err != nil {
		return nil, "", err
	}
	r, err := docker.New(ctx, engine, o.Endpoint)
	if err != nil {
		return nil, "", err
	}
	if err := errors.Join(os.MkdirAll(o.Dir, 0o700), os.WriteFile(engineFile(o.Dir), []byte(engine.Bin), 0o600)); err != nil {
		return nil, "", errors.Join(err, r.Close())
	}
	return r, "containers on " + r.Engine(), nil
}

// engineFile remembers which engine ran the endpoint's containers, for Purge.
func engineFile(dir string) string { return filepath.Join(dir, "engine") }

// Purge removes what an endpoint that has stopped left in a container engine, its images included. Dir and endpoint are
// those of Options. An endpoint that ran processes left nothing there.
func Purge(ctx context.Context, dir, endpoint string) error {
	bin, err := os.ReadFile(engineFile(dir))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	r, err := docker.New(ctx, &docker.Engine{Bin: string(bin)}, endpoint)
	if err != nil {
		return err
	}
	return errors.Join(r.Purge(ctx), r.Close())
}

func onProcesses(o Options) (runtime.Runtime, string, error) {
	r, err := process.New(process.Options{Dir: filepath.Join(o.Dir, "process")})
	if err != nil {
		return nil, "", err
	}
	return r, "processes of this machine (" + r.Isolation() + ")", nil
}
