package poll

import (
	"context"
	"errors"
	"net"
	"net/http"

	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"ferry.dev/ferry/internal/awsconf"
)

// Passing tells whether an error of an AWS call may pass by itself: throttling, a broken network, a server's 5xx.
// The SDK has already retried such a call a few times; a wait goes on nevertheless. Credentials, permissions,
// validation and not-found are never passing.
func Passing(err error) bool {
	if err == nil || errors.Is(err, context.Canceled) {
		return false
	}
	if awsconf.Broken(err) { // an answer that began with status 200 too
		return true
	}
	var api smithy.APIError
	if errors.As(err, &api) && throttled(api.ErrorCode()) {
		return true
	}
	var res *smithyhttp.ResponseError
	if errors.As(err, &res) && res.HTTPStatusCode() != 0 { // 0: the connection broke before there was an answer
		return res.HTTPStatusCode() >= http.StatusInternalServerError
	}
	if errors.As(err, &api) {
		return api.ErrorFault() == smithy.FaultServer
	}
	var send *smithyhttp.RequestSendError
	var netErr net.Error
	return errors.As(err, &send) || errors.As(err, &netErr)
}

// throttled knows the names by which AWS's services say "slower".
func throttled(code string) bool {
	switch code {
	case "Throttling", "ThrottlingException", "ThrottledException", "TooManyRequestsException",
		"RequestLimitExceeded", "RequestThrottled", "RequestThrottledException", "PriorRequestNotComplete",
		"LimitExceededException.Throttling", "SlowDown", "EC2ThrottledException":
		return true
	}
	return false
}
