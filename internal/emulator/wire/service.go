// Package wire owns the AWS wire protocols of the emulator: one reflective codec over the SDK's own input and output
// types (awsJson 1.0 and 1.1, restJson, awsQuery, ec2Query, Smithy RPC v2 CBOR), the routing of a request to a service, and
// typed errors.
//
// It knows no service. A service declares itself as a Service value whose operations are typed Go functions.
package wire

import (
	"context"
	"net/http"

	"github.com/aws/smithy-go/document"
)

// Protocol is an AWS wire protocol.
type Protocol int

// The protocols that the codec speaks.
const (
	JSON11   Protocol = iota // application/x-amz-json-1.1
	Query                    // form-encoded request, XML response
	EC2Query                 // Query with EC2's own list and response conventions
	RestJSON                 // members in path, query and a JSON body; Routes say which where
	CBOR                     // Smithy RPC v2: the operation in the path, a body in CBOR
)

// JSON tells whether bodies are JSON.
func (p Protocol) JSON() bool { return p == JSON11 || p == RestJSON }

// Service is one AWS service as the endpoint serves it.
type Service struct {
	Name         string // the service in the SigV4 credential scope: "ecs", "elasticloadbalancing", "ec2"
	Protocol     Protocol
	Also         []Protocol // others that it speaks, each to whoever asks in it
	TargetPrefix string     // JSON11: the part of X-Amz-Target before the dot: "AmazonEC2ContainerServiceV20141113"; CBOR: the service in the path
	Version      string     // Query, EC2Query: the API version
	Namespace    string     // Query, EC2Query: the XML namespace of responses
	Operations   map[string]Operation
	ContentType  string            // JSON11: of answers; "" = application/x-amz-json-1.1
	QueryErrors  map[string]string // JSON11, CBOR: code → what the header X-Amzn-Query-Error says; nil = no such header. Query: the code
	Routes       map[string]Route  // RestJSON: where each operation is called

	PascalNames bool                           // JSON, CBOR: members are written as Go writes them (SSM), not with a small first letter (ECS)
	Names       map[string]string              // "Type.Field" → the member's name, for those that break the service's own rule
	Unions      []any                          // the variants of every union in an input: (*types.XMemberY)(nil), …
	Document    func(v any) document.Marshaler // JSON: makes a document member: ecs/document.NewLazyDocument
	Statuses    map[string]int                 // error code → HTTP status, where that is neither 400 nor (server's fault) 500
}

// Operation is one operation of a service; make it with Op, or with Stream.
type Operation struct {
	newInput  func() any
	newOutput func() any
	call      func(ctx context.Context, in any) (any, error)
	stream    func(ctx context.Context, in any, w http.ResponseWriter) error
}

// Op makes an operation from a function over the SDK's own input and output structs (or structs of the same shape).
// The function returns an error that implements smithy.APIError (the SDK's typed exceptions do, and so does *Error)
// to answer with that error; any other error answers InternalFailure with status 500.
func Op[In, Out any](f func(ctx context.Context, in *In) (*Out, error)) Operation {
	return Operation{
		newInput:  func() any { return new(In) },
		newOutput: func() any { return new(Out) },
		call: func(ctx context.Context, in any) (any, error) {
			out, err := f(ctx, in.(*In))
			if err != nil {
				return nil, err
			}
			return out, nil
		},
	}
}

// Stream makes an operation that decodes its input like Op but writes the response itself, for event streams.
// It may return an error only before it has written anything.
func Stream[In any](f func(ctx context.Context, in *In, w http.ResponseWriter) error) Operation {
	return Operation{
		newInput: func() any { return new(In) },
		stream:   func(ctx context.Context, in any, w http.ResponseWriter) error { return f(ctx, in.(*In), w) },
	}
}

// NewInput returns a pointer to a new input struct.
func (o Operation) NewInput() any { return o.newInput() }

// NewOutput returns a pointer to a new output struct, or nil for a stream.
func (o Operation) NewOutput() any {
	if o.newOutput == nil {
		return nil
	}
	return o.newOutput()
}
