package emulator

import (
	"context"
	"fmt"
	"net/http"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"ferry.dev/ferry/internal/emulator/ids"
	"ferry.dev/ferry/internal/emulator/wire"
)

// Server is the AWS endpoint. It is an http.Handler; the caller listens, and closes the listener before the Server.
type Server struct {
	o       Options
	started time.Time
	calls   recorder
	faults  faults

	active sync.WaitGroup // requests that are being served

	mu     sync.RWMutex // guards the two below, which Reset replaces
	world  *Services
	keeper *keeper // nil without a state directory
}

// New makes a server with the state that its directory holds.
func New(o Options) (*Server, error) {
	s := &Server{o: o.withDefaults(), started: time.Now()}
	s.world = newServices(s.o)
	if s.o.Dir == "" {
		return s, nil
	}
	if err := load(s.o.Dir, s.world); err != nil {
		return nil, giveUp(err, s.world, s.o.Runtime)
	}
	s.keeper = newKeeper(s.o.Dir, s.o.Log, s.world)
	return s, nil
}

// Services returns the services that answer now; after Reset they are others.
func (s *Server) Services() *Services {
	world, _ := s.now()
	return world
}

// now returns the world that answers at this moment. A request that outlives a Reset ends on the world it began with.
func (s *Server) now() (*Services, *keeper) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.world, s.keeper
}

// Calls returns the AWS calls since the start or the last ResetCalls, in the order in which they ended.
func (s *Server) Calls() []Call { return s.calls.all() }

// ResetCalls forgets the calls.
func (s *Server) ResetCalls() { s.calls.reset() }

// Inject arms a fault. Of several that match a call the one armed first hits.
func (s *Server) Inject(f Fault) { s.faults.add(f) }

// ClearFaults disarms all faults and takes the latency away.
func (s *Server) ClearFaults() { s.faults.clear() }

// SetLatency delays every AWS call by d.
func (s *Server) SetLatency(d time.Duration) { s.faults.setLatency(d) }

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.active.Add(1)
	defer s.active.Done()
	switch {
	case strings.HasPrefix(r.URL.Path, "/_ferry/"):
		s.control(w, r)
	case r.URL.Path == "/v2" || strings.HasPrefix(r.URL.Path, "/v2/"):
		s.registry(w, r)
	default:
		s.aws(w, r)
	}
}

// registry serves the OCI registry behind ECR.
func (s *Server) registry(w http.ResponseWriter, r *http.Request) {
	world, keeper := s.now()
	world.ECR.Registry().ServeHTTP(w, r)
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		keeper.called(true)
	}
}

// aws serves one call of an AWS service.
func (s *Server) aws(w http.ResponseWriter, r *http.Request) {
	id := ids.NewUUID()
	start := time.Now()
	who, signed := signer(r)
	if !signed {
		refuse(w, r, id, &wire.Error{Code: "MissingAuthenticationToken", Status: http.StatusForbidden,
			Message: "Request is missing Authentication Token"})
		return
	}
	world, _ := s.now()
	if rest, ok := world.rest[who.Service]; ok {
		s.serveREST(wire.WithCaller(r.Context(), who.AccessKey), rest, w, r, id, start)
		return
	}
	svc, ok := world.wire[who.Service]
	if !ok {
		s.o.Log.Warn("unknown service", "service", who.Service, "path", r.URL.Path, "target", r.Header.Get("X-Amz-Target"))
		refuse(w, r, id, &wire.Error{Code: "UnknownOperationException", Status: http.StatusNotFound,
			Message: "The service " + who.Service + " is not part of environment local."})
		s.calls.add(Call{Service: who.Service, Start: start, End: time.Now(), Status: http.StatusNotFound, Error: "UnknownOperationException"})
		return
	}
	s.serve(wire.WithCaller(r.Context(), who.AccessKey), svc.Dialect(r), w, r, id, start)
}

// serve runs the call with whatever fault hits it, and records it even if the connection is dropped.
func (s *Server) serve(ctx context.Context, svc *wire.Service, w http.ResponseWriter, r *http.Request, id string, start time.Time) {
	req, err := svc.Read(r, id)
	call := Call{Service: svc.Name, Operation: req.Operation, Start: start}
	out := &statusWriter{ResponseWriter: w}
	defer func() {
		call.End, call.Status = time.Now(), out.status
		s.calls.add(call)
		_, keeper := s.now()
		keeper.called(mutates(req.Operation))
	}()
	fault := s.faults.take(svc.Name, req.Operation)
	pause(ctx, fault.Latency)
	switch {
	case fault.Drop:
		call.Error = "connection dropped"
		panic(http.ErrAbortHandler)
	case err == nil && fault.Code != "":
		err = &wire.Error{Code: fault.Code, Message: fault.Message, Status: fault.Status}
	case err == nil && !svc.Has(req.Operation):
		s.o.Log.Warn("unknown operation", "service", svc.Name, "operation", req.Operation)
	}
	if fault.Lose {
		out.ResponseWriter = &discard{header: http.Header{}}
	}
	if err != nil {
		svc.WriteError(out, id, err)
	} else {
		err = s.run(ctx, svc, out, req)
	}
	if err != nil {
		call.Error = err.Error()
	}
	if fault.Lose {
		call.Error = "answer lost"
		panic(http.ErrAbortHandler)
	}
}

// run runs the operation. A panic in it is a bug of ours that must not take the other services down: it answers as the
// service's own failure, and the log has where it happened.
func (s *Server) run(ctx context.Context, svc *wire.Service, w http.ResponseWriter, req *wire.Request) (err error) {
	defer func() {
		if r := recover(); r != nil {
			s.o.Log.Error("an operation panicked", "service", svc.Name, "operation", req.Operation, "panic", r, "stack", string(debug.Stack()))
			err = &wire.Error{Code: "InternalFailure", Message: fmt.Sprintf("The local endpoint failed in %s: %v", req.Operation, r), Status: http.StatusInternalServerError}
			svc.WriteError(w, req.ID, err)
		}
	}()
	return svc.Serve(ctx, w, req)
}

// pause waits for d, or until the client has gone.
func pause(ctx context.Context, d time.Duration) {
	if d <= 0 {
		return
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

// mutates says whether an operation changes state, as far as its name tells.
func mutates(operation string) bool {
	for _, p := range []string{"Describe", "List", "Get", "BatchGet", "BatchCheck", "Filter", "Validate"} {
		if strings.HasPrefix(operation, p) {
			return false
		}
	}
	return true
}
