package emulator

import (
	"crypto/subtle"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"time"
)

// TokenHeader carries the secret that mutating control requests need.
const TokenHeader = "X-Ferry-Token"

// Health is what GET /_ferry/health answers.
type Health struct {
	PID     int       `json:"pid"`
	Version string    `json:"version"`
	Runtime string    `json:"runtime"`
	Account string    `json:"account"`
	Region  string    `json:"region"`
	Started time.Time `json:"started"`
}

// CallLog is what GET /_ferry/calls answers.
type CallLog struct {
	Count int    `json:"count"`
	Depth int    `json:"depth"`
	Calls []Call `json:"calls"`
}

// control serves the API that ferry itself uses. A page in a browser on this machine must not reach it: requests with
// an Origin, and those to another host name than loopback's, are refused, and changes need the token.
func (s *Server) control(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Origin") != "" || !loopback(r.Host) {
		writeJSON(w, http.StatusForbidden, map[string]string{"error": "not for browsers"})
		return
	}
	if r.Method != http.MethodGet && !s.authorised(r) {
		writeJSON(w, http.StatusForbidden, map[string]string{"error": "the header " + TokenHeader + " is missing or wrong"})
		return
	}
	answer, ok := s.controls()[r.Method+" "+r.URL.Path]
	if !ok {
		writeJSON(w, http.StatusNotFound, map[string]string{"error": "unknown control request " + r.Method + " " + r.URL.Path})
		return
	}
	v, err := answer(r)
	if err != nil {
		writeJSON(w, http.StatusBadRequest, map[string]string{"error": err.Error()})
		return
	}
	writeJSON(w, http.StatusOK, v)
}

func (s *Server) controls() map[string]func(*http.Request) (any, error) {
	done := map[string]bool{"ok": true}
	return map[string]func(*http.Request) (any, error){
		"GET /_ferry/health": func(*http.Request) (any, error) { return s.Health(), nil },
		"GET /_ferry/calls": func(*http.Request) (any, error) {
			calls := s.Calls()
			return CallLog{Count: len(calls), Depth: Depth(calls), Calls: calls}, nil
		},
		"DELETE /_ferry/calls":  func(*http.Request) (any, error) { s.ResetCalls(); return done, nil },
		"DELETE /_ferry/faults": func(*http.Request) (any, error) { s.ClearFaults(); return done, nil },
		"POST /_ferry/faults":   func(r *http.Request) (any, error) { return done, s.controlFault(r) },
		"PUT /_ferry/latency":   func(r *http.Request) (any, error) { return done, s.controlLatency(r) },
		"POST /_ferry/reset":    func(*http.Request) (any, error) { return done, s.Reset() },
		"POST /_ferry/stop":     func(*http.Request) (any, error) { return done, s.controlStop() },
	}
}

// Health describes the running server.
func (s *Server) Health() Health {
	return Health{PID: os.Getpid(), Version: s.o.Version, Runtime: s.o.Runtime.Name(),
		Account: s.o.Scope.Account, Region: s.o.Scope.Region, Started: s.started.UTC()}
}

func (s *Server) authorised(r *http.Request) bool {
	return s.o.Token != "" && subtle.ConstantTimeCompare([]byte(r.Header.Get(TokenHeader)), []byte(s.o.Token)) == 1
}

func (s *Server) controlFault(r *http.Request) error {
	var f Fault
	if err := readControl(r, &f); err != nil {
		return err
	}
	s.Inject(f)
	return nil
}

func (s *Server) controlLatency(r *http.Request) error {
	var body struct {
		Latency string `json:"latency"` // a Go duration: "20ms"
	}
	if err := readControl(r, &body); err != nil {
		return err
	}
	d, err := time.ParseDuration(body.Latency)
	if err != nil {
		return err
	}
	s.SetLatency(d)
	return nil
}

func (s *Server) controlStop() error {
	if s.o.Stop == nil {
		return errNotStoppable
	}
	s.o.Stop()
	return nil
}

func readControl(r *http.Request, v any) error {
	d := json.NewDecoder(io.LimitReader(r.Body, 1<<20))
	d.DisallowUnknownFields()
	return d.Decode(v)
}

// loopback says whether a Host header names this machine.
func loopback(hostport string) bool {
	host, _, err := net.SplitHostPort(hostport)
	if err != nil {
		host = hostport
	}
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
