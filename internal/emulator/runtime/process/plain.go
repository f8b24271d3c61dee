package process

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"ferry.dev/ferry/internal/emulator/runtime"
)

// plainTask runs containers as plain processes of the host.
type plainTask struct {
	runtime *Runtime
	spec    runtime.TaskSpec
	dir     string

	mu         sync.Mutex
	ports      map[int]int // container port → host port
	containers []*plainContainer
	closed     bool
}

func newPlainTask(r *Runtime, spec runtime.TaskSpec, dir string) *plainTask {
	return &plainTask{runtime: r, spec: spec, dir: dir, ports: map[int]int{}}
}

// Start copies the image's file system and runs its entry point in it.
func (t *plainTask) Start(_ context.Context, c runtime.ContainerSpec) (runtime.Container, error) {
	if c.Image == nil {
		return nil, &runtime.PullError{Err: errors.New("there is no image")}
	}
	image, err := c.Image.ConfigFile()
	if err != nil {
		return nil, &runtime.PullError{Err: err}
	}
	if err := checkPlatform(image); err != nil {
		return nil, err
	}
	if err := t.onlyPlain(c); err != nil {
		return nil, err
	}
	cmd, err := merge(image, c)
	if err != nil {
		return nil, err
	}
	root, err := t.root(c)
	if err != nil {
		return nil, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		return nil, errors.New("the task has ended")
	}
	if err := t.assign(c.Ports); err != nil {
		return nil, err
	}
	if len(c.Ports) > 0 {
		cmd.Env = variables(append(cmd.Env, "PORT="+strconv.Itoa(t.ports[c.Ports[0]])))
	}
	p, err := startPlain(root, cmd, c)
	if err != nil {
		return nil, err
	}
	t.containers = append(t.containers, p)
	return p, nil
}

// onlyPlain refuses what a process that shares the host's file system cannot have: it would see other files than it was
// promised, or write where it must not.
func (t *plainTask) onlyPlain(c runtime.ContainerSpec) error {
	need := "needs namespaces, and there are none (" + t.runtime.how.reason + "): a container engine (docker, finch, podman) has them"
	switch {
	case len(c.Mounts) > 0:
		return fmt.Errorf("the volume at %s %s", c.Mounts[0].Path, need)
	case c.ReadOnly:
		return errors.New("a read-only root file system " + need)
	}
	return nil
}

// root makes a container's own copy of its image.
func (t *plainTask) root(c runtime.ContainerSpec) (string, error) {
	shared, free, err := t.runtime.images.rootfs(c.Image)
	if err != nil {
		return "", err
	}
	defer free()
	root := filepath.Join(t.dir, c.Name)
	if err := removeTree(root); err != nil {
		return "", err
	}
	return root, copyTree(shared, root)
}

// assign gives each port a port of the host: the same one where it is free, so that a program that does not read PORT
// still answers as long as there is one of it.
func (t *plainTask) assign(ports []int) error {
	t.runtime.mu.Lock()
	defer t.runtime.mu.Unlock()
	for _, port := range ports {
		if t.ports[port] != 0 {
			continue
		}
		host, err := freePort(port, t.runtime.ports)
		if err != nil {
			return err
		}
		t.ports[port], t.runtime.ports[host] = host, true
	}
	return nil
}

func freePort(wanted int, taken map[int]bool) (int, error) {
	for _, port := range []int{wanted, 0, 0, 0} {
		if taken[port] {
			continue
		}
		l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
		if err != nil {
			continue
		}
		got := l.Addr().(*net.TCPAddr).Port
		l.Close()
		if !taken[got] {
			return got, nil
		}
	}
	return 0, fmt.Errorf("no free port on this machine for the container's port %d", wanted)
}

// Address is where the port's stand-in answers.
func (t *plainTask) Address(_ context.Context, port int) (string, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	host, ok := t.ports[port]
	if !ok {
		return "", fmt.Errorf("no container of task %s has port %d", t.spec.ID, port)
	}
	return net.JoinHostPort("127.0.0.1", strconv.Itoa(host)), nil
}

// Resolve does nothing: the program is in this machine's network, and finds what this machine finds.
func (t *plainTask) Resolve([]runtime.Name) error { return nil }

// HostAddress returns the address itself: the task is on the host's network.
func (t *plainTask) HostAddress(hostport string) string { return hostport }

// Close kills what runs and removes the task's files.
func (t *plainTask) Close() error {
	t.mu.Lock()
	t.closed = true
	containers := t.containers
	t.mu.Unlock()
	for _, c := range containers {
		c.kill()
		<-c.done
	}
	t.runtime.mu.Lock()
	for _, host := range t.ports {
		delete(t.runtime.ports, host)
	}
	t.runtime.mu.Unlock()
	t.runtime.forget(t.spec.ID)
	return removeTree(t.dir)
}

// plainContainer is one plain process.
type plainContainer struct {
	root string
	spec command
	cmd  *exec.Cmd
	done chan struct{}
	exit runtime.Exit
}

func startPlain(root string, spec command, c runtime.ContainerSpec) (*plainContainer, error) {
	p := &plainContainer{root: root, spec: spec, done: make(chan struct{})}
	err := whileBusy(func() error {
		p.cmd = p.command(context.Background(), spec.Argv)
		p.cmd.Stdout, p.cmd.Stderr = c.Output, c.Output
		ownGroup(p.cmd)
		return p.cmd.Start()
	})
	if err != nil {
		return nil, fmt.Errorf("failed to create new container runtime task: exec: %q: %w", spec.Argv[0], err)
	}
	go func() {
		defer close(p.done)
		p.cmd.Wait() //nolint:errcheck // the state says how it ended
		p.exit = runtime.Exit{Code: exitCode(p.cmd.ProcessState)}
		killGroup(p.cmd)
	}()
	return p, nil
}

// command resolves a program as the image has it, and falls back to the host's.
func (p *plainContainer) command(ctx context.Context, argv []string) *exec.Cmd {
	program := argv[0]
	if found := p.find(program); found != "" {
		program = found
	}
	cmd := exec.CommandContext(ctx, program, argv[1:]...)
	cmd.Dir, cmd.Env = filepath.Join(p.root, filepath.FromSlash(p.spec.Dir)), p.spec.Env
	if info, err := os.Stat(cmd.Dir); err != nil || !info.IsDir() {
		cmd.Dir = p.root
	}
	return cmd
}

func (p *plainContainer) find(program string) string {
	dirs := strings.Split(value(p.spec.Env, "PATH"), ":")
	if strings.Contains(program, "/") {
		dirs = []string{p.spec.Dir}
		if strings.HasPrefix(program, "/") {
			dirs = []string{"/"}
		}
	}
	for _, dir := range dirs {
		full := filepath.Join(p.root, filepath.FromSlash(dir), filepath.FromSlash(program))
		if info, err := os.Stat(full); err == nil && !info.IsDir() {
			return full
		}
	}
	return ""
}

// Done is closed once the process has ended.
func (p *plainContainer) Done() <-chan struct{} { return p.done }

// Exit is how it ended.
func (p *plainContainer) Exit() runtime.Exit { return p.exit }

// Exec runs another program beside it.
func (p *plainContainer) Exec(ctx context.Context, argv []string) (int, error) {
	cmd := p.command(ctx, argv)
	ownGroup(cmd)
	err := cmd.Run()
	var ended *exec.ExitError
	if err != nil && !errors.As(err, &ended) {
		return 0, err
	}
	return exitCode(cmd.ProcessState), ctx.Err()
}

// Stop asks the process to end, and kills it once grace has passed.
func (p *plainContainer) Stop(ctx context.Context, grace time.Duration) error {
	terminate(p.cmd)
	timer := time.NewTimer(grace)
	defer timer.Stop()
	select {
	case <-p.done:
	case <-timer.C:
	case <-ctx.Done():
	}
	p.kill()
	<-p.done
	return ctx.Err()
}

func (p *plainContainer) kill() {
	select {
	case <-p.done:
	default:
		killGroup(p.cmd)
	}
}

// copyTree copies an unpacked image. Owners are not kept: plain processes run as the user who started them.
func copyTree(from, to string) error {
	return filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		target := filepath.Join(to, rel)
		info, err := d.Info()
		switch {
		case err != nil:
			return err
		case d.IsDir():
			return os.MkdirAll(target, info.Mode().Perm()|0o700)
		case info.Mode()&os.ModeSymlink != 0:
			link, err := os.Readlink(path)
			if err != nil {
				return err
			}
			return os.Symlink(link, target)
		case info.Mode().IsRegular():
			return copyFile(path, target, info.Mode())
		}
		return nil
	})
}
