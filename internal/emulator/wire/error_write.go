package wire

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"reflect"

	"github.com/aws/smithy-go"
)

// WriteError answers with the error in the service's protocol.
func (s *Service) WriteError(w http.ResponseWriter, id string, err error) {
	api := asAPI(err)
	body, encodeErr := s.encodeError(id, api)
	if encodeErr != nil {
		api = asAPI(errors.Join(err, encodeErr))
		body, _ = s.encodeError(id, api) //nolint:errcheck // *Error has nothing that cannot be written
	}
	if s.QueryErrors != nil && s.Protocol != Query {
		kind := "Sender"
		if s.status(api) >= http.StatusInternalServerError {
			kind = "Receiver"
		}
		w.Header().Set("X-Amzn-Query-Error", cmp.Or(s.QueryErrors[api.ErrorCode()], api.ErrorCode())+";"+kind)
	}
	if s.Protocol == RestJSON {
		w.Header().Set("X-Amzn-ErrorType", api.ErrorCode())
	}
	s.write(w, id, s.status(api), body)
}

func (s *Service) encodeError(id string, err smithy.APIError) ([]byte, error) {
	switch {
	case s.Protocol.JSON():
		return s.jsonError(err)
	case s.Protocol == CBOR:
		return s.cborError(err)
	case s.Protocol == EC2Query:
		return s.ec2Error(id, err)
	}
	return s.queryError(id, err)
}

// messageOnly are the members of an error that has no type of its own, as the JSON services spell them.
type messageOnly struct {
	Message string `wire:"message"`
}

// messageOnlyQuery is messageOnly as the Query services spell it.
type messageOnlyQuery struct {
	Message string `wire:"Message"`
}

// members returns the structure whose members the answer carries beside the code: the exception's own.
func members(err smithy.APIError, untyped any) reflect.Value {
	v := reflect.Indirect(reflect.ValueOf(err))
	if v.Kind() != reflect.Struct || v.Type() == reflect.TypeFor[Error]() || v.Type() == reflect.TypeFor[smithy.GenericAPIError]() {
		return reflect.ValueOf(untyped)
	}
	return v
}

func (s *Service) jsonError(err smithy.APIError) ([]byte, error) {
	w := jsonWriter{s: s}
	w.WriteString(`{"__type":`)
	if e := w.text(err.ErrorCode()); e != nil {
		return nil, e
	}
	if e := w.members(members(err, messageOnly{err.ErrorMessage()}), true); e != nil {
		return nil, e
	}
	w.WriteByte('}')
	return w.Bytes(), nil
}

func (s *Service) queryError(id string, err smithy.APIError) ([]byte, error) {
	kind := "Sender"
	if s.status(err) >= http.StatusInternalServerError {
		kind = "Receiver"
	}
	w := xmlWriter{s: s}
	w.WriteString(fmt.Sprintf("<ErrorResponse xmlns=%q><Error><Type>%s</Type>", s.Namespace, kind))
	if e := w.element("Code", reflect.ValueOf(cmp.Or(s.QueryErrors[err.ErrorCode()], err.ErrorCode()))); e != nil {
		return nil, e
	}
	if e := w.members(members(err, messageOnlyQuery{err.ErrorMessage()})); e != nil {
		return nil, e
	}
	w.WriteString("</Error><RequestId>" + id + "</RequestId></ErrorResponse>")
	return w.Bytes(), nil
}

func (s *Service) ec2Error(id string, err smithy.APIError) ([]byte, error) {
	w := xmlWriter{s: s}
	w.WriteString("<Response><Errors><Error>")
	e := errors.Join(w.element("Code", reflect.ValueOf(err.ErrorCode())), w.element("Message", reflect.ValueOf(err.ErrorMessage())))
	w.WriteString("</Error></Errors><RequestID>" + id + "</RequestID></Response>")
	return w.Bytes(), e
}
