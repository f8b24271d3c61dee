// Package process is the runtime that runs an image's entry point as a process of this machine, without an engine.
//
// On Linux, as root or where unprivileged user namespaces are allowed, a task gets namespaces of its own (network,
// process IDs, host name, mounts, and users when not root) and each container its own root: the unpacked image under a
// writable layer. Two tasks can both listen on :8080; Address forwards from loopback into the task, and the addresses of
// TaskSpec.Hosts answer inside it on the same 127.0.0.1:port. Nothing else outside is reachable from a task: no other
// host, no Internet. As root, memory limits hold where the memory cgroup can be written.
//
// Elsewhere a container is a plain process that runs a host binary found under the unpacked image. It shares the host's
// network and file system, and must listen on the port that the variable PORT names. Limits and users do not hold;
// volumes and a read-only root are refused.
//
// The program that uses this package calls MaybeInit before anything else: tasks are started by running it again.
package process

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"ferry.dev/ferry/internal/emulator/runtime"
)

// Options say where and how.
type Options struct {
	Dir   string // for unpacked images and task files, used by this runtime alone; made when it is missing
	Plain bool   // plain processes even where isolation works
}

// Runtime is the process runtime.
type Runtime struct {
	dir    string
	images *images
	how    isolation

	mu     sync.Mutex
	tasks  map[string]runtime.Task
	ports  map[int]bool // that plain tasks hold
	closed bool
}

var _ runtime.Runtime = (*Runtime)(nil)

// isolation is what this machine allows.
type isolation struct {
	namespaces bool
	users      bool   // inside a user namespace of its own: not root
	overlay    bool   // a writable layer over the shared image; else each container gets a copy
	reason     string // why there are no namespaces
}

// New prepares the directory and finds out what this machine allows. What an earlier runtime left in the directory is
// removed, but for unpacked images.
func New(o Options) (*Runtime, error) {
	dir, err := filepath.Abs(o.Dir)
	if err != nil {
		return nil, err
	}
	if err := removeTree(filepath.Join(dir, "tasks")); err != nil {
		return nil, fmt.Errorf("clearing the tasks of an earlier run: %w", err)
	}
	for _, sub := range []string{"tasks", "images"} {
		if err := os.MkdirAll(filepath.Join(dir, sub), 0o700); err != nil {
			return nil, err
		}
	}
	r := &Runtime{dir: dir, images: newImages(filepath.Join(dir, "images")), tasks: map[string]runtime.Task{}, ports: map[int]bool{}}
	if o.Plain {
		r.how.reason = "plain processes were asked for"
		return r, nil
	}
	r.how = probe(dir)
	return r, nil
}

// Name is "process".
func (r *Runtime) Name() string { return "process" }

// Isolation says in words how tasks are kept apart on this machine.
func (r *Runtime) Isolation() string {
	switch {
	case !r.how.namespaces:
		return "plain processes: " + r.how.reason
	case r.how.users:
		return "user, network, process and mount namespaces"
	}
	return "network, process and mount namespaces"
}

// StartTask makes the task's shared part.
func (r *Runtime) StartTask(ctx context.Context, spec runtime.TaskSpec) (runtime.Task, error) {
	dir := filepath.Join(r.dir, "tasks", spec.ID)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	var t runtime.Task
	var err error
	if r.how.namespaces {
		t, err = newSandbox(ctx, r, spec, dir)
	} else {
		t = newPlainTask(r, spec, dir)
	}
	if err != nil {
		return nil, errors.Join(err, removeTree(dir))
	}
	r.mu.Lock()
	if !r.closed {
		r.tasks[spec.ID] = t
		r.mu.Unlock()
		return t, nil
	}
	r.mu.Unlock()
	return nil, errors.Join(errors.New("the process runtime is closed"), t.Close())
}

func (r *Runtime) forget(id string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.tasks, id)
}

// Close kills every task and removes its files. Unpacked images stay, for the next time.
func (r *Runtime) Close() error {
	r.mu.Lock()
	r.closed = true
	tasks := make([]runtime.Task, 0, len(r.tasks))
	for _, t := range r.tasks {
		tasks = append(tasks, t)
	}
	r.mu.Unlock()
	var errs []error
	for _, t := range tasks {
		errs = append(errs, t.Close())
	}
	return errors.Join(errs...)
}

// removeTree removes a directory in which a container may have taken its owner's permissions away.
func removeTree(dir string) error {
	if os.RemoveAll(dir) == nil {
		return nil
	}
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if d != nil && d.IsDir() {
			os.Chmod(path, 0o700) //nolint:errcheck // RemoveAll says what stays
		}
		return nil
	})
	return errors.Join(err, os.RemoveAll(dir))
}
