package awsconf

import (
	"errors"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// NotFound tells whether err is AWS's own typed answer that the thing asked for does not exist. Nothing else may lead to
// a create: a network error, a refusal or throttling is no answer to the question.
func NotFound(err error) bool {
	var api smithy.APIError
	if !errors.As(err, &api) {
		return false
	}
	code := api.ErrorCode()
	if code == "ValidationError" { // CloudFormation has no type of its own for a missing stack
		m := api.ErrorMessage()
		return strings.HasPrefix(m, "Stack with id ") && strings.HasSuffix(m, " does not exist") ||
			strings.HasPrefix(m, "Stack [") && strings.HasSuffix(m, "] does not exist")
	}
	return slices.Contains(notFoundCodes(), code)
}

// notFoundCodes are the codes of the services that ferry calls, as the SDK's types and the API references list them.
func notFoundCodes() []string {
	return []string{
		"ResourceNotFoundException",                             // CloudWatch Logs, Secrets Manager, tagging
		"RepositoryNotFoundException", "ImageNotFoundException", // ECR
		"LifecyclePolicyNotFoundException",                     // ECR
		"ClusterNotFoundException", "ServiceNotFoundException", // ECS
		"ServiceDeploymentNotFoundException",              // ECS
		"ChangeSetNotFound", "ChangeSetNotFoundException", // CloudFormation
		"NoSuchEntity", "NoSuchEntityException", // IAM
		"LoadBalancerNotFound", "TargetGroupNotFound", // ELB
		"ListenerNotFound", "RuleNotFound", // ELB
		"ParameterNotFound",                    // SSM
		"ObjectNotFoundException",              // Application Auto Scaling
		"NamespaceNotFound", "ServiceNotFound", // Cloud Map
		"InvalidVpcID.NotFound", "InvalidSubnetID.NotFound", // EC2
		"InvalidGroup.NotFound", // EC2
	}
}

// AccessDenied tells whether AWS knows the caller and refuses the call.
func AccessDenied(err error) bool {
	var api smithy.APIError
	if !errors.As(err, &api) {
		return false
	}
	switch api.ErrorCode() {
	case "AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "NotAuthorized", "UnauthorizedException",
		"AuthorizationError", "AuthorizationErrorException":
		return true
	}
	return false
}

// Throttled tells whether AWS asked for fewer calls.
func Throttled(err error) bool {
	var api smithy.APIError
	if errors.As(err, &api) {
		if _, ok := retry.DefaultThrottleErrorCodes[api.ErrorCode()]; ok {
			return true
		}
	}
	return status(err) == http.StatusTooManyRequests
}

// Foreign tells whether the answer came from something that does not speak AWS's protocol, for example an endpoint
// that lacks the operation and answers with an HTML page, or a proxy. The SDK cannot read such an answer, or (in the XML
// protocols) reads an error without a code from it.
func Foreign(err error) bool {
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorCode() == "UnknownError" && !speaksAWS(err)
	}
	var bad *smithy.DeserializationError
	return errors.As(err, &bad) && !Broken(err)
}

// Broken tells whether an answer of AWS began to come and broke off.
func Broken(err error) bool {
	var bad *smithy.DeserializationError
	var network net.Error
	return errors.As(err, &bad) && (errors.As(err, &network) || errors.Is(err, io.ErrUnexpectedEOF) && speaksAWS(err))
}

// speaksAWS tells whether the answer's type is one of AWS's protocols.
func speaksAWS(err error) bool {
	var r *smithyhttp.ResponseError
	if !errors.As(err, &r) || r.Response == nil {
		return true
	}
	t := contentType(r.Response.Response)
	return t == "" || strings.Contains(t, "xml") || strings.Contains(t, "json") || strings.Contains(t, "cbor")
}

// expired tells whether the credentials were good once.
func expired(err error) bool {
	var api smithy.APIError
	if !errors.As(err, &api) {
		return false
	}
	switch api.ErrorCode() {
	case "ExpiredToken", "ExpiredTokenException", "RequestExpired", "UnauthorizedException", "UnauthorizedSSOTokenError",
		"InvalidGrantException": // of SSO's own token
		return true
	}
	return false
}

// rejected tells whether AWS does not know the credentials.
func rejected(err error) bool {
	var api smithy.APIError
	if !errors.As(err, &api) {
		return false
	}
	switch api.ErrorCode() {
	case "InvalidClientTokenId", "UnrecognizedClientException", "SignatureDoesNotMatch", "InvalidSignatureException",
		"AuthFailure", "MissingAuthenticationToken", "MissingAuthenticationTokenException", "IncompleteSignature":
		return true
	}
	return false
}

// status is the HTTP status of the answer, or 0 where there was none.
func status(err error) int {
	var r *smithyhttp.ResponseError
	if errors.As(err, &r) && r.Response != nil {
		return r.HTTPStatusCode()
	}
	return 0
}
