// Package virtual is the runtime in which nothing runs: containers start, answer, fail and end as scripts say, on the
// emulator's clock. Tests use it, and rehearsals of a rollout.
//
// Images are not read: a reference that nothing can resolve starts all the same unless a script says otherwise.
package virtual

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"ferry.dev/ferry/internal/emulator/clock"
	"ferry.dev/ferry/internal/emulator/runtime"
)

// Runtime is the virtual runtime.
type Runtime struct {
	clock *clock.Clock

	mu      sync.Mutex
	scripts []*rule
	tasks   map[*task]struct{}
	started []Started
	closed  bool
}

var _ runtime.Runtime = (*Runtime)(nil)

// Started is a container that the runtime was asked to start, for tests to look at.
type Started struct {
	TaskID    string
	Family    string
	Container runtime.ContainerSpec
}

// keepStarted bounds what Started remembers.
const keepStarted = 4096

type rule struct {
	Script
	used int
}

// New makes a runtime in which every container behaves well.
func New(clk *clock.Clock) *Runtime {
	return &Runtime{clock: clk, tasks: map[*task]struct{}{}}
}

// Name is "virtual".
func (r *Runtime) Name() string { return "virtual" }

// Script adds a script. It holds for containers that start from now on.
func (r *Runtime) Script(s Script) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.scripts = append(r.scripts, &rule{Script: s})
}

// Reset forgets every script.
func (r *Runtime) Reset() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.scripts = nil
}

// Started returns the newest containers that were asked for, oldest first.
func (r *Runtime) Started() []Started {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.started)
}

// Names returns the names that the running tasks of a family were told last, by the tasks' IDs.
func (r *Runtime) Names(family string) map[string][]runtime.Name {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := map[string][]runtime.Name{}
	for t := range r.tasks {
		if t.spec.Family == family {
			t.mu.Lock()
			out[t.spec.ID] = t.names
			t.mu.Unlock()
		}
	}
	return out
}

// StartTask makes a task without containers.
func (r *Runtime) StartTask(_ context.Context, spec runtime.TaskSpec) (runtime.Task, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return nil, errors.New("the virtual runtime is closed")
	}
	ctx, stop := context.WithCancel(context.Background())
	t := &task{runtime: r, spec: spec, ctx: ctx, stop: stop, servers: map[int]*responder{}}
	r.tasks[t] = struct{}{}
	return t, nil
}

// Close ends every task.
func (r *Runtime) Close() error {
	r.mu.Lock()
	r.closed = true
	tasks := make([]*task, 0, len(r.tasks))
	for t := range r.tasks {
		tasks = append(tasks, t)
	}
	r.mu.Unlock()
	for _, t := range tasks {
		if err := t.Close(); err != nil {
			return err
		}
	}
	return nil
}

// scriptFor picks the script of a container and counts its use.
func (r *Runtime) scriptFor(spec runtime.TaskSpec, c runtime.ContainerSpec) Script {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.started = append(r.started, Started{TaskID: spec.ID, Family: spec.Family, Container: c})
	if n := len(r.started) - keepStarted; n > 0 {
		r.started = slices.Delete(r.started, 0, n)
	}
	for _, s := range slices.Backward(r.scripts) {
		if s.matches(spec.Family, c) && (s.Times == 0 || s.used < s.Times) {
			s.used++
			return s.Script
		}
	}
	return Script{}
}

func (r *Runtime) forget(t *task) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.tasks, t)
}

// task is the shared part of a virtual task.
type task struct {
	runtime *Runtime
	spec    runtime.TaskSpec
	ctx     context.Context // ends with the task
	stop    context.CancelFunc

	mu         sync.Mutex
	containers []*container
	servers    map[int]*responder
	names      []runtime.Name
}

// Start starts a container as its script says, after the time that its pull takes.
func (t *task) Start(ctx context.Context, spec runtime.ContainerSpec) (runtime.Container, error) {
	s := t.runtime.scriptFor(t.spec, spec)
	if err := t.runtime.clock.Wait(ctx, timeOf(s.PullTakes)); err != nil {
		return nil, err
	}
	switch {
	case s.CannotPull != "":
		return nil, &runtime.PullError{Err: errors.New(s.CannotPull)}
	case s.CannotStart != "":
		return nil, errors.New(s.CannotStart)
	}
	c := newContainer(t, spec, s)
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.ctx.Err() != nil {
		c.end(runtime.Exit{Code: 137})
		return nil, errors.New("the task has ended")
	}
	t.containers = append(t.containers, c)
	return c, nil
}

// Address starts a small HTTP server on loopback that stands for the container with the port.
func (t *task) Address(_ context.Context, port int) (string, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if s := t.servers[port]; s != nil {
		return s.address, nil
	}
	for _, c := range t.containers {
		if slices.Contains(c.spec.Ports, port) && !c.ended() {
			s, err := serve(c)
			if err != nil {
				return "", err
			}
			t.servers[port] = s
			return s.address, nil
		}
	}
	return "", fmt.Errorf("no running container of task %s has port %d", t.spec.ID, port)
}

// Resolve keeps the names for Runtime.Names: there is no program that could look.
func (t *task) Resolve(names []runtime.Name) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.names = names
	return nil
}

// HostAddress returns the address itself: virtual containers reach nothing.
func (t *task) HostAddress(hostport string) string { return hostport }

// Close ends every container of the task.
func (t *task) Close() error {
	t.mu.Lock()
	t.stop()
	containers, servers := t.containers, t.servers
	t.servers = map[int]*responder{}
	t.mu.Unlock()
	for _, c := range containers {
		c.end(runtime.Exit{Code: 137})
	}
	for _, s := range servers {
		s.close()
	}
	t.runtime.forget(t)
	return nil
}
