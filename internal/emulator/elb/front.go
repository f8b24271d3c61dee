package elb

import (
	"bufio"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
)

// sniffTime is how long a client may take to say its first byte.
const sniffTime = 60 * time.Second

// front is a load balancer's port on loopback. TLS and plain text share it: the first byte tells them apart.
type front struct {
	s      *Service
	arn    string
	ln     net.Listener
	server *http.Server
	conns  chan net.Conn // what has been sniffed, for the server
	done   chan struct{}
	once   sync.Once
	pool   transports

	mu   sync.Mutex
	open map[net.Conn]bool // connections that the server does not own
}

// openLocked opens a load balancer's port: the one it had, or any when that is taken.
func (s *Service) openLocked(lb *loadBalancer) error {
	ln, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", lb.Listen))
	if err != nil && lb.Listen != 0 {
		ln, err = net.Listen("tcp", "127.0.0.1:0")
	}
	if err != nil {
		return err
	}
	lb.Listen = ln.Addr().(*net.TCPAddr).Port
	f := &front{s: s, arn: aws.ToString(lb.LoadBalancerArn), ln: ln, conns: make(chan net.Conn), done: make(chan struct{}), open: map[net.Conn]bool{}}
	lb.front = f
	if lb.Type == types.LoadBalancerTypeEnumNetwork {
		s.wg.Go(func() { f.accept(f.pipe) })
		return nil
	}
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	protocols.SetHTTP2(true)
	protocols.SetUnencryptedHTTP2(true)
	f.server = &http.Server{
		Handler: f.handler(), Protocols: protocols, ReadHeaderTimeout: sniffTime,
		ErrorLog: log.New(io.Discard, "", 0), // a client that breaks off is no news
	}
	s.wg.Go(func() { f.accept(f.sniff) })
	s.wg.Go(func() {
		if err := f.server.Serve(f); !errors.Is(err, http.ErrServerClosed) {
			f.shut()
		}
	})
	return nil
}

func (f *front) accept(serve func(net.Conn)) {
	for {
		conn, err := f.ln.Accept()
		if err != nil {
			return
		}
		if !f.own(conn) {
			return
		}
		f.s.wg.Go(func() { serve(conn) })
	}
}

// own remembers a connection so that close ends it; false when the front is closed already.
func (f *front) own(conn net.Conn) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.open == nil {
		conn.Close()
		return false
	}
	f.open[conn] = true
	return true
}

func (f *front) disown(conn net.Conn) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.open, conn)
}

// sniff looks at the first byte and hands the connection on.
func (f *front) sniff(conn net.Conn) {
	defer f.disown(conn)
	r := bufio.NewReader(conn)
	if conn.SetReadDeadline(time.Now().Add(sniffTime)) != nil {
		conn.Close()
		return
	}
	first, err := r.Peek(1)
	if err != nil || conn.SetReadDeadline(time.Time{}) != nil {
		conn.Close()
		return
	}
	var c net.Conn = &peeked{Conn: conn, r: r}
	if first[0] == 0x16 { // a TLS handshake record
		c = tls.Server(c, &tls.Config{GetConfigForClient: f.tlsConfig, MinVersion: tls.VersionTLS12})
	}
	select {
	case f.conns <- c:
	case <-f.done:
		conn.Close()
	}
}

// peeked is a connection whose first bytes are in a buffer.
type peeked struct {
	net.Conn
	r *bufio.Reader
}

// Read reads the buffer first.
func (p *peeked) Read(b []byte) (int, error) { return p.r.Read(b) }

// Accept hands the server the next connection that has been sniffed.
func (f *front) Accept() (net.Conn, error) {
	select {
	case c := <-f.conns:
		return c, nil
	case <-f.done:
		return nil, net.ErrClosed
	}
}

// Addr is the port on loopback.
func (f *front) Addr() net.Addr { return f.ln.Addr() }

// Close is what the server calls when it ends.
func (f *front) Close() error {
	f.shut()
	return nil
}

func (f *front) shut() {
	f.once.Do(func() {
		close(f.done)
		f.ln.Close()
	})
}

// close ends the front and every connection through it.
func (f *front) close() error {
	f.shut()
	f.mu.Lock()
	for c := range f.open {
		c.Close()
	}
	f.open = nil
	f.mu.Unlock()
	defer f.pool.close()
	if f.server == nil {
		return nil
	}
	return f.server.Close()
}
