package daemon

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/lockedfile"

	"ferry.dev/ferry/internal/emulator"
	"ferry.dev/ferry/internal/emulator/clock"
	"ferry.dev/ferry/internal/emulator/runtime"
)

// ServeOptions configures Serve. All but Ready are required.
type ServeOptions struct {
	Dir     string
	Version string
	Log     *slog.Logger
	Clock   *clock.Clock
	// Runtime makes where tasks run. Its directory is the runtime's own; endpoint is the host:port that tasks reach.
	Runtime func(ctx context.Context, dir string) (runtime.Runtime, error)
	Ready   func(Endpoint) // called once it answers; may be nil
}

// Serve is the endpoint's process: it answers until ctx ends or it is told to stop, then saves its state and stops every
// task. It listens on the port of its earlier life where that is free, so that what was configured with it still works.
func Serve(ctx context.Context, o ServeOptions) error {
	if e, err := Find(ctx, o.Dir); err == nil {
		return fmt.Errorf("the local endpoint runs already, as process %d on %s", e.PID, e.URL)
	}
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return err
	}
	unlock, err := lockedfile.MutexAt(servingFile(o.Dir)).Lock()
	if err != nil {
		return err
	}
	defer unlock()
	listener, err := listen(ctx, o.Dir)
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	token := rand.Text()
	server, err := newServer(ctx, o, listener.Addr().String(), token, stop)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	e := Endpoint{PID: os.Getpid(), URL: "http://" + listener.Addr().String(), Token: token, Version: o.Version,
		Runtime: server.Health().Runtime, Started: server.Health().Started}
	return errors.Join(serve(ctx, o, server, listener, e), server.Close())
}

func newServer(ctx context.Context, o ServeOptions, addr, token string, stop func()) (*emulator.Server, error) {
	rt, err := o.Runtime(ctx, RunDir(o.Dir))
	if err != nil {
		return nil, err
	}
	return emulator.New(emulator.Options{Addr: addr, Runtime: rt, Clock: o.Clock, Dir: o.Dir, Token: token, Version: o.Version, Log: o.Log, Stop: stop})
}

// serve answers until ctx ends. The endpoint's file stands exactly as long as it answers.
func serve(ctx context.Context, o ServeOptions, handler http.Handler, l net.Listener, e Endpoint) error {
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second, BaseContext: func(net.Listener) context.Context { return ctx }}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(l) }()
	if err := publish(o.Dir, e, l.Addr()); err != nil {
		return errors.Join(err, server.Close())
	}
	if o.Ready != nil {
		o.Ready(e)
	}
	var err error
	select {
	case err = <-failed:
	case <-ctx.Done():
	}
	return errors.Join(err, unpublish(o.Dir, e), shutdown(server))
}

// drainLimit is how long requests may take to end once the endpoint stops. Live tails end with ctx before that.
const drainLimit = 2 * time.Second

func shutdown(server *http.Server) error {
	ctx, cancel := context.WithTimeout(context.Background(), drainLimit)
	defer cancel()
	if err := server.Shutdown(ctx); err != nil {
		return server.Close()
	}
	return nil
}

// listen takes the port that the directory remembers, or any.
func listen(ctx context.Context, dir string) (net.Listener, error) {
	var lc net.ListenConfig
	if data, err := os.ReadFile(portFile(dir)); err == nil {
		if l, err := lc.Listen(ctx, "tcp", net.JoinHostPort("127.0.0.1", strings.TrimSpace(string(data)))); err == nil {
			return l, nil
		}
	}
	return lc.Listen(ctx, "tcp", "127.0.0.1:0")
}

// publish remembers the port and writes the endpoint's file, each at once: a reader sees all of it or nothing.
func publish(dir string, e Endpoint, addr net.Addr) error {
	_, port, err := net.SplitHostPort(addr.String())
	if err != nil {
		return err
	}
	data, err := json.MarshalIndent(e, "", "  ")
	if err != nil {
		return err
	}
	return errors.Join(replace(portFile(dir), []byte(port+"\n")), replace(endpointFile(dir), append(data, '\n')))
}

func replace(path string, data []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*.tmp") // mode 0600: it may hold the token
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}

// unpublish removes the endpoint's file unless another endpoint has written its own by now.
func unpublish(dir string, e Endpoint) error {
	now, err := read(dir)
	if errors.Is(err, fs.ErrNotExist) || err == nil && now.Token != e.Token {
		return nil
	}
	return errors.Join(err, os.Remove(endpointFile(dir)))
}
