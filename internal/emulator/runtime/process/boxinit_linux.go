package process

import (
	"encoding/json"
	"fmt"
	"os"
	"path"
	goruntime "runtime"
	"strings"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
)

// boxInit is a container's first process: it makes the container's root, runs the program, reaps what the program leaves
// behind, passes signals on and runs health checks. When it ends, the kernel ends everything else in the container.
type boxInit struct {
	spec boxSpec
	as   identity

	send  *json.Encoder
	sends sync.Mutex

	mu      sync.Mutex // held from fork to registration, so that a child is known before it is reaped
	program int
	execs   map[int]int // process → the request's ID
}

func boxMain() int {
	goruntime.LockOSThread() // what is set per thread (capabilities, cgroup) must hold where children are forked
	syscall.CloseOnExec(controlFD)
	control, err := unixConn(os.NewFile(controlFD, "control"))
	if err != nil {
		return 1
	}
	b := &boxInit{send: json.NewEncoder(control), execs: map[int]int{}}
	receive := json.NewDecoder(control)
	if receive.Decode(&b.spec) != nil {
		return 1
	}
	if err := b.run(); err != nil {
		b.tell(boxMessage{Op: opStarted, Error: err.Error()})
		return 1
	}
	b.tell(boxMessage{Op: opStarted})
	requests := make(chan boxMessage)
	go func() {
		for {
			var m boxMessage
			if receive.Decode(&m) != nil {
				os.Exit(1) // nobody is left to run for
			}
			requests <- m
		}
	}()
	ended := make(chan int)
	go b.reap(ended)
	for {
		select {
		case m := <-requests:
			b.serve(m)
		case code := <-ended:
			b.tell(boxMessage{Op: opExit, Code: code})
			return 0
		}
	}
}

func (b *boxInit) tell(m boxMessage) {
	b.sends.Lock()
	defer b.sends.Unlock()
	b.send.Encode(m) //nolint:errcheck // when nobody listens, reading fails too and ends us
}

// run makes the root and starts the program.
func (b *boxInit) run() error {
	group, err := b.join()
	if err != nil {
		return err
	}
	if err := makeRoot(b.spec); err != nil {
		return err
	}
	if b.as, err = lookUp(b.spec.Command.User); err != nil {
		return err
	}
	if value(b.spec.Command.Env, "HOME") == "" {
		b.spec.Command.Env = append(b.spec.Command.Env, "HOME="+b.as.home)
	}
	if value(b.spec.Command.Env, "HOSTNAME") == "" {
		b.spec.Command.Env = append(b.spec.Command.Env, "HOSTNAME="+b.spec.Hostname)
	}
	if err := setLimits(b.spec.Ulimits); err != nil {
		return err
	}
	if err := dropCapabilities(); err != nil {
		return fmt.Errorf("dropping capabilities: %w", err)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.program, err = b.fork(b.spec.Command.Argv, group)
	return err
}

// join enters the container's memory cgroup: this thread, from which the program is forked, in the first version; in the
// second the program is forked straight into it.
func (b *boxInit) join() (*os.File, error) {
	switch {
	case b.spec.Cgroup == "":
		return nil, nil
	case b.spec.V2:
		return os.Open(b.spec.Cgroup)
	}
	return nil, os.WriteFile(path.Join(b.spec.Cgroup, "tasks"), []byte("0"), 0o644)
}

// fork starts a program of the container with init's own output.
func (b *boxInit) fork(argv []string, group *os.File) (int, error) {
	program, err := findProgram(argv[0], b.spec.Command.Env)
	if err != nil {
		return 0, fmt.Errorf("exec: %q: %w", argv[0], err)
	}
	null, err := os.Open("/dev/null")
	if err != nil {
		return 0, err
	}
	defer null.Close()
	attr := &syscall.ProcAttr{
		Dir: b.spec.Command.Dir, Env: b.spec.Command.Env, Files: []uintptr{null.Fd(), 1, 2},
		Sys: &syscall.SysProcAttr{Setsid: true},
	}
	if b.spec.Users {
		if b.as.uid != 0 {
			return 0, fmt.Errorf("user %q: only root exists in a user namespace of its own; run the endpoint as root or use a container engine", b.spec.Command.User)
		}
	} else {
		attr.Sys.Credential = &syscall.Credential{Uid: b.as.uid, Gid: b.as.gid, Groups: b.as.groups}
	}
	if group != nil {
		attr.Sys.UseCgroupFD, attr.Sys.CgroupFD = true, int(group.Fd())
	}
	var pid int
	err = whileBusy(func() (err error) {
		pid, err = syscall.ForkExec(program, argv, attr)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("exec %s: %w", program, err)
	}
	return pid, nil
}

// findProgram looks a program up in the container's PATH.
func findProgram(name string, env []string) (string, error) {
	if strings.Contains(name, "/") {
		return name, nil
	}
	for dir := range strings.SplitSeq(value(env, "PATH"), ":") {
		full := path.Join(dir, name)
		if info, err := os.Stat(full); err == nil && !info.IsDir() && info.Mode()&0o111 != 0 {
			return full, nil
		}
	}
	return "", fmt.Errorf("executable file not found in $PATH")
}

// serve does what the runtime asks for.
func (b *boxInit) serve(m boxMessage) {
	switch m.Op {
	case opSignal:
		b.signal(m)
	case opExec:
		b.mu.Lock()
		pid, err := b.fork(m.Argv, nil)
		if err == nil {
			b.execs[pid] = m.ID
		}
		b.mu.Unlock()
		if err != nil {
			b.tell(boxMessage{Op: opExecuted, ID: m.ID, Code: 127, Error: err.Error()})
		}
	}
}

// signal passes a signal to the program, or to what an exec request runs.
func (b *boxInit) signal(m boxMessage) {
	b.mu.Lock()
	defer b.mu.Unlock()
	pid := b.program
	if m.ID != 0 {
		pid = 0
		for p, id := range b.execs {
			if id == m.ID {
				pid = -p // its whole group
			}
		}
	}
	if pid != 0 {
		unix.Kill(pid, signalOf(m.Name)) //nolint:errcheck // it may have ended meanwhile
	}
}

// signalOf reads "SIGQUIT", "QUIT" or "3"; anything else is SIGTERM.
func signalOf(name string) syscall.Signal {
	if s := unix.SignalNum("SIG" + strings.TrimPrefix(strings.ToUpper(name), "SIG")); s != 0 {
		return s
	}
	var n int
	if _, err := fmt.Sscanf(name, "%d", &n); err == nil && n > 0 && n < 65 {
		return syscall.Signal(n)
	}
	return syscall.SIGTERM
}

// reap takes the end of every child, and of what children left behind.
func (b *boxInit) reap(ended chan<- int) {
	for {
		var status unix.WaitStatus
		pid, err := unix.Wait4(-1, &status, 0, nil)
		if err == unix.EINTR {
			continue
		}
		if err != nil {
			ended <- 1 // no children: cannot be, the program's end is seen first
			return
		}
		code := status.ExitStatus()
		if status.Signaled() {
			code = 128 + int(status.Signal())
		}
		b.mu.Lock()
		id, isExec := b.execs[pid]
		delete(b.execs, pid)
		isProgram := pid == b.program
		b.mu.Unlock()
		if isExec {
			b.tell(boxMessage{Op: opExecuted, ID: id, Code: code})
		}
		if isProgram {
			ended <- code
			return
		}
	}
}
