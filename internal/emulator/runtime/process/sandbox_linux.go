package process

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"

	"ferry.dev/ferry/internal/emulator/runtime"
)

// sandbox is a task in namespaces of its own. Its process, the program itself run again, is the first of its process
// namespace: when it ends, the kernel ends everything in the task. It ends when its connection to us does.
type sandbox struct {
	runtime *Runtime
	spec    runtime.TaskSpec
	dir     string
	cmd     *exec.Cmd
	wire    *packets
	wg      sync.WaitGroup // forwarding, and the goroutines of containers

	seeding sync.Mutex // empty volumes are made one after another
	names   names

	mu       sync.Mutex
	closed   bool
	calls    map[int]chan dialled
	last     int
	forwards map[int]net.Listener // by container port
	conns    map[net.Conn]struct{}
	boxes    []*box
	ended    chan struct{} // closed when the sandbox's process is gone
	reclaim  []func()      // frees images
}

// dialled is the answer to a dial, or to anything else that the sandbox is asked to do.
type dialled struct {
	conn net.Conn
	err  error
}

// The names under which the program is run again.
const (
	sandboxName = "ferry-task"
	boxName     = "ferry-container"
)

func newSandbox(ctx context.Context, r *Runtime, spec runtime.TaskSpec, dir string) (runtime.Task, error) {
	s := &sandbox{
		runtime: r, spec: spec, dir: dir, calls: map[int]chan dialled{}, forwards: map[int]net.Listener{},
		conns: map[net.Conn]struct{}{}, ended: make(chan struct{}),
	}
	if err := s.names.open(dir, hostname(spec.ID)); err != nil {
		return nil, err
	}
	if err := s.launch(); err != nil {
		return nil, fmt.Errorf("starting the task's sandbox: %w", err)
	}
	if err := s.setup(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("setting up the task's sandbox: %w", err), s.Close())
	}
	s.wg.Go(s.listen)
	return s, nil
}

// launch runs this program again in new namespaces.
func (s *sandbox) launch() error {
	ours, theirs, err := pair(unix.SOCK_SEQPACKET)
	if err != nil {
		return err
	}
	defer theirs.Close()
	if s.wire, err = newPackets(ours); err != nil {
		return err
	}
	s.cmd = exec.Command("/proc/self/exe")
	s.cmd.Args = []string{sandboxName}
	s.cmd.Env = []string{"GOMAXPROCS=2", "GOGC=50"}
	s.cmd.Stderr = os.Stderr
	s.cmd.ExtraFiles = []*os.File{theirs}
	s.cmd.SysProcAttr = namespaces(s.runtime.how.users)
	if err := s.cmd.Start(); err != nil {
		s.wire.close()
		return err
	}
	go func() {
		s.cmd.Wait() //nolint:errcheck // how it ended says nothing: it ends when we close its connection
		close(s.ended)
	}()
	return nil
}

// namespaces are those of a task. The mount namespaces belong to its containers.
func namespaces(users bool) *syscall.SysProcAttr {
	attr := &syscall.SysProcAttr{
		Cloneflags: syscall.CLONE_NEWPID | syscall.CLONE_NEWNET | syscall.CLONE_NEWUTS | syscall.CLONE_NEWIPC,
		Setsid:     true, // Ctrl-C in our terminal is not for the task
	}
	if users {
		attr.Cloneflags |= syscall.CLONE_NEWUSER
		attr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}}
		attr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}}
	}
	return attr
}

func (s *sandbox) setup(ctx context.Context) error {
	stop := context.AfterFunc(ctx, func() { s.wire.close() })
	defer stop()
	if err := s.wire.send(sandboxMessage{Op: opSetup, Hosts: s.spec.Hosts, Hostname: hostname(s.spec.ID)}); err != nil {
		return err
	}
	m, files, err := s.wire.receive()
	closeAll(files)
	if err != nil {
		return err
	}
	if m.Error != "" {
		return errors.New(m.Error)
	}
	return nil
}

func hostname(taskID string) string { return "ip-" + taskID[:min(12, len(taskID))] }

// listen takes what the sandbox sends until it is gone.
func (s *sandbox) listen() {
	for {
		m, files, err := s.wire.receive()
		if err != nil {
			s.abandon()
			return
		}
		var conn net.Conn
		if m.Op != opResolved {
			conn, err = connOf(files)
		}
		switch m.Op {
		case opDialled, opResolved:
			if m.Error != "" {
				err = errors.New(m.Error)
			}
			s.answer(m.ID, dialled{conn, err})
		case opInbound:
			if err == nil {
				s.wg.Go(func() { s.outside(conn, m.Host) })
			}
		}
	}
}

func (s *sandbox) answer(id int, d dialled) {
	s.mu.Lock()
	waiting := s.calls[id]
	delete(s.calls, id)
	s.mu.Unlock()
	if waiting != nil {
		waiting <- d
	} else if d.conn != nil {
		d.conn.Close()
	}
}

// abandon answers everyone who waits for a sandbox that is gone.
func (s *sandbox) abandon() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, waiting := range s.calls {
		waiting <- dialled{err: errors.New("the task has ended")}
		delete(s.calls, id)
	}
	s.closed = true
}

// outside connects a process of the task with the host that it dialled.
func (s *sandbox) outside(conn net.Conn, host string) {
	dial := s.names.dial(host)
	if dial == nil {
		dial = func() (net.Conn, error) { return net.Dial("tcp", host) }
	}
	out, err := dial()
	if err != nil {
		reset(conn)
		return
	}
	s.join(conn, out)
}

// dial connects to a port inside the task.
func (s *sandbox) dial(port int) (net.Conn, error) {
	return s.call(sandboxMessage{Op: opDial, Port: port})
}

// call sends the sandbox a message and waits for its answer: a connection, where it was asked for one.
func (s *sandbox) call(m sandboxMessage) (net.Conn, error) {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return nil, errors.New("the task has ended")
	}
	s.last++
	m.ID = s.last
	answer := make(chan dialled, 1)
	s.calls[m.ID] = answer
	s.mu.Unlock()
	if err := s.wire.send(m); err != nil {
		s.mu.Lock()
		delete(s.calls, m.ID)
		s.mu.Unlock()
		return nil, err
	}
	d := <-answer
	return d.conn, d.err
}

// Address forwards a port of loopback into the task.
func (s *sandbox) Address(_ context.Context, port int) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return "", errors.New("the task has ended")
	}
	if l := s.forwards[port]; l != nil {
		return l.Addr().String(), nil
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	s.forwards[port] = l
	s.wg.Go(func() { s.forward(l, port) })
	return l.Addr().String(), nil
}

func (s *sandbox) forward(l net.Listener, port int) {
	for {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		s.wg.Go(func() {
			in, err := s.dial(port)
			if err != nil {
				reset(conn)
				return
			}
			s.join(conn, in)
		})
	}
}

// reset refuses a connection as a closed port would, as far as that can be done after it was accepted.
func reset(conn net.Conn) {
	if tcp, ok := conn.(*net.TCPConn); ok {
		tcp.SetLinger(0) //nolint:errcheck // closing in the usual way is the worst that can happen
	}
	conn.Close()
}

// join copies both ways until both have ended, or the task has.
func (s *sandbox) join(a, b net.Conn) {
	if !s.track(a, b) {
		return
	}
	defer s.untrack(a, b)
	var both sync.WaitGroup
	both.Go(func() { pipe(a, b) })
	both.Go(func() { pipe(b, a) })
	both.Wait()
}

// pipe copies one way, then passes the end on.
func pipe(to, from net.Conn) {
	_, err := io.Copy(to, from)
	if half, ok := to.(interface{ CloseWrite() error }); ok && err == nil && half.CloseWrite() == nil {
		return
	}
	to.Close()
	from.Close()
}

func (s *sandbox) track(conns ...net.Conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range conns {
		if s.closed {
			c.Close()
			continue
		}
		s.conns[c] = struct{}{}
	}
	return !s.closed
}

func (s *sandbox) untrack(conns ...net.Conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range conns {
		c.Close()
		delete(s.conns, c)
	}
}

// HostAddress returns the address itself: the sandbox listens on it inside the task.
func (s *sandbox) HostAddress(hostport string) string { return hostport }

// Close ends the task: the sandbox's process, all that runs in it, all forwarding, and its files.
func (s *sandbox) Close() error {
	s.mu.Lock()
	s.closed = true
	for _, l := range s.forwards {
		l.Close()
	}
	for c := range s.conns {
		c.Close()
	}
	boxes, reclaim := s.boxes, s.reclaim
	s.reclaim = nil
	s.mu.Unlock()
	s.wire.close()
	s.cmd.Process.Kill() //nolint:errcheck // it may have ended already
	<-s.ended
	for _, b := range boxes {
		<-b.done
	}
	s.wg.Wait()
	var errs []error
	for _, b := range boxes {
		errs = append(errs, b.group.remove())
	}
	for _, free := range reclaim {
		free()
	}
	s.runtime.forget(s.spec.ID)
	return errors.Join(append(errs, removeTree(s.dir))...)
}

// hostPort takes "127.0.0.1:4566" apart.
func hostPort(address string) (string, int, error) {
	host, text, err := net.SplitHostPort(address)
	if err != nil {
		return "", 0, err
	}
	port, err := strconv.Atoi(text)
	return host, port, err
}
