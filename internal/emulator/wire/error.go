package wire

import (
	"errors"
	"net/http"

	"github.com/aws/smithy-go"
)

// Error is an error of a service that the SDK has no type for (EC2's, validation errors, …).
type Error struct {
	Code    string // such as "ValidationError"
	Message string
	Status  int // HTTP status; 0 means 400
}

// Error implements error.
func (e *Error) Error() string { return e.Code + ": " + e.Message }

// ErrorCode implements smithy.APIError.
func (e *Error) ErrorCode() string { return e.Code }

// ErrorMessage implements smithy.APIError.
func (e *Error) ErrorMessage() string { return e.Message }

// ErrorFault implements smithy.APIError.
func (e *Error) ErrorFault() smithy.ErrorFault {
	if e.Status >= http.StatusInternalServerError {
		return smithy.FaultServer
	}
	return smithy.FaultClient
}

var _ smithy.APIError = (*Error)(nil)

// asAPI returns the error as a client is to see it: anything untyped is the service's own failure.
func asAPI(err error) smithy.APIError {
	var api smithy.APIError
	if errors.As(err, &api) {
		return api
	}
	return &Error{Code: "InternalFailure", Message: err.Error(), Status: http.StatusInternalServerError}
}

// status returns the HTTP status that the service answers the error with.
func (s *Service) status(err smithy.APIError) int {
	var own *Error
	if errors.As(err, &own) && own.Status != 0 {
		return own.Status
	}
	if code, ok := s.Statuses[err.ErrorCode()]; ok {
		return code
	}
	if err.ErrorFault() == smithy.FaultServer {
		return http.StatusInternalServerError
	}
	return http.StatusBadRequest
}

// malformed is the error for a request that cannot be read, in the words of the protocol.
func (s *Service) malformed(message string) *Error {
	if s.Protocol.JSON() || s.Protocol == CBOR {
		return &Error{Code: "SerializationException", Message: message}
	}
	return &Error{Code: "MalformedInput", Message: message}
}

// unknownOperation is the error for an operation that the service does not have here.
func (s *Service) unknownOperation(name string) *Error {
	switch {
	case s.Protocol == RestJSON:
		return &Error{Code: "UnknownOperationException", Message: name + " is no operation of " + s.Name + ".", Status: http.StatusNotFound}
	case s.Protocol.JSON() || s.Protocol == CBOR:
		return &Error{Code: "UnknownOperationException", Message: "The operation " + name + " is not known to " + s.Name + "."}
	case s.Protocol == EC2Query:
		return &Error{Code: "InvalidAction", Message: "The action " + name + " is not valid for this web service."}
	}
	return &Error{Code: "InvalidAction", Message: "Could not find operation " + name + " for version " + s.Version}
}
