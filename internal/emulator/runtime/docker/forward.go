package docker

import (
	"context"
	"errors"
	"io"
	"net"
	"sync"
)

// hostName is this machine, seen from a container whose engine runs elsewhere (a virtual machine on a desktop).
const hostName = "host.docker.internal"

// findBridge returns the address of the engine's bridge if it is one of this machine's: there containers reach us.
func (r *Runtime) findBridge(ctx context.Context) string {
	for _, format := range []string{"{{(index .IPAM.Config 0).Gateway}}", "{{(index .Subnets 0).Gateway}}"} {
		for _, network := range []string{"bridge", "podman"} {
			address, err := r.engine.run(ctx, nil, "network", "inspect", network, "--format", format)
			if err != nil || net.ParseIP(address) == nil {
				continue
			}
			l, err := net.Listen("tcp", net.JoinHostPort(address, "0"))
			if err != nil {
				return "" // the bridge is another machine's
			}
			l.Close()
			return address
		}
	}
	return ""
}

// inward returns the address at which a container finds a host:port of loopback.
func (r *Runtime) inward(host string) (string, error) {
	_, port, err := net.SplitHostPort(host)
	if err != nil {
		return "", err
	}
	if r.bridge == "" {
		return net.JoinHostPort(hostName, port), nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return "", errors.New("the docker runtime is closed")
	}
	f := r.forwards[host]
	if f == nil {
		if f, err = newForward(r.bridge, host); err != nil {
			return "", err
		}
		r.forwards[host] = f
	}
	return f.listener.Addr().String(), nil
}

// forward passes connections to the bridge's address on to loopback.
type forward struct {
	listener net.Listener
	to       string
	wg       sync.WaitGroup

	mu     sync.Mutex
	closed bool
	conns  map[net.Conn]struct{}
}

func newForward(gateway, to string) (*forward, error) {
	l, err := net.Listen("tcp", net.JoinHostPort(gateway, "0"))
	if err != nil {
		return nil, err
	}
	f := &forward{listener: l, to: to, conns: map[net.Conn]struct{}{}}
	f.wg.Go(f.accept)
	return f, nil
}

func (f *forward) accept() {
	for {
		conn, err := f.listener.Accept()
		if err != nil {
			return
		}
		f.wg.Go(func() { f.serve(conn) })
	}
}

func (f *forward) serve(in net.Conn) {
	defer in.Close()
	out, err := net.Dial("tcp", f.to)
	if err != nil {
		return
	}
	defer out.Close()
	if !f.track(in, out) {
		return
	}
	defer f.untrack(in, out)
	var both sync.WaitGroup
	both.Go(func() { pipe(in, out) })
	both.Go(func() { pipe(out, in) })
	both.Wait()
}

// pipe copies one way, then passes the end on.
func pipe(to, from net.Conn) {
	_, err := io.Copy(to, from)
	if half, ok := to.(*net.TCPConn); ok && err == nil && half.CloseWrite() == nil {
		return
	}
	to.Close()
	from.Close()
}

func (f *forward) track(conns ...net.Conn) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, c := range conns {
		f.conns[c] = struct{}{}
	}
	return !f.closed
}

func (f *forward) untrack(conns ...net.Conn) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, c := range conns {
		delete(f.conns, c)
	}
}

func (f *forward) close() {
	f.listener.Close()
	f.mu.Lock()
	f.closed = true
	for c := range f.conns {
		c.Close()
	}
	f.mu.Unlock()
	f.wg.Wait()
}
