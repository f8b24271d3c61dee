package process

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"

	"ferry.dev/ferry/internal/emulator/runtime"
)

// sandboxMessage goes between the runtime and a task's sandbox, one per packet, with file descriptors beside it.
type sandboxMessage struct {
	Op string `json:"op"`
	ID int    `json:"id,omitempty"`

	Hosts    []string `json:"hosts,omitempty"`    // setup: to forward from inside
	Hostname string   `json:"hostname,omitempty"` // setup
	Port     int      `json:"port,omitempty"`     // dial
	Host     string   `json:"host,omitempty"`     // inbound: which of Hosts or Names was dialled
	Names    []string `json:"names,omitempty"`    // resolve: the addresses inside that stand for names
	Error    string   `json:"error,omitempty"`
}

// The operations. The descriptors that go with them are in brackets.
const (
	opSetup   = "setup"   // to the sandbox, first
	opReady   = "ready"   // from it, or with an error
	opStart   = "start"   // to it: run a container [output, control]
	opDial    = "dial"    // to it: connect to a port inside
	opDialled = "dialled" // from it [connection]
	opInbound = "inbound" // from it: a process inside has connected to one of Hosts or Names [connection]
	opResolve = "resolve" // to it: listen on these addresses, and no longer on others of its kind

	opResolved = "resolved" // from it, or with an error
)

// boxSpec is what a container's init needs; it is the first thing on its control connection.
type boxSpec struct {
	Command  command
	Lower    string // the image's file system
	Dir      string // of the container: upper, work and merged are made in it
	Overlay  bool   // else Dir/merged is a copy already
	Users    bool   // in a user namespace
	ReadOnly bool
	Mounts   []boxMount
	Ulimits  []runtime.Ulimit
	Hostname string
	Hosts    string // the task's /etc/hosts
	Cgroup   string // to join; "" = none
	V2       bool   // Cgroup is of the second version
}

// boxMessage goes between the runtime and a container's init.
type boxMessage struct {
	Op    string   `json:"op"`
	ID    int      `json:"id,omitempty"`
	Argv  []string `json:"argv,omitempty"`  // exec
	Name  string   `json:"name,omitempty"`  // signal
	Code  int      `json:"code,omitempty"`  // exit, executed
	Error string   `json:"error,omitempty"` // started, executed
}

const (
	opSignal   = "signal"   // to init: for the program
	opExec     = "exec"     // to init: run another program
	opExecuted = "executed" // from init
	opStarted  = "started"  // from init: the program runs, or could not
	opExit     = "exit"     // from init: the program has ended
)

// maxPacket bounds a sandbox message.
const maxPacket = 64 << 10

// packets sends and receives sandbox messages. Sending is safe for concurrent use.
type packets struct {
	conn *net.UnixConn
	mu   sync.Mutex
}

// pair makes two connected sockets: packets with boundaries, or a stream.
func pair(kind int) (ours, theirs *os.File, err error) {
	fds, err := unix.Socketpair(unix.AF_UNIX, kind|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, nil, err
	}
	return os.NewFile(uintptr(fds[0]), "ours"), os.NewFile(uintptr(fds[1]), "theirs"), nil
}

func newPackets(f *os.File) (*packets, error) {
	c, err := unixConn(f)
	return &packets{conn: c}, err
}

// unixConn turns a file into a connection, and closes the file.
func unixConn(f *os.File) (*net.UnixConn, error) {
	defer f.Close()
	c, err := net.FileConn(f)
	if err != nil {
		return nil, err
	}
	u, ok := c.(*net.UnixConn)
	if !ok {
		return nil, fmt.Errorf("%T is no unix connection", c)
	}
	return u, nil
}

// close ends the connection, and with it what reads from it.
func (p *packets) close() {
	p.conn.Close() //nolint:errcheck // there is nothing to lose on it
}

// send sends a message with copies of files, which stay the caller's.
func (p *packets) send(m sandboxMessage, files ...*os.File) error {
	data, err := json.Marshal(m)
	if err != nil {
		return err
	}
	var rights []byte
	if len(files) > 0 {
		fds := make([]int, len(files))
		for i, f := range files {
			fds[i] = int(f.Fd())
		}
		rights = unix.UnixRights(fds...)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	_, _, err = p.conn.WriteMsgUnix(data, rights, nil)
	return err
}

// receive reads one message; the files are the caller's to close.
func (p *packets) receive() (sandboxMessage, []*os.File, error) {
	data, oob := make([]byte, maxPacket), make([]byte, unix.CmsgSpace(4*4))
	n, oobn, _, _, err := p.conn.ReadMsgUnix(data, oob)
	if err != nil {
		return sandboxMessage{}, nil, err
	}
	if n == 0 {
		return sandboxMessage{}, nil, io.EOF
	}
	files, err := filesOf(oob[:oobn])
	if err != nil {
		return sandboxMessage{}, nil, err
	}
	var m sandboxMessage
	if err := json.Unmarshal(data[:n], &m); err != nil {
		closeAll(files)
		return m, nil, err
	}
	return m, files, nil
}

func filesOf(oob []byte) ([]*os.File, error) {
	messages, err := unix.ParseSocketControlMessage(oob)
	if err != nil {
		return nil, err
	}
	var files []*os.File
	for _, m := range messages {
		fds, err := unix.ParseUnixRights(&m)
		if err != nil {
			return files, err
		}
		for _, fd := range fds {
			syscall.CloseOnExec(fd)
			files = append(files, os.NewFile(uintptr(fd), "received"))
		}
	}
	return files, nil
}

func closeAll(files []*os.File) {
	for _, f := range files {
		f.Close()
	}
}

// connOf turns a received file into a connection.
func connOf(files []*os.File) (net.Conn, error) {
	defer closeAll(files)
	if len(files) != 1 {
		return nil, errors.New("the message came without its connection")
	}
	return net.FileConn(files[0])
}
