package emulator

import (
	"context"
	"fmt"
	"net/http"
	"runtime/debug"
	"time"

	"ferry.dev/ferry/internal/emulator/wire"
)

// restService is a service whose protocol is its own, XML over REST: it finds out what a request asks for and answers it.
type restService interface {
	Name() string
	// Operation names what a request asks for, "" for nothing that is known.
	Operation(r *http.Request) string
	Has(operation string) bool
	// Serve answers a request. The error, which it has answered too, is for the record.
	Serve(w http.ResponseWriter, r *http.Request, operation, id string) error
	Refuse(w http.ResponseWriter, r *http.Request, id string, e *wire.Error)
}

// serveREST is serve for such a service: the same faults hit it, and it is recorded alike.
func (s *Server) serveREST(ctx context.Context, svc restService, w http.ResponseWriter, r *http.Request, id string, start time.Time) {
	operation := svc.Operation(r)
	call := Call{Service: svc.Name(), Operation: operation, Start: start}
	out := &statusWriter{ResponseWriter: w}
	defer func() {
		call.End, call.Status = time.Now(), out.status
		s.calls.add(call)
		_, keeper := s.now()
		keeper.called(mutates(operation))
	}()
	fault := s.faults.take(svc.Name(), operation)
	pause(ctx, fault.Latency)
	if fault.Drop {
		call.Error = "connection dropped"
		panic(http.ErrAbortHandler)
	}
	if fault.Lose {
		out.ResponseWriter = &discard{header: http.Header{}}
	}
	switch {
	case fault.Code != "":
		refused := &wire.Error{Code: fault.Code, Message: fault.Message, Status: fault.Status}
		svc.Refuse(out, r, id, refused)
		call.Error = refused.Error()
	default:
		if !svc.Has(operation) {
			s.o.Log.Warn("unknown operation", "service", svc.Name(), "method", r.Method, "path", r.URL.Path, "query", r.URL.RawQuery)
		}
		if err := s.runREST(svc, out, r.WithContext(ctx), operation, id); err != nil {
			call.Error = err.Error()
		}
	}
	if fault.Lose {
		call.Error = "answer lost"
		panic(http.ErrAbortHandler)
	}
}

// runREST is run for such a service.
func (s *Server) runREST(svc restService, w http.ResponseWriter, r *http.Request, operation, id string) (err error) {
	defer func() {
		if p := recover(); p != nil {
			s.o.Log.Error("an operation panicked", "service", svc.Name(), "operation", operation, "panic", p, "stack", string(debug.Stack()))
			failed := &wire.Error{Code: "InternalError", Message: fmt.Sprintf("The local endpoint failed in %s: %v", operation, p), Status: http.StatusInternalServerError}
			svc.Refuse(w, r, id, failed)
			err = failed
		}
	}()
	return svc.Serve(w, r, operation, id)
}
