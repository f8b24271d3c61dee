package process

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"ferry.dev/ferry/internal/emulator/runtime"
)

// box is one container in a sandbox, seen from outside. Its init speaks boxMessages on the control connection.
type box struct {
	control net.Conn
	send    *json.Encoder
	group   cgroup
	stopBy  string // signal name
	done    chan struct{}
	exit    runtime.Exit

	mu    sync.Mutex
	last  int
	execs map[int]chan boxMessage
	over  bool
}

// Start unpacks the image, if that was not done before, and runs a container in the sandbox.
func (s *sandbox) Start(ctx context.Context, c runtime.ContainerSpec) (runtime.Container, error) {
	spec, err := s.prepare(c)
	if err != nil {
		return nil, err
	}
	b := &box{done: make(chan struct{}), execs: map[int]chan boxMessage{}, stopBy: spec.Command.Stop}
	b.group = newCgroup(s.spec.ID+"-"+c.Name, c.MemoryMiB)
	spec.Cgroup, spec.V2 = b.group.dir, b.group.v2
	output, err := s.hand(b)
	if err != nil {
		return nil, errors.Join(err, b.group.remove())
	}
	copied := make(chan struct{})
	go func() {
		defer close(copied)
		defer output.Close()
		if c.Output == nil {
			io.Copy(io.Discard, output) //nolint:errcheck // nobody listens
			return
		}
		io.Copy(c.Output, output) //nolint:errcheck // what cannot be logged is lost
	}()
	receive := json.NewDecoder(b.control)
	if err := b.begin(ctx, spec, receive); err != nil {
		b.control.Close()
		<-copied
		return nil, errors.Join(err, b.group.remove())
	}
	go b.live(receive, copied)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.boxes = append(s.boxes, b)
	return b, nil
}

// prepare makes the container's root and says what its init shall do.
func (s *sandbox) prepare(c runtime.ContainerSpec) (boxSpec, error) {
	if c.Image == nil {
		return boxSpec{}, &runtime.PullError{Err: errors.New("there is no image")}
	}
	image, err := c.Image.ConfigFile()
	if err != nil {
		return boxSpec{}, &runtime.PullError{Err: err}
	}
	if err := checkPlatform(image); err != nil {
		return boxSpec{}, err
	}
	cmd, err := merge(image, c)
	if err != nil {
		return boxSpec{}, err
	}
	lower, free, err := s.runtime.images.rootfs(c.Image)
	if err != nil {
		return boxSpec{}, err
	}
	volumes, err := s.mounts(c, image.Config, lower)
	if err != nil {
		free()
		return boxSpec{}, err
	}
	s.mu.Lock()
	s.reclaim = append(s.reclaim, free)
	s.mu.Unlock()
	dir, err := os.MkdirTemp(s.dir, "container-")
	if err != nil {
		return boxSpec{}, err
	}
	how := s.runtime.how
	if !how.overlay {
		if err := copyTree(lower, filepath.Join(dir, "merged")); err != nil {
			return boxSpec{}, err
		}
	}
	return boxSpec{
		Command: cmd, Lower: lower, Dir: dir, Overlay: how.overlay, Users: how.users, ReadOnly: c.ReadOnly, Mounts: volumes, Ulimits: c.Ulimits, Hostname: hostname(s.spec.ID), Hosts: s.names.file,
	}, nil
}

// hand gives the sandbox a container to run, and returns where its output comes out.
func (s *sandbox) hand(b *box) (*os.File, error) {
	output, input, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer input.Close()
	ours, theirs, err := pair(unix.SOCK_STREAM)
	if err != nil {
		output.Close()
		return nil, err
	}
	defer theirs.Close()
	if b.control, err = unixConn(ours); err != nil {
		output.Close()
		return nil, err
	}
	b.send = json.NewEncoder(b.control)
	if err := s.wire.send(sandboxMessage{Op: opStart}, input, theirs); err != nil {
		output.Close()
		b.control.Close()
		return nil, fmt.Errorf("the task has ended: %w", err)
	}
	return output, nil
}

// begin tells init what to run and waits until it runs.
func (b *box) begin(ctx context.Context, spec boxSpec, receive *json.Decoder) error {
	stop := context.AfterFunc(ctx, func() { b.control.Close() })
	defer stop()
	if err := b.send.Encode(spec); err != nil {
		return err
	}
	var m boxMessage
	if err := receive.Decode(&m); err != nil {
		return errors.Join(ctx.Err(), fmt.Errorf("the container's init has ended: %w", err))
	}
	if m.Error != "" {
		return errors.New("failed to create new container runtime task: failed to create shim task: " + m.Error)
	}
	return nil
}

// live takes what init says until it ends.
func (b *box) live(receive *json.Decoder, copied <-chan struct{}) {
	b.exit = runtime.Exit{Code: 137} // if init is killed together with the program
	for {
		var m boxMessage
		if receive.Decode(&m) != nil {
			break
		}
		switch m.Op {
		case opExit:
			b.exit = runtime.Exit{Code: m.Code}
		case opExecuted:
			b.mu.Lock()
			waiting := b.execs[m.ID]
			delete(b.execs, m.ID)
			b.mu.Unlock()
			if waiting != nil {
				waiting <- m
			}
		}
	}
	<-copied
	b.control.Close()
	if b.exit.Code == 137 && b.group.killed() {
		b.exit.OutOfMem = true
	}
	b.mu.Lock()
	b.over = true
	for _, waiting := range b.execs {
		close(waiting)
	}
	b.mu.Unlock()
	close(b.done)
}

// Done is closed once the container has ended.
func (b *box) Done() <-chan struct{} { return b.done }

// Exit is how it ended.
func (b *box) Exit() runtime.Exit { return b.exit }

// Exec has init run another program in the container. When ctx ends first, the program is left to the container.
func (b *box) Exec(ctx context.Context, argv []string) (int, error) {
	answer := make(chan boxMessage, 1)
	b.mu.Lock()
	if b.over {
		b.mu.Unlock()
		return 0, errors.New("the container is not running")
	}
	b.last++
	id := b.last
	b.execs[id] = answer
	err := b.send.Encode(boxMessage{Op: opExec, ID: id, Argv: argv})
	b.mu.Unlock()
	if err != nil {
		return 0, err
	}
	select {
	case m, ok := <-answer:
		if !ok {
			return 0, errors.New("the container has ended")
		}
		if m.Error != "" {
			return m.Code, errors.New(m.Error)
		}
		return m.Code, nil
	case <-ctx.Done():
		b.mu.Lock()
		defer b.mu.Unlock()
		delete(b.execs, id)
		if !b.over {
			b.send.Encode(boxMessage{Op: opSignal, ID: id, Name: "SIGKILL"}) //nolint:errcheck // the container is ending
		}
		return 0, ctx.Err()
	}
}

// Stop sends the image's stop signal, and kills the container once grace has passed.
func (b *box) Stop(ctx context.Context, grace time.Duration) error {
	b.signal(b.stopBy)
	timer := time.NewTimer(grace)
	defer timer.Stop()
	select {
	case <-b.done:
		return nil
	case <-timer.C:
	case <-ctx.Done():
	}
	b.signal("SIGKILL")
	<-b.done
	return ctx.Err()
}

func (b *box) signal(name string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.over {
		b.send.Encode(boxMessage{Op: opSignal, Name: name}) //nolint:errcheck // the container is ending
	}
}
