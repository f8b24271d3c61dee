package wire

import (
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"
)

// maxBody is above every limit of the services here (CloudFormation and CloudWatch Logs: 1 MiB).
const maxBody = 8 << 20

// Request is one request as far as it can be read without knowing the operation's input.
type Request struct {
	ID        string // the request ID of the answer
	Operation string // as the client named it; it may not exist
	body      []byte
	form      url.Values
	members   map[string][]string // RestJSON: those of path and query
}

// The header by which a client says, and is told, that bodies are in CBOR.
const (
	smithyProtocol = "Smithy-Protocol"
	rpcCBOR        = "rpc-v2-cbor"
)

// Dialect returns the service in the protocol that a request is in, for one that speaks several.
func (s *Service) Dialect(r *http.Request) *Service {
	asked := Query
	switch {
	case r.Header.Get(smithyProtocol) == rpcCBOR:
		asked = CBOR
	case r.Header.Get("X-Amz-Target") != "":
		asked = JSON11
	}
	if !slices.Contains(s.Also, asked) {
		return s
	}
	other := *s
	other.Protocol = asked
	return &other
}

// Read reads a request's body and finds the operation. Its error is for WriteError.
func (s *Service) Read(r *http.Request, id string) (*Request, error) {
	req := &Request{ID: id}
	body, err := s.readBody(r)
	if err != nil {
		return req, err
	}
	if s.Protocol == RestJSON {
		var ok bool
		if req.Operation, req.members, ok = s.route(r); !ok {
			return req, s.unknownOperation(req.Operation)
		}
		req.body = body
		return req, nil
	}
	if s.Protocol.JSON() {
		prefix, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
		if prefix != s.TargetPrefix {
			return req, s.unknownOperation(r.Header.Get("X-Amz-Target"))
		}
		req.Operation, req.body = operation, body
		return req, nil
	}
	if s.Protocol == CBOR {
		service, operation, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/service/"), "/operation/")
		if service != s.TargetPrefix || r.Header.Get(smithyProtocol) != rpcCBOR {
			return req, s.unknownOperation(r.URL.Path)
		}
		req.Operation, req.body = operation, body
		return req, nil
	}
	if req.form, err = url.ParseQuery(string(body)); err != nil {
		return req, s.malformed("the body is not form encoded: " + err.Error())
	}
	for key, values := range r.URL.Query() {
		if _, ok := req.form[key]; !ok {
			req.form[key] = values
		}
	}
	req.Operation = req.form.Get("Action")
	return req, nil
}

// readBody reads a body, which SDKs compress where it is long and the operation is one of those with many values.
func (s *Service) readBody(r *http.Request) ([]byte, error) {
	var from io.Reader = r.Body
	if r.Header.Get("Content-Encoding") == "gzip" {
		z, err := gzip.NewReader(r.Body)
		if err != nil {
			return nil, s.malformed("the body is not what gzip makes: " + err.Error())
		}
		from = z
	}
	body, err := io.ReadAll(io.LimitReader(from, maxBody+1))
	if err != nil {
		return nil, s.malformed("the body ended early: " + err.Error())
	}
	if len(body) > maxBody {
		return nil, &Error{Code: "RequestEntityTooLarge", Message: "The request body is too large.", Status: http.StatusRequestEntityTooLarge}
	}
	return body, nil
}

// Has says whether the service has the operation.
func (s *Service) Has(operation string) bool {
	_, ok := s.Operations[operation]
	return ok
}

// Serve runs the request's operation and writes the answer, an error too, which it also returns.
func (s *Service) Serve(ctx context.Context, w http.ResponseWriter, req *Request) error {
	out, err := s.run(ctx, w, req)
	if err != nil {
		s.WriteError(w, req.ID, err)
		return err
	}
	if out == nil {
		return nil
	}
	body, err := s.Encode(req, out)
	if err != nil {
		s.WriteError(w, req.ID, err)
		return err
	}
	s.write(w, req.ID, http.StatusOK, body)
	return nil
}

// run calls the operation; its output is nil where the operation wrote the response itself.
func (s *Service) run(ctx context.Context, w http.ResponseWriter, req *Request) (any, error) {
	op, ok := s.Operations[req.Operation]
	if !ok {
		return nil, s.unknownOperation(req.Operation)
	}
	in := op.newInput()
	if err := s.Decode(req, in); err != nil {
		return nil, err
	}
	if op.stream != nil {
		return nil, op.stream(ctx, in, w)
	}
	return op.call(ctx, in)
}

// Decode fills the operation's input struct from the request.
func (s *Service) Decode(req *Request, in any) error {
	if s.Protocol == RestJSON {
		return s.readREST(req, in)
	}
	if s.Protocol.JSON() {
		return s.readJSON(req.body, in)
	}
	if s.Protocol == CBOR {
		return s.readCBOR(req.body, in)
	}
	return s.readQuery(req.form, in)
}

// Encode returns the response body for the operation's output struct.
func (s *Service) Encode(req *Request, out any) ([]byte, error) {
	v := reflect.Indirect(reflect.ValueOf(out))
	if s.Protocol.JSON() {
		w := jsonWriter{s: s}
		err := w.value(v)
		return w.Bytes(), err
	}
	if s.Protocol == CBOR {
		return s.cborBody(v)
	}
	w := xmlWriter{s: s}
	w.WriteString(fmt.Sprintf("<%sResponse xmlns=%q>", req.Operation, s.Namespace))
	if s.Protocol == EC2Query {
		w.WriteString("<requestId>" + req.ID + "</requestId>")
		if err := w.members(v); err != nil {
			return nil, err
		}
	} else {
		if err := w.element(req.Operation+"Result", v); err != nil {
			return nil, err
		}
		w.WriteString("<ResponseMetadata><RequestId>" + req.ID + "</RequestId></ResponseMetadata>")
	}
	w.close(req.Operation + "Response")
	return w.Bytes(), nil
}

// contentType is that of a response.
func (p Protocol) contentType() string {
	switch p {
	case JSON11:
		return "application/x-amz-json-1.1"
	case RestJSON:
		return "application/json"
	case CBOR:
		return "application/cbor"
	}
	return "text/xml"
}

func (s *Service) write(w http.ResponseWriter, id string, status int, body []byte) {
	h := w.Header()
	h.Set("x-amzn-RequestId", id)
	h.Set("Content-Length", fmt.Sprint(len(body)))
	h.Set("Content-Type", s.Protocol.contentType())
	switch {
	case s.Protocol == JSON11 && s.ContentType != "":
		h.Set("Content-Type", s.ContentType)
	case s.Protocol == CBOR:
		h.Set(smithyProtocol, rpcCBOR)
	}
	w.WriteHeader(status)
	w.Write(body) //nolint:errcheck // a client that went away is nobody's error
}
