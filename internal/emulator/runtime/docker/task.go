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

// hostName is this machine, as containers see it.
const hostName = "host.docker.internal"

// task is the shared part of a task: the network of the first container that still runs.
type task struct {
	runtime *Runtime
	spec    runtime.TaskSpec

	starting   sync.Mutex // one container after the other: the second needs the first one's network
	mu         sync.Mutex
	containers []*container
	holder     *container     // whose network the others join
	addresses  map[int]string // at the holder
	volumes    []string       // empty ones, by the engine's names
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
	if err := t.makeVolumes(ctx, spec.Mounts); err != nil {
		return nil, err
	}
	env, err := writeEnv(spec.Env)
	if err != nil {
		return nil, err
	}
	defer os.Remove(env.file) //nolint:errcheck // it is in the system's temporary directory
	network, err := t.runtime.join(ctx)
	if err != nil {
		return nil, err
	}
	id, err := t.runtime.engine.runWith(ctx, env.values, nil, t.createArgs(spec, ref, env, network)...)
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
	t.hold(c)
	return c, nil
}

// createArgs is the engine's command line for one container. Nothing secret is on it: variables are read from a file
// that only the user can read, or from the command's environment.
func (t *task) createArgs(spec runtime.ContainerSpec, ref string, env envFile, network string) []string {
	args := []string{"create", "--label", t.runtime.label, "--label", "ferry.task=" + t.spec.ID, "--env-file", env.file}
	for _, name := range env.names {
		args = append(args, "--env", name)
	}
	args = append(args, t.networkArgs(network)...)
	if spec.MemoryMiB > 0 {
		args = append(args, "--memory", strconv.Itoa(spec.MemoryMiB)+"m")
	}
	if spec.ReadOnly {
		args = append(args, "--read-only")
	}
	args = append(args, t.mountArgs(spec.Mounts)...)
	args = append(args, kernelArgs(spec)...)
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
	return append(append(args, ref), command...)
}

// kernelArgs are the options between the container and the kernel.
func kernelArgs(spec runtime.ContainerSpec) []string {
	var args []string
	for _, u := range spec.Ulimits {
		args = append(args, "--ulimit", fmt.Sprintf("%s=%d:%d", u.Name, u.Soft, u.Hard))
	}
	k := spec.Kernel
	for _, c := range k.Add {
		args = append(args, "--cap-add", c)
	}
	for _, c := range k.Drop {
		args = append(args, "--cap-drop", c)
	}
	if k.SharedMiB > 0 {
		args = append(args, "--shm-size", strconv.Itoa(k.SharedMiB)+"m")
	}
	for _, f := range k.Tmpfs {
		options := append([]string{"size=" + strconv.Itoa(f.MiB) + "m"}, f.Options...)
		args = append(args, "--tmpfs", f.Path+":"+strings.Join(options, ","))
	}
	if k.Init {
		args = append(args, "--init")
	}
	if k.TTY {
		args = append(args, "--tty")
	}
	if k.Stdin {
		args = append(args, "--interactive")
	}
	return args
}

// networkArgs puts the first container into the tasks' network, under the names that others call the task by and with its ports
// published on loopback, and the others into the first one's. When the first has ended, as one that prepares something for
// the others does, the next one takes its place.
func (t *task) networkArgs(network string) []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.holder != nil && !t.holder.ended() {
		return []string{"--network", "container:" + t.holder.id}
	}
	args := []string{"--network", network, "--add-host", hostName + ":host-gateway"}
	for _, name := range t.spec.Aliases {
		args = append(args, "--network-alias", name)
	}
	for _, p := range t.spec.Ports {
		args = append(args, "--publish", fmt.Sprintf("127.0.0.1::%d", p))
	}
	return args
}

// hold makes a container the holder of the task's network, unless another is.
func (t *task) hold(c *container) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.holder == nil || t.holder.ended() {
		t.holder, t.addresses = c, map[int]string{}
	}
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
	owner := t.holder
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
	if t.holder == owner {
		t.addresses[port] = addr
	}
	return addr, nil
}

// Resolve does nothing: containers find the aliases of others.
func (t *task) Resolve([]runtime.Name) error { return nil }

// HostAddress is where containers find an address of the host's loopback.
func (t *task) HostAddress(hostport string) string {
	_, port, err := net.SplitHostPort(hostport)
	if err != nil {
		return hostport
	}
	return net.JoinHostPort(hostName, port)
}

// Close removes the task's containers, and then its empty volumes.
func (t *task) Close() error {
	t.mu.Lock()
	t.closed = true
	containers := slices.Clone(t.containers)
	t.mu.Unlock()
	var errs []error
	for _, c := range slices.Backward(containers) {
		errs = append(errs, c.remove(context.Background()))
	}
	errs = append(errs, t.removeVolumes(context.Background()))
	t.runtime.forget(t)
	return errors.Join(errs...)
}

// envFile is how variables reach the engine: a file that only the user can read, one variable to a line, and for values
// with line breaks, which such a file cannot hold, the environment of the command.
type envFile struct {
	file   string
	names  []string // of the variables that the command's environment has
	values []string
}

func writeEnv(env []string) (envFile, error) {
	f, err := os.CreateTemp("", "ferry-env-") // mode 0600
	if err != nil {
		return envFile{}, err
	}
	out := envFile{file: f.Name()}
	for _, kv := range env {
		if strings.ContainsAny(kv, "\n\r") {
			name, _, _ := strings.Cut(kv, "=")
			out.names, out.values = append(out.names, name), append(out.values, kv)
			continue
		}
		_, werr := f.WriteString(kv + "\n")
		err = errors.Join(err, werr)
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return envFile{}, errors.Join(err, os.Remove(out.file))
	}
	return out, nil
}
