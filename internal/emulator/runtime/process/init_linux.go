package process

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// MaybeInit takes over when the program was started as the inside of a task, and does not return then. Otherwise it
// costs a comparison. Call it first thing in main and in TestMain.
func MaybeInit() {
	if len(os.Args) == 0 {
		return
	}
	switch os.Args[0] {
	case sandboxName:
		os.Exit(sandboxMain())
	case boxName:
		os.Exit(boxMain())
	}
}

// controlFD is the descriptor on which the inside of a task finds its connection.
const controlFD = 3

// inside is a sandbox, seen from inside.
type inside struct {
	wire  *packets
	annex *annex                  // nil: not needed yet
	names map[string]net.Listener // in the annex, by address and port
}

// sandboxMain is the first process of a task. It starts containers, dials their ports, and passes on what they dial,
// until its connection ends; then it ends, and with it everything in its process namespace.
func sandboxMain() int {
	syscall.CloseOnExec(controlFD)
	wire, err := newPackets(os.NewFile(controlFD, "control"))
	if err != nil {
		return 1
	}
	s := &inside{wire: wire, names: map[string]net.Listener{}}
	m, files, err := wire.receive()
	closeAll(files)
	if err != nil || m.Op != opSetup {
		return 1
	}
	ready := sandboxMessage{Op: opReady}
	if err := s.setup(m); err != nil {
		ready.Error = err.Error()
	}
	if wire.send(ready) != nil {
		return 1
	}
	for {
		m, files, err := wire.receive()
		if err != nil {
			return 0
		}
		switch m.Op {
		case opStart:
			s.start(files)
		case opDial:
			go s.dial(m)
		case opResolve:
			answer := sandboxMessage{Op: opResolved, ID: m.ID}
			if err := s.resolve(m.Names); err != nil {
				answer.Error = err.Error()
			}
			s.wire.send(answer) //nolint:errcheck // the runtime is gone, and soon so are we
		}
	}
}

func (s *inside) setup(m sandboxMessage) error {
	if err := loopbackUp(); err != nil {
		return fmt.Errorf("bringing loopback up: %w", err)
	}
	if err := unix.Sethostname([]byte(m.Hostname)); err != nil {
		return fmt.Errorf("setting the host name: %w", err)
	}
	// As engines do: a program that is not root may listen on port 80 in its own network.
	os.WriteFile("/proc/sys/net/ipv4/ip_unprivileged_port_start", []byte("0"), 0o644) //nolint:errcheck // older kernels have no such thing
	for _, host := range m.Hosts {
		_, port, err := hostPort(host)
		if err != nil {
			return err
		}
		l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
		if err != nil {
			return err
		}
		go s.pass(l, host)
	}
	return nil
}

func loopbackUp() error {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd) //nolint:errcheck // it was only asked something
	request, err := unix.NewIfreq("lo")
	if err != nil {
		return err
	}
	request.SetUint16(unix.IFF_UP | unix.IFF_RUNNING)
	return unix.IoctlIfreq(fd, unix.SIOCSIFFLAGS, request)
}

// resolve listens on the addresses that stand for names, and on those alone.
func (s *inside) resolve(addresses []string) error {
	for address, l := range s.names {
		if !slices.Contains(addresses, address) {
			l.Close()
			delete(s.names, address)
		}
	}
	if s.annex == nil && len(addresses) > 0 {
		var err error
		if s.annex, err = newAnnex(); err != nil {
			return err
		}
	}
	for _, address := range addresses {
		if s.names[address] != nil {
			continue
		}
		l, err := s.annex.listen(address)
		if err != nil {
			return err
		}
		s.names[address] = l
		go s.pass(l, address)
	}
	return nil
}

// pass hands every connection to one of the task's hosts to the runtime outside.
func (s *inside) pass(l net.Listener, host string) {
	for {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		f, err := conn.(*net.TCPConn).File()
		conn.Close()
		if err != nil {
			continue
		}
		s.wire.send(sandboxMessage{Op: opInbound, Host: host}, f) //nolint:errcheck // then the connection closes, as it should
		f.Close()
	}
}

// dial connects to a port of the task and hands the connection out.
func (s *inside) dial(m sandboxMessage) {
	answer := sandboxMessage{Op: opDialled, ID: m.ID}
	conn, err := net.DialTimeout("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(m.Port)), 10*time.Second)
	if err != nil {
		answer.Error = err.Error()
		s.wire.send(answer) //nolint:errcheck // the runtime is gone, and soon so are we
		return
	}
	defer conn.Close()
	f, err := conn.(*net.TCPConn).File()
	if err != nil {
		answer.Error = err.Error()
		s.wire.send(answer) //nolint:errcheck // as above
		return
	}
	defer f.Close()
	s.wire.send(answer, f) //nolint:errcheck // as above
}

// start runs a container's init in a process and a mount namespace of its own. When it cannot, it closes the container's
// control connection, which tells the runtime.
func (s *inside) start(files []*os.File) {
	defer closeAll(files)
	if len(files) != 2 {
		return
	}
	cmd := exec.Command("/proc/self/exe")
	cmd.Args = []string{boxName}
	cmd.Env = os.Environ()
	cmd.Stdout, cmd.Stderr = files[0], files[0]
	cmd.ExtraFiles = []*os.File{files[1]}
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWPID | syscall.CLONE_NEWNS, Setsid: true}
	if err := cmd.Start(); err != nil {
		fmt.Fprintln(files[0], "starting the container:", err)
		return
	}
	go cmd.Wait() //nolint:errcheck // the container's init tells how its program ended
}
