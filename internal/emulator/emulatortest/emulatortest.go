// Package emulatortest starts an emulator for a test: on loopback, in memory, with virtual tasks on a scaled clock.
//
// It owns the listener and the SDK configuration that points at it; what the emulator does is package emulator's.
package emulatortest

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"ferry.dev/ferry/internal/emulator"
	"ferry.dev/ferry/internal/emulator/clock"
	"ferry.dev/ferry/internal/emulator/ids"
	"ferry.dev/ferry/internal/emulator/runtime/virtual"
)

// Token is what control requests to a Handle's URL must carry.
const Token = "emulatortest"

// Speed is how much faster than the wall's the default clock runs: a 10 s health check interval takes 10 ms.
const Speed = 1000

// Handle is a running emulator.
type Handle struct {
	Config  aws.Config       // for any SDK client; static credentials, no retries beyond the SDK's own
	URL     string           // http://127.0.0.1:port
	Server  *emulator.Server // for what the methods below do not reach
	Runtime *virtual.Runtime // scripts what tasks do
	Clock   *clock.Clock

	http *http.Server
	idle *http.Transport
	done chan struct{}
}

// Option changes how the emulator is started.
type Option func(*emulator.Options)

// WithDir keeps the state in a directory, which an earlier emulator may have written.
func WithDir(dir string) Option { return func(o *emulator.Options) { o.Dir = dir } }

// WithClock replaces the clock, which the default runtime shares.
func WithClock(c *clock.Clock) Option { return func(o *emulator.Options) { o.Clock = c } }

// Start starts an emulator that ends with the test.
func Start(t testing.TB, opts ...Option) *Handle {
	t.Helper()
	h, err := New(opts...)
	if err != nil {
		t.Fatalf("start the emulator: %v", err)
	}
	t.Cleanup(func() {
		if err := h.Close(); err != nil {
			t.Errorf("stop the emulator: %v", err)
		}
	})
	return h
}

// New starts an emulator; the caller closes it. Tests use Start.
func New(opts ...Option) (*Handle, error) {
	o := emulator.Options{Scope: ids.Default(), Clock: clock.Real(Speed), Token: Token, Version: "test"}
	for _, opt := range opts {
		opt(&o)
	}
	h := &Handle{Clock: o.Clock, Runtime: virtual.New(o.Clock), done: make(chan struct{})}
	o.Runtime = h.Runtime
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, errors.Join(err, o.Runtime.Close())
	}
	o.Addr = listener.Addr().String()
	if h.Server, err = emulator.New(o); err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	h.URL = "http://" + o.Addr
	h.http = &http.Server{Handler: h.Server, ReadHeaderTimeout: 10 * time.Second, ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)}
	go func() {
		defer close(h.done)
		h.http.Serve(listener) //nolint:errcheck // it ends with ErrServerClosed
	}()
	h.idle = http.DefaultTransport.(*http.Transport).Clone()
	h.idle.Proxy = nil
	h.Config = config(h.URL, o.Scope.Region, &http.Client{Transport: h.idle})
	return h, nil
}

// config points every SDK client at the URL. It leaves no room for the environment: a developer's AWS variables change nothing.
func config(url, region string, client *http.Client) aws.Config {
	return aws.Config{
		Region:       region,
		BaseEndpoint: aws.String(url),
		Credentials:  credentials.NewStaticCredentialsProvider("AKIAFERRYLOCAL000000", "secret", ""),
		HTTPClient:   client,
		APIOptions:   []func(*middleware.Stack) error{withoutHostPrefix},
	}
}

// withoutHostPrefix keeps StartLiveTail from calling stream-127.0.0.1.
func withoutHostPrefix(stack *middleware.Stack) error {
	return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("DisableHostPrefix",
		func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
			return next.HandleInitialize(smithyhttp.DisableEndpointHostPrefix(ctx, true), in)
		}), middleware.Before)
}

// Close ends the emulator: no listener, no task, no goroutine is left.
func (h *Handle) Close() error {
	err := h.http.Close()
	<-h.done
	h.idle.CloseIdleConnections()
	return errors.Join(err, h.Server.Close())
}

// Env is what a program needs in its environment to talk to the emulator: the AWS CLI, ferry itself.
func (h *Handle) Env() []string {
	return []string{
		"AWS_ENDPOINT_URL=" + h.URL, "AWS_REGION=" + h.Config.Region, "AWS_DEFAULT_REGION=" + h.Config.Region,
		"AWS_ACCESS_KEY_ID=AKIAFERRYLOCAL000000", "AWS_SECRET_ACCESS_KEY=secret",
		"AWS_EC2_METADATA_DISABLED=true", "AWS_DISABLE_HOST_PREFIX_INJECTION=true",
		"AWS_CONFIG_FILE=" + nowhere, "AWS_SHARED_CREDENTIALS_FILE=" + nowhere,
	}
}

const nowhere = "/nonexistent/aws"

// Calls returns the AWS calls so far, in the order in which they ended.
func (h *Handle) Calls() []emulator.Call { return h.Server.Calls() }

// Operations returns the calls so far as "service.Operation", in the order in which they ended.
func (h *Handle) Operations() []string {
	var out []string
	for _, c := range h.Calls() {
		out = append(out, c.Service+"."+c.Operation)
	}
	return out
}

// Count returns how many calls there were to an operation, given as "service.Operation".
func (h *Handle) Count(operation string) int {
	return strings.Count(" "+strings.Join(h.Operations(), "  ")+" ", " "+operation+" ")
}

// Depth returns how many of the calls so far came one after another; set a latency before, so that parallel calls overlap.
func (h *Handle) Depth() int { return emulator.Depth(h.Calls()) }

// ResetCalls forgets the calls so far.
func (h *Handle) ResetCalls() { h.Server.ResetCalls() }

// Fault arms a fault.
func (h *Handle) Fault(f emulator.Fault) { h.Server.Inject(f) }

// ClearFaults disarms all faults and takes the latency away.
func (h *Handle) ClearFaults() { h.Server.ClearFaults() }

// SetLatency delays every AWS call by d.
func (h *Handle) SetLatency(d time.Duration) { h.Server.SetLatency(d) }

// Code returns an error's code as the service answers it, its text where it has none, and "ok" for nil.
func Code(err error) string {
	var api smithy.APIError
	switch {
	case err == nil:
		return "ok"
	case errors.As(err, &api):
		return api.ErrorCode()
	default:
		return err.Error()
	}
}
