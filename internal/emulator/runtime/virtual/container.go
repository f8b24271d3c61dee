package virtual

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"ferry.dev/ferry/internal/emulator/runtime"
)

func timeOf(d Duration) time.Duration { return time.Duration(d) }

// container is one virtual container.
type container struct {
	task   *task
	spec   runtime.ContainerSpec
	script Script
	began  time.Time // on the clock
	done   chan struct{}

	mu    sync.Mutex
	timer *time.Timer // ends it by itself
	over  bool
	exit  runtime.Exit
}

func newContainer(t *task, spec runtime.ContainerSpec, s Script) *container {
	c := &container{task: t, spec: spec, script: s, done: make(chan struct{})}
	c.began = t.runtime.clock.Now()
	if spec.Output != nil && len(s.Logs) > 0 {
		io.WriteString(spec.Output, strings.Join(s.Logs, "\n")+"\n")
	}
	if exit, exits := s.exits(); exits {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.timer = t.runtime.clock.AfterFunc(timeOf(s.ExitAfter), func() { c.end(exit) })
	}
	return c
}

// Done is closed once the container has ended.
func (c *container) Done() <-chan struct{} { return c.done }

// Exit is how it ended.
func (c *container) Exit() runtime.Exit { return c.exit }

// Exec answers a health check: 0 once the container is ready, unless the script makes it unhealthy.
func (c *container) Exec(ctx context.Context, _ []string) (int, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	if c.ended() {
		return 0, fmt.Errorf("container %s is not running", c.spec.Name)
	}
	if c.script.Unhealthy || !c.isReady() {
		return 1, nil
	}
	return 0, nil
}

// Stop ends the container, after the grace when it ignores SIGTERM.
func (c *container) Stop(ctx context.Context, grace time.Duration) error {
	if !c.script.IgnoreSIGTERM {
		c.end(runtime.Exit{Code: 143})
		return nil
	}
	timer := time.NewTimer(grace)
	defer timer.Stop()
	var err error
	select {
	case <-timer.C:
	case <-c.task.ctx.Done():
	case <-ctx.Done():
		err = ctx.Err()
	}
	c.end(runtime.Exit{Code: 137})
	return err
}

func (c *container) end(exit runtime.Exit) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.over {
		return
	}
	c.over, c.exit = true, exit
	close(c.done)
	if c.timer != nil {
		c.timer.Stop()
	}
}

func (c *container) ended() bool {
	select {
	case <-c.done:
		return true
	default:
		return false
	}
}

func (c *container) isReady() bool {
	return c.task.runtime.clock.Since(c.began) >= timeOf(c.script.ReadyAfter)
}

// responder answers HTTP for one container.
type responder struct {
	address string
	server  *http.Server
	served  chan struct{}
}

func serve(c *container) (*responder, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	r := &responder{address: l.Addr().String(), served: make(chan struct{})}
	r.server = &http.Server{Handler: http.HandlerFunc(c.answer), ReadHeaderTimeout: time.Minute}
	go func() {
		defer close(r.served)
		r.server.Serve(l) //nolint:errcheck // it ends when close is called, and says so
	}()
	go func() {
		select {
		case <-c.done:
			r.server.Close() //nolint:errcheck // connections to a container that has ended break
		case <-r.served:
		}
	}()
	return r, nil
}

func (r *responder) close() {
	r.server.Close() //nolint:errcheck // as above
	<-r.served
}

func (c *container) answer(w http.ResponseWriter, _ *http.Request) {
	status, body := c.script.HTTPStatus, c.script.Body
	status = cmp.Or(status, http.StatusOK)
	if !c.isReady() {
		status = http.StatusServiceUnavailable
	}
	body = cmp.Or(body, c.spec.ImageRef+"\n")
	w.WriteHeader(status)
	io.WriteString(w, body)
}
