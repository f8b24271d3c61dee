package docker

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"

	"ferry.dev/ferry/internal/emulator/runtime"
)

// hostName is the name by which containers reach the host.
const hostName = "host.docker.internal"

// task is the shared part of a task: the network of the container that was started first.
type task struct {
	runtime *Runtime
	spec    runtime.TaskSpec

	starting   sync.Mutex // one container after the other: the second needs the first one's network
	mu         sync.Mutex
	containers []*container
	addresses  map[int]string
	closed     bool
}

var _ runtime.Task = (*task)(nil)

// Start creates and starts one container.
func (t *task) Start(ctx context.Context, spec runtime.ContainerSpec) (runtime.Container, error) {
	t.starting.Lock()
	defer t.starting.Unlock()
	ref, err := t.runtime.image(ctx, spec)
	if err != nil {
		return nil, err
	}
	envFile, err := writeEnv(spec.Env)
	if err != nil {
		return nil, err
	}
	defer os.Remove(envFile)
	args, err := t.createArgs(spec, ref, envFile)
	if err != nil {
		return nil, err
	}
	id, err := t.runtime.engine.run(ctx, nil, args...)
	if err != nil {
		return nil, err
	}
	c := newContainer(t.runtime.engine, lastLine(id), spec.Output)
	if err := t.adopt(c); err != nil {
		return nil, errors.Join(err, c.remove(context.WithoutCancel(ctx)))
	}
	if err := c.start(ctx); err != nil {
		t.drop(c)
		return nil, errors.Join(err, c.remove(context.WithoutCancel(ctx)))
	}
	return c, nil
}

// createArgs is the engine's command line for one container. Nothing secret is on it: variables are read from a file
// that only the user can read.
func (t *task) createArgs(spec runtime.ContainerSpec, ref, envFile string) ([]string, error) {
	args := []string{"create", "--label", t.runtime.label, "--label", "ferry.task=" + t.spec.ID, "--env-file", envFile}
	args = append(args, t.networkArgs()...)
	if spec.MemoryMiB > 0 {
		args = append(args, "--memory", strconv.Itoa(spec.MemoryMiB)+"m")
	}
	if spec.ReadOnly {
		args = append(args, "--read-only")
	}
	if spec.WorkingDir != "" {
		args = append(args, "--workdir", spec.WorkingDir)
	}
	if spec.User != "" {
		args = append(args, "--user", spec.User)
	}
	// What follows the image is its command; an entry point of several words gives all but its first to it.
	command := spec.Command
	if len(spec.Entrypoint) > 0 {
		args = append(args, "--entrypoint", spec.Entrypoint[0])
		command = slices.Concat(spec.Entrypoint[1:], spec.Command)
	}
	return append(append(args, ref), command...), nil
}

// networkArgs gives the first container a network with the task's ports published on loopback, and the others that one.
func (t *task) networkArgs() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.containers) > 0 {
		return []string{"--network", "container:" + t.containers[0].id}
	}
	args := []string{"--add-host", hostName + ":host-gateway"}
	for _, p := range t.spec.Ports {
		args = append(args, "--publish", fmt.Sprintf("127.0.0.1::%d", p))
	}
	return args
}

func (t *task) adopt(c *container) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		return errors.New("the task has been stopped")
	}
	t.containers = append(t.containers, c)
	return nil
}

func (t *task) drop(c *container) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.containers = slices.DeleteFunc(t.containers, func(other *container) bool { return other == c })
}

// Address asks the engine, once, where it published the port.
func (t *task) Address(ctx context.Context, port int) (string, error) {
	t.mu.Lock()
	addr, known := t.addresses[port]
	var owner *container
	if len(t.containers) > 0 {
		owner = t.containers[0]
	}
	t.mu.Unlock()
	if known {
		return addr, nil
	}
	if owner == nil {
		return "", errors.New("the task has no container yet")
	}
	out, err := t.runtime.engine.run(ctx, nil, "port", owner.id, strconv.Itoa(port)+"/tcp")
	if err != nil {
		return "", err
	}
	first, _, _ := strings.Cut(out, "\n")
	_, published, err := net.SplitHostPort(strings.TrimSpace(first))
	if err != nil {
		return "", fmt.Errorf("port %d is not published: the engine answered %q", port, out)
	}
	addr = net.JoinHostPort("127.0.0.1", published)
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.addresses == nil {
		t.addresses = map[int]string{}
	}
	t.addresses[port] = addr
	return addr, nil
}

// HostAddress names the host as containers see it.
func (t *task) HostAddress(hostport string) string {
	_, port, err := net.SplitHostPort(hostport)
	if err != nil {
		return hostport
	}
	return net.JoinHostPort(hostName, port)
}

// Close removes the task's containers.
func (t *task) Close() error {
	t.mu.Lock()
	t.closed = true
	containers := slices.Clone(t.containers)
	t.mu.Unlock()
	var errs []error
	for _, c := range slices.Backward(containers) {
		errs = append(errs, c.remove(context.Background()))
	}
	t.runtime.forget(t)
	return errors.Join(errs...)
}

// writeEnv writes variables into a file that only the user can read. The engine reads a line as a variable, so a value
// with a line break cannot be handed over this way.
func writeEnv(env []string) (string, error) {
	f, err := os.CreateTemp("", "ferry-env-") // mode 0600
	if err != nil {
		return "", err
	}
	for _, kv := range env {
		if strings.ContainsAny(kv, "\n\r") {
			name, _, _ := strings.Cut(kv, "=")
			err = errors.Join(err, fmt.Errorf("variable %s has a line break in it, which the container engine cannot take", name))
			continue
		}
		_, werr := f.WriteString(kv + "\n")
		err = errors.Join(err, werr)
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return "", errors.Join(err, os.Remove(f.Name()))
	}
	return f.Name(), nil
}
