package process

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"

	"ferry.dev/ferry/internal/emulator/runtime"
)

// names are the host names that a task's programs find. Each has an address in the sandbox's annex; where a program connects to
// it the sandbox hands the connection out, and it is dialled here. The task's containers share one /etc/hosts, a file of the
// host's that is mounted into each.
type names struct {
	file     string // absolute
	hostname string

	mu    sync.Mutex
	hosts []string                            // in the order of their addresses, which they keep
	dials map[string]func() (net.Conn, error) // by address and port inside
}

// mostNames is how many names have an address: 198.18.0.1 and so on.
const mostNames = 254 * 254

func (n *names) open(dir, hostname string) error {
	file, err := filepath.Abs(filepath.Join(dir, "hosts"))
	if err != nil {
		return err
	}
	n.file, n.hostname = file, hostname
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	return os.WriteFile(file, []byte(n.text(nil)), 0o644)
}

// text is /etc/hosts with the names of which a port is known.
func (n *names) text(known map[string]bool) string {
	var b strings.Builder
	fmt.Fprintf(&b, "127.0.0.1\tlocalhost %s\n", n.hostname)
	for i, host := range n.hosts {
		if known[host] {
			fmt.Fprintf(&b, "%s\t%s\n", nameAddress(i), host)
		}
	}
	return b.String()
}

func nameAddress(i int) string { return fmt.Sprintf("198.18.%d.%d", i/254, i%254+1) }

// dial returns what answers at an address inside; nil where that stands for no name.
func (n *names) dial(address string) func() (net.Conn, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.dials[address]
}

// set takes names in place of those before. It returns the addresses to listen on, and the text of /etc/hosts.
func (n *names) set(list []runtime.Name) (addresses []string, hosts string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	index := map[string]int{}
	for i, host := range n.hosts {
		index[host] = i
	}
	n.dials = map[string]func() (net.Conn, error){}
	known := map[string]bool{}
	for _, name := range list {
		i, has := index[name.Host]
		if !has {
			if i = len(n.hosts); i >= mostNames {
				continue
			}
			n.hosts = append(n.hosts, name.Host)
			index[name.Host] = i
		}
		address := net.JoinHostPort(nameAddress(i), strconv.Itoa(name.Port))
		if n.dials[address] == nil {
			addresses = append(addresses, address)
		}
		n.dials[address], known[name.Host] = name.Dial, true
	}
	return addresses, n.text(known)
}

// Resolve has the sandbox listen for the names, and then lets the task's programs find them.
func (s *sandbox) Resolve(list []runtime.Name) error {
	addresses, hosts := s.names.set(list)
	if _, err := s.call(sandboxMessage{Op: opResolve, Names: addresses}); err != nil {
		return err
	}
	return overwrite(s.names.file, hosts)
}

// overwrite changes a file in place, since it is mounted, and lets nobody who reads it meanwhile find it empty.
func overwrite(file, text string) error {
	f, err := os.OpenFile(file, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	if _, err = f.WriteString(text); err == nil {
		err = f.Truncate(int64(len(text)))
	}
	if closed := f.Close(); err == nil {
		err = closed
	}
	return err
}
